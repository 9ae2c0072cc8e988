// SPDX-License-Identifier: Apache-2.0
//
// ConfigValue texts: how Java's ConfigDef turns text into a typed value and a value into text. Free functions without
// state; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "config/config_def.h"

namespace millrace::config {

std::string_view TypeName(Type type);           // "BOOLEAN"
std::string_view ImportanceName(Importance i);  // "HIGH"
std::string_view WidthName(Width width);        // "NONE"
inline constexpr std::string_view kHidden = "[hidden]";

// String.trim: without control characters and spaces at both ends.
std::string_view JavaTrim(std::string_view text);
// String.isBlank over ASCII white space.
bool IsBlank(std::string_view text);

// ConfigDef.parseType: the message of Java's ConfigException when the text is not of the type.
Result<Value> ParseType(std::string_view name, std::string_view text, Type type, const ClassNames& classes = {});

// ConfigDef.convertToString: "a,b", "[hidden]"; nullopt for null.
std::optional<std::string> ToText(const Value& value, Type type);
// A key's default as REST shows it; nullopt: null, or there is none.
std::optional<std::string> DefaultText(const ConfigKey& key);
// Object.toString as it stands in error messages: "[a, b]", "null".
std::string ToErrorText(const Value& value, Type type);
// "Invalid value x for configuration name: why"
std::string InvalidValue(std::string_view name, std::string_view value, std::string_view why);

}  // namespace millrace::config
