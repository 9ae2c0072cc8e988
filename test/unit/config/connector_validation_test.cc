// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <sstream>

#include "config/config_value.h"
#include "config/connector_config.h"
#include "golden.h"

namespace millrace::config {
namespace {

// The worker that the recording was made with.
WorkerConfig RecordedWorker() {
  WorkerConfig worker;
  worker.key_converter = worker.value_converter = "org.apache.kafka.connect.json.JsonConverter";
  worker.header_converter = "org.apache.kafka.connect.storage.SimpleHeaderConverter";
  worker.override_policy = "All";
  return worker;
}

RawConfig ConfigOf(const rapidjson::Value& v) {
  RawConfig out;
  for (const auto& m : v.GetObject()) {
    std::string key(m.name.GetString(), m.name.GetStringLength());
    out[key] =
        m.value.IsNull() ? std::nullopt : std::optional(std::string(m.value.GetString(), m.value.GetStringLength()));
  }
  return out;
}

std::string OrNull(const rapidjson::Value& v) { return v.IsNull() ? "null" : fmt::format("\"{}\"", v.GetString()); }
std::string OrNull(const std::optional<std::string>& v) { return v ? fmt::format("\"{}\"", *v) : "null"; }

std::string Joined(std::vector<std::string> parts) { return fmt::format("{}", fmt::join(parts, "|")); }
std::vector<std::string> Texts(const rapidjson::Value& array) {
  std::vector<std::string> out;
  for (const auto& v : array.GetArray()) out.emplace_back(v.GetString(), v.GetStringLength());
  return out;
}

bool IsVersionKey(std::string_view name) { return name.ends_with("plugin.version"); }

// One setting in one line, from the recording and from ours. Versions are those of the installation.
std::string Line(const rapidjson::Value& info) {
  const rapidjson::Value& d = info["definition"];
  const rapidjson::Value& v = info["value"];
  std::string definition = "none";
  if (!d.IsNull()) {
    definition =
        fmt::format("{} {} required={} default={} {} group={} order={} width={} display={} dependents={}",
                    d["name"].GetString(), d["type"].GetString(), d["required"].GetBool(), OrNull(d["default_value"]),
                    d["importance"].GetString(), OrNull(d["group"]), d["order"].GetInt(), d["width"].GetString(),
                    d["display_name"].GetString(), Joined(Texts(d["dependents"])));
  }
  return fmt::format("{} : {} = {} recommended={} errors={} visible={}", definition, v["name"].GetString(),
                     OrNull(v["value"]), Joined(Texts(v["recommended_values"])), Joined(Texts(v["errors"])),
                     v["visible"].GetBool());
}

std::string Line(const ConfigInfo& info) {
  std::string definition = "none";
  ConfigValue v = info.value;
  if (info.definition) {
    const ConfigKey& d = *info.definition;
    std::optional<std::string> dflt = DefaultText(d);
    if (IsVersionKey(d.name)) {
      for (std::optional<std::string>* text : {&dflt, &v.value}) {
        if (*text) *text = "<version>";
      }
      v.recommended_values.assign(v.recommended_values.size(), "<version>");
    }
    definition = fmt::format("{} {} required={} default={} {} group={} order={} width={} display={} dependents={}",
                             d.name, TypeName(d.type), d.required, OrNull(dflt), ImportanceName(d.importance),
                             OrNull(d.group), d.order, WidthName(d.width), d.shown_name(), Joined(d.dependents));
  }
  return fmt::format("{} : {} = {} recommended={} errors={} visible={}", definition, v.name, OrNull(v.value),
                     Joined(v.recommended_values), Joined(v.errors), v.visible);
}

std::string SortedLines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  std::sort(lines.begin(), lines.end());
  return fmt::format("{}", fmt::join(lines, "\n"));
}

// The list of installed connectors is the installation's.
std::string WithoutPlugins(std::string text) {
  size_t at = text.find("PluginDesc{");
  return at == std::string::npos ? text : text.substr(0, at) + "<plugin-list>";
}

TEST_CASE("configurations are validated as recorded from Kafka Connect") {
  RecordedCatalog catalog;
  WorkerConfig worker = RecordedWorker();
  std::vector<rapidjson::Document> cases = GoldenLines("validation.jsonl");
  REQUIRE(cases.size() > 100);
  for (const rapidjson::Document& c : cases) {
    std::string id = c["id"].GetString();
    CAPTURE(id);
    Result<ConfigInfos> infos = ValidateConnector(ConfigOf(c["config"]), catalog, worker);
    if (c.HasMember("error")) {
      REQUIRE(!infos.ok());
      const Status& s = infos.status();
      CHECK(fmt::format("{}: {}", s.detail("class"), WithoutPlugins(s.message())) == c["error"].GetString());
      continue;
    }
    REQUIRE_MESSAGE(infos.ok(), infos.status().message());
    if (c.HasMember("summary")) {
      CHECK(SortedLines(ErrorSummary(*infos)) ==
            SortedLines({c["summary"].GetString(), c["summary"].GetStringLength()}));
      continue;
    }
    const rapidjson::Value& expected = c["infos"];
    CHECK(infos->name == expected["name"].GetString());
    CHECK(infos->error_count == expected["error_count"].GetInt());
    CHECK(Joined(infos->groups) == Joined(Texts(expected["groups"])));
    std::vector<std::string> want;
    std::vector<std::string> got;
    for (const auto& info : expected["configs"].GetArray()) want.push_back(Line(info));
    for (const ConfigInfo& info : infos->configs) got.push_back(Line(info));
    std::sort(want.begin(), want.end());
    std::sort(got.begin(), got.end());
    REQUIRE(got.size() == want.size());
    for (size_t i = 0; i < want.size(); ++i) CHECK(got[i] == want[i]);
  }
}

TEST_CASE("what validation lets through but cannot start is refused as recorded") {
  int seen = 0;
  for (const rapidjson::Document& c : GoldenLines("validation.jsonl")) {
    if (!c.HasMember("start_error")) continue;
    ++seen;
    Properties config;
    for (const auto& [key, value] : ConfigOf(c["config"])) config[key] = *value;
    Result<ConnectorConfig> made = ConnectorConfig::Make(ConnectorType::kSource, config);
    REQUIRE(!made.ok());
    CHECK(made.status().message() == c["start_error"].GetString());
  }
  CHECK(seen > 0);
}

RawConfig Sink(std::initializer_list<RawConfig::value_type> more) {
  RawConfig out = {{"name", "s"}, {"connector.class", "FileStreamSink"}, {"topics", "t"}};
  for (const auto& entry : more) out[entry.first] = entry.second;
  return out;
}

std::vector<std::string> ErrorsOf(const ConfigInfos& infos, std::string_view name) {
  for (const ConfigInfo& info : infos.configs) {
    if (info.value.name == name) return info.value.errors;
  }
  return {"there is no such setting"};
}

using Errors = std::vector<std::string>;

TEST_CASE("the override policy decides which client settings a connector may set") {
  RecordedCatalog catalog;
  WorkerConfig worker = RecordedWorker();
  RawConfig config = Sink({{"consumer.override.max.poll.records", "5"}, {"consumer.override.sasl.mechanism", "PLAIN"}});
  CHECK(ValidateConnector(config, catalog, worker)->error_count == 0);

  worker.override_policy = "None";
  Result<ConfigInfos> infos = ValidateConnector(config, catalog, worker);
  CHECK(infos->error_count == 2);
  CHECK(ErrorsOf(*infos, "consumer.override.max.poll.records") ==
        Errors{"The 'None' policy does not allow 'max.poll.records' to be overridden in the connector configuration."});

  worker.override_policy = "org.apache.kafka.connect.connector.policy.PrincipalConnectorClientConfigOverridePolicy";
  infos = ValidateConnector(config, catalog, worker);
  CHECK(infos->error_count == 1);
  CHECK(ErrorsOf(*infos, "consumer.override.sasl.mechanism").empty());

  worker.override_policy = "Allowlist";
  CHECK(ValidateConnector(config, catalog, worker)->error_count == 2);
  worker.override_allowlist = {"max.poll.records"};
  infos = ValidateConnector(config, catalog, worker);
  CHECK(infos->error_count == 1);
  CHECK(ErrorsOf(*infos, "consumer.override.max.poll.records").empty());
}

TEST_CASE("only overrides of clients that the connector uses are checked") {
  RecordedCatalog catalog;
  WorkerConfig worker = RecordedWorker();
  worker.override_policy = "None";
  RawConfig config = Sink({{"producer.override.acks", "all"}, {"admin.override.client.id", "x"}});
  CHECK(ValidateConnector(config, catalog, worker)->error_count == 0);
  config["errors.deadletterqueue.topic.name"] = "dlq";
  CHECK(ValidateConnector(config, catalog, worker)->error_count == 2);
}

TEST_CASE("an override shows the client's definition, and secrets stay hidden") {
  RecordedCatalog catalog;
  Result<ConfigInfos> infos =
      ValidateConnector(Sink({{"consumer.override.ssl.key.password", "geheim"}, {"consumer.override.no.such", "x"}}),
                        catalog, RecordedWorker());
  int seen = 0;
  for (const ConfigInfo& info : infos->configs) {
    if (info.value.name == "consumer.override.ssl.key.password") {
      CHECK(info.value.value == "[hidden]");
      REQUIRE(info.definition);
      CHECK(info.definition->name == "consumer.override.ssl.key.password");
      CHECK(info.definition->shown_name() == "ssl.key.password");
      ++seen;
    } else if (info.value.name == "consumer.override.no.such") {
      CHECK(!info.definition);
      CHECK(info.value.value == "x");
      ++seen;
    }
  }
  CHECK(seen == 2);
}

TEST_CASE("problems found by the connector itself are added to its settings") {
  RecordedCatalog catalog;
  auto own = [](const ClassCatalog::Class& c, const Properties& config) -> Result<std::vector<PluginProblem>> {
    CHECK(c.name == "org.apache.kafka.connect.file.FileStreamSinkConnector");
    CHECK(config.contains("topics"));
    return std::vector<PluginProblem>{{"file", "no such directory"}, {"extra", "not wanted"}};
  };
  Result<ConfigInfos> infos = ValidateConnector(Sink({}), catalog, RecordedWorker(), own);
  CHECK(infos->error_count == 2);
  CHECK(ErrorsOf(*infos, "file") == Errors{"no such directory"});
  CHECK(ErrorsOf(*infos, "extra") == Errors{"not wanted"});
  auto failing = [](const ClassCatalog::Class&, const Properties&) -> Result<std::vector<PluginProblem>> {
    return Status::Fatal("it crashed");
  };
  CHECK(!ValidateConnector(Sink({}), catalog, RecordedWorker(), failing).ok());
}

TEST_CASE("versions of classes: the highest is the default, a requirement chooses, none fitting is told") {
  RecordedCatalog catalog;
  ClassCatalog::Class newer = catalog.Find(MR_ROLE_SINK, "FileStreamSink").front();
  Result<ConfigDef> def = catalog.Definition(newer);
  newer.version = "4.10.0";
  catalog.Add(newer, *def);
  auto value = [&](const RawConfig& config) {
    Result<ConfigInfos> infos = ValidateConnector(config, catalog, RecordedWorker());
    for (const ConfigInfo& info : infos->configs) {
      if (info.value.name == "connector.plugin.version") return info;
    }
    return ConfigInfo{};
  };
  ConfigInfo info = value(Sink({}));
  CHECK(info.value.value == "4.10.0");
  CHECK(info.value.recommended_values == Errors{"4.1.2", "4.10.0"});
  CHECK(value(Sink({{"connector.plugin.version", "[4.0,4.5)"}})).value.errors.empty());
  CHECK(value(Sink({{"connector.plugin.version", "5"}})).value.errors ==
        Errors{"Plugin org.apache.kafka.connect.file.FileStreamSinkConnector not found that matches the version range "
               "[5,5], available versions: [4.1.2, 4.10.0]"});
  Result<ConfigInfos> unreadable =
      ValidateConnector(Sink({{"connector.plugin.version", "[4"}}), catalog, RecordedWorker());
  CHECK(unreadable.status().code() == Code::kBadRequest);
  Result<ConfigInfos> converter = ValidateConnector(
      Sink({{"key.converter", "StringConverter"}, {"key.converter.plugin.version", "9"}}), catalog, RecordedWorker());
  CHECK(
      ErrorsOf(*converter, "key.converter") ==
      Errors{"Plugin org.apache.kafka.connect.storage.StringConverter not found that matches the version range [9,9], "
             "available versions: [4.1.2, 4.1.2]"});
}

TEST_CASE("transformations that cannot be used say why") {
  RecordedCatalog catalog;
  auto errors = [&](std::string_view key, const RawConfig& config) {
    return ErrorsOf(*ValidateConnector(config, catalog, RecordedWorker()), key);
  };
  CHECK(errors("transforms.a.type",
               Sink({{"transforms", "a"}, {"transforms.a.type", "org.apache.kafka.connect.transforms.MaskField"}})) ==
        Errors{"This class is abstract and cannot be created. Did you mean "
               "org.apache.kafka.connect.transforms.MaskField$Key, "
               "org.apache.kafka.connect.transforms.MaskField$Value?"});
  CHECK(errors("transforms.a.type",
               Sink({{"transforms", "a"}, {"transforms.a.type", "org.apache.kafka.connect.json.JsonConverter"}})) ==
        Errors{"Class class org.apache.kafka.connect.json.JsonConverter does not implement the Transformation "
               "interface"});
  CHECK(errors("predicates.p.type", Sink({{"predicates", "p"}, {"predicates.p.type", "RecordIsTombstone"}})).empty());
}

TEST_CASE("a dead letter topic must not be read by its own sink") {
  RecordedCatalog catalog;
  RawConfig config = Sink({{"errors.deadletterqueue.topic.name", "dlq-1"}, {"topics.regex", "dlq.*"}});
  config.erase("topics");
  Result<ConfigInfos> infos = ValidateConnector(config, catalog, RecordedWorker());
  CHECK(ErrorsOf(*infos, "topics.regex") ==
        Errors{"The DLQ topic 'dlq-1' may not be matched by the regex for the topics ('topics.regex=dlq.*') consumed "
               "by the connector"});
  config["topics.regex"] = "(";
  Result<ConfigInfos> broken = ValidateConnector(config, catalog, RecordedWorker());
  REQUIRE(!broken.ok());
  CHECK(broken.status().detail("class") == "java.util.regex.PatternSyntaxException");
}

}  // namespace
}  // namespace millrace::config
