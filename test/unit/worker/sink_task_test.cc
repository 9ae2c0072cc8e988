// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>

#include "fakes.h"
#include "millrace/ext/sink_context.h"
#include "record/value.h"

using namespace millrace;
using test::Eventually;
using test::FakeRecord;
using test::Rig;
using worker::State;

namespace {

using Partitions = std::vector<kafka::TopicPartition>;

FakeRecord At(int64_t offset, const std::string& value, int32_t partition = 0) {
  return {.topic = "t", .partition = partition, .offset = offset, .value = value};
}

const mr_sink_context* Context(Rig* rig, mr_ctx* ctx) {
  return static_cast<const mr_sink_context*>(rig->script.host->extension(ctx, MR_EXT_SINK_CONTEXT));
}

// Where `text` stands among the calls from `from` on; -1: nowhere.
int Find(const std::vector<std::string>& calls, const std::string& text, int from = 0) {
  const auto at = std::find(calls.begin() + from, calls.end(), text);
  return at == calls.end() ? -1 : static_cast<int>(at - calls.begin());
}

bool Called(Rig* rig, const std::string& call) {
  return Eventually([&] { return rig->script.Count(call) > 0; });
}
bool ConsumerCalled(test::FakeConsumer* consumer, const std::string& call) {
  return Eventually([&] { return Find(consumer->Calls(), call) >= 0; });
}

// A rig whose sink commits only when asked to.
struct SinkRig : Rig {
  SinkRig() { config.offset_flush_interval_ms = 3600'000; }
  test::FakeConsumer* Start(config::Properties more = {}) {
    StartSink(std::move(more));
    return clients.WaitForConsumer();
  }
};

}  // namespace

TEST_CASE("sink: records reach put with their places; offsets are committed behind them, at the stop too") {
  SinkRig rig;
  rig.config.offset_flush_interval_ms = 20;
  std::mutex mutex;
  std::vector<std::string> seen;
  rig.script.put = [&](mr_ctx*, const mr_batch* b, mr_error*) -> mr_status {
    const std::lock_guard lock(mutex);
    for (uint32_t i = 0; i < b->n; ++i) {
      const auto* r = MR_AT(mr_record, b->records, b->stride, i);
      std::string text = std::string(record::View(b->topics[r->topic])) + "-" + std::to_string(r->partition) + "@" +
                         std::to_string(r->offset) + " " + test::TextOf(r->key) + "=" + test::TextOf(r->value) + " ts" +
                         std::to_string(r->timestamp);
      for (uint32_t h = 0; h < r->n_headers; ++h) {
        text += " " + std::string(record::View(r->headers[h].key)) + ":" + test::TextOf(r->headers[h].value);
      }
      seen.push_back(text);
    }
    return MR_OK;
  };
  test::FakeConsumer* consumer = rig.Start();
  consumer->Assign(Partitions{{"t", 0, 5}, {"t", 1, -1}});
  consumer->Deliver({{.topic = "t", .offset = 5, .key = "k", .value = "a", .headers = {{"h", "x"}}},
                     {.topic = "t", .offset = 6},
                     {.topic = "t", .partition = 1, .offset = 40, .value = "b"}});
  CHECK(ConsumerCalled(consumer, "commit_async t-0@7 t-1@41"));
  consumer->Deliver({At(7, "c")});
  CHECK(Called(&rig, "put c"));
  rig.Stop();
  {
    const std::lock_guard lock(mutex);
    CHECK(seen == std::vector<std::string>{"t-0@5 k=a ts1000 h:x", "t-0@6 null=null ts1000", "t-1@40 null=b ts1000",
                                           "t-0@7 null=c ts1000"});
    CHECK(rig.clients.consumer_settings["group.id"] == "connect-c");
  }
  const std::vector<std::string> calls = rig.script.Calls();
  CHECK(Find(calls, "start") == 0);
  const int opened = Find(calls, "open t-0 t-1");
  REQUIRE(opened > 0);
  const int closed = Find(calls, "close t-0 t-1");
  REQUIRE(closed > opened);
  CHECK(calls[static_cast<size_t>(closed) - 1] == "pre_commit t-0@8 t-1@41");
  CHECK(Find(calls, "stop", closed) > closed);
  CHECK(rig.TopicsUsed().front() == "c:t");
}

TEST_CASE("sink: put comes with nothing when nothing came, and no pre_commit before anything was delivered") {
  SinkRig rig;
  rig.config.offset_flush_interval_ms = 10;
  test::FakeConsumer* consumer = rig.Start();
  CHECK(Called(&rig, "put"));
  consumer->Assign(Partitions{{"t", 0, 0}});
  CHECK(Called(&rig, "open t-0"));
  usleep(50000);
  rig.Stop();
  for (const std::string& call : rig.script.Calls()) CHECK_FALSE(call.starts_with("pre_commit"));
  CHECK(Find(rig.script.Calls(), "close t-0") > 0);
}

TEST_CASE("sink: a rebalance: pre_commit, close, synchronous commit, then open") {
  SinkRig rig;
  test::FakeConsumer* consumer = rig.Start();
  consumer->Assign(Partitions{{"t", 0, 0}, {"t", 1, 0}});
  consumer->Deliver({At(0, "a"), At(0, "b", 1)});
  CHECK(Called(&rig, "put a b"));
  consumer->Revoke(Partitions{{"t", 0, -1}, {"t", 1, -1}});
  consumer->Assign(Partitions{{"t", 1, 1}});
  CHECK(Called(&rig, "open t-1"));
  const std::vector<std::string> calls = rig.script.Calls();
  const int closed = Find(calls, "close t-0 t-1");
  REQUIRE(closed > 0);
  CHECK(calls[static_cast<size_t>(closed) - 1] == "pre_commit t-0@1 t-1@1");
  CHECK(Find(calls, "open t-1") > closed);
  CHECK(Find(consumer->Calls(), "commit t-0@1 t-1@1") >= 0);
  rig.Stop();
}

TEST_CASE("sink: lost partitions are closed without a commit") {
  SinkRig rig;
  test::FakeConsumer* consumer = rig.Start();
  consumer->Assign(Partitions{{"t", 0, 0}});
  consumer->Deliver({At(0, "a")});
  CHECK(Called(&rig, "put a"));
  consumer->Revoke(Partitions{{"t", 0, -1}}, true);
  CHECK(Called(&rig, "close t-0"));
  rig.Stop();
  for (const std::string& call : rig.script.Calls()) CHECK_FALSE(call.starts_with("pre_commit"));
}

TEST_CASE("sink: a retriable put: everything paused, the same batch again, then resumed but for what the task paused") {
  SinkRig rig;
  std::atomic<int> puts{0};
  rig.script.put = [&](mr_ctx* ctx, const mr_batch* b, mr_error* e) -> mr_status {
    if (b->n == 0) return MR_OK;
    if (++puts == 1) {
      const mr_tp other = {record::Str("t"), 1, 0, -1};
      CHECK(Context(&rig, ctx)->pause(ctx, &other, 1) == MR_OK);
      const mr_tp strange = {record::Str("x"), 1, 0, -1};
      CHECK(Context(&rig, ctx)->pause(ctx, &strange, 1) == MR_NOT_FOUND);
    }
    if (puts < 3) {
      Context(&rig, ctx)->timeout(ctx, 5);
      rig.script.host->error_set(e, MR_RETRIABLE, record::Str("busy"), nullptr, 0);
      return MR_RETRIABLE;
    }
    return MR_OK;
  };
  test::FakeConsumer* consumer = rig.Start();
  consumer->Assign(Partitions{{"t", 0, 0}, {"t", 1, 0}});
  consumer->Deliver({At(0, "a"), At(1, "b")});
  consumer->Deliver({At(2, "c")});
  CHECK(Called(&rig, "put c"));
  const std::vector<std::string> calls = rig.script.Calls();
  CHECK(rig.script.Count("put a b") == 3);
  CHECK(Find(calls, "put c") > Find(calls, "put a b"));
  const std::vector<std::string> told = consumer->Calls();
  const int paused = Find(told, "pause t-0 t-1");
  REQUIRE(paused >= 0);
  CHECK(Find(told, "resume t-0", paused) > paused);
  CHECK(rig.Logged("RetriableException from SinkTask"));
  rig.Stop();
}

TEST_CASE("sink: partitions that are revoked while a batch waits are taken out of it") {
  SinkRig rig;
  std::atomic<bool> busy{true};
  rig.script.put = [&](mr_ctx*, const mr_batch* b, mr_error*) -> mr_status {
    return b->n != 0 && busy ? MR_RETRIABLE : MR_OK;
  };
  test::FakeConsumer* consumer = rig.Start();
  consumer->Assign(Partitions{{"t", 0, 0}, {"t", 1, 0}});
  consumer->Deliver({At(0, "a"), At(0, "b", 1), At(1, "c")});
  CHECK(Called(&rig, "put a b c"));
  consumer->Revoke(Partitions{{"t", 0, -1}});
  CHECK(Called(&rig, "put b"));
  busy = false;
  rig.Stop();
  // Nothing of the revoked partition was delivered.
  for (const std::string& call : rig.script.Calls()) CHECK(call.find("pre_commit t-0") == std::string::npos);
}

TEST_CASE("sink: another error of put fails the task; what was before it is committed") {
  for (const char* tolerance : {"none", "all"}) {
    SinkRig rig;
    rig.script.put = [&](mr_ctx*, const mr_batch* b, mr_error* e) -> mr_status {
      if (b->n == 0 || test::TextOf(b->records->value) != "bad") return MR_OK;
      rig.script.host->error_set(e, MR_DATA, record::Str("no room"), nullptr, 0);
      return MR_DATA;
    };
    test::FakeConsumer* consumer = rig.Start({{"errors.tolerance", tolerance}});
    consumer->Assign(Partitions{{"t", 0, 0}});
    consumer->Deliver({At(0, "a")});
    consumer->Deliver({At(1, "bad")});
    REQUIRE(rig.WaitForState(State::kFailed));
    CHECK(rig.Failure().message().find(
              "org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask due to unrecoverable "
              "exception.\nCaused by: org.apache.kafka.connect.errors.DataException: no room") == 0);
    rig.Stop();
    const std::vector<std::string> calls = rig.script.Calls();
    CHECK(Find(calls, "pre_commit t-0@1") > 0);
    CHECK(Find(calls, "close t-0") > 0);
    CHECK(rig.script.Count("stop") == 1);
  }
}

TEST_CASE("sink: a failing pre_commit rewinds to what was committed and delivers again") {
  SinkRig rig;
  std::atomic<bool> fail{true};
  rig.script.pre_commit = [&](mr_tp*, uint32_t, mr_error* e) -> mr_status {
    if (!fail.exchange(false)) return MR_OK;
    rig.script.host->error_set(e, MR_FATAL, record::Str("not durable"), nullptr, 0);
    return MR_FATAL;
  };
  rig.script.put = [&](mr_ctx* ctx, const mr_batch* b, mr_error*) -> mr_status {
    if (b->n != 0) Context(&rig, ctx)->request_commit(ctx);
    return MR_OK;
  };
  test::FakeConsumer* consumer = rig.Start();
  consumer->Assign(Partitions{{"t", 0, 7}, {"t", 1, -1}});
  consumer->Deliver({At(7, "a"), At(3, "b", 1)});
  CHECK(ConsumerCalled(consumer, "seek t-0@7 t-1@3"));
  consumer->Deliver({At(7, "a"), At(3, "b", 1)});
  CHECK(ConsumerCalled(consumer, "commit_async t-0@8 t-1@4"));
  CHECK(rig.Logged("Offset commit failed, rewinding to last committed offsets"));
  CHECK(rig.Failure().ok());
  rig.Stop();
}

TEST_CASE("sink: pre_commit decides what is committed, and may not say what was not delivered") {
  SinkRig rig;
  std::atomic<int> round{0};
  rig.script.pre_commit = [&](mr_tp* tps, uint32_t n, mr_error*) -> mr_status {
    for (uint32_t i = 0; i < n; ++i) {
      if (round == 0) tps[i].offset = tps[i].partition == 0 ? 1 : -1;
      if (round == 1) tps[i].offset = 100;
    }
    ++round;
    return MR_OK;
  };
  rig.script.put = [&](mr_ctx* ctx, const mr_batch* b, mr_error*) -> mr_status {
    if (b->n != 0) Context(&rig, ctx)->request_commit(ctx);
    return MR_OK;
  };
  test::FakeConsumer* consumer = rig.Start();
  consumer->Assign(Partitions{{"t", 0, 0}, {"t", 1, 0}});
  consumer->Deliver({At(0, "a"), At(1, "b"), At(0, "c", 1)});
  CHECK(ConsumerCalled(consumer, "commit_async t-0@1"));
  consumer->Deliver({At(2, "d")});
  CHECK(Eventually([&] { return rig.Logged("Ignoring invalid task provided offset t-0/100 -- not yet consumed"); }));
  rig.Stop();
}

TEST_CASE("sink: the bytes of skipped records go to the dead letter queue in order, with what happened") {
  SinkRig rig;
  rig.config.offset_flush_interval_ms = 20;
  rig.script.to_connect = [&](mr_batch* b, int32_t part, const mr_str* bytes, mr_arena*, mr_error* e) -> mr_status {
    mr_status result = MR_OK;
    for (uint32_t i = 0; i < b->n; ++i) {
      auto* r = MR_AT(mr_record, b->records, b->stride, i);
      const std::string_view text = record::View(bytes[i]);
      if (part == MR_PART_VALUE && text.starts_with("bad")) {
        rig.script.host->error_record(e, i, MR_DATA, record::Str("no number"), nullptr, 0);
        result = MR_DATA;
      } else if (part == MR_PART_VALUE) {
        r->value = record::Text(text);
      }
    }
    return result;
  };
  test::FakeConsumer* consumer = rig.Start({{"errors.tolerance", "all"},
                                            {"errors.deadletterqueue.topic.name", "dlq"},
                                            {"errors.deadletterqueue.context.headers.enable", "true"},
                                            {"errors.log.enable", "true"},
                                            {"errors.log.include.messages", "true"}});
  consumer->Assign(Partitions{{"t", 0, 0}});
  consumer->Deliver({At(0, "bad0"),
                     At(1, "good"),
                     {.topic = "t", .offset = 2, .key = "k", .value = "bad2", .headers = {{"h", "x"}}}});
  CHECK(ConsumerCalled(consumer, "commit_async t-0@3"));
  rig.Stop();
  CHECK(rig.script.Count("put good") == 1);
  const std::vector<test::Sent> sent = rig.clients.producer->sent();
  REQUIRE(sent.size() == 2);
  CHECK(sent[0].topic == "dlq");
  CHECK(sent[0].value == "bad0");
  CHECK(sent[1].key == "k");
  const std::vector<std::pair<std::string, std::string>> headers = {
      {"h", "x"},
      {"__connect.errors.topic", "t"},
      {"__connect.errors.partition", "0"},
      {"__connect.errors.offset", "2"},
      {"__connect.errors.connector.name", "c"},
      {"__connect.errors.task.id", "0"},
      {"__connect.errors.stage", "VALUE_CONVERTER"},
      {"__connect.errors.class.name", "test.Converter"},
      {"__connect.errors.exception.class.name", "org.apache.kafka.connect.errors.DataException"},
      {"__connect.errors.exception.message", "no number"},
      {"__connect.errors.exception.stacktrace", "org.apache.kafka.connect.errors.DataException: no number\n"}};
  CHECK(sent[1].headers == headers);
  CHECK(
      rig.Logged("Executing stage 'VALUE_CONVERTER' with class 'test.Converter', where consumed record is {topic='t', "
                 "partition=0, offset=2, timestamp=1000, timestampType=CreateTime}."));
  const std::lock_guard lock(rig.clients.mutex);
  CHECK(rig.clients.topics["dlq"].partitions == 1);
  CHECK(rig.clients.topics["dlq"].replication_factor == 3);
}

TEST_CASE("sink: with errors.tolerance=none nothing of the batch is put and only the first bad record is reported") {
  SinkRig rig;
  rig.script.to_connect = [&](mr_batch* b, int32_t part, const mr_str* bytes, mr_arena*, mr_error* e) -> mr_status {
    mr_status result = MR_OK;
    for (uint32_t i = 0; part == MR_PART_VALUE && i < b->n; ++i) {
      MR_AT(mr_record, b->records, b->stride, i)->value = record::Text(record::View(bytes[i]));
      if (!record::View(bytes[i]).starts_with("bad")) continue;
      rig.script.host->error_record(e, i, MR_DATA, record::Str("no number"), nullptr, 0);
      result = MR_DATA;
    }
    return result;
  };
  test::FakeConsumer* consumer = rig.Start({{"errors.deadletterqueue.topic.name", "dlq"}});
  consumer->Assign(Partitions{{"t", 0, 0}});
  consumer->Deliver({At(0, "good"), At(1, "bad1"), At(2, "bad2")});
  REQUIRE(rig.WaitForState(State::kFailed));
  CHECK(rig.script.Count("put good") == 0);
  CHECK(rig.clients.producer->values() == std::vector<std::string>{"bad1"});
  CHECK(rig.Failure().message().find("Tolerance exceeded in error handler") != std::string::npos);
  rig.Stop();
  for (const std::string& call : consumer->Calls()) CHECK_FALSE(call.starts_with("commit"));
}

TEST_CASE("sink: records that the task reports: passed or fatal by tolerance, and unknown without a reporter") {
  for (const char* tolerance : {"all", "none", "absent"}) {
    SinkRig rig;
    std::atomic<int> answer{-1};
    std::atomic<bool> there{false};
    rig.script.put = [&](mr_ctx* ctx, const mr_batch* b, mr_error*) -> mr_status {
      if (b->n == 0) return MR_OK;
      const mr_sink_context* context = Context(&rig, ctx);
      there = MR_HAS(context, errant);
      if (there) {
        answer = context->errant(ctx, b, 1, MR_DATA, record::Str("too heavy"));
        CHECK(context->errant(ctx, b, 99, MR_DATA, record::Str("x")) == MR_NOT_FOUND);
        mr_batch other = *b;
        CHECK(context->errant(ctx, &other, 0, MR_DATA, record::Str("x")) == MR_NOT_FOUND);
      }
      context->request_commit(ctx);
      return MR_OK;  // a task may swallow what it was told
    };
    config::Properties more;
    if (std::string(tolerance) != "absent") {
      more = {{"errors.tolerance", tolerance}, {"errors.deadletterqueue.topic.name", "dlq"}};
    }
    test::FakeConsumer* consumer = rig.Start(more);
    consumer->Assign(Partitions{{"t", 0, 0}});
    consumer->Deliver({At(0, "a"), At(1, "b")});
    if (std::string(tolerance) == "none") {
      REQUIRE(rig.WaitForState(State::kFailed));
      CHECK(answer == MR_DATA);
      CHECK(rig.Failure().message().find("Tolerance exceeded in error handler") != std::string::npos);
    } else {
      CHECK(ConsumerCalled(consumer, "commit_async t-0@2"));
      CHECK(rig.Failure().ok());
    }
    CHECK(there == (std::string(tolerance) != "absent"));
    if (std::string(tolerance) == "all") CHECK(answer == MR_OK);
    if (there) CHECK(rig.clients.producer->values() == std::vector<std::string>{"b"});
    rig.Stop();
  }
}

TEST_CASE("sink: a batch whose records were all dropped is an empty put that moves the offsets") {
  SinkRig rig;
  rig.config.offset_flush_interval_ms = 20;
  rig.script.apply = [](mr_batch* b, const uint8_t*, mr_arena*, mr_error*) -> mr_status {
    for (uint32_t i = 0; i < b->n; ++i) MR_AT(mr_record, b->records, b->stride, i)->flags |= MR_REC_DROP;
    return MR_OK;
  };
  test::FakeConsumer* consumer = rig.Start({{"transforms", "x"}, {"transforms.x.type", "test.Transform"}});
  consumer->Assign(Partitions{{"t", 0, 0}});
  consumer->Deliver({At(0, "a"), At(1, "b")});
  CHECK(ConsumerCalled(consumer, "commit_async t-0@2"));
  rig.Stop();
  CHECK(rig.script.Count("put a b") == 0);
}

TEST_CASE("sink: pause pauses the partitions and asks for a commit; put goes on with nothing; resume resumes") {
  SinkRig rig;
  test::FakeConsumer* consumer = rig.Start();
  consumer->Assign(Partitions{{"t", 0, 0}});
  consumer->Deliver({At(0, "a")});
  CHECK(Called(&rig, "put a"));
  rig.Pause(true);
  REQUIRE(rig.WaitForState(State::kPaused));
  CHECK(ConsumerCalled(consumer, "pause t-0"));
  CHECK(ConsumerCalled(consumer, "commit_async t-0@1"));
  rig.Pause(false);
  REQUIRE(rig.WaitForState(State::kRunning));
  CHECK(ConsumerCalled(consumer, "resume t-0"));
  consumer->Deliver({At(1, "b")});
  CHECK(Called(&rig, "put b"));
  rig.Stop();
}

TEST_CASE("sink: a commit that is not answered in time is late, and its answer counts no more") {
  SinkRig rig;
  rig.config.offset_flush_interval_ms = 20;
  rig.config.offset_flush_timeout_ms = 20;
  test::FakeConsumer* consumer = rig.Start();
  consumer->hold_results = true;
  consumer->Assign(Partitions{{"t", 0, 0}});
  consumer->Deliver({At(0, "a")});
  CHECK(Eventually([&] { return rig.Logged("Commit of offsets timed out"); }));
  // Nothing is known to be committed: it is asked for again.
  CHECK(Eventually([&] {
    const std::vector<std::string> calls = consumer->Calls();
    return std::count(calls.begin(), calls.end(), "commit_async t-0@1") >= 2;
  }));
  rig.Stop();
}

TEST_CASE("sink: a batch that the task keeps lives until it lets go") {
  SinkRig rig;
  std::mutex mutex;
  std::vector<const mr_batch*> kept;
  rig.script.put = [&](mr_ctx*, const mr_batch* b, mr_error*) -> mr_status {
    if (b->n == 0) return MR_OK;
    const std::lock_guard lock(mutex);
    b->retain(b);
    kept.push_back(b);
    return MR_OK;
  };
  test::FakeConsumer* consumer = rig.Start();
  consumer->Assign(Partitions{{"t", 0, 0}});
  consumer->Deliver({At(0, "first")});
  consumer->Deliver({At(1, "second")});
  CHECK(Called(&rig, "put second"));
  rig.Stop();
  const std::lock_guard lock(mutex);
  REQUIRE(kept.size() == 2);
  CHECK(test::TextOf(kept[0]->records->value) == "first");
  CHECK(test::TextOf(kept[1]->records->value) == "second");
  for (const mr_batch* b : kept) b->release(b);
}

TEST_CASE("sink: a consumer that fails, and an open that fails, fail the task") {
  for (const bool in_open : {false, true}) {
    SinkRig rig;
    if (in_open) rig.script.open = [](mr_ctx*, const mr_tp*, uint32_t) -> mr_status { return MR_FATAL; };
    test::FakeConsumer* consumer = rig.Start();
    if (in_open) {
      consumer->Assign(Partitions{{"t", 0, 0}});
    } else {
      consumer->FailPoll(Status::Fatal("fenced"));
    }
    REQUIRE(rig.WaitForState(State::kFailed));
    if (!in_open) CHECK(rig.Failure().message().find("fenced") != std::string::npos);
    rig.Stop();
    CHECK(rig.script.Count("stop") == 1);
  }
}

TEST_CASE("sink: overrides reach the consumer where the policy allows them; a regex is subscribed as one") {
  for (const char* policy : {"All", "None"}) {
    SinkRig rig;
    rig.config.override_policy = policy;
    test::FakeConsumer* consumer = rig.Start({{"topics.regex", "t.*"}, {"consumer.override.group.id", "mine"}});
    CHECK(ConsumerCalled(consumer, "subscribe /t.*/"));
    rig.Stop();
    const std::lock_guard lock(rig.clients.mutex);
    CHECK(rig.clients.consumer_settings["group.id"] == (std::string(policy) == "All" ? "mine" : "connect-c"));
  }
}
