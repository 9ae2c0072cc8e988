// SPDX-License-Identifier: Apache-2.0
#include "worker/worker.h"

#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "worker/offset_flusher.h"
#include "worker/sink_task.h"
#include "worker/source_task.h"
#include "worker/task.h"

namespace millrace::worker {
namespace {

class LocalWorker final : public Worker {
 public:
  LocalWorker(const WorkerServices& services, TaskListener* listener)
      : logger_(services.log->Get("org.apache.kafka.connect.runtime.Worker")), parts_(std::make_shared<WorkerParts>()) {
    if (services.clients == nullptr) clients_ = MakeKafkaClients(services.producers, services.log);
    flusher_ =
        std::make_unique<OffsetFlusher>(services.offsets, services.config->offset_flush_interval_ms, services.log);
    parts_->services = services;
    parts_->listener = listener;
    parts_->clients = services.clients != nullptr ? services.clients : clients_.get();
    parts_->flusher = flusher_.get();
  }

  ~LocalWorker() override {
    StopTasks(Tasks());
    flusher_->Stop();
    if (gave_up_) {
      // The threads that hang may come back to these.
      (void)flusher_.release();
      (void)clients_.release();
    }
  }

  void StartTask(const TaskSpec& spec) override {
    std::shared_ptr<Task> task;
    if (spec.type == config::ConnectorType::kSource) {
      task = std::make_shared<SourceTask>(parts_, spec);
    } else {
      task = std::make_shared<SinkTask>(parts_, spec);
    }
    StopTasks({spec.id});
    {
      const std::lock_guard lock(mutex_);
      tasks_[spec.id] = task;
    }
    task->Launch();
  }

  void SetTarget(const TaskId& id, TargetState target) override {
    const std::lock_guard lock(mutex_);
    if (const auto it = tasks_.find(id); it != tasks_.end()) it->second->SetTarget(target);
  }

  void StopTasks(const std::vector<TaskId>& ids) override {
    std::vector<std::shared_ptr<Task>> tasks;
    {
      const std::lock_guard lock(mutex_);
      for (const TaskId& id : ids) {
        if (const auto it = tasks_.find(id); it != tasks_.end()) tasks.push_back(it->second);
      }
    }
    if (tasks.empty()) return;
    const int64_t timeout_ms = parts_->services.config->task_shutdown_graceful_timeout_ms;
    const int64_t deadline = parts_->services.clock->MonotonicNanos() + timeout_ms * kNanosPerMilli;
    for (const auto& task : tasks) task->RequestStop(deadline);
    // A cancel that hangs holds up the cancels after it, but nobody else: their tasks notice the stop by themselves.
    std::thread([tasks] {
      for (const auto& task : tasks) task->CancelPlugin();
    }).detach();
    {
      std::unique_lock lock(parts_->ended_mutex);
      parts_->ended.wait_until(lock, std::chrono::steady_clock::time_point(std::chrono::nanoseconds(deadline)), [&] {
        for (const auto& task : tasks) {
          if (!task->ended()) return false;
        }
        return true;
      });
    }
    for (const auto& task : tasks) {
      if (task->ended()) continue;
      task->Abandon();
      gave_up_ = true;
      logger_.Error("Graceful stop of task {} failed: after {} ms it is {}. It has been given up",
                    task->id().ToString(), timeout_ms, task->WhereItIs());
    }
    const std::lock_guard lock(mutex_);
    for (const auto& task : tasks) {
      if (const auto it = tasks_.find(task->id()); it != tasks_.end() && it->second == task) tasks_.erase(it);
    }
  }

  std::vector<TaskId> Tasks() const override {
    const std::lock_guard lock(mutex_);
    std::vector<TaskId> ids;
    for (const auto& [id, task] : tasks_) ids.push_back(id);
    return ids;
  }

  config::Properties ClientSettings(kafka::ClientRole role, const config::ConnectorConfig& connector) const override {
    return worker::ClientSettings(role, *parts_->services.config, connector, parts_->services.bootstrap_servers);
  }

 private:
  const Logger logger_;
  std::unique_ptr<ClientFactory> clients_;
  std::unique_ptr<OffsetFlusher> flusher_;
  const std::shared_ptr<WorkerParts> parts_;
  mutable std::mutex mutex_;
  std::map<TaskId, std::shared_ptr<Task>> tasks_;
  std::atomic<bool> gave_up_{false};
};

}  // namespace

std::unique_ptr<Worker> Worker::Make(const WorkerServices& services, TaskListener* listener) {
  return std::make_unique<LocalWorker>(services, listener);
}

}  // namespace millrace::worker
