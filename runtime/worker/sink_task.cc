// SPDX-License-Identifier: Apache-2.0
#include "worker/sink_task.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/crash_point.h"
#include "record/value.h"
#include "worker/failure.h"

namespace millrace::worker {
namespace {

// The longest wait for records, so that commits are looked after and timed work of the plugin gets its turn.
constexpr int64_t kIdlePollNanos = 1'000 * kNanosPerMilli;
constexpr int64_t kBusyPollNanos = 50 * kNanosPerMilli;
// Before the same batch is put again, when the plugin named no time.
constexpr int64_t kRedeliverNanos = 100 * kNanosPerMilli;
// Bytes of consumed records that a plugin may keep; at half of it consumption goes on.
constexpr int64_t kMaxHeldBytes = int64_t{128} << 20;
constexpr char kSinkTaskClass[] = "org.apache.kafka.connect.sink.SinkTask";

std::string Text(std::span<const kafka::TopicPartition> offsets) {
  std::string text;
  for (const kafka::TopicPartition& o : offsets) {
    text += fmt::format("{}{}-{}={}", text.empty() ? "" : ", ", o.topic, o.partition, o.offset);
  }
  return text;
}

}  // namespace

SinkTask::SinkTask(std::shared_ptr<WorkerParts> parts, TaskSpec spec)
    : Task(std::move(parts), std::move(spec), "WorkerSinkTask") {}

void SinkTask::WakeConsumer() {
  const std::lock_guard lock(consumer_mutex_);
  if (consumer_ != nullptr) consumer_->Wakeup();
}

void SinkTask::SetTarget(TargetState target) {
  Task::SetTarget(target);
  WakeConsumer();
}

void SinkTask::RequestStop(int64_t deadline_ns) {
  Task::RequestStop(deadline_ns);
  WakeConsumer();
}

Status SinkTask::MakeClients() {
  const WorkerServices& s = services();
  config::Properties settings =
      ClientSettings(kafka::ClientRole::kConsumer, *s.config, *connector_, s.bootstrap_servers);
  settings.try_emplace("client.id", fmt::format("connector-consumer-{}", id().ToString()));
  Result<kafka::ClientConfig> config = TranslateLogged(kafka::ClientRole::kConsumer, settings, logger());
  if (!config.ok()) return config.status().Context("setting up the consumer");
  max_poll_records_ = static_cast<size_t>(std::max<int64_t>(config->max_poll_records, 1));
  Result<std::unique_ptr<kafka::Consumer>> consumer = parts().clients->Consumer(*config, this);
  if (!consumer.ok()) return consumer.status().Context("making the consumer");
  const std::lock_guard lock(consumer_mutex_);
  consumer_ = *std::move(consumer);
  return {};
}

Status SinkTask::MakeDeadLetters() {
  if (connector_->dlq_topic.empty()) return {};
  const WorkerServices& s = services();
  kafka::NewTopic topic;
  topic.name = connector_->dlq_topic;
  topic.partitions = 1;
  topic.replication_factor = connector_->dlq_replication_factor;
  if (const Result<bool> there = MakeEnsureTopic(*connector_)(topic); !there.ok()) {
    return Because("Could not initialize dead letter queue with topic=" + connector_->dlq_topic, there.status());
  }
  Result<kafka::ClientConfig> config = TranslateLogged(
      kafka::ClientRole::kProducer,
      ClientSettings(kafka::ClientRole::kProducer, *s.config, *connector_, s.bootstrap_servers), logger());
  if (!config.ok()) return config.status().Context("setting up the dead letter queue's producer");
  Result<std::shared_ptr<kafka::Producer>> producer = parts().clients->Producer(*config);
  if (!producer.ok()) return producer.status().Context("making the dead letter queue's producer");
  reporter_->UseDeadLetters(std::make_unique<DeadLetterQueue>(
      id(), *connector_, *std::move(producer), s.embedded, &*policy_,
      [this](int64_t ms) { return signal().SleepUntil(Now() + ms * kNanosPerMilli); },
      s.log->Get("org.apache.kafka.connect.runtime.errors.DeadLetterQueueReporter")));
  return {};
}

Status SinkTask::Subscribe() {
  if (!connector_->topics_regex.empty()) return consumer_->SubscribeRegex(connector_->topics_regex);
  if (services().embedded != nullptr) {
    // Consumers that come before the source would have the broker make the topics, with more partitions.
    const EnsureTopic ensure = MakeEnsureTopic(*connector_);
    for (const std::string& name : connector_->topics) {
      kafka::NewTopic topic;
      topic.name = name;
      if (const Result<bool> there = ensure(topic); !there.ok()) return there.status();
    }
  }
  return consumer_->Subscribe(connector_->topics);
}

Status SinkTask::Start() {
  const WorkerServices& s = services();
  Result<config::ConnectorConfig> connector =
      config::ConnectorConfig::Make(config::ConnectorType::kSink, spec().connector_config);
  if (!connector.ok()) return connector.status();
  connector_ = *std::move(connector);
  policy_.emplace(*connector_, s.clock,
                  [this](int64_t ms) { return signal().SleepUntil(Now() + ms * kNanosPerMilli); });
  reporter_.emplace(id(), *connector_, &*policy_, s.clock, s.log);
  stage_context_ = std::make_unique<StageContext>(TaskLogContext(id()), shared_signal());

  Result<const mr_class*> type = s.classes->Load(MR_ROLE_SINK, connector_->connector_class, connector_->version);
  if (!type.ok()) return type.status();
  Result<Converters> converters = Converters::Make(*connector_, *s.config, s.classes, stage_context_.get());
  if (!converters.ok()) return converters.status();
  converters_.emplace(*std::move(converters));
  Result<TransformChain> transforms = TransformChain::Make(*connector_, s.classes, stage_context_.get());
  if (!transforms.ok()) return transforms.status();
  transforms_.emplace(*std::move(transforms));
  MILLRACE_RETURN_IF_ERROR(MakeDeadLetters());
  MILLRACE_RETURN_IF_ERROR(MakeClients());

  context_ = std::make_unique<SinkContext>(id(), shared_signal(), this, reporter_->any());
  Result<std::unique_ptr<plugins::SinkTask>> plugin = plugins::SinkTask::Make(*type, context_.get());
  if (!plugin.ok()) return plugin.status();
  plugin_ = *std::move(plugin);
  Watch(plugin_.get());
  if (stopping()) return Status::Cancelled("stopped before it started");
  MILLRACE_RETURN_IF_ERROR(Subscribe());
  started_ = true;
  MILLRACE_RETURN_IF_ERROR(plugin_->Start(spec().task_config));
  logger().Info("{} Sink task finished initialization and start", name());
  looped_ = true;
  return {};
}

Status SinkTask::Loop() {
  paused_ = signal().target() == TargetState::kPaused;
  Report(paused_ ? State::kPaused : State::kRunning);
  empty_ = batches_.MakeEmpty();
  next_commit_ns_ = Now() + services().config->offset_flush_interval_ms * kNanosPerMilli;
  while (!stopping() && !abandoned()) MILLRACE_RETURN_IF_ERROR(Iterate());
  return {};
}

void SinkTask::FollowTarget() {
  const bool pause = signal().target() == TargetState::kPaused;
  if (pause == paused_) return;
  paused_ = pause;
  Report(paused_ ? State::kPaused : State::kRunning);
  if (paused_) commit_requested_ = true;
}

Status SinkTask::Iterate() {
  FollowTarget();
  TakeCommitResults();
  const int64_t now = Now();
  commit_requested_ |= context_->TakeCommitRequest();
  if (!committing_ && (commit_requested_ || now >= next_commit_ns_)) {
    commit_requested_ = false;
    next_commit_ns_ = now + services().config->offset_flush_interval_ms * kNanosPerMilli;
    MILLRACE_RETURN_IF_ERROR(CommitOffsets(partitions_.All(), false));
  }
  if (committing_ && now >= commit_started_ns_ + services().config->offset_flush_timeout_ms * kNanosPerMilli) {
    logger().Warn("{} Commit of offsets timed out", name());
    committing_ = false;
  }
  return PollAndPut();
}

Status SinkTask::ApplyPauses() {
  const int64_t held = batches_.held_bytes();
  if (held > kMaxHeldBytes && !over_memory_) {
    logger().Warn("{} The task holds {} bytes of consumed records; nothing more is consumed until it lets go of half",
                  name(), held);
    over_memory_ = true;
    commit_requested_ = true;  // a reason for the plugin to finish with them
  } else if (over_memory_ && held <= kMaxHeldBytes / 2) {
    over_memory_ = false;
  }
  const SinkPartitions::Changes changes = partitions_.Pauses(paused_ || redelivering_ || over_memory_);
  if (!changes.pause.empty()) MILLRACE_RETURN_IF_ERROR(consumer_->Pause(changes.pause));
  if (!changes.resume.empty()) MILLRACE_RETURN_IF_ERROR(consumer_->Resume(changes.resume));
  return {};
}

Status SinkTask::ApplySeeks() {
  const std::vector<kafka::TopicPartition> seeks = context_->TakeSeeks();
  if (seeks.empty()) return {};
  MILLRACE_RETURN_IF_ERROR(consumer_->Seek(seeks));
  for (const kafka::TopicPartition& to : seeks) partitions_.Moved(to);
  return {};
}

Status SinkTask::PollAndPut() {
  MILLRACE_RETURN_IF_ERROR(ApplySeeks());
  MILLRACE_RETURN_IF_ERROR(ApplyPauses());
  const int64_t now = Now();
  int64_t deadline = std::min(next_commit_ns_, now + (committing_ || over_memory_ ? kBusyPollNanos : kIdlePollNanos));
  if (redelivering_) deadline = std::min(deadline, retry_at_ns_);
  if (const int64_t wish = context_->TakeTimeoutMs(); wish >= 0)
    deadline = std::min(deadline, now + wish * kNanosPerMilli);
  Result<std::unique_ptr<kafka::Chunk>> polled = consumer_->Poll(std::max(deadline, now), max_poll_records_);
  if (!rebalance_error_.ok()) return rebalance_error_;
  if (!polled.ok()) return polled.status();
  if (abandoned() || stopping()) {
    // What was just polled is read again by whoever comes next.
    return {};
  }
  if (*polled != nullptr) {
    if (redelivering_) {
      // Fetched before the pause took effect: it is read again after the batch in hand.
      std::vector<kafka::TopicPartition> back;
      for (const kafka::InRecord& r : (*polled)->records()) {
        const std::string_view topic = record::View((*polled)->topics()[r.topic]);
        const bool known = std::any_of(back.begin(), back.end(), [&](const kafka::TopicPartition& p) {
          return p.partition == r.partition && p.topic == topic;
        });
        if (!known) back.push_back({std::string(topic), r.partition, r.offset});
      }
      MILLRACE_RETURN_IF_ERROR(consumer_->Seek(back));
    } else {
      MILLRACE_RETURN_IF_ERROR(Convert(std::move(*polled)));
    }
  }
  if (redelivering_ && Now() < retry_at_ns_) return {};
  return Put();
}

Status SinkTask::Convert(std::shared_ptr<const kafka::Chunk> chunk) {
  record::HostBatchRef batch = batches_.Make(chunk);
  BatchRun run(batch.get(), *batch->abi(), &*policy_);
  MILLRACE_RETURN_IF_ERROR(converters_->ToConnect(&run, chunk->records()));
  MILLRACE_RETURN_IF_ERROR(transforms_->Apply(&run));
  // What code of a bundle wrote into the records is not believed.
  if (converters_->foreign() || transforms_->foreign()) {
    MILLRACE_RETURN_IF_ERROR(record::CheckBatch(*run.batch(), record::BatchLimits{}));
  }
  for (const RecordFailure& f : run.failures()) {
    const kafka::InRecord& in = chunk->records()[f.record];
    reporter_->Report(f, record::View(chunk->topics()[in.topic]), in);
  }
  if (const RecordFailure* fatal = run.fatal()) return ToleranceExceeded(*fatal);
  const uint32_t n = batch->size();
  uint32_t dropped = 0;
  for (uint32_t i = 0; i < n; ++i) dropped += run.dropped(i) ? 1 : 0;
  if (dropped != 0) {
    std::vector<uint8_t> out(n);
    for (uint32_t i = 0; i < n; ++i) out[i] = run.dropped(i) ? 1 : 0;
    batches_.Remove(batch.get(), out);
  }
  if (services().config->topic_tracking_enable) {
    for (const mr_str& topic : chunk->topics()) ReportTopic(std::string(record::View(topic)));
  }
  const std::span<const kafka::InRecord> records = chunk->records();
  in_hand_ = {std::move(batch), {}};
  for (size_t i = 0; i < records.size();) {
    const kafka::InRecord& first = records[i];
    size_t end = i + 1;
    while (end < records.size() && records[end].partition == first.partition && records[end].topic == first.topic) {
      ++end;
    }
    in_hand_.runs.push_back({std::string(record::View(chunk->topics()[first.topic])), first.partition, first.offset,
                             records[end - 1].offset + 1});
    i = end;
  }
  return {};
}

Status SinkTask::Put() {
  errant_error_ = {};
  const Status s = plugin_->Put(in_hand_ ? *in_hand_.batch->abi() : *empty_->abi());
  if (abandoned()) return Status::Cancelled("the task was given up");
  if (!errant_error_.ok()) return errant_error_;
  if (s.retriable()) {
    logger().Error("{} RetriableException from SinkTask: {}", name(), CauseChain(s));
    const int64_t wish = context_->TakeTimeoutMs();
    retry_at_ns_ = Now() + (wish >= 0 ? wish * kNanosPerMilli : kRedeliverNanos);
    redelivering_ = static_cast<bool>(in_hand_);
    return {};
  }
  if (!s.ok()) {
    if (s.code() == Code::kCancelled && stopping()) return {};
    return Because("Exiting WorkerSinkTask due to unrecoverable exception.", s);
  }
  redelivering_ = false;
  if (!in_hand_) return {};
  // Delivered is everything that was consumed, also what was dropped or skipped on the way.
  for (const Run& run : in_hand_.runs) partitions_.Delivered(run.topic, run.partition, run.first, run.next);
  in_hand_ = {};
  return {};
}

mr_status SinkTask::Errant(const mr_batch* batch, uint32_t i, Status error) {
  const std::optional<Consumed> consumed = batches_.Find(batch, i);
  if (!consumed) return MR_NOT_FOUND;
  policy_->counts().failures.fetch_add(1, std::memory_order_relaxed);
  const RecordFailure failure{i, Stage::kErrantRecord, kSinkTaskClass, std::move(error)};
  reporter_->Report(failure, consumed->topic(), consumed->record());
  if (policy_->Decide(Stage::kErrantRecord) == Verdict::kSkip) return MR_OK;
  if (errant_error_.ok()) errant_error_ = ToleranceExceeded(failure);
  return MR_DATA;
}

void SinkTask::PauseByPlugin(std::string_view topic, int32_t partition, bool pause) {
  partitions_.PauseByPlugin(topic, partition, pause);
}

Status SinkTask::CommitOffsets(Partitions which, bool closing) {
  const std::vector<mr_tp> asked = partitions_.Delivered(which);
  std::vector<mr_tp> answered = asked;
  Status result;  // what the task fails of
  Status asked_plugin;
  bool may_commit = !asked.empty();
  if (may_commit && reporter_->dead_letters() != nullptr) {
    // A record whose offset is committed is nowhere but in the dead letter queue.
    const int64_t patience = services().config->offset_flush_timeout_ms * kNanosPerMilli / (closing ? 2 : 1);
    if (const Status s = reporter_->dead_letters()->Settled(Now() + patience); !s.ok()) {
      may_commit = false;
      if (s.code() == Code::kTimeout) {
        logger().Warn("{} Nothing is committed this time: {}", name(), s.message());
      } else {
        result = s;
      }
    }
  }
  if (may_commit) asked_plugin = plugin_->PreCommit(answered);
  if (closing && !which.empty()) {
    const std::vector<mr_tp> all = ToAbi(which);
    if (const Status s = plugin_->Close(all); !s.ok() && result.ok()) result = s;
  }
  if (!may_commit) return result;
  if (!asked_plugin.ok()) {
    if (closing) {
      logger().Warn("{} Offset commit failed during close: {}", name(), CauseChain(asked_plugin));
    } else {
      logger().Error("{} Offset commit failed, rewinding to last committed offsets: {}", name(),
                     CauseChain(asked_plugin));
      RewindAll();
    }
    return result;
  }
  const std::vector<kafka::TopicPartition> offsets = partitions_.ToCommit(asked, answered, logger(), name());
  if (offsets.empty()) return result;
  CrashPoint("before-sink-commit");
  ++commit_number_;
  committing_ = false;
  if (closing) {
    logger().Debug("{} Committing offsets synchronously using sequence number {}: {}", name(), commit_number_,
                   Text(offsets));
    if (const Status s = consumer_->Commit(offsets); s.ok()) {
      partitions_.Committed(offsets);
    } else {
      logger().Error("{} Commit of offsets threw an unexpected exception for sequence number {}: {} ({})", name(),
                     commit_number_, s.message(), Text(offsets));
    }
    return result;
  }
  logger().Debug("{} Committing offsets asynchronously using sequence number {}: {}", name(), commit_number_,
                 Text(offsets));
  if (const Status s = consumer_->CommitAsync(offsets); !s.ok()) {
    logger().Error("{} Commit of offsets could not be asked for: {}", name(), s.message());
    return result;
  }
  commits_.push_back({commit_number_, offsets});
  committing_ = true;
  commit_started_ns_ = Now();
  return result;
}

void SinkTask::TakeCommitResults() {
  while (!commits_.empty()) {
    const std::optional<Status> answer = consumer_->CommitResult();
    if (!answer) return;
    const AsyncCommit commit = std::move(commits_.front());
    commits_.pop_front();
    if (commit.number != commit_number_) continue;  // a later one counts
    committing_ = false;
    if (answer->ok()) {
      partitions_.Committed(commit.offsets);
    } else {
      logger().Error("{} Commit of offsets threw an unexpected exception for sequence number {}: {} ({})", name(),
                     commit.number, answer->message(), Text(commit.offsets));
    }
  }
}

void SinkTask::RewindAll() {
  const std::vector<kafka::TopicPartition> to = partitions_.Rewind();
  if (to.empty()) return;
  // What of these waits for another put is read again, too.
  DropInHand(to);
  if (const Status s = consumer_->Seek(to); !s.ok()) NoteRebalanceError(s.Context("rewinding after a failed commit"));
}

void SinkTask::NoteRebalanceError(const Status& s) {
  if (rebalance_error_.ok()) rebalance_error_ = s;
}

void SinkTask::Assigned(Partitions partitions) {
  if (closed_ || abandoned()) return;
  partitions_.Assign(partitions);
  logger().Debug("{} Partitions assigned {}", name(), Text(partitions));
  if (!partitions.empty()) {
    const std::vector<mr_tp> opened = ToAbi(partitions);
    if (const Status s = plugin_->Open(opened); !s.ok()) {
      NoteRebalanceError(s);
    } else if (const Status seeks = ApplySeeks(); !seeks.ok()) {
      NoteRebalanceError(seeks);
    }
  }
  if (const Status s = ApplyPauses(); !s.ok()) NoteRebalanceError(s);
}

void SinkTask::Revoked(Partitions partitions, bool lost) {
  if (closed_ || abandoned() || partitions.empty()) return;
  logger().Debug("{} Partitions {} {}", name(), lost ? "lost" : "revoked", Text(partitions));
  if (lost) {
    const std::vector<mr_tp> all = ToAbi(partitions);
    if (const Status s = plugin_->Close(all); !s.ok()) NoteRebalanceError(s);
  } else if (const Status s = CommitOffsets(partitions, true); !s.ok()) {
    NoteRebalanceError(s);
  }
  DropInHand(partitions);
  partitions_.Remove(partitions);
}

void SinkTask::DropInHand(Partitions partitions) {
  if (!in_hand_) return;
  const uint32_t n = in_hand_.batch->size();
  std::vector<uint8_t> out(n);
  const auto gone = [&](std::string_view topic, int32_t partition) {
    return std::any_of(partitions.begin(), partitions.end(),
                       [&](const kafka::TopicPartition& p) { return p.partition == partition && p.topic == topic; });
  };
  for (uint32_t i = 0; i < n; ++i) {
    const std::optional<Consumed> c = batches_.Find(in_hand_.batch->abi(), i);
    out[i] = !c || gone(c->topic(), c->record().partition) ? 1 : 0;
  }
  batches_.Remove(in_hand_.batch.get(), out);
  std::erase_if(in_hand_.runs, [&](const Run& run) { return gone(run.topic, run.partition); });
  if (in_hand_.runs.empty()) {
    in_hand_ = {};
    redelivering_ = false;
  }
}

void SinkTask::Conclude() {
  if (!looped_) return;
  // The batch that failed, or that waits for another put, is not delivered.
  in_hand_ = {};
  const std::vector<kafka::TopicPartition> all = partitions_.All();
  if (!all.empty()) {
    if (const Status s = CommitOffsets(all, true); !s.ok()) {
      logger().Error("{} Closing the partitions failed: {}", name(), CauseChain(s));
    }
  }
  closed_ = true;
}

void SinkTask::StopPlugin() {
  if (started_) plugin_->Stop();
  closed_ = true;
}

void SinkTask::Destroy() {
  closed_ = true;
  in_hand_ = {};
  empty_ = {};
  Unwatch();
  plugin_.reset();
  reporter_.reset();
  std::unique_ptr<kafka::Consumer> consumer;
  {
    const std::lock_guard lock(consumer_mutex_);
    consumer = std::move(consumer_);
  }
  if (consumer != nullptr) {
    constexpr int64_t kLeaveNanos = 1'000 * kNanosPerMilli;
    if (const Status s = consumer->Close(Now() + kLeaveNanos); !s.ok()) {
      logger().Warn("{} Leaving the consumer group: {}", name(), s.message());
    }
    consumer.reset();
  }
  converters_.reset();
  transforms_.reset();
  context_.reset();
  stage_context_.reset();
}

}  // namespace millrace::worker
