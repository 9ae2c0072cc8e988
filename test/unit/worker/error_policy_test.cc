// SPDX-License-Identifier: Apache-2.0
#include "worker/error_policy.h"

#include <doctest/doctest.h>

#include <vector>

#include "worker/failure.h"

using namespace millrace;
using namespace millrace::worker;

TEST_CASE("the table: every row of Kafka Connect's error handling") {
  struct Row {
    Stage stage;
    const char* name;
    Retry retry;
    Verdict none, all;
    bool log, dead_letter, offset_counts;
  };
  const Row rows[] = {
      {Stage::kKeyConverter, "KEY_CONVERTER", Retry::kTimed, Verdict::kFail, Verdict::kSkip, true, true, false},
      {Stage::kValueConverter, "VALUE_CONVERTER", Retry::kTimed, Verdict::kFail, Verdict::kSkip, true, true, false},
      {Stage::kHeaderConverter, "HEADER_CONVERTER", Retry::kTimed, Verdict::kFail, Verdict::kSkip, true, true, false},
      {Stage::kTransformation, "TRANSFORMATION", Retry::kTimed, Verdict::kFail, Verdict::kSkip, true, true, false},
      {Stage::kTaskPut, "TASK_PUT", Retry::kForever, Verdict::kFail, Verdict::kFail, false, false, false},
      {Stage::kErrantRecord, "TASK_PUT", Retry::kNever, Verdict::kFail, Verdict::kSkip, true, true, false},
      {Stage::kTaskPoll, "TASK_POLL", Retry::kForever, Verdict::kFail, Verdict::kFail, false, false, false},
      {Stage::kKafkaProduce, "KAFKA_PRODUCE", Retry::kNever, Verdict::kFail, Verdict::kSkip, true, false, true},
      {Stage::kKafkaSend, "KAFKA_PRODUCE", Retry::kForever, Verdict::kFail, Verdict::kFail, false, false, false},
      {Stage::kKafkaConsume, "KAFKA_CONSUME", Retry::kNever, Verdict::kFail, Verdict::kFail, false, false, false},
      {Stage::kTaskStart, "TASK_START", Retry::kNever, Verdict::kFail, Verdict::kFail, false, false, false},
      {Stage::kPreCommit, "PRE_COMMIT", Retry::kForever, Verdict::kRewind, Verdict::kRewind, false, false, false},
      {Stage::kOffsetFlush, "OFFSET_FLUSH", Retry::kForever, Verdict::kGoOn, Verdict::kGoOn, false, false, false},
  };
  CHECK(std::size(rows) == Rules().size());
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Rule& rule = RuleOf(row.stage);
    CHECK(rule.name == row.name);
    CHECK(rule.retry == row.retry);
    CHECK(rule.none == row.none);
    CHECK(rule.all == row.all);
    CHECK(rule.log == row.log);
    CHECK(rule.dead_letter == row.dead_letter);
    CHECK(rule.offset_counts == row.offset_counts);
  }
}

namespace {

// The waits of an operation that always fails, until it is given up.
std::vector<int64_t> Waits(int64_t timeout, int64_t max_delay, std::function<int64_t(int64_t)> random,
                           size_t limit = 50) {
  int64_t now = 1000;
  BackOff back_off(timeout, max_delay, now, std::move(random));
  std::vector<int64_t> waits;
  while (waits.size() < limit) {
    const std::optional<int64_t> wait = back_off.Next(now);
    if (!wait) break;
    waits.push_back(*wait);
    now += *wait;
  }
  return waits;
}

}  // namespace

TEST_CASE("back-off: 300 ms doubled, at random below the maximum, cut at the deadline") {
  const auto half = [](int64_t bound) { return bound / 2; };
  CHECK(Waits(0, 60000, half).empty());
  CHECK(Waits(10000, 60000, half) == std::vector<int64_t>{300, 600, 1200, 2400, 4800, 700});
  // As recorded: timeout 2500, maximum 1000, given up after 2.5 s.
  const std::vector<int64_t> recorded = Waits(2500, 1000, half);
  CHECK(recorded == std::vector<int64_t>{300, 600, 500, 500, 500, 100});
  CHECK(Waits(-1, 1000, half, 30).size() == 30);
  for (const int64_t wait : Waits(
           -1, 60000, [](int64_t bound) { return bound - 1; }, 80)) {
    CHECK(wait >= 0);
    CHECK(wait <= 60000);
  }
}

TEST_CASE("traces name the Java exceptions in a chain, and where to look") {
  Status cause = Status::Data("Converting byte[] to Kafka Connect data failed due to serialization error: ");
  cause.AddDetail("cause.class", "com.fasterxml.jackson.core.JsonParseException")
      .AddDetail("cause.message", "Unexpected");
  const Status s = Because("Tolerance exceeded in error handler", cause).AddDetail("id", "failure-1");
  CHECK(
      TraceText(s) ==
      "org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler\n"
      "Caused by: org.apache.kafka.connect.errors.DataException: Converting byte[] to Kafka Connect data failed due to "
      "serialization error: \n"
      "Caused by: com.fasterxml.jackson.core.JsonParseException: Unexpected\n"
      "(more in the worker's log: failure-1)\n");
  CHECK(JavaClassOf(Status::Retriable("x")) == "org.apache.kafka.connect.errors.RetriableException");
  CHECK(JavaClassOf(Status::Data("x").AddDetail("class", "a.B")) == "a.B");
}
