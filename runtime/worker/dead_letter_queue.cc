// SPDX-License-Identifier: Apache-2.0
#include "worker/dead_letter_queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "record/value.h"
#include "worker/failure.h"

namespace millrace::worker {
namespace {

constexpr int64_t kLookAgainMs = 5;
constexpr uint32_t kContextHeaders = 10;

struct Field {
  std::string_view name;
  std::optional<std::string> value;  // nullopt: null
};

mr_str Text(const std::optional<std::string>& s) { return s ? record::Str(*s) : mr_str{nullptr, 0, 0}; }

std::optional<std::string> CopyOf(const mr_str& s) {
  return s.p == nullptr ? std::nullopt : std::optional<std::string>(record::View(s));
}

}  // namespace

// A copied record, at one address until its ticket is done.
struct DeadLetterQueue::InFlight {
  std::optional<std::string> key, value;
  std::vector<std::pair<std::string, std::optional<std::string>>> header_texts;
  std::vector<kafka::OutHeader> headers;
  kafka::Submission submission;
  kafka::Ticket ticket;
  bool must_arrive = false;

  bool done() const { return ticket.state.load(std::memory_order_acquire) != kafka::Ticket::kPending; }
};

DeadLetterQueue::DeadLetterQueue(const TaskId& task, const config::ConnectorConfig& connector,
                                 std::shared_ptr<kafka::Producer> producer, kafka::EmbeddedBroker* embedded,
                                 ErrorPolicy* policy, Wait wait, const Logger& logger)
    : task_(task),
      topic_(connector.dlq_topic),
      context_headers_(connector.dlq_context_headers),
      producer_(std::move(producer)),
      embedded_(embedded),
      policy_(policy),
      wait_(std::move(wait)),
      logger_(logger) {}

DeadLetterQueue::~DeadLetterQueue() {
  Reap();
  // The producer may still point into these: they are given to it for good.
  for (std::unique_ptr<InFlight>& letter : in_flight_) (void)letter.release();
}

void DeadLetterQueue::Failed(const std::string& why, bool must_arrive) {
  policy_->counts().dead_letter_failures.fetch_add(1, std::memory_order_relaxed);
  logger_.Error("Could not produce message to dead letter queue. topic={}: {}", topic_, why);
  if (must_arrive && lost_.ok()) {
    lost_ = Status::Fatal("a record reported by the task could not be written to the dead letter queue " + topic_ +
                          ": " + why);
  }
}

void DeadLetterQueue::Reap() {
  std::erase_if(in_flight_, [this](const std::unique_ptr<InFlight>& letter) {
    // Only when the producer is through with the submission, too.
    if (!letter->done() || letter->submission.pending.load(std::memory_order_acquire) != 0) return false;
    if (letter->ticket.state.load() == kafka::Ticket::kFailed) {
      Failed(kafka::ErrorText(letter->ticket.error), letter->must_arrive);
    }
    return true;
  });
}

void DeadLetterQueue::Write(std::string_view topic, const kafka::InRecord& record, const RecordFailure& failure,
                            bool must_arrive) {
  policy_->counts().dead_letters.fetch_add(1, std::memory_order_relaxed);
  Reap();
  auto letter = std::make_unique<InFlight>();
  letter->must_arrive = must_arrive;
  letter->key = CopyOf(record.key);
  letter->value = CopyOf(record.value);
  letter->header_texts.reserve(record.n_headers + kContextHeaders);
  for (uint32_t i = 0; i < record.n_headers; ++i) {
    letter->header_texts.emplace_back(record::View(record.headers[i].key), CopyOf(record.headers[i].value));
  }
  if (context_headers_) {
    const Status& e = failure.error;
    const std::array<Field, kContextHeaders> fields = {{
        {"__connect.errors.topic", std::string(topic)},
        {"__connect.errors.partition", std::to_string(record.partition)},
        {"__connect.errors.offset", std::to_string(record.offset)},
        {"__connect.errors.connector.name", task_.connector},
        {"__connect.errors.task.id", std::to_string(task_.task)},
        {"__connect.errors.stage", std::string(RuleOf(failure.stage).name)},
        {"__connect.errors.class.name", failure.class_name},
        {"__connect.errors.exception.class.name", JavaClassOf(e)},
        {"__connect.errors.exception.message",
         e.message().empty() ? std::nullopt : std::optional<std::string>(e.message())},
        {"__connect.errors.exception.stacktrace", TraceText(e)},
    }};
    for (const Field& f : fields) letter->header_texts.emplace_back(f.name, f.value);
  }
  int64_t bytes =
      static_cast<int64_t>((letter->key ? letter->key->size() : 0) + (letter->value ? letter->value->size() : 0));
  for (const auto& [name, value] : letter->header_texts) {
    letter->headers.push_back({record::Str(name), Text(value)});
    bytes += static_cast<int64_t>(name.size() + (value ? value->size() : 0));
  }
  if (embedded_ != nullptr) {
    if (const Status s = embedded_->Admit(topic_, 1, bytes); !s.ok()) return Failed(s.message(), must_arrive);
  }
  letter->submission.pending.store(1, std::memory_order_relaxed);
  letter->ticket.owner = &letter->submission;
  kafka::OutRecord out;
  out.key = Text(letter->key);
  out.value = Text(letter->value);
  out.timestamp = record.timestamp;
  out.headers = letter->headers.data();
  out.n_headers = static_cast<uint32_t>(letter->headers.size());
  out.ticket = &letter->ticket;
  while (true) {
    Status why;
    if (producer_->Send(topic_, {&out, 1}, &why) == 1) {
      in_flight_.push_back(std::move(letter));
      return;
    }
    if (why.code() != Code::kRetriable) return Failed(why.message(), must_arrive);
    if (!wait_(kLookAgainMs)) return Failed("the task was stopped before there was room for it", must_arrive);
  }
}

Status DeadLetterQueue::Settled(int64_t deadline_ns) {
  Reap();
  while (!in_flight_.empty()) {
    if (policy_->clock().MonotonicNanos() >= deadline_ns) {
      return Status::Timeout(
          fmt::format("{} records have not arrived in the dead letter queue {} yet", in_flight_.size(), topic_));
    }
    (void)producer_->Flush(std::min(deadline_ns, policy_->clock().MonotonicNanos() + kLookAgainMs * kNanosPerMilli));
    Reap();
  }
  Status lost = std::move(lost_);
  lost_ = {};
  return lost;
}

}  // namespace millrace::worker
