// SPDX-License-Identifier: Apache-2.0
// AbstractHerder.validateConnectorConfig of Kafka Connect 4.1: the same steps in the same order, since the number of
// errors and their texts depend on it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/java_regex.h"
#include "config/alias_definitions.h"
#include "config/class_choice.h"
#include "config/config_value.h"
#include "config/connector_config.h"
#include "config/connector_definitions.h"
#include "config/java_map.h"
#include "config/override_policy.h"
#include "config/version_range.h"

namespace millrace::config {
namespace {

constexpr const char* kClassKey = "connector.class";
constexpr const char* kVersionKey = "connector.plugin.version";

struct ConverterKind {
  const char* key;
  const char* name;  // in messages
  const char* type;  // converter.type
  int role;
  std::string WorkerConfig::*worker_class;
  std::string WorkerConfig::*worker_version;
};
// In the order in which their settings are checked.
constexpr ConverterKind kConverters[] = {
    {"header.converter", "header converter", "header", MR_ROLE_HEADER_CONVERTER, &WorkerConfig::header_converter,
     &WorkerConfig::header_converter_version},
    {"key.converter", "key converter", "key", MR_ROLE_CONVERTER, &WorkerConfig::key_converter,
     &WorkerConfig::key_converter_version},
    {"value.converter", "value converter", "value", MR_ROLE_CONVERTER, &WorkerConfig::value_converter,
     &WorkerConfig::value_converter_version},
};

std::string VersionKeyOf(const std::string& key) { return key + ".plugin.version"; }

// Checked values by name, in order.
class Values {
 public:
  explicit Values(std::vector<ConfigValue> values) : values_(std::move(values)) {
    for (size_t i = 0; i < values_.size(); ++i) index_[values_[i].name] = i;
  }
  // The value of a key; made when it is not there.
  ConfigValue& At(const std::string& name) {
    auto [it, added] = index_.try_emplace(name, values_.size());
    if (added) values_.emplace_back().name = name;
    return values_[it->second];
  }
  std::vector<ConfigValue>* all() { return &values_; }
  std::vector<ConfigValue> Take() && { return std::move(values_); }

 private:
  std::vector<ConfigValue> values_;
  std::map<std::string, size_t> index_;
};

void AddNullErrors(const RawConfig& config, Values* values) {
  for (const auto& [key, value] : config) {
    if (!value) values->At(key).errors.emplace_back("Null value can not be supplied as the configuration value.");
  }
}

// AbstractHerder.generateResult: values without a definition first, then one entry per definition.
ConfigInfos Combine(const std::string& name, const ConfigDef& def, std::vector<ConfigValue> values) {
  ConfigInfos out;
  out.name = name;
  out.groups = def.groups();
  std::map<std::string, ConfigValue*> by_name;
  for (ConfigValue& v : values) by_name[v.name] = &v;
  for (ConfigValue& v : values) {
    if (def.Find(v.name) != nullptr) continue;
    out.error_count += static_cast<int>(v.errors.size());
    out.configs.push_back({std::nullopt, v});
  }
  for (const ConfigKey& key : def.keys()) {
    ConfigInfo info{key, {}};
    if (auto it = by_name.find(key.name); it != by_name.end()) info.value = *it->second;
    out.error_count += static_cast<int>(info.value.errors.size());
    out.configs.push_back(std::move(info));
  }
  return out;
}

// AbstractHerder.prefixedConfigInfos: here a setting counts as one error, however many messages it has.
void AppendPrefixed(const ConfigDef& def, std::vector<ConfigValue> values, const std::string& prefix,
                    ConfigInfos* out) {
  std::vector<std::string> names;
  for (const ConfigValue& v : values) names.push_back(v.name);
  // Groups are listed as they come up in Java's hash map of the values.
  for (size_t i : JavaHashOrder({names.begin(), names.end()})) {
    ConfigValue& v = values[i];
    ConfigInfo info;
    if (const ConfigKey* key = def.Find(v.name)) {
      if (key->group && std::find(out->groups.begin(), out->groups.end(), *key->group) == out->groups.end()) {
        out->groups.push_back(*key->group);
      }
      info.definition = *key;
      info.definition->display_name = key->shown_name();
      info.definition->name = prefix + key->name;
    }
    if (!v.errors.empty()) ++out->error_count;
    v.name = prefix + v.name;
    v.visible = true;
    info.value = std::move(v);
    out->configs.push_back(std::move(info));
  }
}

class Validation {
 public:
  Validation(const RawConfig& config, const ClassCatalog& catalog, const WorkerConfig& worker)
      : config_(config), catalog_(catalog), worker_(worker), names_(NamesOf(catalog)) {}

  Result<ConfigInfos> Run(const OwnCheck& own) {
    std::optional<std::string> class_name = GetRaw(config_, kClassKey);
    if (!class_name) {
      return BadRequest(fmt::format("Connector config {} contains no connector type", JavaMapText(config_)));
    }
    class_name_ = *class_name;
    std::optional<std::string> requirement = GetRaw(config_, kVersionKey);
    if (requirement) {
      Result<VersionRange> range = VersionRange::ParseRequirement(*requirement);
      if (!range.ok()) return BadRequest(range.status().message());
    }
    bool sink = catalog_.Find(MR_ROLE_SOURCE, class_name_).empty();
    Result<ClassCatalog::Class> connector =
        Choose(catalog_, sink ? MR_ROLE_SINK : MR_ROLE_SOURCE, class_name_, requirement);
    if (!connector.ok()) {
      if (connector.status().code() == Code::kNotFound) return BadRequest(NoSuchConnector());
      return OtherVersion(connector.status());
    }
    connector_ = *connector;
    type_ = sink ? ConnectorType::kSink : ConnectorType::kSource;
    return Check(own);
  }

 private:
  static Status BadRequest(std::string message) {
    return AsJava(Status::BadRequest(std::move(message)), kBadRequestException);
  }

  std::string NoSuchConnector() const {
    std::vector<std::string> available;
    for (int role : {MR_ROLE_SINK, MR_ROLE_SOURCE}) {
      for (const ClassCatalog::Class& c : catalog_.All(role)) {
        std::string_view kind = role == MR_ROLE_SINK ? "sink" : "source";
        available.push_back(
            fmt::format("PluginDesc{{klass=class {0}, name='{0}', version='{1}', encodedVersion={1}, type={2}, "
                        "typeName='{2}', location='{3}'}}",
                        c.name, c.version, kind, c.built_in ? "classpath" : "plugin.path"));
      }
    }
    std::sort(available.begin(), available.end());
    return fmt::format(
        "Failed to find any class that implements Connector and which name matches {}, available connectors are: {}",
        class_name_, fmt::join(available, ", "));
  }

  // The class is there, but not in that version: only the common settings can be checked.
  ConfigInfos OtherVersion(const Status& why) {
    ConfigDef def = CommonDefinition();
    std::vector<std::string> versions = ConnectorVersions();
    SetDefault(&def, kVersionKey, versions.empty() ? std::nullopt : std::optional(versions.back()));
    Values values(def.Validate(config_, names_));
    HideVersions(&values);
    values.At(kClassKey).errors.push_back(why.message());
    ConfigValue& version = values.At(kVersionKey);
    version.errors.push_back(why.message());
    version.recommended_values = std::move(versions);
    AddNullErrors(config_, &values);
    return Combine(class_name_, def, std::move(values).Take());
  }

  Result<ConfigInfos> Check(const OwnCheck& own) {
    ConfigDef def = EnrichedDefinition();
    Values values(def.Validate(config_, names_));
    Recommend(&values);
    if (type_ == ConnectorType::kSink) MILLRACE_RETURN_IF_ERROR(CheckTopics(&values));
    AddNullErrors(config_, &values);
    // These may add errors to the values, and so come before the values are counted.
    ConfigInfos converters = CheckConverters(&values);
    Result<ConfigInfos> overrides = CheckOverrides();
    if (!overrides.ok()) return overrides.status();
    Result<ConfigInfos> out = CheckOwn(std::move(def), std::move(values), own);
    if (!out.ok()) return out.status();
    for (ConfigInfos* part : {&*overrides, &converters}) {
      out->error_count += part->error_count;
      std::move(part->configs.begin(), part->configs.end(), std::back_inserter(out->configs));
      for (std::string& group : part->groups) {
        if (std::find(out->groups.begin(), out->groups.end(), group) == out->groups.end()) {
          out->groups.push_back(std::move(group));
        }
      }
    }
    return out;
  }

  // ---- the definition

  static void SetDefault(ConfigDef* def, const std::string& name, std::optional<std::string> value) {
    ConfigKey key = *def->Find(name);
    key.default_value = std::move(value);
    def->Add(std::move(key));
  }

  ConfigDef EnrichedDefinition() {
    ConfigDef def = BaseDefinition(type_);
    std::vector<std::string> versions = ConnectorVersions();
    SetDefault(&def, kVersionKey, versions.empty() ? std::nullopt : std::optional(versions.back()));
    for (const ConverterKind& kind : kConverters) {
      const std::string& worker_class = worker_.*kind.worker_class;
      std::optional<std::string> own_class = GetRaw(config_, kind.key);
      std::optional<std::string> version;
      if (own_class) {
        version = LatestVersion(catalog_, kind.role, JavaTrim(*own_class));
      } else if (!worker_class.empty()) {
        const std::string& given = worker_.*kind.worker_version;
        version = given.empty() ? LatestVersion(catalog_, kind.role, worker_class) : std::optional(given);
      }
      ConfigKey key = *def.Find(kind.key);
      key.default_value.reset();
      if (!worker_class.empty()) key.default_value = names_(worker_class).value_or(worker_class);
      key.check = [this, role = kind.role](const Value& v) -> std::optional<std::string> {
        const auto* name = std::get_if<std::string>(&v);
        return name == nullptr ? std::nullopt : CheckRole(catalog_, role, *name);
      };
      def.Add(std::move(key));
      SetDefault(&def, VersionKeyOf(kind.key), std::move(version));
    }
    AddAliasDefinitions(config_, catalog_, &def);
    return def;
  }

  std::vector<std::string> ConnectorVersions() const {
    std::vector<std::string> versions = VersionsOf(catalog_, MR_ROLE_SOURCE, class_name_);
    return versions.empty() ? VersionsOf(catalog_, MR_ROLE_SINK, class_name_) : versions;
  }

  static void HideVersions(Values* values) {
    for (const ConverterKind& kind : kConverters) {
      bool has_class = !std::holds_alternative<std::monostate>(values->At(kind.key).parsed);
      values->At(VersionKeyOf(kind.key)).visible = has_class;
    }
  }

  void Recommend(Values* values) {
    values->At(kVersionKey).recommended_values = ConnectorVersions();
    HideVersions(values);
    for (const ConverterKind& kind : kConverters) {
      ConfigValue& converter = values->At(kind.key);
      converter.recommended_values = NamesOfRole(catalog_, kind.role);
      if (const auto* name = std::get_if<std::string>(&converter.parsed)) {
        values->At(VersionKeyOf(kind.key)).recommended_values = VersionsOf(catalog_, kind.role, *name);
      }
    }
    RecommendForAliases(config_, catalog_, values->all());
  }

  // ---- rules across settings

  // SinkConnectorConfig.validate.
  Status CheckTopics(Values* values) const {
    std::string list = GetRaw(config_, "topics").value_or("");
    std::string regex = GetRaw(config_, "topics.regex").value_or("");
    std::string raw_dlq = GetRaw(config_, "errors.deadletterqueue.topic.name").value_or("");
    std::string_view dlq = JavaTrim(raw_dlq);
    bool has_list = !IsBlank(list);
    bool has_regex = !IsBlank(regex);
    std::string both;
    if (has_list && has_regex) both = "topics and topics.regex are mutually exclusive options, but both are set.";
    if (!has_list && !has_regex) both = "Must configure one of topics or topics.regex";
    if (!both.empty()) {
      values->At("topics").errors.push_back(both);
      values->At("topics.regex").errors.push_back(both);
    }
    if (IsBlank(dlq)) return {};
    if (has_list) {
      std::vector<std::string> topics;
      for (std::string& topic : Aliases(list)) {
        if (!topic.empty()) topics.push_back(std::move(topic));
      }
      if (std::find(topics.begin(), topics.end(), dlq) != topics.end()) {
        values->At("topics").errors.push_back(fmt::format(
            "The DLQ topic '{}' may not be included in the list of topics ('topics=[{}]') consumed by the connector",
            dlq, fmt::join(topics, ", ")));
      }
    }
    if (has_regex) {
      Result<JavaRegex> compiled = JavaRegex::Compile(regex);
      if (!compiled.ok()) return AsJava(compiled.status(), "java.util.regex.PatternSyntaxException");
      Result<bool> matches = compiled->Matches(dlq);
      if (!matches.ok()) return matches.status();
      if (*matches) {
        values->At("topics.regex")
            .errors.push_back(fmt::format(
                "The DLQ topic '{}' may not be matched by the regex for the topics ('topics.regex={}') consumed by the "
                "connector",
                dlq, regex));
      }
    }
    return {};
  }

  // ---- converters

  ConfigInfos CheckConverters(Values* values) const {
    ConfigInfos out;
    for (const ConverterKind& kind : kConverters) CheckConverter(kind, values, &out);
    return out;
  }

  void CheckConverter(const ConverterKind& kind, Values* values, ConfigInfos* out) const {
    std::optional<std::string> class_name = GetRaw(config_, kind.key);
    ConfigValue& class_value = values->At(kind.key);
    ConfigValue& version_value = values->At(VersionKeyOf(kind.key));
    // The worker's converter was checked when the worker started; what is wrong with this one has been said.
    if (!class_name || !class_value.errors.empty() || !version_value.errors.empty()) return;
    Result<ClassCatalog::Class> chosen =
        Choose(catalog_, kind.role, JavaTrim(*class_name), GetRaw(config_, VersionKeyOf(kind.key)));
    if (!chosen.ok()) {
      if (chosen.status().detail("class") == kVersionException) {
        class_value.errors.push_back(chosen.status().message());
        version_value.errors.push_back(chosen.status().message());
      } else {
        class_value.errors.push_back(
            fmt::format("Failed to load class {}: {}", *class_name, chosen.status().message()));
      }
      return;
    }
    Result<ConfigDef> def = catalog_.Definition(*chosen);
    if (!def.ok()) {
      class_value.errors.push_back(
          fmt::format("Failed to load ConfigDef from {}: {}", kind.name, def.status().message()));
      return;
    }
    std::string prefix = std::string(kind.key) + ".";
    RawConfig own;
    for (const auto& [key, value] : config_) {
      if (key.starts_with(prefix)) own[key.substr(prefix.size())] = value;
    }
    own.try_emplace("converter.type", kind.type);
    AppendPrefixed(*def, def->Validate(own, names_), prefix, out);
  }

  // ---- overrides of client settings

  Result<ConfigInfos> CheckOverrides() const {
    bool sink = type_ == ConnectorType::kSink;
    bool dlq = !IsBlank(GetRaw(config_, "errors.deadletterqueue.topic.name").value_or(""));
    bool topic_creation = std::any_of(config_.begin(), config_.end(),
                                      [](const auto& entry) { return entry.first.starts_with("topic.creation."); });
    bool producer = !sink || dlq;
    bool admin = sink ? dlq : topic_creation;
    ConfigInfos out;
    Result<OverridePolicy> policy = OverridePolicy::Make(worker_.override_policy, worker_.override_allowlist);
    if (!policy.ok()) return policy.status();
    if (producer) MILLRACE_RETURN_IF_ERROR(CheckClient(*policy, "producer.override.", ClientKind::kProducer, &out));
    if (sink) MILLRACE_RETURN_IF_ERROR(CheckClient(*policy, "consumer.override.", ClientKind::kConsumer, &out));
    if (admin) MILLRACE_RETURN_IF_ERROR(CheckClient(*policy, "admin.override.", ClientKind::kAdmin, &out));
    return out;
  }

  Status CheckClient(const OverridePolicy& policy, const std::string& prefix, ClientKind kind, ConfigInfos* out) const {
    const ConfigDef& def = ClientDefinition(kind);
    std::vector<ConfigValue> values;
    for (const auto& [full_key, text] : config_) {
      if (!full_key.starts_with(prefix)) continue;
      ConfigValue v;
      v.name = full_key.substr(prefix.size());
      const ConfigKey* key = def.Find(v.name);
      if (text && key != nullptr) {
        // Java lets this exception through.
        Result<Value> parsed = ParseType(v.name, *text, key->type);
        if (!parsed.ok()) return AsJava(parsed.status(), kConfigException);
        v.value = ToText(*parsed, key->type);
      } else {
        v.value = text;
      }
      if (!policy.Allows(v.name)) v.errors.push_back(policy.Refusal(v.name));
      values.push_back(std::move(v));
    }
    AppendPrefixed(def, std::move(values), prefix, out);
    return {};
  }

  // ---- the connector's own settings

  Result<ConfigInfos> CheckOwn(ConfigDef def, Values values, const OwnCheck& own) const {
    Result<ConfigDef> own_def = catalog_.Definition(connector_);
    if (!own_def.ok()) {
      return AsJava(own_def.status().Context("reading the settings of connector class " + connector_.name),
                    "org.apache.kafka.connect.errors.ConnectException");
    }
    Values own_values(own_def->Validate(config_, names_));
    if (own) {
      Properties present;
      for (const auto& [key, value] : config_) {
        if (value) present[key] = *value;
      }
      Result<std::vector<PluginProblem>> problems = own(connector_, present);
      if (!problems.ok()) return problems.status();
      for (PluginProblem& p : *problems) own_values.At(p.key).errors.push_back(std::move(p.message));
    }
    def.AddAll(*own_def);
    // A value of the connector's own takes the place of the framework's for the same key.
    for (ConfigValue& v : std::move(own_values).Take()) {
      ConfigValue& place = values.At(v.name);
      place = std::move(v);
    }
    return Combine(class_name_, def, std::move(values).Take());
  }

  const RawConfig& config_;
  const ClassCatalog& catalog_;
  const WorkerConfig& worker_;
  ClassNames names_;
  std::string class_name_;  // as given
  ClassCatalog::Class connector_;
  ConnectorType type_ = ConnectorType::kSource;
};

}  // namespace

Result<ConfigInfos> ValidateConnector(const RawConfig& config, const ClassCatalog& catalog, const WorkerConfig& worker,
                                      const OwnCheck& own) {
  return Validation(config, catalog, worker).Run(own);
}

std::string ErrorSummary(const ConfigInfos& infos) {
  if (infos.error_count == 0) return {};
  std::string out =
      fmt::format("Connector configuration is invalid and contains the following {} error(s):", infos.error_count);
  for (const ConfigInfo& info : infos.configs) {
    for (const std::string& error : info.value.errors) {
      out += '\n';
      out += error;
    }
  }
  out +=
      "\nYou can also find the above list of errors at the endpoint "
      "`/connector-plugins/{connectorType}/config/validate`";
  return out;
}

}  // namespace millrace::config
