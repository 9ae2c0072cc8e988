// SPDX-License-Identifier: Apache-2.0
#include "rest/entities.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "config/config_value.h"
#include "rest/utf8.h"

namespace millrace::rest {
namespace {

// A thin layer over RapidJSON's writer that takes views and repairs text.
class Json {
 public:
  Json& Object() { return writer_.StartObject(), *this; }
  Json& EndObject() { return writer_.EndObject(), *this; }
  Json& Array() { return writer_.StartArray(), *this; }
  Json& EndArray() { return writer_.EndArray(), *this; }
  Json& Key(std::string_view key) { return Text(key); }
  Json& Null() { return writer_.Null(), *this; }
  Json& Bool(bool b) { return writer_.Bool(b), *this; }
  Json& Int(int64_t i) { return writer_.Int64(i), *this; }
  Json& Raw(std::string_view json) {
    writer_.RawValue(json.data(), json.size(), rapidjson::kObjectType);
    return *this;
  }
  Json& Text(std::string_view text) {
    if (IsUtf8(text)) {
      writer_.String(text.data() == nullptr ? "" : text.data(), static_cast<rapidjson::SizeType>(text.size()));
    } else {
      const std::string repaired = ToUtf8(text);
      writer_.String(repaired.data(), static_cast<rapidjson::SizeType>(repaired.size()));
    }
    return *this;
  }
  template <class Optional>
  Json& TextOrNull(const Optional& text) {
    return text ? Text(*text) : Null();
  }
  Json& Texts(const std::vector<std::string>& texts) {
    Array();
    for (const std::string& t : texts) Text(t);
    return EndArray();
  }
  Json& Member(std::string_view key, std::string_view text) { return Key(key).Text(text); }
  std::string Take() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

void Write(Json* j, const config::Properties& config) {
  j->Object();
  for (const auto& [key, value] : config) j->Member(key, value);
  j->EndObject();
}

void Write(Json* j, const worker::TaskId& id) {
  j->Object().Member("connector", id.connector).Key("task").Int(id.task).EndObject();
}

// The members that connectors and tasks share.
void WriteState(Json* j, const herder::StateInfo& state) {
  j->Member("state", worker::StateName(state.state)).Member("worker_id", state.worker_id);
  j->Key("version");
  state.version.empty() ? j->Null() : j->Text(state.version);
  if (!state.trace.empty()) j->Member("trace", state.trace);
}

void Write(Json* j, const herder::TaskStateInfo& task) {
  j->Object().Key("id").Int(task.id);
  WriteState(j, task);
  j->EndObject();
}

void Write(Json* j, const config::ConfigKey& key) {
  j->Object().Member("name", key.name).Member("type", TypeName(key.type)).Key("required").Bool(key.required);
  j->Key("default_value").TextOrNull(config::DefaultText(key));
  j->Member("importance", ImportanceName(key.importance)).Member("documentation", key.documentation);
  j->Key("group").TextOrNull(key.group);
  j->Member("width", WidthName(key.width));
  j->Member("display_name", key.display_name.empty() ? key.name : key.display_name);
  j->Key("dependents").Texts(key.dependents).Key("order").Int(key.order).EndObject();
}

void Write(Json* j, const config::ConfigInfo& info) {
  j->Object().Key("definition");
  info.definition ? Write(j, *info.definition) : void(j->Null());
  const config::ConfigValue& value = info.value;
  j->Key("value").Object().Member("name", value.name).Key("value").TextOrNull(value.value);
  j->Key("recommended_values").Texts(value.recommended_values).Key("errors").Texts(value.errors);
  j->Key("visible").Bool(value.visible).EndObject().EndObject();
}

void WriteLogger(Json* j, const Log::LoggerLevel& logger) {
  j->Object().Member("level", LogLevelName(logger.level)).Key("last_modified");
  logger.last_modified ? j->Int(*logger.last_modified) : j->Null();
  j->EndObject();
}

}  // namespace

std::string ErrorJson(int code, std::string_view message) {
  return Json().Object().Key("error_code").Int(code).Member("message", message).EndObject().Take();
}

std::string MessageJson(std::string_view message) {
  return Json().Object().Member("message", message).EndObject().Take();
}

std::string ServerInfoJson(std::string_view version, std::string_view commit, const std::string* cluster_id) {
  Json j;
  j.Object().Member("version", version).Member("commit", commit).Key("kafka_cluster_id").TextOrNull(cluster_id);
  return j.EndObject().Take();
}

std::string WorkerStatusJson(std::string_view status, std::string_view message) {
  return Json().Object().Member("status", status).Member("message", message).EndObject().Take();
}

std::string NamesJson(const std::vector<std::string>& names) { return Json().Texts(names).Take(); }

std::string ConfigJson(const config::Properties& config) {
  Json j;
  Write(&j, config);
  return j.Take();
}

std::string ConnectorInfoJson(const herder::ConnectorInfo& info) {
  Json j;
  j.Object().Member("name", info.name).Key("config");
  Write(&j, info.config);
  j.Key("tasks").Array();
  for (const worker::TaskId& id : info.tasks) Write(&j, id);
  return j.EndArray().Member("type", info.type).EndObject().Take();
}

std::string ConnectorStatusJson(const herder::ConnectorStatus& status) {
  Json j;
  j.Object().Member("name", status.name).Key("connector").Object();
  WriteState(&j, status.connector);
  j.EndObject().Key("tasks").Array();
  for (const herder::TaskStateInfo& task : status.tasks) Write(&j, task);
  return j.EndArray().Member("type", status.type).EndObject().Take();
}

std::string TasksJson(const std::vector<herder::TaskInfo>& tasks) {
  Json j;
  j.Array();
  for (const herder::TaskInfo& task : tasks) {
    j.Object().Key("id");
    Write(&j, task.id);
    j.Key("config");
    Write(&j, task.config);
    j.EndObject();
  }
  return j.EndArray().Take();
}

std::string TaskStateJson(const herder::TaskStateInfo& task) {
  Json j;
  Write(&j, task);
  return j.Take();
}

std::string TopicsJson(const std::string& connector, const std::vector<std::string>& topics) {
  Json j;
  return j.Object().Key(connector).Object().Key("topics").Texts(topics).EndObject().EndObject().Take();
}

std::string OffsetsJson(const std::vector<herder::OffsetEntry>& offsets) {
  Json j;
  j.Object().Key("offsets").Array();
  for (const herder::OffsetEntry& entry : offsets) {
    j.Object().Key("partition").Raw(entry.partition_json).Key("offset").Raw(entry.offset_json).EndObject();
  }
  return j.EndArray().EndObject().Take();
}

std::string PluginsJson(const std::vector<herder::PluginInfo>& plugins) {
  Json j;
  j.Array();
  for (const herder::PluginInfo& p : plugins) {
    j.Object().Member("class", p.class_name).Member("type", p.type).Member("version", p.version).EndObject();
  }
  return j.EndArray().Take();
}

std::string ConfigKeysJson(const std::vector<config::ConfigKey>& keys) {
  Json j;
  j.Array();
  for (const config::ConfigKey& key : keys) Write(&j, key);
  return j.EndArray().Take();
}

std::string ConfigInfosJson(const config::ConfigInfos& infos) {
  Json j;
  j.Object().Member("name", infos.name).Key("error_count").Int(infos.error_count).Key("groups").Texts(infos.groups);
  j.Key("configs").Array();
  for (const config::ConfigInfo& info : infos.configs) Write(&j, info);
  return j.EndArray().EndObject().Take();
}

std::string LoggersJson(const std::vector<Log::LoggerLevel>& loggers) {
  Json j;
  j.Object();
  for (const Log::LoggerLevel& logger : loggers) {
    j.Key(logger.name);
    WriteLogger(&j, logger);
  }
  return j.EndObject().Take();
}

std::string LoggerJson(const Log::LoggerLevel& logger) {
  Json j;
  WriteLogger(&j, logger);
  return j.Take();
}

std::string ExpandedJson(const std::vector<Expanded>& connectors) {
  Json j;
  j.Object();
  for (const Expanded& c : connectors) {
    j.Key(c.connector).Object();
    for (const auto& [name, json] : c.expansions) j.Key(name).Raw(json);
    j.EndObject();
  }
  return j.EndObject().Take();
}

}  // namespace millrace::rest
