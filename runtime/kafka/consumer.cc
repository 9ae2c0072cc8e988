// SPDX-License-Identifier: Apache-2.0
#include "kafka/consumer.h"

#include <algorithm>
#include <atomic>

#include "base/clock.h"
#include "kafka/chunk.h"
#include "kafka/error.h"
#include "kafka/fetch_waker.h"
#include "kafka/handle.h"
#include "kafka/partitions.h"
#include "kafka/subscription.h"

namespace millrace::kafka {
namespace {

constexpr int64_t kSeekTimeoutNanos = 10'000 * kNanosPerMilli;
constexpr int64_t kLeaveTimeoutNanos = 1'000 * kNanosPerMilli;
constexpr int64_t kTopicRetryNanos = 1'000 * kNanosPerMilli;

bool SamePartition(const TopicPartition& a, const TopicPartition& b) {
  return a.partition == b.partition && a.topic == b.topic;
}

size_t NativeSize(const ClientConfig& config, const char* key, size_t fallback) {
  const auto it = config.native.find(key);
  return it == config.native.end() ? fallback : std::stoull(it->second);
}

// What callbacks reach; kept by the client's chunks too, so it outlives the Consumer.
struct ConsumerHome final : ClientHome {
  using ClientHome::ClientHome;

  // All of it belongs to the polling thread, where librdkafka serves these callbacks.
  class RdConsumer* consumer = nullptr;
};

class RdConsumer final : public Consumer {
 public:
  RdConsumer(const ClientConfig& config, Listener* listener, Log* log)
      : listener_(listener),
        home_(std::make_shared<ConsumerHome>(log->Get(kNetworkLog))),
        logger_(log->Get("org.apache.kafka.clients.consumer.KafkaConsumer")),
        metadata_max_age_ms_(config.metadata_max_age_ms),
        api_timeout_ms_(config.api_timeout_ms),
        exclude_internal_topics_(config.exclude_internal_topics),
        waker_(NativeSize(config, "queued.min.messages", 100000),
               NativeSize(config, "queued.max.messages.kbytes", 65536) * 1024) {
    home_->consumer = this;
    if (const auto it = config.native.find("auto.offset.reset"); it != config.native.end()) offset_reset_ = it->second;
  }

  Status Open(const ClientConfig& config) {
    if (!config.native.contains("group.id")) return Status::Config("group.id: a consumer needs one");
    Result<Conf> conf = MakeConf(config, home_.get());
    if (!conf.ok()) return conf.status();
    rd_kafka_conf_set_rebalance_cb(conf->get(), OnRebalance);
    rd_kafka_conf_set_error_cb(conf->get(), OnError);
    Result<Client> client = MakeClient(RD_KAFKA_CONSUMER, std::move(*conf));
    if (!client.ok()) return client.status();
    client_ = std::shared_ptr<rd_kafka_t>(client->release(), [home = home_](rd_kafka_t* c) {
      rd_kafka_destroy_flags(c, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    });
    rd_kafka_poll_set_consumer(client_.get());
    queue_.reset(rd_kafka_queue_get_consumer(client_.get()));
    commits_.reset(rd_kafka_queue_new(client_.get()));
    return {};
  }

  ~RdConsumer() override {
    listener_ = nullptr;
    if (client_ == nullptr) return;
    (void)Close(MonotonicNanos() + kLeaveTimeoutNanos);
    commits_.reset();
    queue_.reset();
    home_->consumer = nullptr;
  }

  Status Subscribe(const std::vector<std::string>& topics) override {
    pattern_.reset();
    for (const std::string& topic : topics) {
      // librdkafka would take it for a regular expression of its own.
      if (topic.starts_with('^')) return Status::Config(fmt::format("'{}' cannot be a topic's name", topic));
    }
    return SubscribeTo(topics);
  }

  Status SubscribeRegex(std::string_view java_regex) override {
    Result<TopicPattern> pattern = TopicPattern::Make(java_regex, exclude_internal_topics_);
    if (!pattern.ok()) return pattern.status();
    pattern_ = std::move(*pattern);
    next_match_ns_ = 0;
    return {};
  }

  Result<std::unique_ptr<Chunk>> Poll(int64_t deadline_ns, size_t max_records) override {
    if (closed_) return Status::Fatal("polling a closed consumer");
    while (true) {
      if (pending_.list != nullptr) ServeRebalance();
      MatchTopics(deadline_ns);
      std::vector<rd_kafka_message_t*> messages;
      if (error_.ok()) messages = Take(deadline_ns, std::max<size_t>(max_records, 1));
      if (!messages.empty()) {
        auto chunk = std::make_unique<FetchedChunk>(client_, std::move(messages));
        if (waker_.Taken(chunk->records().size(), chunk->bytes(), rd_kafka_queue_length(queue_.get()))) {
          waker_.Wake(client_.get(), assignment_);
        }
        return std::unique_ptr<Chunk>(std::move(chunk));
      }
      // Records that came before the trouble have been delivered by now.
      if (!error_.ok()) return std::exchange(error_, {});
      if (pending_.list == nullptr && (woken_.exchange(false) || MonotonicNanos() >= deadline_ns)) {
        return std::unique_ptr<Chunk>();
      }
    }
  }

  void Wakeup() override {
    woken_.store(true);
    rd_kafka_queue_yield(queue_.get());
  }

  Status Pause(std::span<const TopicPartition> partitions) override {
    if (assigning_) {
      for (const TopicPartition& p : partitions) paused_at_assignment_.push_back(p);
      return {};
    }
    const PartitionList list = ToNative(partitions);
    const rd_kafka_resp_err_t error = rd_kafka_pause_partitions(client_.get(), list.get());
    return ErrorStatus(error != RD_KAFKA_RESP_ERR_NO_ERROR ? error : FirstError(list.get()), "pausing partitions");
  }

  Status Resume(std::span<const TopicPartition> partitions) override {
    if (assigning_) {
      std::erase_if(paused_at_assignment_, [&](const TopicPartition& p) {
        return std::any_of(partitions.begin(), partitions.end(), [&](const auto& q) { return SamePartition(p, q); });
      });
      return {};
    }
    const PartitionList list = ToNative(partitions);
    const rd_kafka_resp_err_t error = rd_kafka_resume_partitions(client_.get(), list.get());
    waker_.Wake(client_.get(), partitions);
    return ErrorStatus(error != RD_KAFKA_RESP_ERR_NO_ERROR ? error : FirstError(list.get()), "resuming partitions");
  }

  Status Seek(std::span<const TopicPartition> partitions) override {
    if (partitions.empty()) return {};
    for (const TopicPartition& p : partitions) {
      const auto it =
          std::find_if(assignment_.begin(), assignment_.end(), [&](const auto& a) { return SamePartition(a, p); });
      if (it == assignment_.end()) {
        return Status::Fatal(fmt::format("No current assignment for partition {}-{}", p.topic, p.partition));
      }
      if (assigning_) it->offset = p.offset;
    }
    return assigning_ ? Status() : SeekNow(partitions);
  }

  std::vector<TopicPartition> Assignment() const override {
    std::vector<TopicPartition> out = assignment_;
    for (TopicPartition& p : out) p.offset = -1;
    return out;
  }

  Result<std::vector<TopicPartition>> Committed(std::span<const TopicPartition> partitions,
                                                int64_t deadline_ns) override {
    if (partitions.empty()) return std::vector<TopicPartition>();
    const PartitionList list = ToNative(partitions);
    rd_kafka_resp_err_t error = rd_kafka_committed(client_.get(), list.get(), MillisUntil(deadline_ns));
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) error = FirstError(list.get());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return ErrorStatus(error, "reading committed offsets");
    std::vector<TopicPartition> offsets = FromNative(list.get());
    MILLRACE_RETURN_IF_ERROR(ResolveReset(&offsets, deadline_ns));
    return offsets;
  }

  Status Commit(std::span<const TopicPartition> offsets) override {
    if (offsets.empty()) return {};
    const Queue reply(rd_kafka_queue_new(client_.get()));
    const PartitionList list = ToNative(offsets);
    const rd_kafka_resp_err_t error = rd_kafka_commit_queue(client_.get(), list.get(), reply.get(), nullptr, nullptr);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return ErrorStatus(error, "committing offsets");
    const int timeout = static_cast<int>(std::min<int64_t>(api_timeout_ms_, INT32_MAX));
    const Event event(rd_kafka_queue_poll(reply.get(), timeout));
    if (event == nullptr) return Status::Timeout(fmt::format("committing offsets: no answer within {} ms", timeout));
    return CommitStatus(event.get());
  }

  Status CommitAsync(std::span<const TopicPartition> offsets) override {
    const PartitionList list = ToNative(offsets);
    return ErrorStatus(rd_kafka_commit_queue(client_.get(), list.get(), commits_.get(), nullptr, nullptr),
                       "committing offsets");
  }

  std::optional<Status> CommitResult() override {
    const Event event(rd_kafka_queue_poll(commits_.get(), 0));
    if (event == nullptr || rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_OFFSET_COMMIT) return std::nullopt;
    return CommitStatus(event.get());
  }

  Status Close(int64_t deadline_ns) override {
    if (closed_) return {};
    closed_ = true;
    if (pending_.list != nullptr) ServeRebalance();
    const Queue closing(rd_kafka_queue_new(client_.get()));
    const Native<rd_kafka_error_t, rd_kafka_error_destroy> error(
        rd_kafka_consumer_close_queue(client_.get(), closing.get()));
    if (error != nullptr) return ErrorStatus(rd_kafka_error_code(error.get()), "closing the consumer");
    while (rd_kafka_consumer_closed(client_.get()) == 0) {
      const Event event(rd_kafka_queue_poll(closing.get(), std::min(MillisUntil(deadline_ns), 20)));
      if (event != nullptr && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE) {
        pending_.what = rd_kafka_event_error(event.get());
        pending_.list.reset(rd_kafka_topic_partition_list_copy(rd_kafka_event_topic_partition_list(event.get())));
        ServeRebalance();
      } else if (event == nullptr && MonotonicNanos() >= deadline_ns) {
        return Status::Timeout(
            "closing the consumer: the group's coordinator did not answer; the broker will notice when the session "
            "times out");
      }
    }
    return {};
  }

 private:
  // A rebalance that librdkafka has told and that is not answered yet.
  struct Rebalance {
    rd_kafka_resp_err_t what = RD_KAFKA_RESP_ERR_NO_ERROR;
    PartitionList list;
  };

  // [polling thread, inside a consume call] The batch at hand may hold records of the partitions concerned, so nothing
  // is done yet: the call ends, its records are delivered, and the next Poll answers. Until then librdkafka fetches
  // nothing.
  static void OnRebalance(rd_kafka_t*, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* list, void* opaque) {
    RdConsumer* consumer = static_cast<ConsumerHome*>(static_cast<ClientHome*>(opaque))->consumer;
    consumer->pending_.what = what;
    consumer->pending_.list.reset(rd_kafka_topic_partition_list_copy(list));
    rd_kafka_queue_yield(consumer->queue_.get());
  }

  static void OnError(rd_kafka_t* client, int error, const char* text, void* opaque) {
    auto* home = static_cast<ConsumerHome*>(static_cast<ClientHome*>(opaque));
    LogErrorEvent(home->logger, error, text);
    if (error == RD_KAFKA_RESP_ERR__AUTHENTICATION) {
      home->consumer->error_ = {Code::kAuth, fmt::format("the broker refuses the credentials: {}", text)};
    } else if (error == RD_KAFKA_RESP_ERR__FATAL) {
      char why[512];
      const rd_kafka_resp_err_t cause = rd_kafka_fatal_error(client, why, sizeof why);
      home->consumer->error_ =
          Status::Fatal(fmt::format("the consumer has failed for good: {} ({})", why, rd_kafka_err2name(cause)));
    }
  }

  bool Cooperative() const {
    const char* protocol = rd_kafka_rebalance_protocol(client_.get());
    return protocol != nullptr && std::string_view(protocol) == "COOPERATIVE";
  }

  void ServeRebalance() {
    const Rebalance rebalance = std::exchange(pending_, {});
    const std::vector<TopicPartition> partitions = FromNative(rebalance.list.get());
    switch (rebalance.what) {
      case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS: return Assign(partitions);
      case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS: return Revoke(partitions, rebalance.list.get());
      default:
        logger_.Warn("rebalancing: {}", ErrorText(rebalance.what));
        assignment_.clear();
        rd_kafka_assign(client_.get(), nullptr);
    }
  }

  void Assign(const std::vector<TopicPartition>& partitions) {
    const bool cooperative = Cooperative();
    if (!cooperative) assignment_.clear();
    for (const TopicPartition& p : partitions) assignment_.push_back({p.topic, p.partition, -1});
    assigning_ = true;
    if (listener_ != nullptr) listener_->Assigned(partitions);
    assigning_ = false;

    std::vector<TopicPartition> begin;  // with the offsets that Seek chose meanwhile
    for (const TopicPartition& p : assignment_) {
      if (std::any_of(partitions.begin(), partitions.end(), [&](const auto& q) { return SamePartition(p, q); }))
        begin.push_back(p);
    }
    const PartitionList list = ToNative(begin);
    if (cooperative) {
      const Native<rd_kafka_error_t, rd_kafka_error_destroy> error(
          rd_kafka_incremental_assign(client_.get(), list.get()));
      if (error != nullptr) SetError(rd_kafka_error_code(error.get()), "taking over partitions");
    } else {
      SetError(rd_kafka_assign(client_.get(), list.get()), "taking over partitions");
    }
    if (!paused_at_assignment_.empty()) {
      const std::vector<TopicPartition> paused = std::exchange(paused_at_assignment_, {});
      if (Status status = Pause(paused); !status.ok()) error_ = std::move(status);
    }
  }

  void Revoke(const std::vector<TopicPartition>& partitions, const rd_kafka_topic_partition_list_t* list) {
    const bool lost = rd_kafka_assignment_lost(client_.get()) != 0;
    if (listener_ != nullptr) listener_->Revoked(partitions, lost);
    std::erase_if(assignment_, [&](const TopicPartition& p) {
      return std::any_of(partitions.begin(), partitions.end(), [&](const auto& q) { return SamePartition(p, q); });
    });
    if (Cooperative()) {
      const Native<rd_kafka_error_t, rd_kafka_error_destroy> error(rd_kafka_incremental_unassign(client_.get(), list));
      if (error != nullptr) SetError(rd_kafka_error_code(error.get()), "giving partitions back");
    } else {
      assignment_.clear();
      SetError(rd_kafka_assign(client_.get(), nullptr), "giving partitions back");
    }
  }

  void SetError(rd_kafka_resp_err_t error, std::string_view doing) {
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) error_ = ErrorStatus(error, doing);
  }

  // Up to n messages; the first may take its time, the rest must be there already.
  std::vector<rd_kafka_message_t*> Take(int64_t deadline_ns, size_t n) {
    std::vector<rd_kafka_message_t*> messages = Consume(0, n);
    if (messages.empty() && pending_.list == nullptr && error_.ok() && !woken_.load()) {
      // librdkafka waits for a whole batch, so wait for one and then take what came with it.
      int64_t until = deadline_ns;
      if (pattern_) until = std::min(until, next_match_ns_);
      messages = Consume(MillisUntil(until), 1);
      if (!messages.empty() && n > 1 && pending_.list == nullptr) {
        std::vector<rd_kafka_message_t*> more = Consume(0, n - 1);
        messages.insert(messages.end(), more.begin(), more.end());
      }
    }
    std::erase_if(messages, [this](rd_kafka_message_t* m) {
      if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR) return false;
      OnErrorMessage(*m);
      rd_kafka_message_destroy(m);
      return true;
    });
    return messages;
  }

  std::vector<rd_kafka_message_t*> Consume(int timeout_ms, size_t n) {
    std::vector<rd_kafka_message_t*> messages(n);
    const ssize_t got = rd_kafka_consume_batch_queue(queue_.get(), timeout_ms, messages.data(), n);
    messages.resize(got < 0 ? 0 : static_cast<size_t>(got));
    return messages;
  }

  // An error in place of a record. Java's poll throws for some and retries the others.
  void OnErrorMessage(const rd_kafka_message_t& m) {
    const char* text = rd_kafka_message_errstr(&m);
    switch (m.err) {
      case RD_KAFKA_RESP_ERR__PARTITION_EOF: return;
      case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
      case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      case RD_KAFKA_RESP_ERR__FATAL:
      case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
      case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
      case RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT: error_ = ErrorStatus(m.err, "polling", text); return;
      default: logger_.Warn("{} ({})", text, rd_kafka_err2name(m.err));
    }
  }

  Status SeekNow(std::span<const TopicPartition> partitions) {
    const int64_t deadline = MonotonicNanos() + kSeekTimeoutNanos;
    std::vector<TopicPartition> left(partitions.begin(), partitions.end());
    while (true) {
      const PartitionList list = ToNative(left);
      const Native<rd_kafka_error_t, rd_kafka_error_destroy> error(
          rd_kafka_seek_partitions(client_.get(), list.get(), MillisUntil(deadline)));
      if (error != nullptr)
        return ErrorStatus(rd_kafka_error_code(error.get()), "seeking", rd_kafka_error_string(error.get()));
      // A partition that has just been assigned does not fetch yet and refuses; it will in a moment.
      rd_kafka_resp_err_t refused = RD_KAFKA_RESP_ERR_NO_ERROR;
      left.clear();
      for (int i = 0; i < list->cnt; ++i) {
        const rd_kafka_topic_partition_t& p = list->elems[i];
        if (p.err == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
        refused = p.err;
        left.push_back({p.topic, p.partition, p.offset});
      }
      if (left.empty()) return {};
      const bool later = refused == RD_KAFKA_RESP_ERR__STATE || refused == RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS ||
                         refused == RD_KAFKA_RESP_ERR__IN_PROGRESS || refused == RD_KAFKA_RESP_ERR__OUTDATED;
      if (!later || MillisUntil(deadline) == 0) return ErrorStatus(refused, "seeking");
      // The state changes on librdkafka's own thread, without a word.
      const Queue pause(rd_kafka_queue_new(client_.get()));
      (void)Event(rd_kafka_queue_poll(pause.get(), 5));
    }
  }

  // Partitions without a committed offset begin where auto.offset.reset says.
  Status ResolveReset(std::vector<TopicPartition>* offsets, int64_t deadline_ns) {
    const int64_t where = offset_reset_ == "earliest" ? RD_KAFKA_OFFSET_BEGINNING
                          : offset_reset_ == "latest" ? RD_KAFKA_OFFSET_END
                                                      : RD_KAFKA_OFFSET_INVALID;
    const PartitionList list(rd_kafka_topic_partition_list_new(0));
    for (const TopicPartition& p : *offsets) {
      if (p.offset < 0) rd_kafka_topic_partition_list_add(list.get(), p.topic.c_str(), p.partition)->offset = where;
    }
    if (list->cnt == 0 || where == RD_KAFKA_OFFSET_INVALID) return {};
    rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(client_.get(), list.get(), MillisUntil(deadline_ns));
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) error = FirstError(list.get());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return ErrorStatus(error, "looking up where partitions begin and end");
    for (TopicPartition& p : *offsets) {
      if (p.offset >= 0) continue;
      const auto* found = rd_kafka_topic_partition_list_find(list.get(), p.topic.c_str(), p.partition);
      if (found != nullptr && found->offset >= 0) p.offset = found->offset;
    }
    return {};
  }

  static Status CommitStatus(rd_kafka_event_t* event) {
    rd_kafka_resp_err_t error = rd_kafka_event_error(event);
    if (error == RD_KAFKA_RESP_ERR__NO_OFFSET) return {};  // there was nothing to commit
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) error = FirstError(rd_kafka_event_topic_partition_list(event));
    return ErrorStatus(error, "committing offsets");
  }

  Status SubscribeTo(const std::vector<std::string>& topics) {
    const PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(topics.size())));
    for (const std::string& topic : topics) {
      rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
    }
    return ErrorStatus(
        topics.empty() ? rd_kafka_unsubscribe(client_.get()) : rd_kafka_subscribe(client_.get(), list.get()),
        "subscribing");
  }

  // With a regex: looks now and then which topics there are.
  void MatchTopics(int64_t deadline_ns) {
    if (!pattern_ || MonotonicNanos() < next_match_ns_) return;
    const Result<std::vector<std::string>> names =
        ListTopics(client_.get(), std::max(MillisUntil(deadline_ns, 1000), 1));
    if (!names.ok()) {
      logger_.Debug("{}", names.status().message());
      next_match_ns_ = MonotonicNanos() + kTopicRetryNanos;
      return;
    }
    next_match_ns_ = MonotonicNanos() + metadata_max_age_ms_ * kNanosPerMilli;
    Status problem;
    std::vector<std::string> topics = pattern_->Select(*names, &problem);
    if (!problem.ok()) logger_.Warn("topics.regex: {}", problem.message());
    if (topics == matched_) return;
    matched_ = std::move(topics);
    if (Status status = SubscribeTo(matched_); !status.ok()) error_ = std::move(status);
  }

  Listener* listener_;
  const std::shared_ptr<ConsumerHome> home_;
  const Logger logger_;
  const int64_t metadata_max_age_ms_, api_timeout_ms_;
  const bool exclude_internal_topics_;
  std::string offset_reset_;

  std::shared_ptr<rd_kafka_t> client_;
  Queue queue_, commits_;
  std::atomic<bool> woken_{false};
  bool closed_ = false;

  Rebalance pending_;
  Status error_;                            // to be returned by Poll
  std::vector<TopicPartition> assignment_;  // offset: where reading begins, during Listener::Assigned
  bool assigning_ = false;
  std::vector<TopicPartition> paused_at_assignment_;
  FetchWaker waker_;

  std::optional<TopicPattern> pattern_;
  int64_t next_match_ns_ = 0;
  std::vector<std::string> matched_;
};

}  // namespace

Result<std::unique_ptr<Consumer>> Consumer::Make(const ClientConfig& config, Listener* listener, Log* log) {
  auto consumer = std::make_unique<RdConsumer>(config, listener, log);
  if (Status opened = consumer->Open(config); !opened.ok()) return opened;
  return std::unique_ptr<Consumer>(std::move(consumer));
}

}  // namespace millrace::kafka
