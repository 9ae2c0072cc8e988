// SPDX-License-Identifier: Apache-2.0
#include "config/connector_config.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/config_value.h"
#include "config/connector_definitions.h"

namespace millrace::config {
namespace {

constexpr std::string_view kTopicCreation = "topic.creation.";

std::string Get(const Properties& config, std::string_view key) {
  return std::string(JavaTrim(GetOr(config, key, "")));
}

// The class under `key` with what is below "key.", or nothing when the key is absent.
ClassAndConfig Converter(const Properties& config, const std::string& key) {
  ClassAndConfig out;
  if (!config.contains(key)) return out;
  out.class_name = Get(config, key);
  out.config = WithPrefix(config, key + ".");
  out.version = Get(config, key + ".plugin.version");
  out.config.erase("plugin.version");
  return out;
}

// Fills a transform or a predicate from what is below its prefix.
Status Named(const Properties& config, std::string_view kind, const std::string& alias, ClassAndConfig* out) {
  std::string prefix = fmt::format("{}.{}.", kind, alias);
  if (!config.contains(prefix + "type")) {
    return Status::Config(fmt::format("Missing required configuration \"{}type\" which has no default value.", prefix));
  }
  out->class_name = Get(config, prefix + "type");
  out->version = Get(config, prefix + "plugin.version");
  out->config = WithPrefix(config, prefix);
  out->config.erase("type");
  out->config.erase("plugin.version");
  return {};
}

Status Transforms(ConnectorConfig* out) {
  const Properties& config = out->originals;
  auto list = [&](std::string_view key) {
    auto it = config.find(key);
    return Aliases(it == config.end() ? std::nullopt : std::optional(it->second));
  };
  for (const std::string& alias : list("predicates")) {
    PredicateSpec p;
    p.alias = alias;
    MILLRACE_RETURN_IF_ERROR(Named(config, "predicates", alias, &p));
    out->predicates.push_back(std::move(p));
  }
  for (const std::string& alias : list("transforms")) {
    TransformSpec t;
    t.alias = alias;
    MILLRACE_RETURN_IF_ERROR(Named(config, "transforms", alias, &t));
    t.predicate = Get(t.config, "predicate");
    ConfigKey negate;
    negate.name = fmt::format("transforms.{}.negate", alias);
    negate.type = Type::kBoolean;
    negate.default_value = "false";
    auto given = t.config.find("negate");
    Result<Value> value =
        ConfigDef::Parse(negate, given == t.config.end() ? std::nullopt : std::optional(given->second));
    if (!value.ok()) return value.status();
    t.negate = std::get<bool>(*value);
    t.config.erase("predicate");
    t.config.erase("negate");
    bool known = t.predicate.empty() || std::any_of(out->predicates.begin(), out->predicates.end(),
                                                    [&](const PredicateSpec& p) { return p.alias == t.predicate; });
    if (!known) {
      return Status::Config(fmt::format(
          "Transformation {} refers to the predicate {}, which is not in \"predicates\": add it there with its type",
          alias, t.predicate));
    }
    out->transforms.push_back(std::move(t));
  }
  return {};
}

// What a topic gets from a group besides its size.
Properties OtherTopicSettings(const Properties& group) {
  Properties out = group;
  for (const char* own : {"include", "exclude", "partitions", "replication.factor"}) out.erase(own);
  return out;
}

Status TopicCreation(ConnectorConfig* out) {
  const Properties& config = out->originals;
  Properties all = WithPrefix(config, kTopicCreation);
  if (all.empty()) return {};
  Properties fallback = WithPrefix(all, "default.");
  // Whatever the default group would include or exclude, it takes every topic that no other group takes.
  fallback.erase("include");
  fallback.erase("exclude");
  ConfigDef def;
  def.Embed("topic.creation.default.", "default", 0, TopicCreationDefinition("default", nullptr));
  Properties prefixed;
  for (const auto& [key, value] : fallback) prefixed["topic.creation.default." + key] = value;
  Result<ParsedConfig> parsed = ParsedConfig::Make(def, prefixed, {}, ParsedConfig::Report::kFirst);
  if (!parsed.ok()) return parsed.status();
  TopicGroup last;
  last.name = "default";
  last.include = {".*"};
  last.partitions = static_cast<int>(parsed->GetInt("topic.creation.default.partitions"));
  last.replication_factor = static_cast<int>(parsed->GetInt("topic.creation.default.replication.factor"));
  last.topic_config = OtherTopicSettings(fallback);
  TopicCreationDefaults defaults{last.replication_factor, last.partitions};
  auto groups = all.find("groups");
  for (const std::string& name : Aliases(groups == all.end() ? std::nullopt : std::optional(groups->second))) {
    if (name == "default") continue;
    std::string prefix = fmt::format("{}{}.", kTopicCreation, name);
    ConfigDef group_def;
    group_def.Embed(prefix, "Topic Creation: " + name, 0,
                    TopicCreationDefinition("Topic Creation: " + name, &defaults));
    Result<ParsedConfig> group = ParsedConfig::Make(group_def, config, {}, ParsedConfig::Report::kFirst);
    if (!group.ok()) return group.status();
    TopicGroup g;
    g.name = name;
    g.include = group->GetList(prefix + "include");
    g.exclude = group->GetList(prefix + "exclude");
    g.partitions = static_cast<int>(group->GetInt(prefix + "partitions"));
    g.replication_factor = static_cast<int>(group->GetInt(prefix + "replication.factor"));
    g.topic_config = OtherTopicSettings(WithPrefix(config, prefix));
    out->topic_groups.push_back(std::move(g));
  }
  out->topic_groups.push_back(std::move(last));
  out->topic_creation = true;
  return {};
}

void Sink(const ParsedConfig& parsed, ConnectorConfig* out) {
  for (std::string& topic : parsed.GetList("topics")) {
    if (topic.empty() || std::find(out->topics.begin(), out->topics.end(), topic) != out->topics.end()) continue;
    out->topics.push_back(std::move(topic));
  }
  // Java compiles what was written, not what is left after trimming.
  std::string_view regex = GetOr(out->originals, "topics.regex", "");
  if (!IsBlank(regex)) out->topics_regex = regex;
  out->dlq_topic = parsed.GetString("errors.deadletterqueue.topic.name");
  out->dlq_replication_factor = static_cast<int>(parsed.GetInt("errors.deadletterqueue.topic.replication.factor"));
  out->dlq_context_headers = parsed.GetBool("errors.deadletterqueue.context.headers.enable");
}

}  // namespace

std::vector<std::string> Aliases(const std::optional<std::string>& list) {
  std::vector<std::string> out;
  if (!list) return out;
  Result<Value> parsed = ParseType("", *list, Type::kList);
  for (std::string& alias : std::get<std::vector<std::string>>(*parsed)) {
    if (std::find(out.begin(), out.end(), alias) == out.end()) out.push_back(std::move(alias));
  }
  return out;
}

Result<ConnectorConfig> ConnectorConfig::Make(ConnectorType type, const Properties& config) {
  Result<ParsedConfig> parsed = ParsedConfig::Make(BaseDefinition(type), config, {}, ParsedConfig::Report::kFirst);
  if (!parsed.ok()) return parsed.status();
  ConnectorConfig out;
  out.originals = config;
  out.name = parsed->GetString("name");
  out.connector_class = parsed->GetString("connector.class");
  out.version = parsed->GetString("connector.plugin.version");
  out.tasks_max = static_cast<int>(parsed->GetInt("tasks.max"));
  out.tasks_max_enforce = parsed->GetBool("tasks.max.enforce");
  out.key_converter = Converter(config, "key.converter");
  out.value_converter = Converter(config, "value.converter");
  out.header_converter = Converter(config, "header.converter");
  out.tolerance = parsed->GetString("errors.tolerance") == "all" ? Tolerance::kAll : Tolerance::kNone;
  out.retry_timeout_ms = parsed->GetInt("errors.retry.timeout");
  out.retry_delay_max_ms = parsed->GetInt("errors.retry.delay.max.ms");
  out.log_errors = parsed->GetBool("errors.log.enable");
  out.log_messages = parsed->GetBool("errors.log.include.messages");
  out.producer_override = WithPrefix(config, "producer.override.");
  out.consumer_override = WithPrefix(config, "consumer.override.");
  out.admin_override = WithPrefix(config, "admin.override.");
  MILLRACE_RETURN_IF_ERROR(Transforms(&out));
  if (type == ConnectorType::kSource) {
    out.offsets_storage_topic = parsed->GetString("offsets.storage.topic");
    MILLRACE_RETURN_IF_ERROR(TopicCreation(&out));
  } else {
    Sink(*parsed, &out);
  }
  return out;
}

}  // namespace millrace::config
