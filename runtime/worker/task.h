// SPDX-License-Identifier: Apache-2.0
//
// Task: what source and sink tasks have in common: a thread that the plugin lives on from create to destroy, the states
// it reports, how it is stopped, and how it is given up when its plugin hangs.
//
// A task is shared by the worker and its thread. When it is abandoned the worker lets go; the thread keeps all that the
// hanging call may still touch, says nothing any more, and cleans up should the call ever return.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/log.h"
#include "base/status.h"
#include "plugins/instance.h"
#include "worker/clients.h"
#include "worker/offset_flusher.h"
#include "worker/task_signal.h"
#include "worker/topic_creator.h"
#include "worker/worker.h"

namespace millrace::worker {

// What a worker's tasks share with it.
struct WorkerParts {
  WorkerServices services;
  TaskListener* listener = nullptr;
  ClientFactory* clients = nullptr;
  OffsetFlusher* flusher = nullptr;
  // Tells whoever stops tasks that one has ended.
  std::mutex ended_mutex;
  std::condition_variable ended;
};

class Task : public std::enable_shared_from_this<Task> {
 public:
  Task(std::shared_ptr<WorkerParts> parts, TaskSpec spec, std::string kind);
  virtual ~Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  const TaskId& id() const { return spec_.id; }
  const TaskSpec& spec() const { return spec_; }

  // Starts the thread. An error: there is none (reported as FAILED, too).
  void Launch();
  // [any] Each returns at once.
  virtual void SetTarget(TargetState target);
  virtual void RequestStop(int64_t deadline_ns);
  // [any] Calls the plugin's cancel, which should return at once.
  void CancelPlugin();
  // [any] The thread is through with the plugin (or lets only the producer finish).
  bool ended() const { return ended_.load(std::memory_order_acquire); }
  // [any] Gives the task up: nothing of it is heard any more.
  virtual void Abandon();
  // [any] What the thread hangs in, for the log.
  std::string WhereItIs();

 protected:
  // All [task thread]. Run in this order; each is called at most once.
  virtual Status Start() = 0;   // makes what the task needs, then starts the plugin
  virtual Status Loop() = 0;    // until an error or until stopping
  virtual void Conclude() = 0;  // what is done is committed
  virtual void StopPlugin() = 0;
  virtual bool MayDestroy() = 0;  // false: somebody else still uses the task's memory
  virtual void AwaitDestroy() = 0;
  virtual void Destroy() = 0;  // lets go of plugins and clients

  const WorkerServices& services() const { return parts_->services; }
  WorkerParts& parts() { return *parts_; }
  TaskSignal& signal() { return *signal_; }
  std::shared_ptr<TaskSignal> shared_signal() { return signal_; }
  bool stopping() const { return signal_->stopping(); }
  bool abandoned() const { return abandoned_.load(std::memory_order_acquire); }
  int64_t Now() const { return services().clock->MonotonicNanos(); }
  const Logger& logger() const { return logger_; }
  // "WorkerSourceTask{id=src-0}", as Java's log lines begin.
  const std::string& name() const { return name_; }

  // Makes topics by the connector's admin client, or in the embedded broker.
  EnsureTopic MakeEnsureTopic(const config::ConnectorConfig& connector);
  void Report(State state, const Status& error = {});
  void ReportTopic(const std::string& topic);
  // The plugin that Cancel and Abandon are about; nullptr before it is destroyed.
  template <class Plugin>
  void Watch(Plugin* plugin) {
    const std::lock_guard lock(plugin_mutex_);
    plugin_ = plugin;
    cancel_ = [plugin] { plugin->Cancel(); };
  }
  void Unwatch();
  // Has the plugin's instance come to be?
  bool watched();

 private:
  void Main();
  void Fail(const Status& why);
  void End();

  const std::shared_ptr<WorkerParts> parts_;
  const TaskSpec spec_;
  const std::string name_;
  const Logger logger_;
  const std::shared_ptr<TaskSignal> signal_;
  std::atomic<bool> abandoned_{false}, ended_{false};
  std::mutex report_mutex_;  // held while the listener is told, so that Abandon can be sure
  std::mutex plugin_mutex_;
  plugins::Instance* plugin_ = nullptr;
  std::function<void()> cancel_;
  bool had_plugin_ = false;
};

// The context of a task's converters, transforms and predicates.
class StageContext : public plugins::InstanceContext {
 public:
  StageContext(std::string log_context, std::shared_ptr<TaskSignal> signal)
      : InstanceContext(std::move(log_context)), signal_(std::move(signal)) {}
  bool cancelled() const override { return signal_->stopping(); }

 private:
  const std::shared_ptr<TaskSignal> signal_;
};

// "[src|task-0] "
std::string TaskLogContext(const TaskId& id);

}  // namespace millrace::worker
