// SPDX-License-Identifier: Apache-2.0
//
// What Kafka Connect itself understands of a connector's configuration: ConnectorConfig, SourceConnectorConfig and
// SinkConnectorConfig of Kafka Connect 4.1, their aliases (transforms, predicates, topic.creation.groups) and the
// typed result. Keys that belong to the plugin pass through untouched.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "config/config_def.h"
#include "config/properties.h"
#include "config/worker_config.h"

namespace millrace::config {

enum class ConnectorType { kSource, kSink };

// What validation asks about the classes that are installed; implemented by plugins/registry. Find and All run no
// plugin code. Converters serve as header converters too: role HEADER_CONVERTER finds classes of both roles.
class ClassCatalog {
 public:
  virtual ~ClassCatalog() = default;
  struct Class {
    std::string name;  // canonical class name
    std::string version;
    int role = 0;           // MR_ROLE_*
    bool built_in = false;  // part of the host, not of a bundle
  };
  // Every version, lowest first, of the class that a name or alias means among those of `role` (0: any role); empty
  // when there is none.
  virtual std::vector<Class> Find(int role, std::string_view name_or_alias) const = 0;
  // Every class of a role in every version, by name.
  virtual std::vector<Class> All(int role) const = 0;
  // The settings of a class; may load its bundle, and fails when that cannot be loaded.
  virtual Result<ConfigDef> Definition(const Class& c) const = 0;
};

// The framework's keys for a connector type, without aliases: definitions as in config-defs.json of the reference.
const ConfigDef& BaseDefinition(ConnectorType type);

// The check behind PUT .../config/validate and behind every create: base keys, the connector's own, those of its
// converters, transforms and predicates, client overrides, and the rules across keys (topics xor topics.regex, dead
// letter topic ...). Texts, groups and order are Kafka Connect's. `own` is the class's own validate(), asked last.
// An error status is what Java throws instead of answering: kBadRequest (no or unknown connector.class), or another
// code for a 500; its detail "class" names Java's exception.
struct PluginProblem {
  std::string key, message;
};
using OwnCheck =
    std::function<Result<std::vector<PluginProblem>>(const ClassCatalog::Class& connector, const Properties& config)>;
Result<ConfigInfos> ValidateConnector(const RawConfig& config, const ClassCatalog& catalog, const WorkerConfig& worker,
                                      const OwnCheck& own = {});

// "Connector configuration is invalid and contains the following 1 error(s):\n...", or "" when there is none.
std::string ErrorSummary(const ConfigInfos& infos);

enum class Tolerance { kNone, kAll };

struct ClassAndConfig {
  std::string class_name;  // as given
  std::string version;     // requested version range, "": any
  Properties config;       // without its prefix
};
struct TransformSpec : ClassAndConfig {
  std::string alias;
  std::string predicate;  // alias of the predicate, "": none
  bool negate = false;
};
struct PredicateSpec : ClassAndConfig {
  std::string alias;
};
struct TopicGroup {
  std::string name;                           // "default" is last and matches all
  std::vector<std::string> include, exclude;  // Java regular expressions
  int partitions = -1;                        // -1: the broker's default
  int replication_factor = -1;
  Properties topic_config;  // cleanup.policy ...
};

// A connector's configuration, typed. Made once per (re)start from a configuration that validation accepted.
struct ConnectorConfig {
  std::string name, connector_class, version;
  int tasks_max = 1;
  bool tasks_max_enforce = true;
  // nullopt-like: class_name "" = use the worker's converter with the worker's settings
  ClassAndConfig key_converter, value_converter, header_converter;
  std::vector<TransformSpec> transforms;
  std::vector<PredicateSpec> predicates;
  Tolerance tolerance = Tolerance::kNone;
  int64_t retry_timeout_ms = 0, retry_delay_max_ms = 60000;
  bool log_errors = false, log_messages = false;
  Properties producer_override, consumer_override, admin_override;
  // source
  bool topic_creation = false;  // topic.creation.default.* present
  std::vector<TopicGroup> topic_groups;
  std::string offsets_storage_topic;
  // sink
  std::vector<std::string> topics;
  std::string topics_regex;
  std::string dlq_topic;
  int dlq_replication_factor = 3;
  bool dlq_context_headers = false;

  Properties originals;

  static Result<ConnectorConfig> Make(ConnectorType type, const Properties& config);
};

}  // namespace millrace::config
