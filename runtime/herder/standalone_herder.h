// SPDX-License-Identifier: Apache-2.0
//
// StandaloneHerder: the herder of one process. Configurations and states live in memory, source offsets in the offset
// store, sink offsets in Kafka.
//
// Every connector has a strand, and whatever may block (its plugin, the stop of its tasks, Kafka) runs there, in the
// order in which it was asked for; the state that all share is guarded by one mutex that is never held while anything
// blocks. So a plugin that hangs stops neither REST nor the other connectors. When a request finds that the strand has
// been in one plugin call for longer than task.shutdown.graceful.timeout.ms, the plugin instance is abandoned: the
// connector goes on with a new strand and a new instance, and what the old one may still do is ignored.
//
// Callers wait for an answer for at most kRequestTimeout and then get Kafka Connect's "Request timed out".
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "herder/ask.h"
#include "herder/herder.h"
#include "herder/managed_connector.h"
#include "herder/strand.h"
#include "kafka/admin.h"
#include "plugins/registry.h"
#include "worker/worker.h"

namespace millrace::herder {

class StandaloneHerder final : public Herder, private worker::TaskListener {
 public:
  // `services` are the worker's and outlive the herder. `worker_id` is how status answers name this process.
  using MakeWorker = std::function<std::unique_ptr<worker::Worker>(worker::TaskListener*)>;
  StandaloneHerder(const worker::WorkerServices& services, std::string worker_id, const MakeWorker& make_worker);
  ~StandaloneHerder() override;

  // From now on requests are answered.
  void Start();
  // Stops every connector and task, all together, within the graceful timeout. An error names what was abandoned.
  // Later requests are refused.
  Status Shutdown();
  // How status answers name this process ("127.0.0.1:8083"); REST knows its port only once it listens.
  void SetWorkerId(std::string worker_id);

  Status Ready() const override;
  Result<std::string> KafkaClusterId() override;
  Result<std::vector<std::string>> Connectors() override;
  Result<ConnectorInfo> Connector(const std::string& name) override;
  Result<ConnectorStatus> ConnectorState(const std::string& name) override;
  Result<std::vector<TaskInfo>> Tasks(const std::string& name) override;
  Result<TaskStateInfo> TaskState(const std::string& name, int task) override;
  Result<Put> PutConnector(const std::string& name, const RawConfig& config, std::optional<worker::TargetState> initial,
                           bool allow_replace) override;
  Result<Put> PatchConnector(const std::string& name, const RawConfig& patch) override;
  Status DeleteConnector(const std::string& name) override;
  Status Pause(const std::string& name) override;
  Status Resume(const std::string& name) override;
  Status Stop(const std::string& name) override;
  Status RestartConnector(const std::string& name) override;
  Status RestartTask(const std::string& name, int task) override;
  Result<ConnectorStatus> RestartConnectorAndTasks(const std::string& name, bool only_failed,
                                                   bool include_tasks) override;
  Result<std::vector<std::string>> ActiveTopics(const std::string& name) override;
  Status ResetActiveTopics(const std::string& name) override;
  Result<std::vector<OffsetEntry>> Offsets(const std::string& name) override;
  Result<std::string> AlterOffsets(const std::string& name, const std::vector<OffsetEntry>& offsets) override;
  Result<std::string> ResetOffsets(const std::string& name) override;
  Result<config::ConfigInfos> Validate(const std::string& plugin, const RawConfig& config) override;
  std::vector<PluginInfo> Plugins(bool connectors_only) override;
  Result<std::vector<config::ConfigKey>> PluginConfig(const std::string& plugin, const std::string& version) override;

  static constexpr int64_t kRequestTimeoutNanos = 90'000 * kNanosPerMilli;

 private:
  using Lock = std::unique_lock<std::mutex>;
  using ManagedPtr = std::shared_ptr<ManagedConnector>;

  // Runs `op` on the connector's strand and waits for its result. With `insist`, a plugin that keeps the strand busy is
  // cancelled and, if that does not help within the graceful timeout, left behind.
  template <class R>
  R Ask(const std::string& name, bool insist, std::function<R()> op);
  // The same without waiting.
  void Tell(const std::string& name, std::function<void()> op);
  void ForgetStrand(const std::string& name, const Strand* strand);
  // Cancels what hangs in the connector's plugin; `leave`: goes on without it.
  void Unblock(const std::string& name, bool leave);

  ManagedPtr Find(const std::string& name) const;          // nullptr: there is none
  Result<ManagedPtr> Need(const std::string& name) const;  // kNotFound in Java's words

  // On the connector's strand:
  Result<Put> PutOnStrand(const std::string& name, const config::Properties& config,
                          std::optional<worker::TargetState> initial, bool allow_replace);
  Status StartConnector(const ManagedPtr& c);
  Status UpdateTasks(const ManagedPtr& c);
  void StopTasks(const ManagedPtr& c);
  void StartTask(const ManagedPtr& c, int task);
  void StopConnector(const ManagedPtr& c);
  Status SetTarget(const ManagedPtr& c, worker::TargetState target);
  void Fail(const ManagedPtr& c, const Status& why);
  Result<std::string> ChangeSourceOffsets(const ManagedPtr& c, const std::vector<OffsetEntry>& offsets, bool reset);
  Result<std::string> ChangeSinkOffsets(const ManagedPtr& c, const std::vector<OffsetEntry>& offsets, bool reset);
  Result<bool> AskOwnInstance(const ManagedPtr& c, int role,
                              const std::function<Result<bool>(plugins::Connector*)>& question);
  Status CheckOffsetsMayChange(const ManagedPtr& c) const;

  Result<config::ConfigInfos> ValidateConfig(const RawConfig& config);
  Result<std::unique_ptr<kafka::Admin>> MakeAdmin(const config::ConnectorConfig& connector);
  ConnectorInfo InfoLocked(const ManagedConnector& c) const;
  ConnectorStatus StatusLocked(const ManagedConnector& c) const;

  // worker::TaskListener
  void OnTaskState(const worker::TaskId& id, uint64_t generation, worker::State state, const Status& error) override;
  void OnTopicUsed(const std::string& connector, const std::string& topic) override;

  const worker::WorkerServices services_;
  const Logger logger_;
  std::unique_ptr<worker::Worker> worker_;
  std::atomic<bool> ready_{false}, stopping_{false};
  std::atomic<uint64_t> next_generation_{1};
  ElsewhereLimit elsewhere_;

  mutable std::mutex mutex_;
  std::string worker_id_;
  std::string cluster_id_;  // "" until it was asked for
  std::map<std::string, ManagedPtr> connectors_;
  std::map<std::string, std::shared_ptr<Strand>> strands_;
  std::map<std::string, std::set<std::string>> topics_;  // by connector; outlives it, as with the Java worker
};

template <class R>
R StandaloneHerder::Ask(const std::string& name, bool insist, std::function<R()> op) {
  if (const Status s = Ready(); !s.ok()) return R(s);
  const auto answer = std::make_shared<Answer<R>>();
  Tell(name, [answer, op = std::move(op)] {
    answer->Begin();
    answer->Set(op());
  });
  int64_t left = kRequestTimeoutNanos;
  if (insist) {
    const int64_t grace = services_.config->task_shutdown_graceful_timeout_ms * kNanosPerMilli;
    for (const bool leave : {false, true}) {
      if (answer->WaitBegun(grace)) break;
      Unblock(name, leave);
      left -= grace;
    }
  }
  std::optional<R> value = answer->WaitFor(std::max<int64_t>(left, kNanosPerMilli));
  return value ? std::move(*value) : R(RequestTimedOut());
}

}  // namespace millrace::herder
