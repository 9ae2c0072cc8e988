// SPDX-License-Identifier: Apache-2.0
//
// Worker: runs tasks. It knows nothing of REST, files or clusters: the herder tells it which task to run with which
// configuration, and hears about state changes through a listener. The seam is a handle (start, state, stop) that
// could live across a process boundary.
//
// StartTask returns at once; the task starts on its own thread and reports RUNNING or FAILED. StopTasks waits up to
// task.shutdown.graceful.timeout.ms for all of them together and abandons those that hang in their plugin. Thread-safe;
// listener calls come from task threads and must only hand over.
//
// A task that was abandoned keeps its thread and its memory; whatever the services point to must outlive it. A process
// in which that happened ends with _exit.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "config/connector_config.h"
#include "config/worker_config.h"
#include "kafka/embedded_broker.h"
#include "kafka/producer.h"
#include "plugins/registry.h"
#include "storage/offset_store.h"
#include "worker/clients.h"
#include "worker/task_id.h"

namespace millrace::worker {

class TaskListener {
 public:
  virtual ~TaskListener() = default;
  // `error` explains kFailed. Its message is what users read as the trace: the exceptions that Kafka Connect would have
  // thrown, as a chain of causes, and an id to find in the log. Its detail "version" is "none" when the plugin's
  // instance did not come to be. kUnassigned: the task has stopped. [task thread]
  virtual void OnTaskState(const TaskId& id, uint64_t generation, State state, const Status& error) = 0;
  // A connector's task uses a topic (for GET .../topics); said again with every batch. [task thread]
  virtual void OnTopicUsed(const std::string& connector, const std::string& topic) = 0;
};

struct TaskSpec {
  TaskId id;
  uint64_t generation = 0;  // given back to the listener, so that late news of an old task is told apart
  config::ConnectorType type = config::ConnectorType::kSource;
  config::Properties connector_config;  // the whole connector's, validated
  config::Properties task_config;       // what task_configs returned
  TargetState target = TargetState::kStarted;
};

struct WorkerServices {
  const config::WorkerConfig* config = nullptr;
  Log* log = nullptr;
  const Clock* clock = nullptr;
  plugins::HostApi* host = nullptr;
  plugins::ClassRegistry* classes = nullptr;
  storage::OffsetStore* offsets = nullptr;
  kafka::ProducerPool* producers = nullptr;
  kafka::EmbeddedBroker* embedded = nullptr;  // nullptr: a real Kafka
  std::string bootstrap_servers;              // the real address, also of the embedded broker
  ClientFactory* clients = nullptr;           // nullptr: clients of a real Kafka, producers from the pool
};

class Worker {
 public:
  static std::unique_ptr<Worker> Make(const WorkerServices& services, TaskListener* listener);
  virtual ~Worker() = default;

  virtual void StartTask(const TaskSpec& spec) = 0;
  // Pauses or resumes running tasks; returns at once.
  virtual void SetTarget(const TaskId& id, TargetState target) = 0;
  // Stops tasks (unknown ones are fine). After this nothing of them runs any more, or it was abandoned.
  virtual void StopTasks(const std::vector<TaskId>& ids) = 0;
  virtual std::vector<TaskId> Tasks() const = 0;
  // The effective settings of a connector's clients: worker's, then prefixed, then overrides where the policy allows
  // them. Used by tasks and by the herder's offset requests.
  virtual config::Properties ClientSettings(kafka::ClientRole role, const config::ConnectorConfig& connector) const = 0;
};

}  // namespace millrace::worker
