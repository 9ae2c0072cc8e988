// SPDX-License-Identifier: Apache-2.0
#include "fakes.h"

#include <unistd.h>

#include <algorithm>
#include <thread>

#include "record/value.h"

namespace millrace::test {

using record::View;

bool Eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
    usleep(200);
  }
  return true;
}

// ---- producer

void FakeProducer::Finish(kafka::Ticket* ticket, int32_t error, int64_t offset) {
  ticket->error = error;
  ticket->kafka_offset = error == 0 ? offset : -1;
  ticket->kafka_partition = 0;
  kafka::Submission* owner = ticket->owner;
  if (error != 0) owner->failed.fetch_add(1);
  ticket->state.store(error == 0 ? kafka::Ticket::kAcked : kafka::Ticket::kFailed, std::memory_order_release);
  const auto done = owner->done;
  if (owner->pending.fetch_sub(1, std::memory_order_acq_rel) == 1 && done != nullptr) done(owner);
}

size_t FakeProducer::Send(std::string_view topic, std::span<const kafka::OutRecord> records, Status* status) {
  *status = {};
  if (refuse) {
    *status = refuse();
    if (!status->ok()) return 0;
  }
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < records.size(); ++i) {
    const kafka::OutRecord& r = records[i];
    if (hold_ && held_.size() >= capacity) {
      *status = Status::Retriable("full");
      return i;
    }
    Sent s;
    s.topic = topic;
    if (r.key.p != nullptr) s.key = View(r.key);
    if (r.value.p != nullptr) s.value = View(r.value);
    s.partition = r.partition;
    for (uint32_t h = 0; h < r.n_headers; ++h) s.headers.emplace_back(View(r.headers[h].key), View(r.headers[h].value));
    sent_.push_back(s);
    if (hold_) {
      held_.push_back(r.ticket);
    } else {
      Finish(r.ticket, judge ? judge(s) : 0, next_offset_++);
    }
  }
  return records.size();
}

bool FakeProducer::WaitForSpace(int64_t) {
  usleep(500);
  return true;
}
Status FakeProducer::Flush(int64_t deadline_ns) {
  while (Clock::System().MonotonicNanos() < deadline_ns) {
    if (held() == 0) return {};
    usleep(500);
  }
  return Status::Timeout("not yet");
}
void FakeProducer::Hold(bool hold) {
  const std::lock_guard lock(mutex_);
  hold_ = hold;
  if (hold) return;
  for (kafka::Ticket* t : held_) {
    if (t != nullptr) Finish(t, 0, next_offset_++);
  }
  held_.clear();
}
void FakeProducer::Settle(size_t i, int32_t error) {
  const std::lock_guard lock(mutex_);
  Finish(std::exchange(held_[i], nullptr), error, next_offset_++);
}
size_t FakeProducer::held() {
  const std::lock_guard lock(mutex_);
  return held_.size();
}
std::vector<Sent> FakeProducer::sent() {
  const std::lock_guard lock(mutex_);
  return sent_;
}
std::vector<std::string> FakeProducer::values() {
  std::vector<std::string> out;
  for (const Sent& s : sent()) out.push_back(s.value.value_or("null"));
  return out;
}

// ---- consumer

namespace {

class FakeChunk final : public kafka::Chunk {
 public:
  explicit FakeChunk(std::vector<FakeRecord> source) : source_(std::move(source)) {
    for (const FakeRecord& r : source_) {
      const auto at = std::find_if(topics_.begin(), topics_.end(), [&](const mr_str& t) { return View(t) == r.topic; });
      kafka::InRecord in{};
      in.topic = static_cast<uint16_t>(at - topics_.begin());
      if (at == topics_.end()) topics_.push_back(record::Str(r.topic));
      if (r.key) in.key = record::Str(*r.key);
      if (r.value) in.value = record::Str(*r.value);
      in.partition = r.partition;
      in.offset = r.offset;
      in.timestamp = r.timestamp;
      std::vector<kafka::OutHeader>& headers = headers_.emplace_back();
      for (const auto& [k, v] : r.headers) headers.push_back({record::Str(k), record::Str(v)});
      in.headers = headers.data();
      in.n_headers = static_cast<uint32_t>(headers.size());
      records_.push_back(in);
    }
  }
  std::span<const kafka::InRecord> records() const override { return records_; }
  std::span<const mr_str> topics() const override { return topics_; }
  size_t bytes() const override { return records_.size() * 100; }

 private:
  const std::vector<FakeRecord> source_;
  std::vector<mr_str> topics_;
  std::deque<std::vector<kafka::OutHeader>> headers_;
  std::vector<kafka::InRecord> records_;
};

}  // namespace

void FakeConsumer::Note(const std::string& call, std::span<const kafka::TopicPartition> partitions, bool offsets) {
  std::string text = call;
  for (const kafka::TopicPartition& p : partitions) {
    text += " " + p.topic + "-" + std::to_string(p.partition);
    if (offsets) text += "@" + std::to_string(p.offset);
  }
  const std::lock_guard lock(mutex_);
  calls_.push_back(text);
}
std::vector<std::string> FakeConsumer::Calls() {
  const std::lock_guard lock(mutex_);
  return calls_;
}
Status FakeConsumer::Subscribe(const std::vector<std::string>& topics) {
  std::string text = "subscribe";
  for (const std::string& t : topics) text += " " + t;
  Note(text, {}, false);
  return {};
}
Status FakeConsumer::SubscribeRegex(std::string_view java_regex) {
  Note("subscribe /" + std::string(java_regex) + "/", {}, false);
  return {};
}

Result<std::unique_ptr<kafka::Chunk>> FakeConsumer::Poll(int64_t deadline_ns, size_t) {
  Event event;
  {
    std::unique_lock lock(mutex_);
    const auto ready = [&] {
      if (events_.empty()) return false;
      return std::none_of(events_.front().records.begin(), events_.front().records.end(), [&](const FakeRecord& r) {
        return std::find(paused_.begin(), paused_.end(), std::pair(r.topic, r.partition)) != paused_.end();
      });
    };
    changed_.wait_until(lock, std::chrono::steady_clock::time_point(std::chrono::nanoseconds(deadline_ns)),
                        [&] { return woken_ || ready(); });
    woken_ = false;
    if (!ready()) return std::unique_ptr<kafka::Chunk>();
    event = std::move(events_.front());
    events_.pop_front();
  }
  if (!event.failure.ok()) return event.failure;
  if (!event.revoke.empty()) {
    listener_->Revoked(event.revoke, event.lost);
    const std::lock_guard lock(mutex_);
    for (const auto& p : event.revoke) std::erase(paused_, std::pair(p.topic, p.partition));
  }
  if (!event.assign.empty()) listener_->Assigned(event.assign);
  if (event.records.empty()) return std::unique_ptr<kafka::Chunk>();
  return std::unique_ptr<kafka::Chunk>(std::make_unique<FakeChunk>(std::move(event.records)));
}

void FakeConsumer::Wakeup() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_all();
}
Status FakeConsumer::Pause(std::span<const kafka::TopicPartition> partitions) {
  Note("pause", partitions, false);
  const std::lock_guard lock(mutex_);
  for (const auto& p : partitions) paused_.emplace_back(p.topic, p.partition);
  return {};
}
Status FakeConsumer::Resume(std::span<const kafka::TopicPartition> partitions) {
  Note("resume", partitions, false);
  const std::lock_guard lock(mutex_);
  for (const auto& p : partitions) std::erase(paused_, std::pair(p.topic, p.partition));
  return {};
}
Status FakeConsumer::Seek(std::span<const kafka::TopicPartition> partitions) {
  Note("seek", partitions, true);
  return {};
}
Result<std::vector<kafka::TopicPartition>> FakeConsumer::Committed(std::span<const kafka::TopicPartition> partitions,
                                                                   int64_t) {
  return std::vector<kafka::TopicPartition>(partitions.begin(), partitions.end());
}
Status FakeConsumer::Commit(std::span<const kafka::TopicPartition> offsets) {
  Note("commit", offsets, true);
  return commit_status;
}
Status FakeConsumer::CommitAsync(std::span<const kafka::TopicPartition> offsets) {
  Note("commit_async", offsets, true);
  const std::lock_guard lock(mutex_);
  results_.push_back(commit_status);
  return {};
}
std::optional<Status> FakeConsumer::CommitResult() {
  const std::lock_guard lock(mutex_);
  if (results_.empty() || hold_results) return std::nullopt;
  Status s = results_.front();
  results_.pop_front();
  return s;
}
Status FakeConsumer::Close(int64_t) {
  Note("close", {}, false);
  return {};
}
void FakeConsumer::Push(Event e) {
  {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(e));
  }
  changed_.notify_all();
}
void FakeConsumer::Assign(std::vector<kafka::TopicPartition> partitions) {
  Event e;
  e.assign = std::move(partitions);
  Push(std::move(e));
}
void FakeConsumer::Revoke(std::vector<kafka::TopicPartition> partitions, bool lost) {
  Event e;
  e.revoke = std::move(partitions);
  e.lost = lost;
  Push(std::move(e));
}
void FakeConsumer::Deliver(std::vector<FakeRecord> records) {
  Event e;
  e.records = std::move(records);
  Push(std::move(e));
}
void FakeConsumer::FailPoll(Status s) {
  Event e;
  e.failure = std::move(s);
  Push(std::move(e));
}

// ---- admin, clients, store

Result<bool> FakeAdmin::TopicExists(const std::string& topic, int64_t) {
  const std::lock_guard lock(clients_->mutex);
  return clients_->topics.contains(topic);
}
Result<bool> FakeAdmin::CreateTopic(const kafka::NewTopic& topic, int64_t) {
  const std::lock_guard lock(clients_->mutex);
  if (!clients_->create_topic.ok()) return clients_->create_topic;
  clients_->topics[topic.name] = topic;
  return true;
}
namespace {

// What the task holds; the test keeps the consumer itself.
class ConsumerHandle final : public kafka::Consumer {
 public:
  explicit ConsumerHandle(std::shared_ptr<FakeConsumer> to) : to_(std::move(to)) {}
  using Partitions = std::span<const kafka::TopicPartition>;
  Status Subscribe(const std::vector<std::string>& topics) override { return to_->Subscribe(topics); }
  Status SubscribeRegex(std::string_view java_regex) override { return to_->SubscribeRegex(java_regex); }
  Result<std::unique_ptr<kafka::Chunk>> Poll(int64_t deadline_ns, size_t n) override {
    return to_->Poll(deadline_ns, n);
  }
  void Wakeup() override { to_->Wakeup(); }
  Status Pause(Partitions p) override { return to_->Pause(p); }
  Status Resume(Partitions p) override { return to_->Resume(p); }
  Status Seek(Partitions p) override { return to_->Seek(p); }
  std::vector<kafka::TopicPartition> Assignment() const override { return {}; }
  Result<std::vector<kafka::TopicPartition>> Committed(Partitions p, int64_t deadline_ns) override {
    return to_->Committed(p, deadline_ns);
  }
  Status Commit(Partitions p) override { return to_->Commit(p); }
  Status CommitAsync(Partitions p) override { return to_->CommitAsync(p); }
  std::optional<Status> CommitResult() override { return to_->CommitResult(); }
  Status Close(int64_t deadline_ns) override { return to_->Close(deadline_ns); }

 private:
  const std::shared_ptr<FakeConsumer> to_;
};

}  // namespace

Result<std::unique_ptr<kafka::Consumer>> FakeClients::Consumer(const kafka::ClientConfig& config,
                                                               kafka::Consumer::Listener* listener) {
  const std::lock_guard lock(mutex);
  consumer = std::make_shared<FakeConsumer>(listener);
  consumer_settings = config.native;
  return std::unique_ptr<kafka::Consumer>(std::make_unique<ConsumerHandle>(consumer));
}
FakeConsumer* FakeClients::WaitForConsumer() {
  const bool there = Eventually([this] {
    const std::lock_guard lock(mutex);
    return consumer != nullptr;
  });
  REQUIRE(there);
  const std::lock_guard lock(mutex);
  return consumer.get();
}

storage::OffsetMap MemoryStore::All() const {
  const std::lock_guard lock(mutex_);
  return map_;
}
std::optional<std::string> MemoryStore::Get(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto it = map_.find(key);
  return it == map_.end() ? std::nullopt : it->second;
}
Status MemoryStore::Put(const storage::OffsetMap& changes) {
  const std::lock_guard lock(mutex_);
  if (!failure_.ok()) return failure_;
  if (!changes.empty()) ++writes_;
  for (const auto& [k, v] : changes) map_.insert_or_assign(k, v);
  return {};
}
void MemoryStore::Fail(Status s) {
  const std::lock_guard lock(mutex_);
  failure_ = std::move(s);
}
int MemoryStore::writes() const {
  const std::lock_guard lock(mutex_);
  return writes_;
}

// ---- rig

Rig::Rig() {
  log.SetSink([this](LogLevel, std::string_view line) {
    const std::lock_guard lock(mutex_);
    lines_.emplace_back(line);
  });
  log.SetLevel("root", LogLevel::kInfo, 0);
  script.Register(&classes, host.table());
  config.key_converter = config.value_converter = config.header_converter = "test.Converter";
  config.offset_flush_interval_ms = 20;
  config.offset_flush_timeout_ms = 2000;
  config.task_shutdown_graceful_timeout_ms = 5000;
  config.override_policy = "All";
  services.config = &config;
  services.log = &log;
  services.clock = &Clock::System();
  services.host = &host;
  services.classes = &classes;
  services.offsets = &offsets;
  services.bootstrap_servers = "127.0.0.1:1";
  services.clients = &clients;
}

Rig::~Rig() { worker = nullptr; }

void Rig::StartTask(config::ConnectorType type, config::Properties more, const std::string& name,
                    worker::TargetState target) {
  if (worker == nullptr) worker = worker::Worker::Make(services, this);
  worker::TaskSpec spec;
  spec.id = {name, 0};
  spec.generation = ++generation_;
  spec.type = type;
  spec.target = target;
  more.try_emplace("connector.class", type == config::ConnectorType::kSource ? "test.Source" : "test.Sink");
  more.try_emplace("name", name);
  if (type == config::ConnectorType::kSink && !more.contains("topics.regex")) more.try_emplace("topics", "t");
  spec.connector_config = more;
  spec.task_config = more;
  worker->StartTask(spec);
}
void Rig::StartSource(config::Properties more, const std::string& name, worker::TargetState target) {
  StartTask(config::ConnectorType::kSource, std::move(more), name, target);
}
void Rig::StartSink(config::Properties more, const std::string& name, worker::TargetState target) {
  StartTask(config::ConnectorType::kSink, std::move(more), name, target);
}

bool Rig::WaitForState(worker::State state, const std::string& name) {
  return Eventually([&] {
    const std::lock_guard lock(mutex_);
    for (auto it = events_.rbegin(); it != events_.rend(); ++it) {
      if (it->id.connector == name) return it->state == state;
    }
    return false;
  });
}
Status Rig::Failure(const std::string& name) {
  const std::lock_guard lock(mutex_);
  for (auto it = events_.rbegin(); it != events_.rend(); ++it) {
    if (it->id.connector == name && it->state == worker::State::kFailed) return it->error;
  }
  return {};
}
std::vector<StateEvent> Rig::Events() {
  const std::lock_guard lock(mutex_);
  return events_;
}
std::vector<std::string> Rig::TopicsUsed() {
  const std::lock_guard lock(mutex_);
  return topics_used_;
}
bool Rig::Logged(const std::string& text) {
  const std::lock_guard lock(mutex_);
  return std::any_of(lines_.begin(), lines_.end(),
                     [&](const std::string& l) { return l.find(text) != std::string::npos; });
}
std::optional<std::string> Rig::Offset(const std::string& partition, const std::string& name) {
  return offsets.Get("[\"" + name + "\",{\"source\":\"" + partition + "\"}]");
}
void Rig::OnTaskState(const worker::TaskId& id, uint64_t generation, worker::State state, const Status& error) {
  const std::lock_guard lock(mutex_);
  events_.push_back({id, generation, state, error});
}
void Rig::OnTopicUsed(const std::string& connector, const std::string& topic) {
  const std::lock_guard lock(mutex_);
  topics_used_.push_back(connector + ":" + topic);
}

void PollBatches(Script* script, std::vector<std::vector<Row>> batches) {
  auto left = std::make_shared<std::deque<std::vector<Row>>>(batches.begin(), batches.end());
  script->poll = [script, left](int64_t deadline, mr_batch* out, mr_error*) -> mr_status {
    if (!left->empty()) {
      FillBatch(left->front(), out);
      left->pop_front();
      return MR_OK;
    }
    while (!script->cancelled && Clock::System().MonotonicNanos() < deadline) usleep(500);
    return MR_OK;
  };
}

}  // namespace millrace::test
