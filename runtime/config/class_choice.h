// SPDX-License-Identifier: Apache-2.0
//
// Choosing among installed classes with Kafka Connect's rules and texts. Internal to runtime/config; free functions
// over a ClassCatalog, as thread-safe as that.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "config/connector_config.h"

namespace millrace::config {

// What the Java exceptions are called that a failed choice stands for (the detail "class" of the Status).
inline constexpr const char* kVersionException =
    "org.apache.kafka.connect.runtime.isolation.VersionedPluginLoadingException";
inline constexpr const char* kConfigException = "org.apache.kafka.common.config.ConfigException";
inline constexpr const char* kBadRequestException = "org.apache.kafka.connect.runtime.rest.errors.BadRequestException";

// Adds the Java class to an error.
Status AsJava(Status status, const char* java_class);

// Class names among all roles. A name of which only nested classes are installed (MaskField of MaskField$Key) is a
// class too, if not one that can be used.
ClassNames NamesOf(const ClassCatalog& catalog);

// The highest version of a class that meets the requirement (nullopt: any). kNotFound when there is no such class;
// kConfig with kVersionException when no version fits or the requirement cannot be read.
Result<ClassCatalog::Class> Choose(const ClassCatalog& catalog, int role, std::string_view name,
                                   const std::optional<std::string>& requirement);

// The highest version of a class; nullopt: there is no such class.
std::optional<std::string> LatestVersion(const ClassCatalog& catalog, int role, std::string_view name);
// Its versions, each once, and the names of a role's classes, each once.
std::vector<std::string> VersionsOf(const ClassCatalog& catalog, int role, std::string_view name);
std::vector<std::string> NamesOfRole(const ClassCatalog& catalog, int role);

// Utils.ensureConcreteSubclass: what is wrong with a class in the place of a role, or nullopt.
std::optional<std::string> CheckRole(const ClassCatalog& catalog, int role, std::string_view class_name);

// "Transformation", "Converter" ...: the simple name of the Java interface of a role.
std::string_view InterfaceName(int role);

}  // namespace millrace::config
