// SPDX-License-Identifier: Apache-2.0
#include "config/class_choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "config/version_range.h"

namespace millrace::config {
namespace {

using Class = ClassCatalog::Class;

constexpr int kRoles[] = {MR_ROLE_SOURCE,    MR_ROLE_SINK,      MR_ROLE_CONVERTER,      MR_ROLE_HEADER_CONVERTER,
                          MR_ROLE_TRANSFORM, MR_ROLE_PREDICATE, MR_ROLE_CONFIG_PROVIDER};

// The classes that Java would have nested in `name`.
std::vector<std::string> NestedIn(const ClassCatalog& catalog, int role, std::string_view name) {
  std::vector<std::string> nested;
  for (std::string& c : NamesOfRole(catalog, role)) {
    if (c.size() > name.size() && c.starts_with(name) && c[name.size()] == '$') nested.push_back(std::move(c));
  }
  return nested;
}

std::vector<std::string> Distinct(const std::vector<Class>& classes, std::string Class::*field) {
  std::vector<std::string> out;
  for (const Class& c : classes) {
    if (std::find(out.begin(), out.end(), c.*field) == out.end()) out.push_back(c.*field);
  }
  return out;
}

}  // namespace

Status AsJava(Status status, const char* java_class) {
  status.AddDetail("class", java_class);
  return status;
}

ClassNames NamesOf(const ClassCatalog& catalog) {
  return [&catalog](std::string_view name) -> std::optional<std::string> {
    std::vector<Class> found = catalog.Find(0, name);
    if (!found.empty()) return found.back().name;
    if (name.empty()) return std::nullopt;
    bool outer = std::any_of(std::begin(kRoles), std::end(kRoles),
                             [&](int role) { return !NestedIn(catalog, role, name).empty(); });
    return outer ? std::optional<std::string>(name) : std::nullopt;
  };
}

Result<Class> Choose(const ClassCatalog& catalog, int role, std::string_view name,
                     const std::optional<std::string>& requirement) {
  VersionRange range;
  if (requirement) {
    Result<VersionRange> parsed = VersionRange::ParseRequirement(*requirement);
    if (!parsed.ok()) return AsJava(parsed.status(), kVersionException);
    range = *std::move(parsed);
  }
  std::vector<Class> versions = catalog.Find(role, name);
  if (versions.empty()) return Status::NotFound(fmt::format("Class {} could not be found.", name));
  for (auto it = versions.rbegin(); it != versions.rend(); ++it) {
    if (range.Contains(Version(it->version))) return *it;
  }
  // Java counts a class once for each kind of plugin it is, and a converter is two; classes on its class path are no
  // exception (DelegatingClassLoader.findPluginLoader).
  std::vector<std::string> available;
  for (const Class& c : catalog.Find(0, versions.back().name)) {
    available.push_back(c.version);
    if (c.role == MR_ROLE_CONVERTER) available.push_back(c.version);
  }
  return AsJava(
      Status::Config(fmt::format("Plugin {} not found that matches the version range {}, available versions: [{}]",
                                 versions.back().name, range.ToString(), fmt::join(available, ", "))),
      kVersionException);
}

std::optional<std::string> LatestVersion(const ClassCatalog& catalog, int role, std::string_view name) {
  std::vector<Class> versions = catalog.Find(role, name);
  return versions.empty() ? std::nullopt : std::optional(versions.back().version);
}

std::vector<std::string> VersionsOf(const ClassCatalog& catalog, int role, std::string_view name) {
  return Distinct(catalog.Find(role, name), &Class::version);
}

std::vector<std::string> NamesOfRole(const ClassCatalog& catalog, int role) {
  return Distinct(catalog.All(role), &Class::name);
}

std::optional<std::string> CheckRole(const ClassCatalog& catalog, int role, std::string_view class_name) {
  if (!catalog.Find(role, class_name).empty()) return std::nullopt;
  std::vector<std::string> nested = NestedIn(catalog, role, class_name);
  if (!nested.empty()) {
    return fmt::format("This class is abstract and cannot be created. Did you mean {}?", fmt::join(nested, ", "));
  }
  return fmt::format("Class class {} does not implement the {} interface", class_name, InterfaceName(role));
}

std::string_view InterfaceName(int role) {
  switch (role) {
    case MR_ROLE_CONVERTER: return "Converter";
    case MR_ROLE_HEADER_CONVERTER: return "HeaderConverter";
    case MR_ROLE_TRANSFORM: return "Transformation";
    case MR_ROLE_PREDICATE: return "Predicate";
    default: return "Connector";
  }
}

}  // namespace millrace::config
