// SPDX-License-Identifier: Apache-2.0
#include "kafka/producer.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <random>
#include <shared_mutex>
#include <thread>

#include "base/clock.h"
#include "kafka/handle.h"

namespace millrace::kafka {
namespace {

// What a record costs beside its bytes while it is in flight: librdkafka's message and the caller's ticket.
constexpr int64_t kRecordOverhead = 512;
// Records handed to librdkafka in one call: its argument array stays in the first-level cache.
constexpr size_t kBatch = 256;
// Java's batch.size: records without a key go to one partition for that many bytes, then to another.
constexpr int64_t kStickyBytes = 16384;
// How long a topic's number of partitions is believed.
constexpr int64_t kPartitionsAgeNanos = 1'000 * kNanosPerMilli;
constexpr int64_t kCloseTimeoutNanos = 2'000 * kNanosPerMilli;

int64_t HeaderBytes(const OutRecord& record) {
  int64_t bytes = 0;
  for (uint32_t i = 0; i < record.n_headers; ++i) bytes += 64 + record.headers[i].key.n + record.headers[i].value.n;
  return bytes;
}

int64_t SizeOf(const OutRecord& record) {
  return kRecordOverhead + record.key.n + record.value.n + (record.n_headers == 0 ? 0 : HeaderBytes(record));
}

// The same count from what librdkafka gives back.
int64_t SizeOf(const rd_kafka_message_t& message, bool with_headers) {
  int64_t bytes = kRecordOverhead + static_cast<int64_t>(message.key_len + message.len);
  rd_kafka_headers_t* headers = nullptr;
  if (with_headers && rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    size_t size = 0;
    for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
      bytes += 64 + static_cast<int64_t>(std::char_traits<char>::length(name) + size);
    }
  }
  return bytes;
}

// Counts tickets off their Submissions, a run of tickets of the same one at a time.
class Finisher {
 public:
  ~Finisher() { Flush(); }
  void Finish(Ticket* ticket, int32_t error, int32_t partition, int64_t offset) {
    if (ticket->owner != owner_) {
      Flush();
      owner_ = ticket->owner;
    }
    ticket->error = error;
    ticket->kafka_partition = partition;
    ticket->kafka_offset = offset;
    ++done_;
    failed_ += error != 0;
    ticket->state.store(error == 0 ? Ticket::kAcked : Ticket::kFailed, std::memory_order_release);
  }

 private:
  void Flush() {
    if (owner_ != nullptr && done_ != 0) {
      if (failed_ != 0) owner_->failed.fetch_add(failed_, std::memory_order_relaxed);
      const auto done = owner_->done;  // once pending is 0 only `done` may touch the Submission
      if (owner_->pending.fetch_sub(done_, std::memory_order_acq_rel) == done_ && done != nullptr) done(owner_);
    }
    done_ = failed_ = 0;
  }

  Submission* owner_ = nullptr;
  uint32_t done_ = 0, failed_ = 0;
};

// A topic and what is known of its partitions. librdkafka tells their number to partitioners only, so this is one: it
// notes the number and chooses as librdkafka would. With the number known most records need not go through it, which
// saves a third of what producing them costs.
class TopicState {
 public:
  TopicState(rd_kafka_t* client, const std::string& name, bool ignore_keys) : ignore_keys_(ignore_keys) {
    rd_kafka_topic_conf_t* conf = rd_kafka_default_topic_conf_dup(client);
    rd_kafka_topic_conf_set_opaque(conf, this);
    rd_kafka_topic_conf_set_partitioner_cb(conf, Partition);
    handle_.reset(rd_kafka_topic_new(client, name.c_str(), conf));
    if (handle_ == nullptr) rd_kafka_topic_conf_destroy(conf);
  }
  TopicState(const TopicState&) = delete;
  TopicState& operator=(const TopicState&) = delete;

  rd_kafka_topic_t* handle() const { return handle_.get(); }
  void ReleaseHandle() { handle_.reset(); }

  // The number of partitions, 0 when it must be asked for: not known yet, or not lately.
  int32_t Partitions(int64_t now_ns) {
    if (now_ns < ask_again_ns_.load(std::memory_order_relaxed)) return partitions_.load(std::memory_order_relaxed);
    return 0;
  }
  bool Keyless(const OutRecord& record) const { return record.key.p == nullptr || ignore_keys_; }

  // The partition for some records without a key.
  int32_t Sticky(int32_t partitions, int64_t bytes) {
    const int32_t current = sticky_.load(std::memory_order_relaxed);
    const int64_t used = sticky_bytes_.fetch_add(bytes, std::memory_order_relaxed);
    if (current < partitions && current >= 0 && used < kStickyBytes) return current;
    sticky_bytes_.store(bytes, std::memory_order_relaxed);
    const int32_t next = Random(partitions);
    sticky_.store(next, std::memory_order_relaxed);
    return next;
  }

 private:
  static int32_t Random(int32_t partitions) {
    thread_local std::minstd_rand dice{std::random_device{}()};
    return static_cast<int32_t>(dice() % static_cast<uint32_t>(partitions));
  }

  // [any of librdkafka's threads or a sending one]
  static int32_t Partition(const rd_kafka_topic_t* topic, const void* key, size_t key_size, int32_t partitions,
                           void* opaque, void* message_opaque) {
    auto* self = static_cast<TopicState*>(opaque);
    self->partitions_.store(partitions, std::memory_order_relaxed);
    self->ask_again_ns_.store(MonotonicNanos() + kPartitionsAgeNanos, std::memory_order_relaxed);
    if (self->ignore_keys_)
      return rd_kafka_msg_partitioner_random(topic, key, key_size, partitions, opaque, message_opaque);
    return rd_kafka_msg_partitioner_murmur2_random(topic, key, key_size, partitions, opaque, message_opaque);
  }

  const bool ignore_keys_;
  std::atomic<int32_t> partitions_{0}, sticky_{-1};
  std::atomic<int64_t> ask_again_ns_{0}, sticky_bytes_{0};
  Topic handle_;
};

class RdProducer final : public Producer, public ClientHome {
 public:
  RdProducer(const ClientConfig& config, Log* log)
      : ClientHome(log->Get(kNetworkLog)), buffer_memory_(config.buffer_memory) {
    const auto partitioner = config.native.find("partitioner");
    ignore_keys_ = partitioner != config.native.end() && partitioner->second == "random";
  }

  Status Open(const ClientConfig& config) {
    Result<Conf> conf = MakeConf(config, this);
    if (!conf.ok()) return conf.status();
    rd_kafka_conf_set_events(conf->get(), RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
    Result<Client> client = MakeClient(RD_KAFKA_PRODUCER, std::move(*conf));
    if (!client.ok()) return client.status();
    client_ = std::move(*client);
    queue_.reset(rd_kafka_queue_get_main(client_.get()));
    thread_ = std::thread([this] { Serve(); });
    return {};
  }

  ~RdProducer() override {
    if (client_ == nullptr) return;
    if (!Flush(MonotonicNanos() + kCloseTimeoutNanos).ok()) {
      logger.Warn("{}: closing with {} records not delivered; their senders are told so", rd_kafka_name(client_.get()),
                  records_in_flight_.load());
      rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
      WaitUntilEmpty(MonotonicNanos() + kCloseTimeoutNanos);
    }
    stopping_.store(true);
    rd_kafka_queue_yield(queue_.get());
    thread_.join();
    // librdkafka wants its topic handles back before it goes, but may call their partitioners until it has gone.
    for (const auto& [name, topic] : topics_) topic->ReleaseHandle();
    queue_.reset();
    client_.reset();
  }

  size_t Send(std::string_view topic, std::span<const OutRecord> records, Status* status) override {
    *status = Health();
    if (!status->ok()) return 0;
    TopicState* state = FindTopic(topic, status);
    if (state == nullptr) return 0;
    const int32_t partitions = state->Partitions(MonotonicNanos());
    size_t sent = 0;
    while (sent < records.size()) {
      const std::span<const OutRecord> some = Reserve(records.subspan(sent, std::min(kBatch, records.size() - sent)));
      if (some.empty()) {
        *status = Status::Retriable("buffer.memory is used up by records that are not delivered yet");
        break;
      }
      const size_t taken = Enqueue(state, partitions, some, status);
      sent += taken;
      if (taken < some.size()) {
        int64_t bytes = 0;
        for (const OutRecord& record : some.subspan(taken)) bytes += SizeOf(record);
        Release(bytes, static_cast<int64_t>(some.size() - taken));
        break;
      }
    }
    return sent;
  }

  bool WaitForSpace(int64_t deadline_ns) override {
    return WaitUntil(deadline_ns, [this] { return bytes_in_flight_.load() <= buffer_memory_ - buffer_memory_ / 4; });
  }

  Status Flush(int64_t deadline_ns) override {
    // rd_kafka_flush makes librdkafka forget linger.ms while it waits; what it waits for may include records that
    // others go on sending, hence the slices.
    while (records_in_flight_.load() > 0 && MillisUntil(deadline_ns) > 0) {
      if (rd_kafka_flush(client_.get(), MillisUntil(deadline_ns, 100)) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        WaitUntilEmpty(std::min(deadline_ns, MonotonicNanos() + 100 * kNanosPerMilli));
      }
    }
    const int64_t left = records_in_flight_.load();
    if (left == 0) return {};
    return Status::Timeout(fmt::format("{} records are not delivered yet", left));
  }

  Status Health() const override {
    if (!unhealthy_.load(std::memory_order_acquire)) return {};
    const std::lock_guard lock(health_mutex_);
    return health_;
  }

  int64_t bytes_in_flight() const override { return bytes_in_flight_.load(std::memory_order_relaxed); }

 private:
  TopicState* FindTopic(std::string_view name, Status* status) {
    {
      const std::shared_lock lock(topics_mutex_);
      if (const auto it = topics_.find(name); it != topics_.end()) return it->second.get();
    }
    const std::unique_lock lock(topics_mutex_);
    if (const auto it = topics_.find(name); it != topics_.end()) return it->second.get();
    std::unique_ptr<TopicState> state;
    if (name.find('\0') == std::string_view::npos) {
      state = std::make_unique<TopicState>(client_.get(), std::string(name), ignore_keys_);
    }
    if (state == nullptr || state->handle() == nullptr) {
      *status = Status::Data(fmt::format("'{}' cannot be a topic's name", EscapeControl(name)));
      return nullptr;
    }
    return topics_.emplace(name, std::move(state)).first->second.get();
  }

  // Counts as many records from the front as there is room for, and at least one when nothing else is in flight.
  std::span<const OutRecord> Reserve(std::span<const OutRecord> records) {
    int64_t used = bytes_in_flight_.load(std::memory_order_relaxed);
    while (true) {
      int64_t bytes = 0;
      size_t n = 0;
      while (n < records.size()) {
        const int64_t next = bytes + SizeOf(records[n]);
        if (used + next > buffer_memory_ && used + bytes > 0) break;
        bytes = next;
        ++n;
      }
      if (n == 0) return {};
      if (bytes_in_flight_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed)) {
        records_in_flight_.fetch_add(static_cast<int64_t>(n), std::memory_order_relaxed);
        return records.first(n);
      }
    }
  }

  void Release(int64_t bytes, int64_t records) {
    bytes_in_flight_.fetch_sub(bytes);
    records_in_flight_.fetch_sub(records);
    if (waiters_.load() > 0) {
      const std::lock_guard lock(wait_mutex_);
      waiting_.notify_all();
    }
  }

  // Returns how many were taken; the rest was refused as a whole.
  size_t Enqueue(TopicState* topic, int32_t partitions, std::span<const OutRecord> records, Status* status) {
    size_t at = 0;
    while (at < records.size()) {
      const Destination to = DestinationOf(records[at], *topic, partitions);
      const bool plain = IsPlain(records[at]);
      int64_t bytes = records[at].key.n + records[at].value.n;
      size_t end = at + 1;
      while (plain && end < records.size() && IsPlain(records[end]) &&
             DestinationOf(records[end], *topic, partitions) == to) {
        bytes += records[end].key.n + records[end].value.n;
        ++end;
      }
      const std::span<const OutRecord> run = records.subspan(at, end - at);
      const int32_t partition = to.any ? topic->Sticky(partitions, bytes) : to.partition;
      const size_t taken = plain ? EnqueueBatch(topic->handle(), partition, run, status)
                                 : EnqueueOne(topic->handle(), partition, run[0], status);
      at += taken;
      if (taken < run.size()) break;
    }
    return at;
  }

  struct Destination {
    int32_t partition;  // RD_KAFKA_PARTITION_UA: librdkafka calls the partitioner
    bool any;           // whichever the sticky choice is
    bool operator==(const Destination&) const = default;
  };

  static Destination DestinationOf(const OutRecord& record, const TopicState& topic, int32_t partitions) {
    if (record.partition >= 0) return {record.partition, false};
    if (partitions == 1) return {0, false};
    if (partitions > 1 && topic.Keyless(record)) return {0, true};
    return {RD_KAFKA_PARTITION_UA, false};
  }

  // librdkafka's batch call has no place for timestamps and headers.
  static bool IsPlain(const OutRecord& record) { return record.timestamp < 0 && record.n_headers == 0; }

  size_t EnqueueBatch(rd_kafka_topic_t* topic, int32_t partition, std::span<const OutRecord> records, Status* status) {
    thread_local std::array<rd_kafka_message_t, kBatch> messages{};
    for (size_t i = 0; i < records.size(); ++i) {
      rd_kafka_message_t& m = messages[i];
      const OutRecord& r = records[i];
      m.payload = const_cast<char*>(r.value.p);
      m.len = r.value.n;
      m.key = const_cast<char*>(r.key.p);
      m.key_len = r.key.n;
      m._private = r.ticket;
    }
    const int n = static_cast<int>(records.size());
    if (rd_kafka_produce_batch(topic, partition, 0, messages.data(), n) == n) {
      return records.size();
    }
    for (size_t i = 0; i < records.size(); ++i) {
      if (messages[i].err != RD_KAFKA_RESP_ERR_NO_ERROR && !Refused(records[i], messages[i].err, status)) return i;
    }
    return records.size();
  }

  size_t EnqueueOne(rd_kafka_topic_t* topic, int32_t partition, const OutRecord& r, Status* status) {
    // Topic, partition, value, key, timestamp, opaque, headers.
    std::array<rd_kafka_vu_t, 7> args{};
    args[0].vtype = RD_KAFKA_VTYPE_RKT;
    args[0].u.rkt = topic;
    args[1].vtype = RD_KAFKA_VTYPE_PARTITION;
    args[1].u.i32 = partition;
    args[2].vtype = RD_KAFKA_VTYPE_VALUE;
    args[2].u.mem = {const_cast<char*>(r.value.p), r.value.n};
    args[3].vtype = RD_KAFKA_VTYPE_KEY;
    args[3].u.mem = {const_cast<char*>(r.key.p), r.key.n};
    args[4].vtype = RD_KAFKA_VTYPE_OPAQUE;
    args[4].u.ptr = r.ticket;
    size_t n = 5;
    if (r.timestamp >= 0) {
      args[n].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
      // librdkafka reads 0 as "now"; the first millisecond of 1970 is the nearest it can send.
      args[n++].u.i64 = std::max<int64_t>(r.timestamp, 1);
    }
    rd_kafka_headers_t* headers = nullptr;
    if (r.n_headers > 0) {
      any_headers_.store(true, std::memory_order_relaxed);
      headers = rd_kafka_headers_new(r.n_headers);
      for (uint32_t i = 0; i < r.n_headers; ++i) {
        const OutHeader& h = r.headers[i];
        rd_kafka_header_add(headers, h.key.n == 0 ? "" : h.key.p, static_cast<ssize_t>(h.key.n), h.value.p,
                            static_cast<ssize_t>(h.value.n));
      }
      args[n].vtype = RD_KAFKA_VTYPE_HEADERS;
      args[n++].u.headers = headers;
    }
    const Native<rd_kafka_error_t, rd_kafka_error_destroy> error(rd_kafka_produceva(client_.get(), args.data(), n));
    if (error == nullptr) return 1;
    if (headers != nullptr) rd_kafka_headers_destroy(headers);
    return Refused(r, rd_kafka_error_code(error.get()), status) ? 1 : 0;
  }

  // A record that librdkafka did not take. True: it is the record's own fault, told by its ticket.
  bool Refused(const OutRecord& record, rd_kafka_resp_err_t error, Status* status) {
    if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      *status = Status::Retriable("the Kafka client's queue is full");
      return false;
    }
    if (error == RD_KAFKA_RESP_ERR__FATAL || error == RD_KAFKA_RESP_ERR__FENCED || error == RD_KAFKA_RESP_ERR__STATE) {
      *status = Fatal();
      return false;
    }
    bytes_in_flight_.fetch_sub(SizeOf(record));
    {
      const std::lock_guard lock(refused_mutex_);
      refused_.push_back({record.ticket, error});
    }
    rd_kafka_queue_yield(queue_.get());
    return true;
  }

  Status Fatal() const {
    std::array<char, 512> text{};
    const rd_kafka_resp_err_t error = rd_kafka_fatal_error(client_.get(), text.data(), text.size());
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return Status::Fatal("the Kafka producer takes no records now");
    return Status::Fatal(
        fmt::format("the Kafka producer has failed for good: {} ({})", text.data(), rd_kafka_err2name(error)));
  }

  // [producer thread]
  void Serve() {
    while (!stopping_.load()) {
      const Event event(rd_kafka_queue_poll(queue_.get(), 1000));
      if (event != nullptr) {
        switch (rd_kafka_event_type(event.get())) {
          case RD_KAFKA_EVENT_DR: Deliver(event.get()); break;
          case RD_KAFKA_EVENT_ERROR: OnError(event.get()); break;
          default: break;
        }
      }
      TellRefused();
    }
  }

  void Deliver(rd_kafka_event_t* event) {
    std::array<const rd_kafka_message_t*, 512> messages;
    const bool with_headers = any_headers_.load(std::memory_order_relaxed);
    size_t n = 0;
    bool acked = false;
    while ((n = rd_kafka_event_message_array(event, messages.data(), messages.size())) > 0) {
      int64_t bytes = 0;
      {
        Finisher finisher;
        for (size_t i = 0; i < n; ++i) {
          const rd_kafka_message_t& m = *messages[i];
          bytes += SizeOf(m, with_headers);
          acked |= m.err == RD_KAFKA_RESP_ERR_NO_ERROR;
          finisher.Finish(static_cast<Ticket*>(m._private), m.err, m.partition, m.offset);
        }
      }
      Release(bytes, static_cast<int64_t>(n));
    }
    if (acked) Recovered();
  }

  void TellRefused() {
    std::vector<std::pair<Ticket*, int32_t>> refused;
    {
      const std::lock_guard lock(refused_mutex_);
      refused.swap(refused_);
    }
    if (refused.empty()) return;
    {
      Finisher finisher;
      for (const auto& [ticket, error] : refused) finisher.Finish(ticket, error, -1, -1);
    }
    Release(0, static_cast<int64_t>(refused.size()));
  }

  void OnError(rd_kafka_event_t* event) {
    const rd_kafka_resp_err_t error = rd_kafka_event_error(event);
    LogErrorEvent(logger, error, rd_kafka_event_error_string(event));
    if (error == RD_KAFKA_RESP_ERR__FATAL || rd_kafka_event_error_is_fatal(event)) {
      SetHealth(Fatal());
    } else if (error == RD_KAFKA_RESP_ERR__AUTHENTICATION) {
      SetHealth(
          {Code::kAuth, fmt::format("the broker refuses the credentials: {}", rd_kafka_event_error_string(event))});
    }
  }

  void SetHealth(Status health) {
    const std::lock_guard lock(health_mutex_);
    health_ = std::move(health);
    unhealthy_.store(!health_.ok(), std::memory_order_release);
  }

  void Recovered() {
    if (unhealthy_.load(std::memory_order_relaxed) && Health().code() == Code::kAuth) SetHealth({});
  }

  bool WaitUntilEmpty(int64_t deadline_ns) {
    return WaitUntil(deadline_ns, [this] { return records_in_flight_.load() == 0; });
  }

  template <class Condition>
  bool WaitUntil(int64_t deadline_ns, Condition condition) {
    if (condition()) return true;
    std::unique_lock lock(wait_mutex_);
    waiters_.fetch_add(1);
    const bool met = waiting_.wait_until(
        lock, std::chrono::steady_clock::time_point(std::chrono::nanoseconds(deadline_ns)), condition);
    waiters_.fetch_sub(1);
    return met;
  }

  const int64_t buffer_memory_;
  bool ignore_keys_ = false;
  Client client_;
  Queue queue_;
  std::thread thread_;
  std::atomic<bool> stopping_{false};

  std::shared_mutex topics_mutex_;
  std::map<std::string, std::unique_ptr<TopicState>, std::less<>> topics_;

  std::atomic<int64_t> bytes_in_flight_{0}, records_in_flight_{0};
  std::atomic<bool> any_headers_{false};
  std::atomic<int> waiters_{0};
  std::mutex wait_mutex_;
  std::condition_variable waiting_;

  std::mutex refused_mutex_;
  std::vector<std::pair<Ticket*, int32_t>> refused_;

  std::atomic<bool> unhealthy_{false};
  mutable std::mutex health_mutex_;
  Status health_;
};

}  // namespace

Result<std::shared_ptr<Producer>> Producer::Make(const ClientConfig& config, Log* log) {
  auto producer = std::make_shared<RdProducer>(config, log);
  if (Status opened = producer->Open(config); !opened.ok()) return opened;
  return std::shared_ptr<Producer>(std::move(producer));
}

Result<std::shared_ptr<Producer>> ProducerPool::Get(const ClientConfig& config) {
  const std::string key = config.SharingKey();
  const std::lock_guard lock(mutex_);
  if (const auto it = producers_.find(key); it != producers_.end()) {
    if (auto producer = it->second.lock()) return producer;
  }
  std::erase_if(producers_, [](const auto& entry) { return entry.second.expired(); });
  Result<std::shared_ptr<Producer>> producer = Producer::Make(config, log_);
  if (producer.ok()) producers_[key] = *producer;
  return producer;
}

}  // namespace millrace::kafka
