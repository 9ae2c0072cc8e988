// SPDX-License-Identifier: Apache-2.0
#include "worker/error_policy.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace millrace::worker {
namespace {

constexpr bool kLog = true, kDeadLetter = true, kCounts = true, kNo = false;

// In the order of Stage.
constexpr std::array kRules = {
    Rule{Stage::kTransformation, "TRANSFORMATION", Retry::kTimed, Verdict::kFail, Verdict::kSkip, kLog, kDeadLetter,
         kNo},
    Rule{Stage::kKeyConverter, "KEY_CONVERTER", Retry::kTimed, Verdict::kFail, Verdict::kSkip, kLog, kDeadLetter, kNo},
    Rule{Stage::kValueConverter, "VALUE_CONVERTER", Retry::kTimed, Verdict::kFail, Verdict::kSkip, kLog, kDeadLetter,
         kNo},
    Rule{Stage::kHeaderConverter, "HEADER_CONVERTER", Retry::kTimed, Verdict::kFail, Verdict::kSkip, kLog, kDeadLetter,
         kNo},
    Rule{Stage::kTaskPut, "TASK_PUT", Retry::kForever, Verdict::kFail, Verdict::kFail, kNo, kNo, kNo},
    Rule{Stage::kErrantRecord, "TASK_PUT", Retry::kNever, Verdict::kFail, Verdict::kSkip, kLog, kDeadLetter, kNo},
    Rule{Stage::kTaskPoll, "TASK_POLL", Retry::kForever, Verdict::kFail, Verdict::kFail, kNo, kNo, kNo},
    Rule{Stage::kKafkaProduce, "KAFKA_PRODUCE", Retry::kNever, Verdict::kFail, Verdict::kSkip, kLog, kNo, kCounts},
    Rule{Stage::kKafkaSend, "KAFKA_PRODUCE", Retry::kForever, Verdict::kFail, Verdict::kFail, kNo, kNo, kNo},
    Rule{Stage::kKafkaConsume, "KAFKA_CONSUME", Retry::kNever, Verdict::kFail, Verdict::kFail, kNo, kNo, kNo},
    Rule{Stage::kTaskStart, "TASK_START", Retry::kNever, Verdict::kFail, Verdict::kFail, kNo, kNo, kNo},
    Rule{Stage::kPreCommit, "PRE_COMMIT", Retry::kForever, Verdict::kRewind, Verdict::kRewind, kNo, kNo, kNo},
    Rule{Stage::kOffsetFlush, "OFFSET_FLUSH", Retry::kForever, Verdict::kGoOn, Verdict::kGoOn, kNo, kNo, kNo},
};

constexpr bool InOrder() {
  for (size_t i = 0; i < kRules.size(); ++i) {
    if (kRules[i].stage != static_cast<Stage>(i)) return false;
  }
  return true;
}
static_assert(InOrder());

}  // namespace

std::span<const Rule> Rules() { return kRules; }

const Rule& RuleOf(Stage stage) { return kRules[static_cast<size_t>(stage)]; }

BackOff::BackOff(int64_t timeout_ms, int64_t max_delay_ms, int64_t now_ms, std::function<int64_t(int64_t)> random)
    : timeout_ms_(timeout_ms),
      max_delay_ms_(std::max<int64_t>(max_delay_ms, 1)),
      started_ms_(now_ms),
      random_(std::move(random)) {}

std::optional<int64_t> BackOff::Next(int64_t now_ms) {
  const bool endless = timeout_ms_ < 0;
  if (!endless && now_ms - started_ms_ >= timeout_ms_) return std::nullopt;
  constexpr int kMaxDoublings = 40;  // far beyond any delay that is ever waited for
  int64_t delay = kFirstDelayMs << std::min(failures_++, kMaxDoublings);
  if (delay > max_delay_ms_) delay = random_(max_delay_ms_);
  if (!endless) delay = std::min(delay, timeout_ms_ - (now_ms - started_ms_));
  return delay;
}

ErrorPolicy::ErrorPolicy(const config::ConnectorConfig& connector, const Clock* clock, Wait wait)
    : tolerant_(connector.tolerance == config::Tolerance::kAll),
      timeout_ms_(connector.retry_timeout_ms),
      max_delay_ms_(connector.retry_delay_max_ms),
      clock_(clock),
      wait_(std::move(wait)),
      random_(static_cast<std::minstd_rand::result_type>(clock->WallMillis() ^ clock->MonotonicNanos())) {}

BackOff ErrorPolicy::StartBackOff() {
  return {timeout_ms_, max_delay_ms_, NowMs(),
          [this](int64_t bound) { return std::uniform_int_distribution<int64_t>(0, bound - 1)(random_); }};
}

Status ErrorPolicy::WaitForRetry(BackOff* back_off) {
  const std::optional<int64_t> delay = back_off->Next(NowMs());
  if (!delay) return Status::Retriable("errors.retry.timeout has passed");
  counts_.retries.fetch_add(1, std::memory_order_relaxed);
  return wait_(*delay) ? Status() : Status::Cancelled("the task is being stopped");
}

}  // namespace millrace::worker
