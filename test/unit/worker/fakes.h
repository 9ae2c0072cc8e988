// SPDX-License-Identifier: Apache-2.0
//
// Kafka clients that do what the test says, an offset store in memory, and a worker around them.
#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kafka/consumer.h"
#include "kafka/producer.h"
#include "plugins/host_api.h"
#include "plugins/registry.h"
#include "record/schema_table.h"
#include "scripted.h"
#include "worker/clients.h"
#include "worker/worker.h"

namespace millrace::test {

// Waits until a condition holds; false: it did not within 30 s.
bool Eventually(const std::function<bool()>& condition);

struct Sent {
  std::string topic;
  std::optional<std::string> key, value;
  int32_t partition = -1;
  std::vector<std::pair<std::string, std::string>> headers;
};

// Acknowledges at once, unless held.
class FakeProducer final : public kafka::Producer {
 public:
  size_t Send(std::string_view topic, std::span<const kafka::OutRecord> records, Status* status) override;
  bool WaitForSpace(int64_t deadline_ns) override;
  Status Flush(int64_t deadline_ns) override;
  Status Health() const override { return {}; }
  int64_t bytes_in_flight() const override { return 0; }

  void Hold(bool hold);  // letting go acknowledges what is held
  // Gives the i-th record that is held (in the order sent) its fate.
  void Settle(size_t i, int32_t error = 0);
  size_t held();
  std::vector<Sent> sent();
  std::vector<std::string> values();
  // How a record ends when it is not held; 0: acknowledged.
  std::function<int32_t(const Sent&)> judge;
  size_t capacity = SIZE_MAX;  // records that may be held
  std::function<Status()> refuse;

 private:
  static void Finish(kafka::Ticket* ticket, int32_t error, int64_t offset);
  std::mutex mutex_;
  bool hold_ = false;
  std::vector<Sent> sent_;
  std::vector<kafka::Ticket*> held_;
  int64_t next_offset_ = 0;
};

struct FakeRecord {
  std::string topic;
  int32_t partition = 0;
  int64_t offset = 0;
  std::optional<std::string> key, value;
  std::vector<std::pair<std::string, std::string>> headers;
  int64_t timestamp = 1000;
};

// Delivers what the test pushes, in that order; what is pushed behind records that are paused waits.
class FakeConsumer final {
 public:
  explicit FakeConsumer(kafka::Consumer::Listener* listener) : listener_(listener) {}
  Status Subscribe(const std::vector<std::string>& topics);
  Status SubscribeRegex(std::string_view java_regex);
  Result<std::unique_ptr<kafka::Chunk>> Poll(int64_t deadline_ns, size_t max_records);
  void Wakeup();
  Status Pause(std::span<const kafka::TopicPartition> partitions);
  Status Resume(std::span<const kafka::TopicPartition> partitions);
  Status Seek(std::span<const kafka::TopicPartition> partitions);
  Result<std::vector<kafka::TopicPartition>> Committed(std::span<const kafka::TopicPartition> partitions,
                                                       int64_t deadline_ns);
  Status Commit(std::span<const kafka::TopicPartition> offsets);
  Status CommitAsync(std::span<const kafka::TopicPartition> offsets);
  std::optional<Status> CommitResult();
  Status Close(int64_t deadline_ns);

  void Assign(std::vector<kafka::TopicPartition> partitions);
  void Revoke(std::vector<kafka::TopicPartition> partitions, bool lost = false);
  void Deliver(std::vector<FakeRecord> records);
  void FailPoll(Status s);
  // "pause t-0", "seek t-0@5", "commit t-0@3", "commit_async ...", "subscribe t", in order.
  std::vector<std::string> Calls();
  std::atomic<bool> hold_results{false};
  Status commit_status;

 private:
  struct Event {
    std::vector<kafka::TopicPartition> assign, revoke;
    bool lost = false;
    std::vector<FakeRecord> records;
    Status failure;
  };
  void Push(Event e);
  void Note(const std::string& call, std::span<const kafka::TopicPartition> partitions, bool offsets);

  kafka::Consumer::Listener* const listener_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Event> events_;
  std::vector<std::string> calls_;
  std::vector<std::pair<std::string, int32_t>> paused_;
  std::deque<Status> results_;
  bool woken_ = false;
};

class FakeAdmin final : public kafka::Admin {
 public:
  explicit FakeAdmin(struct FakeClients* clients) : clients_(clients) {}
  Result<std::string> ClusterId(int64_t) override { return std::string("cluster"); }
  Result<std::map<std::string, int>> Topics(int64_t) override { return std::map<std::string, int>{}; }
  Result<bool> TopicExists(const std::string& topic, int64_t) override;
  Result<bool> CreateTopic(const kafka::NewTopic& topic, int64_t) override;
  Result<std::vector<kafka::TopicPartition>> GroupOffsets(const std::string&, int64_t) override {
    return std::vector<kafka::TopicPartition>{};
  }
  Status AlterGroupOffsets(const std::string&, const std::vector<kafka::TopicPartition>&, int64_t) override {
    return {};
  }
  Status DeleteGroup(const std::string&, int64_t) override { return {}; }
  Result<std::pair<int64_t, int64_t>> Watermarks(const std::string&, int32_t, int64_t) override {
    return std::pair<int64_t, int64_t>{0, 0};
  }

 private:
  FakeClients* const clients_;
};

struct FakeClients final : worker::ClientFactory {
  std::shared_ptr<FakeProducer> producer = std::make_shared<FakeProducer>();
  std::mutex mutex;
  std::shared_ptr<FakeConsumer> consumer;  // the one made last; outlives the task's hold on it
  std::map<std::string, kafka::NewTopic> topics;
  Status create_topic;  // what creating a topic answers
  std::map<std::string, std::string> consumer_settings;

  Result<std::shared_ptr<kafka::Producer>> Producer(const kafka::ClientConfig&) override {
    return std::static_pointer_cast<kafka::Producer>(producer);
  }
  Result<std::unique_ptr<kafka::Consumer>> Consumer(const kafka::ClientConfig& config,
                                                    kafka::Consumer::Listener* listener) override;
  Result<std::unique_ptr<kafka::Admin>> Admin(const kafka::ClientConfig&) override {
    return std::unique_ptr<kafka::Admin>(std::make_unique<FakeAdmin>(this));
  }
  FakeConsumer* WaitForConsumer();
};

class MemoryStore final : public storage::OffsetStore {
 public:
  Status Start() override { return {}; }
  storage::OffsetMap All() const override;
  std::optional<std::string> Get(const std::string& key) const override;
  Status Put(const storage::OffsetMap& changes) override;
  void Fail(Status s);
  int writes() const;

 private:
  mutable std::mutex mutex_;
  storage::OffsetMap map_;
  Status failure_;
  int writes_ = 0;
};

struct StateEvent {
  worker::TaskId id;
  uint64_t generation;
  worker::State state;
  Status error;
};

// A worker with fakes around it and the classes of Script. Members may be changed before Start().
class Rig : public worker::TaskListener {
 public:
  Rig();
  ~Rig() override;

  Log log;
  record::SchemaTable schemas;
  plugins::HostApi host{&log, &schemas, nullptr};
  plugins::ClassRegistry classes{&host, &log};
  Script script;
  FakeClients clients;
  MemoryStore offsets;
  config::WorkerConfig config;
  worker::WorkerServices services;
  std::unique_ptr<worker::Worker> worker;

  // Starts connector `c` with these settings beyond the class; generation 1, 2, ...
  void StartSource(config::Properties more = {}, const std::string& name = "c",
                   worker::TargetState target = worker::TargetState::kStarted);
  void StartSink(config::Properties more = {}, const std::string& name = "c",
                 worker::TargetState target = worker::TargetState::kStarted);
  void Stop(const std::string& name = "c") { worker->StopTasks({{name, 0}}); }
  void Pause(bool pause) {
    worker->SetTarget({"c", 0}, pause ? worker::TargetState::kPaused : worker::TargetState::kStarted);
  }

  bool WaitForState(worker::State state, const std::string& name = "c");
  // The error of the last FAILED of a task.
  Status Failure(const std::string& name = "c");
  std::vector<StateEvent> Events();
  std::vector<std::string> TopicsUsed();
  bool Logged(const std::string& text);
  std::optional<std::string> Offset(const std::string& partition, const std::string& name = "c");

  void OnTaskState(const worker::TaskId& id, uint64_t generation, worker::State state, const Status& error) override;
  void OnTopicUsed(const std::string& connector, const std::string& topic) override;

 private:
  void StartTask(config::ConnectorType type, config::Properties more, const std::string& name,
                 worker::TargetState target);
  std::mutex mutex_;
  std::vector<StateEvent> events_;
  std::vector<std::string> topics_used_;
  std::vector<std::string> lines_;
  uint64_t generation_ = 0;
};

// A source that polls these batches one after the other, then nothing.
void PollBatches(Script* script, std::vector<std::vector<Row>> batches);

}  // namespace millrace::test
