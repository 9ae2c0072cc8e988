// SPDX-License-Identifier: Apache-2.0
//
// Herder: everything that can be asked of a Connect worker about connectors, tasks, offsets and plugins. REST and the
// command line speak to this interface only; standalone_herder.h implements it for one process.
//
// Every call is thread-safe and bounded by a deadline: work is queued to the connector's strand and waited for. Errors
// carry the text that Kafka Connect would answer and a Code that REST maps to an HTTP status (kNotFound 404,
// kConflict and kAlreadyExists 409, kBadRequest and kConfig 400, kTimeout 500 "Request timed out...", other 500).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "config/config_def.h"
#include "config/connector_config.h"
#include "config/properties.h"
#include "plugins/registry.h"
#include "worker/worker.h"

namespace millrace::herder {

struct ConnectorInfo {
  std::string name;
  config::Properties config;
  std::vector<worker::TaskId> tasks;
  std::string type;  // "source", "sink", "unknown"
};

struct TaskInfo {
  worker::TaskId id;
  config::Properties config;
};

struct StateInfo {
  worker::State state = worker::State::kUnassigned;
  std::string worker_id, version;  // version "": not known (null)
  std::string trace;               // "": none
  uint32_t attempts = 0;           // restarts tried by restart.policy
};

struct TaskStateInfo : StateInfo {
  int id = 0;
};

struct ConnectorStatus {
  std::string name, type;
  StateInfo connector;
  std::vector<TaskStateInfo> tasks;
};

// One entry of GET/PATCH .../offsets, both members as JSON text.
struct OffsetEntry {
  std::string partition_json;
  std::string offset_json;  // "null": none
};

struct PluginInfo {
  std::string class_name, type, version;  // type as REST names it: source, sink, converter, ...
};

using config::RawConfig;

class Herder {
 public:
  virtual ~Herder() = default;

  virtual Status Ready() const = 0;  // kUnavailable while starting
  virtual Result<std::string> KafkaClusterId() = 0;

  virtual Result<std::vector<std::string>> Connectors() = 0;
  virtual Result<ConnectorInfo> Connector(const std::string& name) = 0;
  virtual Result<ConnectorStatus> ConnectorState(const std::string& name) = 0;
  virtual Result<std::vector<TaskInfo>> Tasks(const std::string& name) = 0;
  virtual Result<TaskStateInfo> TaskState(const std::string& name, int task) = 0;

  struct Put {
    bool created = false;
    ConnectorInfo info;
  };
  // Creates or (with allow_replace) replaces. `initial` only for creation.
  virtual Result<Put> PutConnector(const std::string& name, const RawConfig& config,
                                   std::optional<worker::TargetState> initial, bool allow_replace) = 0;
  virtual Result<Put> PatchConnector(const std::string& name, const RawConfig& patch) = 0;
  virtual Status DeleteConnector(const std::string& name) = 0;

  virtual Status Pause(const std::string& name) = 0;
  virtual Status Resume(const std::string& name) = 0;
  virtual Status Stop(const std::string& name) = 0;
  virtual Status RestartConnector(const std::string& name) = 0;
  virtual Status RestartTask(const std::string& name, int task) = 0;
  virtual Result<ConnectorStatus> RestartConnectorAndTasks(const std::string& name, bool only_failed,
                                                           bool include_tasks) = 0;

  virtual Result<std::vector<std::string>> ActiveTopics(const std::string& name) = 0;
  virtual Status ResetActiveTopics(const std::string& name) = 0;

  virtual Result<std::vector<OffsetEntry>> Offsets(const std::string& name) = 0;
  // The answer's message.
  virtual Result<std::string> AlterOffsets(const std::string& name, const std::vector<OffsetEntry>& offsets) = 0;
  virtual Result<std::string> ResetOffsets(const std::string& name) = 0;

  virtual Result<config::ConfigInfos> Validate(const std::string& plugin, const RawConfig& config) = 0;
  virtual std::vector<PluginInfo> Plugins(bool connectors_only) = 0;
  // The table of settings of any plugin class; kNotFound "Unknown plugin x."
  virtual Result<std::vector<config::ConfigKey>> PluginConfig(const std::string& plugin,
                                                              const std::string& version) = 0;
};

}  // namespace millrace::herder
