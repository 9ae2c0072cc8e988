// SPDX-License-Identifier: Apache-2.0
#include "plugins/host_api.h"

#include <thread>

#include "fixture.h"
#include "plugins/call_gate.h"
#include "record/arena.h"
#include "record/value.h"

namespace millrace::plugins {
namespace {

using record::Str;

TEST_CASE("an error carries its status, text and details; the returned status decides on the kind") {
  TestHost t;
  ErrorSink e;
  const mr_kv details[] = {{Str("class"), Str("java.io.IOException")}, {Str("key"), Str("file")}};
  t.host.table()->error_set(e.abi(), MR_CONFIG, Str("no such file"), details, 2);
  Status s = e.Finish(MR_RETRIABLE, "x poll");
  CHECK(s.code() == Code::kRetriable);
  CHECK(s.message() == "no such file");
  CHECK(s.detail("class") == "java.io.IOException");
  CHECK(s.detail("key") == "file");
  CHECK(e.Finish(MR_OK, "x poll").ok());
  e.Clear();
  CHECK(e.Finish(MR_DATA, "x poll").message() == "x poll failed with MR_DATA and did not say why");
}

TEST_CASE("a status that nobody knows is fatal and keeps the text") {
  TestHost t;
  ErrorSink e;
  CHECK(e.Finish(77, "x poll").ToString() == "FATAL: x poll returned status 77, which this host does not know");
  CHECK(e.Finish(-1, "x poll").code() == Code::kFatal);
  t.host.table()->error_set(e.abi(), 77, Str("why"), nullptr, 5);
  CHECK(e.Finish(77, "x poll").ToString() == "FATAL: x poll returned status 77, which this host does not know: why");
}

TEST_CASE("errors of records are kept once each and in order; one beyond the batch fails the call") {
  TestHost t;
  const mr_host* h = t.host.table();
  ErrorSink e;
  e.Begin(10);
  for (const uint32_t r : {3U, 7U, 5U, 3U, 0U}) {
    h->error_record(e.abi(), r, MR_DATA, Str("r" + std::to_string(r)), nullptr, 0);
  }
  h->error_record(e.abi(), 5, MR_RETRIABLE, Str("again"), nullptr, 0);
  REQUIRE(e.records().size() == 4);
  std::vector<uint32_t> order;
  for (const RecordError& r : e.records()) order.push_back(r.record);
  CHECK(order == std::vector<uint32_t>{0, 3, 5, 7});
  CHECK(e.records()[2].status.ToString() == "RETRIABLE: again");
  CHECK(e.Finish(MR_DATA, "x").ToString() == "DATA: r0");
  CHECK(e.Finish(MR_OK, "x").code() == Code::kData);
  h->error_record(e.abi(), 10, MR_DATA, Str("?"), nullptr, 0);
  CHECK(e.Finish(MR_DATA, "x").ToString() == "FATAL: x reported an error of record 10 of a batch of 10");
}

TEST_CASE("text from a bundle is bounded and cut at a character") {
  TestHost t;
  ErrorSink e;
  std::string text(70'000, 'a');
  text.replace(65'535, 2, "\xc3\xa9");
  t.host.table()->error_set(e.abi(), MR_DATA, Str(text), nullptr, 0);
  CHECK(e.Finish(MR_DATA, "x").message() == std::string(65'535, 'a') + "... (4465 bytes more)");
}

TEST_CASE("null pointers do no harm") {
  TestHost t;
  const mr_host* h = t.host.table();
  const mr_str none{};
  ErrorSink e;
  h->error_set(nullptr, MR_DATA, none, nullptr, 0);
  h->error_set(e.abi(), MR_DATA, none, nullptr, 7);
  h->error_record(nullptr, 0, MR_DATA, none, nullptr, 0);
  h->log(nullptr, MR_LOG_INFO, none, none, nullptr, 3);
  CHECK(h->log_enabled(nullptr, MR_LOG_INFO, none) == 1);
  CHECK(h->metric_register(nullptr, none, 0, none, nullptr, 0) == 0);
  h->metric_update(nullptr, 9, 1);
  CHECK(h->schema_intern(nullptr, e.abi()) == nullptr);
  CHECK(h->schema_intern(nullptr, nullptr) == nullptr);
  h->schema_retain(nullptr);
  h->schema_release(nullptr);
  h->arena_keep_schema(nullptr, nullptr);
  CHECK(h->batch_topic(nullptr, none) == 0);
  CHECK(h->offsets_read(nullptr, nullptr, 1, nullptr, e.abi()) == MR_FATAL);
  CHECK(h->cancelled(nullptr) == 0);
  CHECK(h->extension(nullptr, nullptr) == nullptr);
}

TEST_CASE("lines carry the instance's context, also from threads of the bundle, and no data forges one") {
  TestHost t;
  TestContext context;
  const mr_kv fields[] = {{Str("rows"), Str("3")}, {Str("table"), Str("a\nb")}};
  std::thread([&] {
    t.host.table()->log(context.abi(), MR_LOG_WARN, Str("org.x.Task"), Str("slow\n[forged]"), fields, 2);
  }).join();
  CHECK(t.log_lines.Has("WARN [test|task-0] slow\\n[forged] {rows=3, table=a\\nb} (org.x.Task)"));
  t.log.SetLevel("org.x", LogLevel::kError, 0);
  CHECK(t.host.table()->log_enabled(context.abi(), MR_LOG_WARN, Str("org.x.Task")) == 0);
  t.host.table()->log(context.abi(), 99, Str("org.x.Task"), Str("loudest"), nullptr, 0);
  CHECK(t.log_lines.Has("ERROR [test|task-0] loudest"));
}

TEST_CASE("loggers that a bundle invents come to an end") {
  TestHost t;
  for (int i = 0; i < 10'000; ++i) {
    t.host.table()->log(nullptr, MR_LOG_DEBUG, Str("l" + std::to_string(i)), Str("x"), nullptr, 0);
  }
  CHECK(t.log.Levels().size() < 5'000);
}

struct Metrics : MetricSink {
  std::string context, name;
  uint32_t n_tags = 0;
  double sum = 0;
  uint32_t Register(const std::string& c, mr_str n, int32_t, mr_str, const mr_kv*, uint32_t tags) override {
    context = c;
    name = record::View(n);
    n_tags = tags;
    return 5;
  }
  void Update(uint32_t id, double value) override { sum += id == 5 ? value : 0; }
};

TEST_CASE("metrics go to whoever counts them") {
  Metrics metrics;
  TestHost t(&metrics);
  TestContext context;
  const mr_kv tags[] = {{Str("a"), Str("b")}};
  const uint32_t id =
      t.host.table()->metric_register(context.abi(), Str("rows"), MR_METRIC_COUNTER, Str("rows read"), tags, 1);
  CHECK(id == 5);
  CHECK(metrics.context == "[test|task-0] ");
  CHECK(metrics.name == "rows");
  CHECK(metrics.n_tags == 1);
  t.host.table()->metric_update(context.abi(), id, 2.5);
  CHECK(metrics.sum == 2.5);
}

TEST_CASE("schemas are interned and a bad description says why") {
  TestHost t;
  ErrorSink e;
  mr_schema d{};
  d.size = sizeof(d);
  d.kind = MR_STRING;
  d.version = -1;
  const mr_schema* a = t.host.table()->schema_intern(&d, e.abi());
  const mr_schema* b = t.host.table()->schema_intern(&d, e.abi());
  REQUIRE(a != nullptr);
  CHECK(a == b);
  t.host.table()->schema_release(a);
  t.host.table()->schema_release(b);
  d.kind = 99;
  CHECK(t.host.table()->schema_intern(&d, e.abi()) == nullptr);
  CHECK_FALSE(e.Finish(MR_FATAL, "x").message().empty());
  d.size = 4;
  CHECK(t.host.table()->schema_intern(&d, e.abi()) == nullptr);
  CHECK(e.Finish(MR_FATAL, "x").message().starts_with("schema_intern: the description says it has 4 bytes"));
}

TEST_CASE("memory beyond the limit can be written to and fails the call") {
  TestHost t;
  record::Arena arena;
  const mr_host* h = t.host.table();
  CallFrame frame("b", "x.T", "apply", nullptr, &arena);
  Status s = Guard(frame, [&] {
    auto* p = static_cast<char*>(h->arena_alloc(arena.abi(), 100, 16));
    CHECK(reinterpret_cast<uintptr_t>(p) % 16 == 0);
  });
  CHECK(s.ok());
  s = Guard(frame, [&] {
    const size_t size = (size_t{1} << 30) + 1;
    auto* p = static_cast<char*>(h->arena_alloc(arena.abi(), size, 8));
    REQUIRE(p != nullptr);
    p[0] = 1;
    p[size - 1] = 1;
  });
  CHECK(s.message() == "x.T apply: asked for 1073741825 bytes more of the batch's memory; a batch may hold 1073741824");
}

TEST_CASE("an alignment that does not exist fails the call") {
  TestHost t;
  record::Arena arena;
  CallFrame frame("b", "x.T", "apply", nullptr, &arena);
  const Status s = Guard(frame, [&] { CHECK(t.host.table()->arena_alloc(arena.abi(), 8, 3) != nullptr); });
  CHECK(s.message().starts_with("x.T apply: asked for memory aligned to 3 bytes"));
}

TEST_CASE("topics of a batch are found, and added when new") {
  TestHost t;
  record::Arena arena;
  const mr_str topics[] = {Str("a"), Str("b")};
  mr_batch batch{};
  batch.size = sizeof(batch);
  batch.n_topics = 2;
  batch.topics = topics;
  const mr_host* h = t.host.table();
  CHECK(h->batch_topic(&batch, Str("c")) == 0);  // in no call: nothing changes
  CHECK(batch.n_topics == 2);
  CallFrame frame("b", "x.T", "apply", nullptr, &arena);
  CHECK(h->batch_topic(&batch, Str("b")) == 1);
  CHECK(batch.topics == topics);
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 1000; ++i) CHECK(h->batch_topic(&batch, Str("t" + std::to_string(i))) == 2 + i);
  }
  CHECK(batch.n_topics == 1002);
  CHECK(record::View(batch.topics[0]) == "a");
  CHECK(record::View(batch.topics[1001]) == "t999");
  for (int i = 1000; i < 70'000; ++i) h->batch_topic(&batch, Str("t" + std::to_string(i)));
  CHECK(batch.n_topics == 65536);
  REQUIRE(frame.failure() != nullptr);
  CHECK(*frame.failure() == "the batch has 65536 topics and no room for another");
}

TEST_CASE("a context answers for offsets, cancel and extensions") {
  TestHost t;
  struct Context : InstanceContext {
    Context() : InstanceContext("") {}
    Status ReadOffsets(const mr_value*, uint32_t n, mr_value* out) override {
      for (uint32_t i = 0; i < n; ++i) out[i] = record::Int(MR_I64, 7 + i);
      return {};
    }
    bool cancelled() const override { return true; }
    const void* Extension(const char* id) override { return std::string_view(id) == "x/1" ? this : nullptr; }
  } context;
  ErrorSink e;
  const mr_value partitions[2] = {};
  mr_value out[2];
  CHECK(t.host.table()->offsets_read(context.abi(), partitions, 2, out, e.abi()) == MR_OK);
  CHECK(out[1].u.i == 8);
  CHECK(t.host.table()->cancelled(context.abi()) == 1);
  CHECK(t.host.table()->extension(context.abi(), "x/1") == &context);
  CHECK(t.host.table()->extension(context.abi(), "y/1") == nullptr);
  TestContext plain;
  CHECK(t.host.table()->offsets_read(plain.abi(), partitions, 2, out, e.abi()) == MR_UNSUPPORTED);
}

TEST_CASE("the table outlives its host and then does nothing") {
  const mr_host* h = nullptr;
  {
    TestHost t;
    h = t.host.table();
  }
  h->log(nullptr, MR_LOG_ERROR, Str("x"), Str("y"), nullptr, 0);
  CHECK(h->log_enabled(nullptr, MR_LOG_ERROR, Str("x")) == 0);
  TestHost again;
  CHECK(again.host.table() == h);
}

}  // namespace
}  // namespace millrace::plugins
