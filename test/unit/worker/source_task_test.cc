// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "fakes.h"
#include "record/value.h"

using namespace millrace;
using test::Eventually;
using test::Rig;
using test::Row;
using worker::State;

namespace {

// A transform that fails for values beginning with "bad" and drops those beginning with "drop".
mr_status Picky(test::Script* script, mr_batch* b, const uint8_t* mask, mr_status how, mr_error* e) {
  mr_status result = MR_OK;
  for (uint32_t i = 0; i < b->n; ++i) {
    auto* r = MR_AT(mr_record, b->records, b->stride, i);
    if ((r->flags & MR_REC_DROP) != 0 || (mask != nullptr && mask[i] == 0)) continue;
    const std::string value = test::TextOf(r->value);
    if (value.starts_with("drop")) r->flags |= MR_REC_DROP;
    if (!value.starts_with("bad")) continue;
    script->host->error_record(e, i, how, record::Str(value + " is bad"), nullptr, 0);
    result = how;
  }
  return result;
}

config::Properties WithTransform(config::Properties more = {}) {
  more.insert({{"transforms", "x"}, {"transforms.x.type", "test.Transform"}});
  return more;
}

}  // namespace

TEST_CASE("source: records, keys, headers, partitions reach the producer; offsets, acks and the batch come back") {
  Rig rig;
  std::mutex mutex;
  std::vector<std::pair<uint32_t, int64_t>> acked;
  rig.script.acked = [&](const mr_batch*, const uint32_t* idx, const int64_t* offsets, uint32_t n) {
    const std::lock_guard lock(mutex);
    for (uint32_t i = 0; i < n; ++i) acked.emplace_back(idx[i], offsets[i]);
  };
  test::PollBatches(&rig.script, {{{.value = "a", .offset = 1, .key = "k", .headers = {{"h", "1"}, {"h", "2"}}},
                                   {.value = "b", .topic = "u", .offset = 2, .kafka_partition = 3},
                                   {.value = "c", .offset = 3}}});
  rig.StartSource();
  CHECK(rig.WaitForState(State::kRunning));
  CHECK(Eventually([&] { return rig.Offset("p") == R"({"at":3})"; }));
  const std::vector<test::Sent> sent = rig.clients.producer->sent();
  REQUIRE(sent.size() == 3);
  CHECK(sent[0].topic == "t");
  CHECK(sent[0].key == "k");
  CHECK(sent[0].headers == std::vector<std::pair<std::string, std::string>>{{"h", "1"}, {"h", "2"}});
  CHECK(sent[1].value == "c");  // topic by topic, each in order
  CHECK(sent[2].topic == "u");
  CHECK(sent[2].partition == 3);
  CHECK(Eventually([&] { return rig.script.Count("commit") > 0; }));
  CHECK(rig.TopicsUsed() == std::vector<std::string>{"c:t", "c:u"});
  rig.Stop();
  CHECK(test::LiveBatches() == 0);
  CHECK(acked == std::vector<std::pair<uint32_t, int64_t>>{{0, 0}, {1, 2}, {2, 1}});
  CHECK(rig.Events().back().state == State::kUnassigned);
  // start ... commit, stop, destroy: the order of Kafka Connect.
  const std::vector<std::string> calls = rig.script.Calls();
  CHECK(calls.front() == "start");
  const auto stop = std::find(calls.begin(), calls.end(), "stop");
  REQUIRE(stop != calls.end());
  CHECK(*(stop - 1) == "commit");
  CHECK(std::find(stop, calls.end(), "destroy") != calls.end());
}

TEST_CASE("source: nothing is committed beyond what is acknowledged, also at the stop") {
  Rig rig;
  rig.config.offset_flush_timeout_ms = 50;
  rig.clients.producer->Hold(true);
  test::PollBatches(&rig.script,
                    {{{.value = "a", .offset = 1}, {.value = "b", .offset = 2}, {.value = "c", .offset = 3}}});
  rig.StartSource();
  CHECK(Eventually([&] { return rig.clients.producer->held() == 3; }));
  rig.clients.producer->Settle(1);
  rig.clients.producer->Settle(0);
  CHECK(Eventually([&] { return rig.Offset("p") == R"({"at":2})"; }));
  rig.Stop();
  CHECK(rig.Offset("p") == R"({"at":2})");
  CHECK(rig.script.Count("stop") == 1);
  // The producer still points into the batch: it is kept until the last ticket is done.
  CHECK(test::LiveBatches() == 1);
  rig.clients.producer->Hold(false);
  CHECK(Eventually([] { return test::LiveBatches() == 0; }));
  CHECK(Eventually([&] { return rig.script.Count("destroy") > 0; }));
  CHECK(rig.Offset("p") == R"({"at":2})");
}

TEST_CASE("source: a full producer holds back the poll, and a stop gets through") {
  Rig rig;
  rig.config.offset_flush_timeout_ms = 50;
  rig.clients.producer->capacity = 2;
  rig.clients.producer->Hold(true);
  std::atomic<int> polls{0};
  rig.script.poll = [&](int64_t, mr_batch* out, mr_error*) -> mr_status {
    const int n = ++polls;
    test::FillBatch(
        {{.value = "x", .offset = 3 * n}, {.value = "y", .offset = 3 * n + 1}, {.value = "z", .offset = 3 * n + 2}},
        out);
    return MR_OK;
  };
  rig.StartSource();
  CHECK(Eventually([&] { return rig.clients.producer->held() == 2; }));
  usleep(20000);
  CHECK(polls == 1);
  rig.Stop();
  CHECK(polls == 1);
  CHECK(rig.script.Count("stop") == 1);
  CHECK_FALSE(rig.Offset("p").has_value());
  rig.clients.producer->Hold(false);
  CHECK(Eventually([] { return test::LiveBatches() == 0; }));
}

TEST_CASE("source: errors.tolerance=none sends what is before the bad record and fails there") {
  Rig rig;
  rig.script.apply = [&](mr_batch* b, const uint8_t* mask, mr_arena*, mr_error* e) {
    return Picky(&rig.script, b, mask, MR_DATA, e);
  };
  test::PollBatches(&rig.script, {{{.value = "a", .offset = 1},
                                   {.value = "bad1", .offset = 2},
                                   {.value = "c", .offset = 3},
                                   {.value = "bad2", .offset = 4}}});
  rig.StartSource(WithTransform({{"errors.log.enable", "true"}}));
  REQUIRE(rig.WaitForState(State::kFailed));
  CHECK(rig.clients.producer->values() == std::vector<std::string>{"a"});
  CHECK(rig.Offset("p") == R"({"at":1})");
  const std::string trace = rig.Failure().message();
  CHECK(trace.find("org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler\nCaused by: "
                   "org.apache.kafka.connect.errors.DataException: bad1 is bad\n") == 0);
  CHECK(trace.find("failure-") != std::string::npos);
  CHECK(rig.Failure().detail("version").empty());
  CHECK(rig.Logged("Error encountered in task c-0. Executing stage 'TRANSFORMATION' with class 'test.Transform'."));
  CHECK_FALSE(rig.Logged("bad2 is bad"));
  rig.Stop();
  CHECK(rig.script.Count("stop") == 1);
  CHECK(test::LiveBatches() == 0);
}

TEST_CASE("source: errors.tolerance=all skips, says so in order, and skipped records move no offset") {
  Rig rig;
  rig.script.apply = [&](mr_batch* b, const uint8_t* mask, mr_arena*, mr_error* e) {
    return Picky(&rig.script, b, mask, MR_DATA, e);
  };
  std::mutex mutex;
  std::vector<std::pair<uint32_t, int64_t>> acked;
  rig.script.acked = [&](const mr_batch*, const uint32_t* idx, const int64_t* offsets, uint32_t n) {
    const std::lock_guard lock(mutex);
    for (uint32_t i = 0; i < n; ++i) acked.emplace_back(idx[i], offsets[i]);
  };
  test::PollBatches(&rig.script, {{{.value = "a", .offset = 1},
                                   {.value = "bad", .offset = 2},
                                   {.value = "c", .offset = 3},
                                   {.value = "drop", .offset = 4}},
                                  {{.value = "drop", .partition = "q", .offset = 9}}});
  rig.StartSource(WithTransform(
      {{"errors.tolerance", "all"}, {"errors.log.enable", "true"}, {"errors.log.include.messages", "true"}}));
  CHECK(Eventually([&] { return rig.Offset("p") == R"({"at":3})"; }));
  CHECK(Eventually([] { return test::LiveBatches() == 0; }));
  rig.Stop();
  CHECK(rig.clients.producer->values() == std::vector<std::string>{"a", "c"});
  CHECK_FALSE(rig.Offset("q").has_value());
  CHECK(
      rig.Logged("where source record is = SourceRecord{sourcePartition={source=p}, sourceOffset={at=2}} "
                 "ConnectRecord{topic='t', kafkaPartition=null, key=null, keySchema=null, value=bad, valueSchema=null, "
                 "timestamp=null, headers=ConnectHeaders(headers=)}"));
  CHECK(acked == std::vector<std::pair<uint32_t, int64_t>>{{0, 0}, {1, -1}, {2, 1}, {3, -1}, {0, -1}});
  CHECK(rig.Failure().ok());
}

TEST_CASE("source: what may be retried is, only the records that failed, until it works") {
  Rig rig;
  std::atomic<int> tries{0};
  std::atomic<int> good_again{0};
  rig.script.from_connect = [&](const mr_batch* b, int32_t part, mr_arena*, mr_str* bytes, mr_error* e) -> mr_status {
    mr_status result = MR_OK;
    for (uint32_t i = 0; i < b->n; ++i) {
      const mr_value& v = MR_AT(mr_record, b->records, b->stride, i)->value;
      bytes[i] = part == MR_PART_VALUE ? mr_str{v.u.s, v.n, 0} : mr_str{};
      if (part != MR_PART_VALUE) continue;
      if (test::TextOf(v) == "good" && tries > 0) ++good_again;
      if (test::TextOf(v) == "bad" && ++tries < 3) {
        rig.script.host->error_record(e, i, MR_RETRIABLE, record::Str("later"), nullptr, 0);
        result = MR_RETRIABLE;
      }
    }
    return result;
  };
  test::PollBatches(&rig.script, {{{.value = "good", .offset = 1}, {.value = "bad", .offset = 2}}});
  rig.StartSource({{"errors.retry.timeout", "-1"}, {"errors.retry.delay.max.ms", "2"}});
  CHECK(Eventually([&] { return rig.Offset("p") == R"({"at":2})"; }));
  CHECK(tries == 3);
  CHECK(good_again == 0);
  CHECK(rig.clients.producer->values() == std::vector<std::string>{"good", "bad"});
}

TEST_CASE("source: a stop ends the wait for a retry; the record is no failure of the task and is read again") {
  Rig rig;
  std::atomic<int> tries{0};
  rig.script.apply = [&](mr_batch* b, const uint8_t* mask, mr_arena*, mr_error* e) {
    ++tries;
    return Picky(&rig.script, b, mask, MR_RETRIABLE, e);
  };
  test::PollBatches(&rig.script, {{{.value = "bad", .offset = 1}}});
  rig.StartSource(WithTransform({{"errors.retry.timeout", "-1"}}));
  CHECK(Eventually([&] { return tries > 0; }));
  rig.Stop();
  CHECK(rig.Failure().ok());
  CHECK_FALSE(rig.Offset("p").has_value());
  CHECK(test::LiveBatches() == 0);
}

TEST_CASE("source: a record that Kafka refuses fails the task, or is passed with errors.tolerance=all") {
  for (const bool all : {false, true}) {
    Rig rig;
    rig.clients.producer->judge = [](const test::Sent& s) { return s.value == "b" ? 10 : 0; };  // MSG_SIZE_TOO_LARGE
    test::PollBatches(&rig.script,
                      {{{.value = "a", .offset = 1}, {.value = "b", .offset = 2}, {.value = "c", .offset = 3}}});
    rig.StartSource({{"errors.tolerance", all ? "all" : "none"}, {"errors.log.enable", "true"}});
    if (all) {
      CHECK(Eventually([&] { return rig.Offset("p") == R"({"at":3})"; }));
      CHECK(rig.Failure().ok());
    } else {
      REQUIRE(rig.WaitForState(State::kFailed));
      CHECK(rig.Offset("p") == R"({"at":1})");
      const std::string trace = rig.Failure().message();
      CHECK(trace.find("Unrecoverable exception from producer send callback") != std::string::npos);
      CHECK(trace.find("t-0") != std::string::npos);
      CHECK(trace.find(R"(source offset {"at":2})") != std::string::npos);
    }
    CHECK(rig.Logged("Executing stage 'KAFKA_PRODUCE' with class 'org.apache.kafka.connect.runtime.WorkerSourceTask'"));
    rig.Stop();
    CHECK(test::LiveBatches() == 0);
  }
}

TEST_CASE("source: an error thrown by send fails the task whatever the tolerance") {
  Rig rig;
  rig.clients.producer->refuse = [] { return Status(Code::kAuth, "no rights"); };
  test::PollBatches(&rig.script, {{{.value = "a", .offset = 1}}});
  rig.StartSource({{"errors.tolerance", "all"}});
  REQUIRE(rig.WaitForState(State::kFailed));
  CHECK(rig.Failure().message().find("Unrecoverable exception trying to send") != std::string::npos);
  CHECK_FALSE(rig.Offset("p").has_value());
  rig.Stop();
  CHECK(test::LiveBatches() == 0);
}

TEST_CASE("source: a retriable poll is polled again, another error fails the task with its own exception") {
  Rig rig;
  std::atomic<int> polls{0};
  rig.script.poll = [&](int64_t, mr_batch*, mr_error* e) -> mr_status {
    const mr_status s = ++polls < 3 ? MR_RETRIABLE : MR_FATAL;
    rig.script.host->error_set(e, s, record::Str("the sea is rough"), nullptr, 0);
    return s;
  };
  rig.StartSource({{"errors.tolerance", "all"}});
  REQUIRE(rig.WaitForState(State::kFailed));
  CHECK(polls == 3);
  CHECK(rig.Failure().message().find("org.apache.kafka.connect.errors.ConnectException: the sea is rough\n") == 0);
  CHECK(rig.Logged("failed to poll records from SourceTask. Will retry operation."));
}

TEST_CASE("source: a failing start is a FAILED task that is stopped; no other task is touched") {
  Rig rig;
  rig.script.start = [&](mr_ctx*, mr_error* e) -> mr_status {
    rig.script.host->error_set(e, MR_CONFIG, record::Str("no such file"), nullptr, 0);
    return MR_CONFIG;
  };
  rig.StartSource();
  REQUIRE(rig.WaitForState(State::kFailed));
  CHECK(Eventually([&] { return rig.script.Count("stop") == 1; }));
  CHECK(rig.Failure().message().find("no such file") != std::string::npos);
  rig.Stop();
  CHECK(rig.script.Count("stop") == 1);
}

TEST_CASE("source: a converter that cannot be set up is a failure before there was a plugin") {
  Rig rig;
  rig.script.configure_converter = [](const config::Properties&, int32_t) -> mr_status { return MR_CONFIG; };
  rig.StartSource();
  REQUIRE(rig.WaitForState(State::kFailed));
  CHECK(rig.Failure().detail("version") == "none");
  CHECK(rig.script.Count("start") == 0);
  CHECK(rig.script.Count("stop") == 0);
}

TEST_CASE("source: the connector's converter gets the connector's settings only, the worker's the worker's") {
  Rig rig;
  rig.config.key_converter_config = {{"a", "worker"}};
  rig.config.value_converter_config = {{"a", "worker"}};
  std::mutex mutex;
  std::map<int32_t, config::Properties> seen;
  rig.script.configure_converter = [&](const config::Properties& p, int32_t part) -> mr_status {
    const std::lock_guard lock(mutex);
    seen[part] = p;
    return MR_OK;
  };
  rig.StartSource(
      {{"value.converter", "test.Converter"}, {"value.converter.b", "own"}, {"key.converter.b", "ignored"}});
  REQUIRE(rig.WaitForState(State::kRunning));
  const std::lock_guard lock(mutex);
  CHECK(seen[MR_PART_KEY].contains("a"));
  CHECK_FALSE(seen[MR_PART_KEY].contains("b"));
  CHECK_FALSE(seen[MR_PART_VALUE].contains("a"));
  CHECK(seen[MR_PART_VALUE].contains("b"));
}

TEST_CASE("source: pause ends polling, not commits; resume goes on") {
  Rig rig;
  std::atomic<int> polls{0};
  rig.script.poll = [&](int64_t, mr_batch*, mr_error*) -> mr_status {
    ++polls;
    usleep(1000);
    return MR_OK;
  };
  rig.StartSource();
  REQUIRE(rig.WaitForState(State::kRunning));
  rig.Pause(true);
  REQUIRE(rig.WaitForState(State::kPaused));
  const int before = polls;
  const int commits = rig.script.Count("commit");
  CHECK(Eventually([&] { return rig.script.Count("commit") >= commits + 2; }));
  CHECK(polls == before);
  rig.Pause(false);
  REQUIRE(rig.WaitForState(State::kRunning));
  CHECK(Eventually([&] { return polls > before; }));
}

TEST_CASE("source: offsets that cannot be written are kept for the next flush") {
  Rig rig;
  rig.offsets.Fail(Status::Retriable("disk full"));
  test::PollBatches(&rig.script, {{{.value = "a", .offset = 1}}});
  rig.StartSource();
  CHECK(Eventually([&] { return rig.Logged("Failed to flush offsets to storage: disk full"); }));
  CHECK(rig.script.Count("commit") == 0);
  rig.offsets.Fail({});
  CHECK(Eventually([&] { return rig.Offset("p") == R"({"at":1})"; }));
  CHECK(rig.Failure().ok());
}

TEST_CASE("source: a task reads the offsets that were committed") {
  Rig rig;
  REQUIRE(rig.offsets.Put({{R"(["c",{"source":"p"}])", R"({"at":7})"}}).ok());
  std::atomic<int64_t> at{-1};
  std::atomic<int> other{-1};
  rig.script.start = [&](mr_ctx* ctx, mr_error* e) -> mr_status {
    const mr_value p[] = {record::Text("source"), record::Text("p")}, q[] = {record::Text("source"), record::Text("q")};
    const mr_value partitions[] = {record::Composite(MR_MAP, p, 1), record::Composite(MR_MAP, q, 1)};
    mr_value out[2];
    const mr_status s = rig.script.host->offsets_read(ctx, partitions, 2, out, e);
    if (s == MR_OK && out[0].kind == MR_MAP) at = out[0].u.v[1].u.i;
    other = out[1].kind;
    return s;
  };
  rig.StartSource();
  REQUIRE(rig.WaitForState(State::kRunning));
  CHECK(at == 7);
  CHECK(other == MR_NULL);
}

TEST_CASE(
    "source: topics are created by their group before the first record, and left to the broker where that is not "
    "allowed") {
  for (const bool allowed : {true, false}) {
    Rig rig;
    if (!allowed) rig.clients.create_topic = Status(Code::kAuth, "not allowed");
    test::PollBatches(&rig.script, {{{.value = "a", .topic = "logs.eu", .offset = 1},
                                     {.value = "b", .topic = "other", .offset = 2}}});
    rig.StartSource({{"topic.creation.default.partitions", "1"},
                     {"topic.creation.default.replication.factor", "1"},
                     {"topic.creation.groups", "logs"},
                     {"topic.creation.logs.include", "logs\\..*"},
                     {"topic.creation.logs.partitions", "6"},
                     {"topic.creation.logs.cleanup.policy", "compact"}});
    CHECK(Eventually([&] { return rig.Offset("p") == R"({"at":2})"; }));
    rig.Stop();
    const std::lock_guard lock(rig.clients.mutex);
    CHECK(rig.clients.topics.size() == (allowed ? 2 : 0));
    if (allowed) {
      CHECK(rig.clients.topics["logs.eu"].partitions == 6);
      CHECK(rig.clients.topics["logs.eu"].config.at("cleanup.policy") == "compact");
      CHECK(rig.clients.topics["other"].partitions == 1);
    } else {
      CHECK(rig.Logged("Not able to create topic 'logs.eu': not allowed"));
    }
  }
}

TEST_CASE("source: a predicate chooses, negate turns it round") {
  for (const bool negate : {false, true}) {
    Rig rig;
    rig.script.test = [](const mr_batch* b, uint8_t* mask, mr_error*) -> mr_status {
      for (uint32_t i = 0; i < b->n; ++i)
        mask[i] = test::TextOf(MR_AT(mr_record, b->records, b->stride, i)->value) == "x";
      return MR_OK;
    };
    rig.script.apply = [](mr_batch* b, const uint8_t* mask, mr_arena*, mr_error*) -> mr_status {
      for (uint32_t i = 0; i < b->n; ++i) {
        if (mask != nullptr && mask[i] != 0) MR_AT(mr_record, b->records, b->stride, i)->flags |= MR_REC_DROP;
      }
      return MR_OK;
    };
    test::PollBatches(&rig.script,
                      {{{.value = "x", .offset = 1}, {.value = "y", .offset = 2}, {.value = "x", .offset = 3}}});
    rig.StartSource(WithTransform({{"transforms.x.predicate", "is"},
                                   {"transforms.x.negate", negate ? "true" : "false"},
                                   {"predicates", "is"},
                                   {"predicates.is.type", "test.Predicate"}}));
    CHECK(Eventually([&] { return rig.Offset("p").has_value(); }));
    rig.Stop();
    CHECK(rig.clients.producer->values() ==
          (negate ? std::vector<std::string>{"x", "x"} : std::vector<std::string>{"y"}));
  }
}

TEST_CASE("source: a plugin that hangs is given up; its news are not heard, and others go on") {
  Rig rig;
  rig.config.task_shutdown_graceful_timeout_ms = 50;
  std::atomic<bool> release{false}, hangs{false}, returned{false};
  rig.script.poll = [&](int64_t, mr_batch* out, mr_error*) -> mr_status {
    hangs = true;
    while (!release) usleep(500);
    test::FillBatch({{.value = "late", .offset = 5}}, out);
    returned = true;
    return MR_OK;
  };
  rig.StartSource();
  CHECK(Eventually([&] { return hangs.load(); }));
  rig.Stop();
  CHECK(rig.worker->Tasks().empty());
  CHECK(rig.Logged("Graceful stop of task c-0 failed"));
  CHECK(rig.Logged("in poll of test.Source"));
  const size_t events = rig.Events().size();
  release = true;
  CHECK(Eventually([&] { return returned.load(); }));
  usleep(50000);
  CHECK(rig.Events().size() == events);
  CHECK(rig.clients.producer->sent().empty());
  CHECK_FALSE(rig.Offset("p").has_value());
  CHECK(rig.script.Count("stop") == 0);
}

TEST_CASE("source: many tasks stop together, with their offsets in few writes") {
  Rig rig;
  rig.config.offset_flush_interval_ms = 3600'000;
  std::mutex mutex;
  std::map<std::thread::id, bool> polled;
  rig.script.poll = [&](int64_t, mr_batch* out, mr_error*) -> mr_status {
    {
      const std::lock_guard lock(mutex);
      if (!polled[std::this_thread::get_id()]) {
        polled[std::this_thread::get_id()] = true;
        test::FillBatch({{.value = "v", .offset = 1}}, out);
        return MR_OK;
      }
    }
    while (!rig.script.cancelled) usleep(1000);
    return MR_OK;
  };
  constexpr int kTasks = 40;
  for (int i = 0; i < kTasks; ++i) rig.StartSource({}, "c" + std::to_string(i));
  CHECK(Eventually([&] { return rig.clients.producer->sent().size() == kTasks; }));
  rig.worker->StopTasks(rig.worker->Tasks());
  CHECK(rig.offsets.All().size() == kTasks);
  CHECK(rig.offsets.writes() < kTasks);
}
