// SPDX-License-Identifier: Apache-2.0
// The settings of ConnectorConfig, SourceConnectorConfig, SinkConnectorConfig and TopicCreationConfig of Apache Kafka
// 4.1.2, in their order. test/unit/config compares them with the recorded definitions.
#include "config/connector_config.h"
#include "config/connector_definitions.h"
#include "config/table.h"

namespace millrace::config {
namespace {

constexpr TableRow kCommon[] = {
    {"name", Type::kString, Importance::kHigh, kRequired, "name", "Name of the connector, unique in its cluster.",
     "Common", 1, Width::kMedium, "Connector name"},
    {"connector.class", Type::kString, Importance::kHigh, kRequired, "",
     "Class of the connector, or an alias such as FileStreamSource.", "Common", 2, Width::kLong, "Connector class"},
    {"connector.plugin.version", Type::kString, Importance::kMedium, nullptr, "version-range",
     "Version or version range of the connector class; not given: the newest.", "Common", 3, Width::kMedium,
     "Connector version"},
    {"tasks.max", Type::kInt, Importance::kHigh, "1", "range(1,)", "Upper limit of the number of tasks.", "Common", 4,
     Width::kShort, "Tasks max"},
    {"tasks.max.enforce", Type::kBoolean, Importance::kLow, "true", "",
     "Whether a connector that makes more tasks than tasks.max fails.", "Common", 5, Width::kShort,
     "Enforce tasks max"},
    {"key.converter", Type::kClass, Importance::kLow, nullptr, "class(converter)",
     "Converter of record keys; not given: the worker's, with the worker's settings.", "Common", 6, Width::kShort,
     "Key converter class"},
    {"key.converter.plugin.version", Type::kString, Importance::kLow, nullptr, "version-range",
     "Version or version range of the key converter.", "Common", 7, Width::kShort, "Key converter version"},
    {"value.converter", Type::kClass, Importance::kLow, nullptr, "class(converter)",
     "Converter of record values; not given: the worker's, with the worker's settings.", "Common", 8, Width::kShort,
     "Value converter class"},
    {"value.converter.plugin.version", Type::kString, Importance::kLow, nullptr, "version-range",
     "Version or version range of the value converter.", "Common", 9, Width::kShort, "Value converter version"},
    {"header.converter", Type::kClass, Importance::kLow, nullptr, "class(header-converter)",
     "Converter of header values; not given: the worker's, with the worker's settings.", "Common", 10, Width::kShort,
     "Header converter class"},
    {"header.converter.plugin.version", Type::kString, Importance::kLow, nullptr, "version-range",
     "Version or version range of the header converter.", "Common", 11, Width::kShort, "Header converter version"},
    {"transforms", Type::kList, Importance::kLow, "", "non-null;unique(transformation aliases)",
     "Aliases of the transformations of records, in the order in which they apply.", "Transforms", 12, Width::kLong,
     "Transforms"},
    {"predicates", Type::kList, Importance::kLow, "", "non-null;unique(predicate aliases)",
     "Aliases of the predicates that transformations refer to.", "Predicates", 13, Width::kLong, "Predicates"},
    {"config.action.reload", Type::kString, Importance::kLow, "restart", "in(none,restart)",
     "What happens when a value from a configuration provider changes: restart or none.", "Common", 14, Width::kMedium,
     "Reload Action"},
    {"errors.retry.timeout", Type::kLong, Importance::kMedium, "0", "",
     "How long a failed operation is tried again, in milliseconds; 0: not at all, -1: without end.", "Error Handling",
     1, Width::kMedium, "Retry Timeout for Errors"},
    {"errors.retry.delay.max.ms", Type::kLong, Importance::kMedium, "60000", "", "Longest pause between two attempts.",
     "Error Handling", 2, Width::kMedium, "Maximum Delay Between Retries for Errors"},
    {"errors.tolerance", Type::kString, Importance::kMedium, "none", "in(none,all)",
     "Whether a record that fails stops its task (none) or is skipped (all).", "Error Handling", 3, Width::kShort,
     "Error Tolerance"},
    {"errors.log.enable", Type::kBoolean, Importance::kMedium, "false", "",
     "Whether every failure is logged, tolerated ones too.", "Error Handling", 4, Width::kShort, "Log Errors"},
    {"errors.log.include.messages", Type::kBoolean, Importance::kMedium, "false", "",
     "Whether logged failures describe the record.", "Error Handling", 5, Width::kShort, "Log Error Details"},
};

constexpr TableRow kSource[] = {
    {"topic.creation.groups", Type::kList, Importance::kLow, "", "non-null;unique(topic creation groups)",
     "Names of groups of settings for topics that the connector creates; the group default always exists.",
     "Topic Creation", 1, Width::kLong, "Topic Creation Groups"},
    {"exactly.once.support", Type::kString, Importance::kMedium, "requested", "in-ignore-case(REQUIRED,REQUESTED)",
     "Whether the connector must be able to write exactly once (required) or the worker trusts it (requested).",
     "Exactly Once Support", 2, Width::kShort, "Exactly once support"},
    {"transaction.boundary", Type::kString, Importance::kMedium, "poll", "in-ignore-case(INTERVAL,POLL,CONNECTOR)",
     "Where transactions end: after each poll, after an interval, or where the connector says.", "Exactly Once Support",
     3, Width::kShort, "Transaction Boundary"},
    {"transaction.boundary.interval.ms", Type::kLong, Importance::kLow, nullptr, "optional range(0,)",
     "Interval of transactions; not given: the worker's offset.flush.interval.ms.", "Exactly Once Support", 4,
     Width::kShort, "Transaction boundary interval"},
    {"offsets.storage.topic", Type::kString, Importance::kLow, nullptr, "non-empty",
     "Topic that keeps the offsets of this connector alone.", "offsets.topic", 1, Width::kLong, "Offsets topic"},
};

constexpr TableRow kSink[] = {
    {"topics", Type::kList, Importance::kHigh, "", "", "Topics that the sink reads.", "Common", 4, Width::kLong,
     "Topics"},
    {"topics.regex", Type::kString, Importance::kHigh, "", "regex",
     "Java regular expression of topics that the sink reads.", "Common", 4, Width::kLong, "Topics regex"},
    {"errors.deadletterqueue.topic.name", Type::kString, Importance::kMedium, "", "",
     "Topic for records that failed; empty: none.", "Error Handling", 6, Width::kMedium,
     "Dead Letter Queue Topic Name"},
    {"errors.deadletterqueue.topic.replication.factor", Type::kShort, Importance::kMedium, "3", "",
     "Replicas of that topic when it is created.", "Error Handling", 7, Width::kMedium,
     "Dead Letter Queue Topic Replication Factor"},
    {"errors.deadletterqueue.context.headers.enable", Type::kBoolean, Importance::kMedium, "false", "",
     "Whether records in that topic carry headers that describe the failure.", "Error Handling", 8, Width::kMedium,
     "Enable Error Context Headers"},
};

}  // namespace

const ConfigDef& BaseDefinition(ConnectorType type) {
  static const ConfigDef source = MakeDefinition({kCommon, kSource});
  static const ConfigDef sink = MakeDefinition({kCommon, kSink});
  return type == ConnectorType::kSource ? source : sink;
}

const ConfigDef& CommonDefinition() {
  static const ConfigDef common = MakeDefinition({kCommon});
  return common;
}

ConfigDef TopicCreationDefinition(const std::string& group, const TopicCreationDefaults* defaults) {
  ConfigDef def;
  auto add = [&](std::string_view name, Type type, std::optional<std::string> default_value, std::string_view validator,
                 std::string_view display, std::string_view doc) {
    ConfigKey key;
    key.name = name;
    key.type = type;
    key.required = !default_value;
    key.default_value = std::move(default_value);
    key.validator = validator;
    key.importance = Importance::kLow;
    key.documentation = doc;
    key.group = group;
    key.order = static_cast<int>(def.keys().size()) + 1;
    key.width = Width::kLong;
    key.display_name = std::string(display) + group;
    def.Add(std::move(key));
  };
  auto number = [&](int TopicCreationDefaults::*field) {
    return defaults == nullptr ? std::nullopt : std::optional(std::to_string(defaults->*field));
  };
  std::string_view regexes = defaults == nullptr ? "non-null" : "regex-list";
  add("include", Type::kList, defaults == nullptr ? ".*" : "", regexes, "Inclusion Topic Pattern for ",
      "Java regular expressions of the topics that these settings are for.");
  add("exclude", Type::kList, "", regexes, "Exclusion Topic Pattern for ",
      "Java regular expressions of topics that these settings are not for, even if they are included.");
  add("replication.factor", Type::kShort, number(&TopicCreationDefaults::replication_factor), "replication-factor",
      "Replication Factor for Topics in ", "Replicas of new topics; -1: the broker's default.");
  add("partitions", Type::kInt, number(&TopicCreationDefaults::partitions), "partitions",
      "Partition Count for Topics in ", "Partitions of new topics; -1: the broker's default.");
  return def;
}

}  // namespace millrace::config
