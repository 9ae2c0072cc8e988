// SPDX-License-Identifier: Apache-2.0
#include "rest/bodies.h"

#include <fmt/format.h>

#include <algorithm>

#include "rest/json.h"

namespace millrace::rest {
namespace {

constexpr std::string_view kEntities = "org.apache.kafka.connect.runtime.rest.entities.";

std::string_view KindName(Json::Kind kind) {
  switch (kind) {
    case Json::Kind::kNull: return "null";
    case Json::Kind::kBool: return "Boolean value";
    case Json::Kind::kNumber: return "Number value";
    case Json::Kind::kString: return "String value";
    case Json::Kind::kArray: return "Array value";
    case Json::Kind::kObject: return "Object value";
  }
  return "value";
}

Status WrongKind(std::string_view wanted, const Json& json, std::string_view where) {
  return Status::Data(fmt::format("Cannot deserialize value of type `{}` from {}{}{}", wanted, KindName(json.kind),
                                  where.empty() ? "" : " at ", where));
}

Status UnknownField(std::string_view name, std::string_view entity, std::string_view known) {
  return Status::Data(
      fmt::format("Unrecognized field \"{}\" (class {}{}), not marked as ignorable (known properties: {})", name,
                  kEntities, entity, known));
}

// The document of a body; null for an empty one.
Result<Json> Parse(std::string_view body) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return Json();
  return ParseJson(body);
}

Result<std::optional<std::string>> ToText(const Json& json, std::string_view where) {
  if (json.is_null()) return std::optional<std::string>();
  if (!json.is_scalar()) return WrongKind("java.lang.String", json, where);
  return std::optional<std::string>(json.text);
}

Result<std::optional<config::RawConfig>> ToConfig(const Json& json, std::string_view where) {
  if (json.is_null()) return std::optional<config::RawConfig>();
  if (json.kind != Json::Kind::kObject) return WrongKind("java.util.LinkedHashMap", json, where);
  config::RawConfig config;
  for (const auto& [key, value] : json.members) {
    Result<std::optional<std::string>> text = ToText(value, key);
    if (!text.ok()) return text.status();
    config[key] = *std::move(text);
  }
  return std::optional<config::RawConfig>(std::move(config));
}

Result<std::optional<worker::TargetState>> ToInitialState(const Json& json) {
  Result<std::optional<std::string>> text = ToText(json, "initial_state");
  if (!text.ok()) return text.status();
  if (!*text) return std::optional<worker::TargetState>();
  std::string upper = **text;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  if (upper == "RUNNING") return std::optional(worker::TargetState::kStarted);
  if (upper == "PAUSED") return std::optional(worker::TargetState::kPaused);
  if (upper == "STOPPED") return std::optional(worker::TargetState::kStopped);
  return Status::Data(
      fmt::format("No enum constant {}CreateConnectorRequest.InitialState.{}; it must be RUNNING, "
                  "PAUSED or STOPPED",
                  kEntities, upper));
}

// One map of an offset entry: an object or null.
Result<std::string> ToOffsetMap(const Json& json, std::string_view where) {
  if (!json.is_null() && json.kind != Json::Kind::kObject) {
    return WrongKind("java.util.LinkedHashMap<java.lang.String,java.lang.Object>", json, where);
  }
  return WriteJson(json);
}

Result<herder::OffsetEntry> ToOffsetEntry(const Json& json) {
  if (json.is_null()) return Status::Data("An entry of \"offsets\" is null; it must have a partition and an offset");
  if (json.kind != Json::Kind::kObject) {
    return WrongKind(fmt::format("{}ConnectorOffset", kEntities), json, "offsets");
  }
  herder::OffsetEntry entry{"null", "null"};
  for (const auto& [key, value] : json.members) {
    if (key != "partition" && key != "offset") return UnknownField(key, "ConnectorOffset", "\"partition\", \"offset\"");
    Result<std::string> map = ToOffsetMap(value, key);
    if (!map.ok()) return map.status();
    (key == "partition" ? entry.partition_json : entry.offset_json) = *std::move(map);
  }
  return entry;
}

}  // namespace

Result<std::optional<config::RawConfig>> ParseConfigBody(std::string_view body) {
  Result<Json> json = Parse(body);
  if (!json.ok()) return json.status();
  return ToConfig(*json, "");
}

Result<std::optional<CreateBody>> ParseCreateBody(std::string_view body) {
  Result<Json> json = Parse(body);
  if (!json.ok()) return json.status();
  if (json->is_null()) return std::optional<CreateBody>();
  if (json->kind != Json::Kind::kObject) {
    return WrongKind(fmt::format("{}CreateConnectorRequest", kEntities), *json, "");
  }
  CreateBody out;
  for (const auto& [key, value] : json->members) {
    if (key == "name") {
      Result<std::optional<std::string>> name = ToText(value, key);
      if (!name.ok()) return name.status();
      out.name = *std::move(name);
    } else if (key == "config") {
      Result<std::optional<config::RawConfig>> config = ToConfig(value, key);
      if (!config.ok()) return config.status();
      out.config = *std::move(config);
    } else if (key == "initial_state") {
      Result<std::optional<worker::TargetState>> state = ToInitialState(value);
      if (!state.ok()) return state.status();
      out.initial_state = *state;
    } else {
      return UnknownField(key, "CreateConnectorRequest", "\"config\", \"name\", \"initial_state\"");
    }
  }
  return std::optional<CreateBody>(std::move(out));
}

Result<std::optional<OffsetsBody>> ParseOffsetsBody(std::string_view body) {
  Result<Json> json = Parse(body);
  if (!json.ok()) return json.status();
  if (json->is_null()) return std::optional<OffsetsBody>();
  if (json->kind != Json::Kind::kObject) return WrongKind(fmt::format("{}ConnectorOffsets", kEntities), *json, "");
  OffsetsBody out;
  for (const auto& [key, value] : json->members) {
    if (key != "offsets") return UnknownField(key, "ConnectorOffsets", "\"offsets\"");
    out.offsets.clear();
    if (value.is_null()) continue;
    if (value.kind != Json::Kind::kArray) {
      return WrongKind(fmt::format("java.util.ArrayList<{}ConnectorOffset>", kEntities), value, key);
    }
    for (const Json& item : value.items) {
      Result<herder::OffsetEntry> entry = ToOffsetEntry(item);
      if (!entry.ok()) return entry.status();
      out.offsets.push_back(*std::move(entry));
    }
  }
  return std::optional<OffsetsBody>(std::move(out));
}

}  // namespace millrace::rest
