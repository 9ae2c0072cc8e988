// SPDX-License-Identifier: Apache-2.0
#include "worker/source_task.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "base/crash_point.h"
#include "record/json_text.h"
#include "record/value.h"
#include "worker/failure.h"
#include "worker/source_context.h"

namespace millrace::worker {
namespace {

constexpr char kClassName[] = "org.apache.kafka.connect.runtime.WorkerSourceTask";
// How long one poll may wait when nothing else is to be done, and when deliveries are awaited.
constexpr int64_t kIdlePollNanos = 1'000 * kNanosPerMilli;
constexpr int64_t kBusyPollNanos = 100 * kNanosPerMilli;
// After a poll that brought nothing at once, so that a plugin that never waits does not take a whole CPU.
constexpr int64_t kEmptyPollNanos = 1 * kNanosPerMilli;
constexpr int64_t kRetryPollNanos = 100 * kNanosPerMilli;
constexpr int64_t kSpaceNanos = 20 * kNanosPerMilli;
constexpr size_t kSendChunk = 256;
constexpr size_t kIdleBatches = 8;
constexpr uint32_t kKeepTickets = 65536;

}  // namespace

// Keeps the tracker alive for the flusher, and tells the task when offsets became durable.
class SourceTask::FlushMember final : public OffsetFlusher::Member {
 public:
  FlushMember(std::string connector, std::shared_ptr<TaskSignal> signal)
      : tracker(std::move(connector)), signal_(std::move(signal)) {}
  void Collect(storage::OffsetMap* out) override { tracker.Collect(out); }
  void Written(bool ok) override {
    tracker.Written(ok);
    if (!ok) return;
    commit_due.store(true, std::memory_order_release);
    signal_->Wake();
  }

  OffsetTracker tracker;
  std::atomic<bool> commit_due{false};

 private:
  const std::shared_ptr<TaskSignal> signal_;
};

SourceTask::SourceTask(std::shared_ptr<WorkerParts> parts, TaskSpec spec)
    : Task(std::move(parts), std::move(spec), "WorkerSourceTask"),
      member_(std::make_shared<FlushMember>(id().connector, shared_signal())),
      done_(std::make_shared<DoneQueue>(shared_signal())),
      pool_(record::HostBatchPool::Make(kIdleBatches)) {}

SourceTask::~SourceTask() = default;

void SourceTask::Abandon() {
  Task::Abandon();
  // Its offsets are somebody else's from now on.
  parts().flusher->Remove(member_.get());
}

Status SourceTask::MakeClients() {
  const WorkerServices& s = services();
  const config::Properties settings =
      ClientSettings(kafka::ClientRole::kProducer, *s.config, *connector_, s.bootstrap_servers);
  Result<kafka::ClientConfig> config = TranslateLogged(kafka::ClientRole::kProducer, settings, logger());
  if (!config.ok()) return config.status().Context("setting up the producer");
  max_held_ = config->buffer_memory;
  Result<std::shared_ptr<kafka::Producer>> producer = parts().clients->Producer(*config);
  if (!producer.ok()) return producer.status().Context("making the producer");
  producer_ = *std::move(producer);

  Result<TopicCreator> topics = TopicCreator::Make(*connector_, s.config->topic_creation_enable, s.embedded != nullptr,
                                                   MakeEnsureTopic(*connector_), logger());
  if (!topics.ok()) return topics.status();
  topics_.emplace(*std::move(topics));
  return {};
}

Status SourceTask::Start() {
  const WorkerServices& s = services();
  Result<config::ConnectorConfig> connector =
      config::ConnectorConfig::Make(config::ConnectorType::kSource, spec().connector_config);
  if (!connector.ok()) return connector.status();
  connector_ = *std::move(connector);
  policy_.emplace(*connector_, s.clock,
                  [this](int64_t ms) { return signal().SleepUntil(Now() + ms * kNanosPerMilli); });
  reporter_.emplace(id(), *connector_, &*policy_, s.clock, s.log);
  stage_context_ = std::make_unique<StageContext>(TaskLogContext(id()), shared_signal());
  context_ = std::make_unique<SourceContext>(id(), shared_signal(), s.offsets);

  Result<const mr_class*> type = s.classes->Load(MR_ROLE_SOURCE, connector_->connector_class, connector_->version);
  if (!type.ok()) return type.status();
  type_ = *type;
  Result<Converters> converters = Converters::Make(*connector_, *s.config, s.classes, stage_context_.get());
  if (!converters.ok()) return converters.status();
  converters_.emplace(*std::move(converters));
  Result<TransformChain> transforms = TransformChain::Make(*connector_, s.classes, stage_context_.get());
  if (!transforms.ok()) return transforms.status();
  transforms_.emplace(*std::move(transforms));
  MILLRACE_RETURN_IF_ERROR(MakeClients());

  Result<std::unique_ptr<plugins::SourceTask>> plugin = plugins::SourceTask::Make(*type, context_.get());
  if (!plugin.ok()) return plugin.status();
  plugin_ = *std::move(plugin);
  Watch(plugin_.get());
  if (stopping()) return Status::Cancelled("stopped before it started");
  started_ = true;
  MILLRACE_RETURN_IF_ERROR(plugin_->Start(spec().task_config));
  logger().Info("{} Source task finished initialization and start", name());
  parts().flusher->Add(member_);
  if (abandoned()) {
    parts().flusher->Remove(member_.get());
    return Status::Cancelled("the task was given up");
  }
  looped_ = true;
  return {};
}

Status SourceTask::Loop() {
  Report(signal().target() == TargetState::kPaused ? State::kPaused : State::kRunning);
  bool paused = signal().target() == TargetState::kPaused;
  while (!stopping() && !abandoned()) {
    MILLRACE_RETURN_IF_ERROR(Reap());
    CommitIfDue();
    if (const bool pause = signal().target() == TargetState::kPaused; pause != paused) {
      paused = pause;
      Report(paused ? State::kPaused : State::kRunning);
    }
    if (paused || held_ > max_held_) {
      signal().WaitUntil(Now() + kIdlePollNanos);
      continue;
    }
    MILLRACE_RETURN_IF_ERROR(Poll());
  }
  return {};
}

void SourceTask::CommitIfDue() {
  if (!member_->commit_due.exchange(false, std::memory_order_acq_rel)) return;
  if (const Status s = plugin_->Commit(); !s.ok()) {
    logger().Error("{} Unexpected exception in SourceTask::commit(): {}", name(), s.message());
  }
}

std::unique_ptr<SourceBatch> SourceTask::TakeBatch() {
  std::unique_ptr<SourceBatch> batch;
  if (idle_.empty()) {
    batch = std::make_unique<SourceBatch>(done_);
  } else {
    batch = std::move(idle_.back());
    idle_.pop_back();
  }
  batch->host = pool_->Take();
  return batch;
}

Status SourceTask::Poll() {
  std::unique_ptr<SourceBatch> batch = TakeBatch();
  const int64_t begin = Now();
  const Status polled = plugin_->Poll(begin + (live_.empty() ? kIdlePollNanos : kBusyPollNanos), &batch->plugin);
  if (abandoned()) {
    if (batch->plugin.release != nullptr) plugins::ReleaseBatch(*type_, batch->plugin);
    return Status::Cancelled("the task was given up");
  }
  if (!polled.ok()) {
    batch->host = {};
    idle_.push_back(std::move(batch));
    if (polled.code() == Code::kCancelled && stopping()) return {};
    if (!polled.retriable() && polled.code() != Code::kCancelled) return polled;
    logger().Warn("{} failed to poll records from SourceTask. Will retry operation. {}", name(), CauseChain(polled));
    signal().SleepUntil(Now() + kRetryPollNanos);
    return {};
  }
  if (batch->plugin.n == 0) {
    if (batch->plugin.release != nullptr) plugins::ReleaseBatch(*type_, batch->plugin);
    batch->host = {};
    idle_.push_back(std::move(batch));
    if (Now() - begin < kEmptyPollNanos) signal().WaitUntil(begin + kEmptyPollNanos);
    return {};
  }
  // A batch that is not what it claims to be is not even given back: its release is as doubtful as the rest.
  MILLRACE_RETURN_IF_ERROR(record::CheckBatch(batch->plugin, record::BatchLimits{}));
  return Process(std::move(batch));
}

Status SourceTask::Process(std::unique_ptr<SourceBatch> owned) {
  SourceBatch* batch = owned.get();
  BatchRun run(batch->host.get(), batch->plugin, &*policy_);
  Converters::Serialised bytes;
  Status s = transforms_->Apply(&run);
  // What code of a bundle wrote into the records is not believed either.
  if (s.ok() && transforms_->foreign()) s = record::CheckBatch(*run.batch(), record::BatchLimits{});
  if (s.ok()) s = converters_->FromConnect(&run, &bytes);
  if (!s.ok()) {
    GiveBack(batch);
    return s;
  }
  for (const RecordFailure& f : run.failures()) {
    reporter_->Report(f, batch->plugin, *MR_AT(const mr_record, batch->plugin.records, batch->plugin.stride, f.record));
  }
  batch->n = run.size();
  batch->view = *run.batch();
  uint32_t leave_out = 0;
  for (uint32_t i = 0; i < batch->n; ++i) leave_out += run.dropped(i) ? 1 : 0;
  batch->tracked.left_out = nullptr;
  if (leave_out != 0) {
    batch->left_out.resize(batch->n);
    for (uint32_t i = 0; i < batch->n; ++i) batch->left_out[i] = run.dropped(i) ? 1 : 0;
    batch->tracked.left_out = batch->left_out.data();
  }
  batch->MakeTickets(batch->n);
  batch->tracked.n = batch->n;
  batch->tracked.tickets = batch->tickets.get();
  batch->tracked.failed_counts = policy_->Decide(Stage::kKafkaProduce) == Verdict::kSkip;
  if (s = member_->tracker.Add(&batch->tracked); !s.ok()) {
    GiveBack(batch);
    return Because("Failed to write the offsets of the records", s);
  }
  // From here on the batch is the producer's too.
  const uint32_t to_send = batch->n - leave_out;
  batch->submission.pending.store(to_send, std::memory_order_relaxed);
  batch->bytes = 0;
  live_.push_back(std::move(owned));
  if (to_send == 0) {
    done_->Push(batch);
  } else {
    uint32_t sent = 0;
    s = SendBatch(batch, &run, bytes, &sent);
    held_ += batch->bytes;
    const uint32_t unsent = to_send - sent;
    if (unsent != 0 && batch->submission.pending.fetch_sub(unsent, std::memory_order_acq_rel) == unsent) {
      done_->Push(batch);
    }
    if (!s.ok()) return s;
    CrashPoint("after-send");
  }
  if (const RecordFailure* fatal = run.fatal()) return ToleranceExceeded(*fatal);
  return {};
}

Status SourceTask::SendBatch(SourceBatch* batch, BatchRun* run, const Converters::Serialised& bytes, uint32_t* sent) {
  const uint32_t n = batch->n;
  const auto topic_of = [&](uint32_t i) { return (*run)[i].topic; };
  bool one_topic = true;
  for (uint32_t i = 1; i < n && one_topic; ++i) one_topic = topic_of(i) == topic_of(0);
  if (one_topic) return SendTopic(batch, run, bytes, nullptr, n, sent);
  auto* order = run->arena().AllocArray<uint32_t>(n);
  std::iota(order, order + n, 0U);
  std::stable_sort(order, order + n, [&](uint32_t a, uint32_t b) { return topic_of(a) < topic_of(b); });
  for (uint32_t begin = 0; begin < n;) {
    uint32_t end = begin + 1;
    while (end < n && topic_of(order[end]) == topic_of(order[begin])) ++end;
    MILLRACE_RETURN_IF_ERROR(SendTopic(batch, run, bytes, order + begin, end - begin, sent));
    begin = end;
  }
  return {};
}

Status SourceTask::SendTopic(SourceBatch* batch, BatchRun* run, const Converters::Serialised& bytes,
                             const uint32_t* order, uint32_t n, uint32_t* sent) {
  std::array<kafka::OutRecord, kSendChunk> chunk;
  size_t filled = 0;
  int64_t chunk_bytes = 0;
  const std::string topic(record::View(batch->view.topics[(*run)[order != nullptr ? order[0] : 0].topic]));
  bool prepared = false;
  // Without transforms nobody has seen a timestamp that only says "now", and the producer makes a later one for less.
  const int stamped = transforms_->empty() ? MR_REC_HAS_TS | MR_REC_TS_NOW : MR_REC_HAS_TS;
  const auto send = [&]() -> Status {
    if (!prepared) {
      MILLRACE_RETURN_IF_ERROR(topics_->Prepare(topic));
      prepared = true;
    }
    if (services().embedded != nullptr) {
      MILLRACE_RETURN_IF_ERROR(services().embedded->Admit(topic, static_cast<int64_t>(filled), chunk_bytes));
    }
    batch->bytes += chunk_bytes;
    MILLRACE_RETURN_IF_ERROR(SendChunk(topic, {chunk.data(), filled}, sent));
    filled = 0;
    chunk_bytes = 0;
    return {};
  };
  for (uint32_t k = 0; k < n; ++k) {
    const uint32_t i = order != nullptr ? order[k] : k;
    if (batch->left(i)) continue;
    const mr_record& r = (*run)[i];
    kafka::OutRecord& out = chunk[filled];
    out.key = bytes.keys[i];
    out.value = bytes.values[i];
    out.partition = r.partition;
    out.timestamp = (r.flags & stamped) == MR_REC_HAS_TS ? r.timestamp : -1;
    out.headers = nullptr;
    out.n_headers = 0;
    out.ticket = &batch->tickets[i];
    chunk_bytes += int64_t{out.key.n} + out.value.n;
    if (bytes.headers != nullptr && r.n_headers != 0) {
      out.headers = bytes.headers + bytes.header_begin[i];
      out.n_headers = r.n_headers;
      for (uint32_t h = 0; h < r.n_headers; ++h) {
        chunk_bytes += int64_t{out.headers[h].key.n} + out.headers[h].value.n;
      }
    }
    if (++filled == kSendChunk) MILLRACE_RETURN_IF_ERROR(send());
  }
  if (filled != 0) MILLRACE_RETURN_IF_ERROR(send());
  if (prepared && services().config->topic_tracking_enable) ReportTopic(topic);
  return {};
}

Status SourceTask::SendChunk(const std::string& topic, std::span<const kafka::OutRecord> records, uint32_t* sent) {
  while (true) {
    Status why;
    const size_t taken = producer_->Send(topic, records, &why);
    *sent += static_cast<uint32_t>(taken);
    records = records.subspan(taken);
    if (records.empty()) return {};
    if (why.code() != Code::kRetriable) return Because("Unrecoverable exception trying to send", why);
    if (stopping() || abandoned()) return Status::Cancelled("the task is being stopped");
    producer_->WaitForSpace(Now() + kSpaceNanos);
  }
}

Status SourceTask::DeliveryFailure(const SourceBatch& batch, uint32_t i) const {
  const kafka::Ticket& ticket = batch.tickets[i];
  const mr_record& polled = *MR_AT(const mr_record, batch.plugin.records, batch.plugin.stride, i);
  const mr_record& sent = *MR_AT(const mr_record, batch.view.records, batch.view.stride, i);
  std::string where(record::View(batch.view.topics[sent.topic]));
  if (ticket.kafka_partition >= 0) where += "-" + std::to_string(ticket.kafka_partition);
  std::string from;
  if (polled.src_partition < batch.plugin.n_src_partitions && polled.src_offset.kind != MR_NULL) {
    const Result<std::string> partition = record::OffsetToJson(batch.plugin.src_partitions[polled.src_partition]);
    const Result<std::string> offset = record::OffsetToJson(polled.src_offset);
    if (partition.ok() && offset.ok()) {
      from = fmt::format(" (source partition {}, source offset {})", *partition, *offset);
    }
  }
  Status s = Status::Fatal(
      fmt::format("a record could not be written to {}{}: {}", where, from, kafka::ErrorText(ticket.error)));
  s.AddDetail("class", "org.apache.kafka.common.KafkaException");
  return s;
}

void SourceTask::TellAcked(const SourceBatch& batch) {
  if (!plugin_->wants_acks()) return;
  ack_records_.clear();
  ack_offsets_.clear();
  for (uint32_t i = 0; i < batch.n; ++i) {
    int64_t offset = -1;  // dropped, skipped or tolerated
    if (!batch.left(i)) {
      const uint8_t state = batch.tickets[i].state.load(std::memory_order_acquire);
      if (state == kafka::Ticket::kAcked) {
        offset = batch.tickets[i].kafka_offset;
      } else if (state == kafka::Ticket::kPending || !batch.tracked.failed_counts) {
        continue;
      }
    }
    ack_records_.push_back(i);
    ack_offsets_.push_back(offset);
  }
  if (ack_records_.empty()) return;
  if (const Status s = plugin_->Acked(batch.plugin, ack_records_, ack_offsets_); !s.ok()) {
    logger().Error("{} Exception thrown while calling task.commitRecord(): {}", name(), s.message());
  }
}

void SourceTask::GiveBack(SourceBatch* batch) {
  batch->host = {};
  plugins::ReleaseBatch(*type_, batch->plugin);
  batch->plugin = {};
}

Status SourceTask::ReapBatch(SourceBatch* batch) {
  Status failure;
  if (batch->submission.failed.load(std::memory_order_relaxed) != 0) {
    for (uint32_t i = 0; i < batch->n; ++i) {
      if (batch->tickets[i].state.load(std::memory_order_acquire) != kafka::Ticket::kFailed) continue;
      const RecordFailure f{i, Stage::kKafkaProduce, kClassName, DeliveryFailure(*batch, i)};
      policy_->counts().failures.fetch_add(1, std::memory_order_relaxed);
      reporter_->Report(f, batch->plugin, *MR_AT(const mr_record, batch->plugin.records, batch->plugin.stride, i));
      if (policy_->Decide(Stage::kKafkaProduce) == Verdict::kFail) {
        failure = Because("Unrecoverable exception from producer send callback", f.error);
        break;
      }
    }
  }
  TellAcked(*batch);
  return failure;
}

void SourceTask::Finish(SourceBatch* batch) {
  // Settled before its memory goes.
  member_->tracker.Complete(&batch->tracked);
  held_ -= batch->bytes;
  GiveBack(batch);
  const auto at = std::find_if(live_.begin(), live_.end(), [&](const auto& b) { return b.get() == batch; });
  std::unique_ptr<SourceBatch> owned = std::move(*at);
  *at = std::move(live_.back());
  live_.pop_back();
  if (idle_.size() < kIdleBatches && owned->capacity <= kKeepTickets) idle_.push_back(std::move(owned));
}

Status SourceTask::Reap() {
  done_->Take(&just_done_);
  Status failure;
  for (SourceBatch* batch : just_done_) {
    Status s = ReapBatch(batch);
    if (failure.ok()) failure = std::move(s);
    Finish(batch);
  }
  just_done_.clear();
  if (failure.ok() && !member_->tracker.error().ok()) {
    failure = Because("Failed to write the offsets of the records", member_->tracker.error());
  }
  return failure;
}

void SourceTask::Conclude() {
  if (!looped_) return;
  const int64_t now = Now();
  int64_t patience = services().config->offset_flush_timeout_ms * kNanosPerMilli;
  // What is left when the task is given up must suffice for the plugin's stop.
  if (stopping()) patience = std::min(patience, (signal().stop_deadline_ns() - now) / 4 * 3);
  const int64_t deadline = now + patience;
  Status failure = Reap();
  while (!live_.empty() && Now() < deadline && !abandoned()) {
    signal().WaitForWake(std::min(deadline, Now() + kBusyPollNanos));
    Status s = Reap();
    if (failure.ok()) failure = std::move(s);
  }
  if (!failure.ok()) logger().Error("{} {}", name(), CauseChain(failure));
  if (abandoned()) return;
  const Status flushed = parts().flusher->Flush(std::max(deadline, Now() + patience / 8));
  parts().flusher->Remove(member_.get());
  if (!flushed.ok()) {
    logger().Error("{} Failed to write the last source offsets: {}. Records after those written before are read again",
                   name(), flushed.message());
    return;
  }
  member_->commit_due.store(true, std::memory_order_relaxed);
  CommitIfDue();
}

void SourceTask::StopPlugin() {
  if (started_) plugin_->Stop();
}

void SourceTask::AwaitDestroy() {
  logger().Warn("{} {} batches are still with the Kafka producer; their memory is kept until it is through with them",
                name(), live_.size());
  while (!live_.empty()) {
    signal().WaitForWake(Now() + kIdlePollNanos);
    done_->Take(&just_done_);
    for (SourceBatch* batch : just_done_) Finish(batch);
    just_done_.clear();
  }
}

void SourceTask::Destroy() {
  Unwatch();
  plugin_.reset();
  converters_.reset();
  transforms_.reset();
  topics_.reset();
  producer_.reset();
  idle_.clear();
  context_.reset();
  stage_context_.reset();
}

}  // namespace millrace::worker
