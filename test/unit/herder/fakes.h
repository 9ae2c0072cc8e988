// SPDX-License-Identifier: Apache-2.0
//
// A worker that runs nothing and says at once that all is well, an offset store in memory, an admin client with one
// consumer group; and the herder over them.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "controlled_connector.h"
#include "herder/standalone_herder.h"
#include "plugins/host_api.h"
#include "record/schema_table.h"

namespace millrace::herder {

// Waits for a condition that comes about on another thread.
inline bool Eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

class FakeWorker : public worker::Worker {
 public:
  explicit FakeWorker(worker::TaskListener* listener) : listener_(listener) {}

  void StartTask(const worker::TaskSpec& spec) override {
    Status error;
    {
      const std::lock_guard lock(mutex_);
      specs_[spec.id] = spec;
      started.push_back(spec.id.ToString());
      if (const auto it = failing.find(spec.id.ToString()); it != failing.end()) error = it->second;
    }
    const worker::State state = !error.ok()                                   ? worker::State::kFailed
                                : spec.target == worker::TargetState::kPaused ? worker::State::kPaused
                                                                              : worker::State::kRunning;
    listener_->OnTaskState(spec.id, spec.generation, state, error);
  }
  void SetTarget(const worker::TaskId& id, worker::TargetState target) override {
    uint64_t generation = 0;
    {
      const std::lock_guard lock(mutex_);
      const auto it = specs_.find(id);
      if (it == specs_.end() || failing.contains(id.ToString())) return;
      generation = it->second.generation;
    }
    listener_->OnTaskState(
        id, generation, target == worker::TargetState::kPaused ? worker::State::kPaused : worker::State::kRunning, {});
  }
  void StopTasks(const std::vector<worker::TaskId>& ids) override {
    for (const worker::TaskId& id : ids) {
      uint64_t generation = 0;
      {
        const std::lock_guard lock(mutex_);
        stopped.push_back(id.ToString());
        if (const auto it = specs_.find(id); it != specs_.end()) generation = it->second.generation;
        specs_.erase(id);
      }
      if (generation != 0) listener_->OnTaskState(id, generation, worker::State::kUnassigned, {});
    }
  }
  std::vector<worker::TaskId> Tasks() const override {
    const std::lock_guard lock(mutex_);
    std::vector<worker::TaskId> out;
    for (const auto& [id, spec] : specs_) out.push_back(id);
    return out;
  }
  config::Properties ClientSettings(kafka::ClientRole, const config::ConnectorConfig&) const override {
    return {{"bootstrap.servers", "127.0.0.1:1"}};
  }
  std::vector<std::string> Take(std::vector<std::string>* list) {
    const std::lock_guard lock(mutex_);
    return std::exchange(*list, {});
  }

  worker::TaskListener* listener() { return listener_; }

  std::map<std::string, Status> failing;  // by task, before it is started
  std::vector<std::string> started, stopped;

 private:
  worker::TaskListener* const listener_;
  mutable std::mutex mutex_;
  std::map<worker::TaskId, worker::TaskSpec> specs_;
};

class MemoryOffsets : public storage::OffsetStore {
 public:
  Status Start() override { return {}; }
  storage::OffsetMap All() const override {
    const std::lock_guard lock(mutex_);
    return map_;
  }
  std::optional<std::string> Get(const std::string& key) const override {
    const std::lock_guard lock(mutex_);
    const auto it = map_.find(key);
    return it == map_.end() ? std::nullopt : it->second;
  }
  Status Put(const storage::OffsetMap& changes) override {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, value] : changes) map_[key] = value;
    return {};
  }

 private:
  mutable std::mutex mutex_;
  storage::OffsetMap map_;
};

// What a consumer group has committed, shared by all clients of a test.
struct FakeGroup {
  std::map<std::pair<std::string, int32_t>, int64_t> offsets;
  bool busy = false;
  std::string name;
};

class FakeAdmin : public kafka::Admin {
 public:
  explicit FakeAdmin(FakeGroup* group) : group_(group) {}
  Result<std::string> ClusterId(int64_t) override { return std::string("cluster-1"); }
  Result<std::map<std::string, int>> Topics(int64_t) override { return std::map<std::string, int>(); }
  Result<bool> TopicExists(const std::string&, int64_t) override { return true; }
  Result<bool> CreateTopic(const kafka::NewTopic&, int64_t) override { return false; }
  Result<std::vector<kafka::TopicPartition>> GroupOffsets(const std::string& group, int64_t) override {
    group_->name = group;
    std::vector<kafka::TopicPartition> out;
    for (const auto& [tp, offset] : group_->offsets) out.push_back({tp.first, tp.second, offset});
    return out;
  }
  Status AlterGroupOffsets(const std::string&, const std::vector<kafka::TopicPartition>& offsets, int64_t) override {
    if (group_->busy) return Status::Conflict("it has members");
    for (const kafka::TopicPartition& tp : offsets) {
      if (tp.offset < 0) {
        group_->offsets.erase({tp.topic, tp.partition});
      } else {
        group_->offsets[{tp.topic, tp.partition}] = tp.offset;
      }
    }
    return {};
  }
  Status DeleteGroup(const std::string&, int64_t) override {
    if (group_->busy) return Status::Conflict("it has members");
    group_->offsets.clear();
    return {};
  }
  Result<std::pair<int64_t, int64_t>> Watermarks(const std::string&, int32_t, int64_t) override {
    return std::pair<int64_t, int64_t>(0, 0);
  }

 private:
  FakeGroup* const group_;
};

class FakeClients : public worker::ClientFactory {
 public:
  FakeGroup group;
  Result<std::shared_ptr<kafka::Producer>> Producer(const kafka::ClientConfig&) override {
    return Status::Unsupported("no producers here");
  }
  Result<std::unique_ptr<kafka::Consumer>> Consumer(const kafka::ClientConfig&, kafka::Consumer::Listener*) override {
    return Status::Unsupported("no consumers here");
  }
  Result<std::unique_ptr<kafka::Admin>> Admin(const kafka::ClientConfig&) override {
    return std::unique_ptr<kafka::Admin>(std::make_unique<FakeAdmin>(&group));
  }
};

struct HerderFixture {
  Log log;
  record::SchemaTable schemas;
  plugins::HostApi host{&log, &schemas, nullptr};
  plugins::ClassRegistry classes{&host, &log};
  MemoryOffsets offsets;
  FakeClients clients;
  config::WorkerConfig config;
  FakeWorker* worker = nullptr;
  std::unique_ptr<StandaloneHerder> herder;
  Control& control = TheControl();

  HerderFixture() {
    log.SetSink([](LogLevel, std::string_view) {});
    control.Forget();
    control.host = host.table();
    AddControlledClasses(&classes);
    config.override_policy = "All";
    config.task_shutdown_graceful_timeout_ms = 200;
    worker::WorkerServices services;
    services.config = &config;
    services.log = &log;
    services.clock = &Clock::System();
    services.host = &host;
    services.classes = &classes;
    services.offsets = &offsets;
    services.clients = &clients;
    services.bootstrap_servers = "127.0.0.1:1";
    herder = std::make_unique<StandaloneHerder>(services, "w:1", [this](worker::TaskListener* listener) {
      auto made = std::make_unique<FakeWorker>(listener);
      worker = made.get();
      return made;
    });
    herder->Start();
  }
  ~HerderFixture() {
    control.Release();
    (void)herder->Shutdown();
  }

  static RawConfig Source(const std::string& name, const RawConfig& more = {}) {
    RawConfig out = {{"name", name}, {"connector.class", "test.ControlledSourceConnector"}};
    for (const auto& [k, v] : more) out[k] = v;
    return out;
  }
  static RawConfig Sink(const std::string& name) {
    return {{"name", name}, {"connector.class", "ControlledSink"}, {"topics", "t"}};
  }
  Result<Herder::Put> Create(const RawConfig& config, std::optional<worker::TargetState> initial = std::nullopt) {
    return herder->PutConnector(*config.at("name"), config, initial, false);
  }
  worker::State StateOf(const std::string& name) {
    const Result<ConnectorStatus> status = herder->ConnectorState(name);
    return status.ok() ? status->connector.state : worker::State::kUnassigned;
  }
  bool Reaches(const std::string& name, worker::State state) {
    return Eventually([&] { return StateOf(name) == state; });
  }
};

}  // namespace millrace::herder
