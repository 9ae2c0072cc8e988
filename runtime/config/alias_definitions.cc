// SPDX-License-Identifier: Apache-2.0
#include "config/alias_definitions.h"

#include <fmt/format.h>

#include "config/class_choice.h"
#include "config/config_value.h"
#include "config/connector_definitions.h"
#include "config/version_range.h"

namespace millrace::config {
namespace {

constexpr const char* kPredicate = "predicate";
constexpr const char* kNegate = "negate";

// One of the two kinds of things with aliases.
struct Kind {
  std::string_view list;        // the setting with the aliases
  std::string_view group;       // of their settings, before ": alias"
  std::string_view java;        // what Java calls it in names of settings
  std::string_view lower_java;  // and in descriptions
  int role;
};
constexpr Kind kTransforms = {"transforms", "Transforms", "Transformation", "transformation", MR_ROLE_TRANSFORM};
constexpr Kind kPredicates = {"predicates", "Predicates", "Predicate", "predicate", MR_ROLE_PREDICATE};

class Definer {
 public:
  Definer(const Kind& kind, const RawConfig& config, const ClassCatalog& catalog)
      : kind_(kind), config_(config), catalog_(catalog), names_(NamesOf(catalog)) {}

  void AddTo(ConfigDef* def) const {
    for (const std::string& alias : Aliases(GetRaw(config_, kind_.list))) Add(alias, def);
  }

 private:
  void Add(const std::string& alias, ConfigDef* def) const {
    std::string prefix = fmt::format("{}.{}.", kind_.list, alias);
    std::string group = fmt::format("{}: {}", kind_.group, alias);
    std::string type_key = prefix + "type";
    std::string version_key = prefix + "plugin.version";
    std::optional<std::string> class_name = GetRaw(config_, type_key);
    std::optional<std::string> default_version =
        class_name && VersionIsReadable() ? LatestVersion(catalog_, kind_.role, JavaTrim(*class_name)) : std::nullopt;

    ConfigKey type;
    type.name = type_key;
    type.type = Type::kClass;
    type.required = true;
    type.importance = Importance::kHigh;
    type.documentation = fmt::format("Class of the {} {}.", kind_.lower_java, alias);
    type.group = group;
    type.order = 0;
    type.width = Width::kLong;
    type.display_name = fmt::format("{} type for {}", kind_.java, alias);
    std::optional<std::string> wanted = config_.contains(version_key) ? GetRaw(config_, version_key) : default_version;
    type.check = [this_copy = *this, prefix, type_key, wanted](const Value& v) -> std::optional<std::string> {
      if (auto error = this_copy.NegateWithoutPredicate(prefix)) return error;
      if (std::holds_alternative<std::monostate>(v)) return std::nullopt;
      Result<ConfigDef> definition = this_copy.OfClass(type_key, wanted);
      return definition.ok() ? std::nullopt : std::optional(definition.status().message());
    };
    def->Add(std::move(type));

    ConfigKey version;
    version.name = version_key;
    version.default_value = default_version;
    version.importance = Importance::kHigh;
    version.documentation = fmt::format("Version or version range of the {} {}.", kind_.lower_java, alias);
    version.group = group;
    version.order = 1;
    version.width = Width::kLong;
    version.display_name = fmt::format("{} version for {}", kind_.java, alias);
    version.check = [this_copy = *this, type_key](const Value& v) -> std::optional<std::string> {
      const auto* text = std::get_if<std::string>(&v);
      if (text == nullptr) return std::nullopt;
      Result<ConfigDef> definition = this_copy.OfClass(type_key, *text);
      // What is wrong with the class itself is said where the class is named.
      if (definition.ok() || definition.status().detail("class") != kVersionException) return std::nullopt;
      return definition.status().message();
    };
    def->Add(std::move(version));

    if (!class_name) return;
    Result<ConfigDef> own = OfClass(type_key, GetRaw(config_, version_key));
    if (!own.ok()) return;
    def->Embed(prefix, group, 2, WithImplicit(*own));
  }

  // Every transformation has these two; they mask keys of its own with the same name.
  ConfigDef WithImplicit(const ConfigDef& own) const {
    if (kind_.role != MR_ROLE_TRANSFORM) return own;
    ConfigDef def;
    ConfigKey predicate;
    predicate.name = kPredicate;
    predicate.importance = Importance::kMedium;
    predicate.documentation = "Alias of the predicate that decides whether the transformation applies.";
    def.Add(std::move(predicate));
    ConfigKey negate;
    negate.name = kNegate;
    negate.type = Type::kBoolean;
    negate.default_value = "false";
    negate.importance = Importance::kMedium;
    negate.documentation = "Whether the transformation applies where the predicate does not hold.";
    def.Add(std::move(negate));
    for (const ConfigKey& key : own.keys()) {
      if (key.name != kPredicate && key.name != kNegate) def.Add(key);
    }
    return def;
  }

  std::optional<std::string> NegateWithoutPredicate(const std::string& prefix) const {
    if (kind_.role != MR_ROLE_TRANSFORM) return std::nullopt;
    std::string negate = prefix + kNegate;
    std::string predicate = prefix + kPredicate;
    if (!config_.contains(negate) || config_.contains(predicate)) return std::nullopt;
    return fmt::format("Config '{}' was provided but there is no config '{}' defining a predicate to be negated.",
                       negate, predicate);
  }

  bool VersionIsReadable() const {
    std::optional<std::string> version = GetRaw(config_, "connector.plugin.version");
    return !version || VersionRange::ParseRequirement(*version).ok();
  }

  // The definition of the class that `type_key` names, in the wanted version. Empty where what is wrong is told
  // elsewhere.
  Result<ConfigDef> OfClass(const std::string& type_key, const std::optional<std::string>& version) const {
    std::optional<std::string> given = GetRaw(config_, type_key);
    if (!given || !GetRaw(config_, "connector.class") || !VersionIsReadable()) return ConfigDef();
    if (version) {
      Result<VersionRange> range = VersionRange::ParseRequirement(*version);
      if (!range.ok()) return AsJava(range.status(), kVersionException);
    }
    Result<Value> parsed = ParseType(type_key, *given, Type::kClass, names_);
    if (!parsed.ok()) return parsed.status();
    const std::string& name = std::get<std::string>(*parsed);
    if (auto error = CheckRole(catalog_, kind_.role, name)) return Status::Config(*std::move(error));
    Result<ClassCatalog::Class> chosen = Choose(catalog_, kind_.role, name, version);
    if (!chosen.ok()) return chosen.status();
    Result<ConfigDef> definition = catalog_.Definition(*chosen);
    if (!definition.ok()) {
      return Status::Config(InvalidValue(
          type_key, *given,
          fmt::format("Error getting config definition from {}: {}", kind_.java, definition.status().message())));
    }
    return definition;
  }

  Kind kind_;
  const RawConfig& config_;
  const ClassCatalog& catalog_;
  ClassNames names_;
};

}  // namespace

std::optional<std::string> GetRaw(const RawConfig& config, std::string_view key) {
  auto it = config.find(key);
  return it == config.end() ? std::nullopt : it->second;
}

void AddAliasDefinitions(const RawConfig& config, const ClassCatalog& catalog, ConfigDef* def) {
  Definer(kTransforms, config, catalog).AddTo(def);
  Definer(kPredicates, config, catalog).AddTo(def);
}

void RecommendForAliases(const RawConfig& config, const ClassCatalog& catalog, std::vector<ConfigValue>* values) {
  std::map<std::string_view, ConfigValue*> by_name;
  for (ConfigValue& v : *values) by_name[v.name] = &v;
  for (const Kind& kind : {kTransforms, kPredicates}) {
    for (const std::string& alias : Aliases(GetRaw(config, kind.list))) {
      auto type_at = by_name.find(fmt::format("{}.{}.type", kind.list, alias));
      auto version_at = by_name.find(fmt::format("{}.{}.plugin.version", kind.list, alias));
      if (type_at == by_name.end() || version_at == by_name.end()) continue;
      ConfigValue* type = type_at->second;
      ConfigValue* version = version_at->second;
      type->recommended_values = NamesOfRole(catalog, kind.role);
      if (const auto* name = std::get_if<std::string>(&type->parsed)) {
        version->recommended_values = VersionsOf(catalog, kind.role, *name);
      }
    }
  }
}

}  // namespace millrace::config
