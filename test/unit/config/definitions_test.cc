// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>

#include "config/config_value.h"
#include "config/connector_config.h"
#include "config/connector_definitions.h"
#include "config/validator.h"
#include "config/worker_config.h"
#include "golden.h"

namespace millrace::config {
namespace {

std::string DefaultOf(const ConfigKey& key) {
  if (key.required) return "(required)";
  if (!key.default_value) return "(null)";
  return ToText(*ParseType(key.name, *key.default_value, key.type), key.type).value_or("(null)");
}

// One key in one line. The self-description of validators is compared as text.
std::string Line(const ConfigKey& key, const std::string& valid_values) {
  return fmt::format("{} {} default={} {} group={} order={} width={} display={} valid={}", key.name, TypeName(key.type),
                     DefaultOf(key), ImportanceName(key.importance), key.group.value_or("(none)"), key.order,
                     WidthName(key.width), key.shown_name(), valid_values);
}

std::string Recorded(const rapidjson::Value& k, const std::string& name) {
  auto text = [&](const char* member) {
    return k.HasMember(member) && k[member].IsString() ? std::string(k[member].GetString()) : std::string("(none)");
  };
  std::string dflt = "(null)";
  static const rapidjson::Value kNull;
  const rapidjson::Value& d = k.HasMember("default") ? k["default"] : kNull;
  if (k["required"].GetBool()) {
    dflt = "(required)";
  } else if (d.IsBool()) {
    dflt = d.GetBool() ? "true" : "false";
  } else if (d.IsInt64()) {
    dflt = std::to_string(d.GetInt64());
  } else if (d.IsDouble()) {
    dflt = *ToText(Value(d.GetDouble()), Type::kDouble);
  } else if (d.IsString()) {
    dflt = d.GetString();
  } else if (d.IsArray()) {
    dflt.clear();
    for (const auto& v : d.GetArray()) dflt += (dflt.empty() ? "" : ",") + std::string(v.GetString());
  }
  std::string valid = text("valid_values");
  return fmt::format("{} {} default={} {} group={} order={} width={} display={} valid={}", name, k["type"].GetString(),
                     dflt, k["importance"].GetString(), text("group"), k["order"].GetInt(), k["width"].GetString(),
                     k["display_name"].GetString(), valid == "(none)" ? "" : valid);
}

// Compares a table with the recorded one, but for the keys whose deviation is documented.
void Compare(const ConfigDef& def, const std::string& recorded, const std::set<std::string>& deviations) {
  CAPTURE(recorded);
  const rapidjson::Document all = Golden("config-defs.json");
  const rapidjson::Value& table = all[recorded.c_str()];
  std::vector<std::string> names;
  for (const auto& n : table["keys_in_definition_order"].GetArray()) names.emplace_back(n.GetString());
  std::vector<std::string> ours;
  for (const ConfigKey& key : def.keys()) {
    if (key.name != "connector.client.config.override.allowlist") ours.push_back(key.name);
  }
  CHECK(std::set<std::string>(ours.begin(), ours.end()) == std::set<std::string>(names.begin(), names.end()));
  for (const std::string& name : names) {
    if (deviations.contains(name)) continue;
    const ConfigKey* key = def.Find(name);
    if (key == nullptr) continue;
    CHECK(Line(*key, Validator::Parse(key->validator)->Describe()) == Recorded(table["keys"][name.c_str()], name));
  }
  std::vector<std::string> groups;
  for (const auto& g : table["groups_in_order"].GetArray()) groups.emplace_back(g.GetString());
  CHECK(def.groups() == groups);
}

TEST_CASE("the framework's tables are those of Kafka Connect 4.1.2") {
  const std::set<std::string> deviations = {"listeners", "connector.client.config.override.policy"};
  Compare(WorkerConfig::Definition(Mode::kStandalone), "worker/StandaloneConfig", deviations);
  Compare(WorkerConfig::Definition(Mode::kDistributed), "worker/DistributedConfig", deviations);
  Compare(BaseDefinition(ConnectorType::kSource), "connector/SourceConnectorConfig", {});
  Compare(BaseDefinition(ConnectorType::kSink), "connector/SinkConnectorConfig", {});
  Compare(CommonDefinition(), "connector/ConnectorConfig", {});
  TopicCreationDefaults defaults{1, 1};
  Compare(TopicCreationDefinition("topic.creation.GROUP", &defaults), "connector/TopicCreation(configDef)", {});
  Compare(TopicCreationDefinition("default", nullptr), "connector/TopicCreation(defaultGroupConfigDef)", {});
}

TEST_CASE("deviations from Kafka's defaults are deliberate") {
  const ConfigDef& def = WorkerConfig::Definition(Mode::kStandalone);
  CHECK(def.Find("listeners")->default_value == "http://127.0.0.1:8083");
  CHECK(def.Find("connector.client.config.override.policy")->default_value == "Allowlist");
}

TEST_CASE("every key of every table has a text, and its default passes its own check") {
  for (Mode mode : {Mode::kStandalone, Mode::kDistributed}) {
    for (const ConfigKey& key : WorkerConfig::Definition(mode).keys()) {
      CAPTURE(key.name);
      CHECK(!key.documentation.empty());
      if (!key.required) CHECK(ConfigDef::Parse(key, std::nullopt).ok());
    }
  }
  for (ConnectorType type : {ConnectorType::kSource, ConnectorType::kSink}) {
    for (const ConfigKey& key : BaseDefinition(type).keys()) {
      CAPTURE(key.name);
      CHECK(!key.documentation.empty());
      if (!key.required) CHECK(ConfigDef::Parse(key, std::nullopt).ok());
    }
  }
}

}  // namespace
}  // namespace millrace::config
