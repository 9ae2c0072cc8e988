// SPDX-License-Identifier: Apache-2.0
//
// ErrorPolicy: what happens when something fails, decided by one table: stage x errors.tolerance. The table is that of
// Kafka Connect; the code around it asks and obeys. One per task, used by its thread; counts may be read by any thread.
//
// Retries: only what says of itself that it may be tried again (Status::retriable) is. Timed retries are governed by
// errors.retry.timeout and errors.retry.delay.max.ms (BackOff); others have a rhythm of their own and no end.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "base/status.h"
#include "config/connector_config.h"

namespace millrace::worker {

enum class Stage {
  kTransformation,
  kKeyConverter,
  kValueConverter,
  kHeaderConverter,
  kTaskPut,
  kErrantRecord,  // a sink reports a record of the batch it was given
  kTaskPoll,
  kKafkaProduce,  // the broker's answer to a record
  kKafkaSend,     // handing records to the client
  kKafkaConsume,
  kTaskStart,
  kPreCommit,
  kOffsetFlush,
};

enum class Retry {
  kNever,
  kTimed,    // errors.retry.*
  kForever,  // in the rhythm of the stage, until the task is stopped
};

enum class Verdict {
  kFail,    // the task
  kSkip,    // the record
  kRewind,  // sink: deliver again from the last committed offsets
  kGoOn,    // log it; the next round does it again
};

struct Rule {
  Stage stage;
  std::string_view name;  // as users know it: TRANSFORMATION ...
  Retry retry;
  Verdict none, all;  // by errors.tolerance, once retries are over
  bool log, dead_letter;
  bool offset_counts;  // source: may a skipped record's source offset be committed?
};

std::span<const Rule> Rules();
const Rule& RuleOf(Stage stage);

// total-record-failures and its like; see docs of task-error-metrics.
struct ErrorCounts {
  std::atomic<int64_t> failures{0};  // failed tries
  std::atomic<int64_t> errors{0};    // records that failed for good
  std::atomic<int64_t> skipped{0};   // of those, tolerated
  std::atomic<int64_t> retries{0};   // waits before another try
  std::atomic<int64_t> logged{0};
  std::atomic<int64_t> dead_letters{0};
  std::atomic<int64_t> dead_letter_failures{0};
  std::atomic<int64_t> last_error_ms{0};
};

// How long to wait before each try of one operation.
class BackOff {
 public:
  static constexpr int64_t kFirstDelayMs = 300;
  // timeout_ms 0: no retries, negative: for ever. `random` gives a number in [0, bound).
  BackOff(int64_t timeout_ms, int64_t max_delay_ms, int64_t now_ms, std::function<int64_t(int64_t bound)> random);
  // nullopt: give up.
  std::optional<int64_t> Next(int64_t now_ms);

 private:
  int64_t timeout_ms_, max_delay_ms_, started_ms_;
  std::function<int64_t(int64_t)> random_;
  int failures_ = 0;
};

class ErrorPolicy {
 public:
  // Waits; false: the task is being stopped.
  using Wait = std::function<bool(int64_t ms)>;
  ErrorPolicy(const config::ConnectorConfig& connector, const Clock* clock, Wait wait);

  Verdict Decide(Stage stage) const { return tolerant_ ? RuleOf(stage).all : RuleOf(stage).none; }
  bool tolerant() const { return tolerant_; }
  BackOff StartBackOff();
  // Waits for the next try: kRetriable when there is none, kCancelled when the task is being stopped meanwhile.
  Status WaitForRetry(BackOff* back_off);
  ErrorCounts& counts() { return counts_; }
  int64_t NowMs() const { return clock_->MonotonicNanos() / kNanosPerMilli; }
  const Clock& clock() const { return *clock_; }

 private:
  const bool tolerant_;
  const int64_t timeout_ms_, max_delay_ms_;
  const Clock* const clock_;
  const Wait wait_;
  std::minstd_rand random_;
  ErrorCounts counts_;
};

}  // namespace millrace::worker
