// SPDX-License-Identifier: Apache-2.0
#include "plugins/instance.h"

#include <condition_variable>
#include <thread>

#include "base/clock.h"
#include "fixture.h"
#include "record/value.h"

namespace millrace::plugins {
namespace {

using record::Str;
using record::View;

std::unique_ptr<SourceTask> Source(TestRegistry& t, InstanceContext* context, const std::string& name) {
  Result<std::unique_ptr<SourceTask>> task = SourceTask::Make(t.Load(name), context);
  INFO(task.status().ToString());
  REQUIRE(task.ok());
  return *std::move(task);
}

std::vector<std::string> Texts(const mr_batch& b) {
  std::vector<std::string> out;
  for (uint32_t i = 0; i < b.n; ++i) {
    out.emplace_back(View(MR_AT(const mr_record, b.records, b.stride, i)->value));
  }
  return out;
}

TEST_CASE("a source runs from create to destroy") {
  TestRegistry t;
  TestContext context;
  auto task = Source(t, &context, "test.CountingSourceConnector");
  REQUIRE(task->Start({{"count", "3"}, {"batch", "2"}, {"topic", "x"}}).ok());
  mr_batch b;
  REQUIRE(task->Poll(0, &b).ok());
  CHECK(Texts(b) == std::vector<std::string>{"record 0", "record 1"});
  CHECK(View(b.topics[0]) == "x");
  ReleaseBatch(task->type(), b);
  REQUIRE(task->Poll(0, &b).ok());
  CHECK(b.n == 1);
  ReleaseBatch(task->type(), b);
  REQUIRE(task->Poll(0, &b).ok());
  CHECK(b.n == 0);
  CHECK_FALSE(task->wants_acks());
  CHECK(task->Commit().ok());  // absent: nothing to do
  CHECK(task->Acked(b, {}, {}).ok());
  task->Stop();
}

TEST_CASE("a sink without pre_commit is flushed") {
  TestRegistry t;
  TestContext context;
  const TempDir dir;
  Result<std::unique_ptr<SinkTask>> task = SinkTask::Make(t.Load("test.CollectingSinkConnector"), &context);
  REQUIRE(task.ok());
  CHECK((*task)->Start({}).ToString() == "CONFIG: cannot append to the file ''");
  REQUIRE((*task)->Start({{"file", dir.path() + "/out"}}).ok());
  CHECK((*task)->Open({}).ok());
  mr_record r{};
  r.value = record::Text("hello");
  r.offset = 9;
  const mr_str topic = Str("t");
  mr_batch b{};
  b.size = sizeof(b);
  b.n = 1;
  b.stride = sizeof(r);
  b.records = &r;
  b.n_topics = 1;
  b.topics = &topic;
  REQUIRE((*task)->Put(b).ok());
  mr_tp tp{topic, 0, 0, 10};
  REQUIRE((*task)->PreCommit({&tp, 1}).ok());
  CHECK(tp.offset == 10);
  CHECK(ReadFile(dir.path() + "/out") == "t 0 9 hello\n");
  (*task)->Cancel();
  (*task)->Stop();
}

TEST_CASE("every kind of value arrives, with its schema") {
  TestRegistry t;
  TestContext context;
  auto task = Source(t, &context, "test.EveryKindSourceConnector");
  REQUIRE(task->Start({}).ok());
  mr_batch b;
  REQUIRE(task->Poll(0, &b).ok());
  CHECK(b.n == 29);
  CHECK(record::CheckBatch(b, {}).ok());
  bool kinds[MR_STRUCT + 1] = {};
  for (uint32_t i = 0; i < b.n; ++i) kinds[MR_AT(const mr_record, b.records, b.stride, i)->value.kind] = true;
  for (int kind = MR_NULL; kind <= MR_STRUCT; ++kind) CHECK(kinds[kind]);
}

TEST_CASE("a bundle in plain C works") {
  TestRegistry t;
  TestContext context;
  auto task = Source(t, &context, "CSource");
  REQUIRE(task->Start({{"text", "salut"}}).ok());
  mr_batch b;
  REQUIRE(task->Poll(0, &b).ok());
  CHECK(Texts(b) == std::vector<std::string>{"salut"});
  task->Cancel();  // the table has neither: nothing happens
  task->Stop();
}

TEST_CASE("what a bundle throws ends in a fatal error that names bundle, class and function") {
  TestRegistry t;
  TestContext context;
  const auto thrown = [](const char* cls, const char* function, const char* what) {
    return std::string(cls) + " " + function + " let a C++ exception out of its bundle (" + what + ")";
  };
  Result<std::unique_ptr<SourceTask>> none = SourceTask::Make(t.Load("test.BadThrowsInCreateConnector"), &context);
  CHECK(none.status().message() ==
        thrown("test.BadThrowsInCreateConnector", "create", "std::runtime_error: thrown by bad_throws_in_create"));
  CHECK(none.status().code() == Code::kFatal);
  CHECK(none.status().detail("bundle") == BundlePath("bad_throws_in_create"));

  auto task = Source(t, &context, "BadThrowsInStart");
  CHECK(task->Start({}).message() ==
        thrown("test.BadThrowsInStartConnector", "start", "std::runtime_error: thrown by bad_throws_in_start"));
  task = Source(t, &context, "BadThrowsInPoll");
  REQUIRE(task->Start({{"count", "0"}}).ok());
  mr_batch b;
  CHECK(task->Poll(0, &b).message() ==
        thrown("test.BadThrowsInPollConnector", "poll", "std::runtime_error: thrown by bad_throws_in_poll"));

  Result<std::unique_ptr<SinkTask>> sink = SinkTask::Make(t.Load("BadThrowsInPut"), &context);
  REQUIRE(sink.ok());
  b = {};
  b.n = 1;
  CHECK((*sink)->Put(b).message() == thrown("test.BadThrowsInPutConnector", "put", "int"));
}

TEST_CASE("what is thrown where no status can be returned is logged with the task's context") {
  TestRegistry t;
  TestContext context;
  auto task = Source(t, &context, "BadThrowsInStop");
  task->Cancel();
  task->Stop();
  task.reset();
  for (const char* function : {"cancel", "stop", "destroy"}) {
    CHECK(t.log_lines.Has(std::string("ERROR [test|task-0] test.BadThrowsInStopConnector ") + function +
                          " let a C++ exception out"));
  }
}

TEST_CASE("an error without a text, and one that nobody knows") {
  TestRegistry t;
  TestContext context;
  auto task = Source(t, &context, "BadSilentError");
  mr_batch b;
  REQUIRE(task->Start({{"status", "1"}}).ok());
  CHECK(task->Poll(0, &b).ToString() ==
        "RETRIABLE: test.BadSilentErrorConnector poll failed with MR_RETRIABLE and did not say why");
  REQUIRE(task->Start({{"status", "1234"}}).ok());
  CHECK(task->Poll(0, &b).ToString() ==
        "FATAL: test.BadSilentErrorConnector poll returned status 1234, which this host does not know");
}

TEST_CASE("lies and garbage of a source do not pass the check of its batch") {
  TestRegistry t;
  TestContext context;
  const auto refused = [&](const char* bundle, const config::Properties& cfg) {
    auto task = Source(t, &context, bundle);
    REQUIRE(task->Start(cfg).ok());
    mr_batch b;
    REQUIRE(task->Poll(0, &b).ok());
    CAPTURE(bundle);
    CAPTURE(cfg.begin()->second);
    CHECK_FALSE(record::CheckBatch(b, {}).ok());
    if (b.release != nullptr) ReleaseBatch(task->type(), b);
  };
  for (const char* lie : {"n", "stride", "topic", "partition", "headers", "array", "text", "size", "topics"}) {
    refused("BadCounts", {{"lie", lie}});
  }
  for (const char* where : {"value", "key", "offset", "partition"}) refused("BadKinds", {{"where", where}});
  refused("BadKinds", {{"depth", "100000"}});
  for (const char* where : {"records", "topics", "partitions", "text", "array", "headers", "release", "offset"}) {
    refused("BadPointers", {{"where", where}});
  }
}

// Runs a call that hangs on a thread of its own and waits until it is inside.
class Hanging {
 public:
  Hanging(TestRegistry& t, const std::string& bundle, const std::string& function)
      : task_(Source(t, &context_, bundle)) {
    release_ = dir_.path() + "/release";
    thread_ = std::thread([this, function] {
      mr_batch b;
      status_ = task_->Start({{"count", "0"}, {"release.file", release_}});
      if (function == "poll") status_ = task_->Poll(0, &b);
      if (function == "stop") task_->Stop();
    });
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (task_->current_call().function != function && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
  }
  ~Hanging() { Release(); }
  void Release() {
    if (!thread_.joinable()) return;
    dir_.Write("release", "");
    thread_.join();
  }
  SourceTask& task() { return *task_; }
  const Status& status() const { return status_; }

 private:
  TempDir dir_;
  TestContext context_;
  std::unique_ptr<SourceTask> task_;
  std::string release_;
  Status status_;
  std::thread thread_;
};

TEST_CASE("a hanging call can be seen from outside, and cancelled in vain") {
  TestRegistry t;
  for (const auto& [bundle, function] :
       {std::pair{"BadHangsInStart", "start"}, {"BadHangsInPoll", "poll"}, {"BadHangsInStop", "stop"}}) {
    Hanging h(t, bundle, function);
    h.task().Cancel();
    const CallInfo call = h.task().current_call();
    CHECK(call.function == function);
    CHECK(call.class_name == std::string("test.") + bundle + "Connector");
    CHECK(call.bundle.ends_with(".so"));
    CHECK(call.since_ns > 0);
    CHECK(call.since_ns <= Clock::System().MonotonicNanos());
    h.Release();
    CHECK(h.task().current_call().function.empty());
    CHECK(h.task().current_call().since_ns == 0);
  }
}

TEST_CASE("an abandoned instance is not called again and not destroyed") {
  TestHost t;
  static int calls = 0;
  static mr_source table{};
  table.size = sizeof(table);
  table.start = [](void*, const mr_kv*, uint32_t, mr_error*) { return mr_status{++calls}; };
  table.poll = [](void*, int64_t, mr_batch*, mr_error*) { return mr_status{++calls}; };
  table.cancel = table.stop = [](void*) { ++calls; };
  static mr_class cls{};
  cls.size = sizeof(cls);
  cls.role = MR_ROLE_SOURCE;
  cls.name = Str("x.Lost");
  cls.table = &table;
  cls.create = [](const mr_class*, mr_ctx*, void**, mr_error*) { return mr_status{MR_OK}; };
  cls.destroy = [](void*) { ++calls; };
  TestContext context;
  Result<std::unique_ptr<SourceTask>> task = SourceTask::Make(&cls, &context);
  REQUIRE(task.ok());
  (*task)->Abandon();
  mr_batch b;
  CHECK((*task)->Start({}).ToString() == "CANCELLED: x.Lost start: the instance was given up");
  CHECK((*task)->Poll(0, &b).code() == Code::kCancelled);
  (*task)->Cancel();
  (*task)->Stop();
  task->reset();
  CHECK(calls == 0);
  task = SourceTask::Make(&cls, &context);
  task->reset();
  CHECK(calls == 1);  // not abandoned: destroyed
}

TEST_CASE("a class of another role is refused") {
  TestRegistry t;
  TestContext context;
  CHECK(SinkTask::Make(t.Load("test.CSource"), &context).status().message() ==
        "class test.CSource of " + BundlePath("c_source") + ": its role is source, not sink");
  CHECK_FALSE(SourceTask::Make(nullptr, &context).ok());
}

TEST_CASE("older, shorter tables work: what they do not reach counts as absent") {
  TestHost t;
  static int stopped = 0;
  struct Short {
    uint32_t size, _r;
    mr_status (*start)(void*, const mr_kv*, uint32_t, mr_error*);
    mr_status (*poll)(void*, int64_t, mr_batch*, mr_error*);
    // A newer host must not read on: these would be commit and the rest.
    void* beyond[4];
  };
  static const Short table = {
      offsetof(mr_source, commit),
      0,
      nullptr,
      [](void*, int64_t, mr_batch* out, mr_error*) {
        out->n = 0;
        return mr_status{MR_OK};
      },
      {reinterpret_cast<void*>(1), reinterpret_cast<void*>(1), reinterpret_cast<void*>(1), reinterpret_cast<void*>(1)}};
  static mr_class cls{};
  cls.size = offsetof(mr_class, extension);  // and so may the class
  cls.role = MR_ROLE_SOURCE;
  cls.name = Str("x.Short");
  cls.table = &table;
  cls.create = [](const mr_class*, mr_ctx*, void** self, mr_error*) {
    *self = &stopped;
    return mr_status{MR_OK};
  };
  cls.extension = reinterpret_cast<const void* (*)(const mr_class*, const char*)>(1);
  TestContext context;
  Result<std::unique_ptr<SourceTask>> task = SourceTask::Make(&cls, &context);
  REQUIRE(task.ok());
  CHECK((*task)->bundle() == "built-in");
  mr_batch b;
  CHECK((*task)->Start({}).ok());
  CHECK((*task)->Poll(0, &b).ok());
  CHECK((*task)->Commit().ok());
  CHECK_FALSE((*task)->wants_acks());
  (*task)->Cancel();
  (*task)->Stop();
  Result<std::unique_ptr<Connector>> side = Connector::Make(&cls, &context);
  REQUIRE(side.ok());
  CHECK_FALSE((*side)->has_extension());
}

TEST_CASE("a batch that came with an error goes back to its bundle") {
  TestHost t;
  static int released = 0;
  static mr_source table{};
  table.size = sizeof(table);
  table.poll = [](void*, int64_t, mr_batch* out, mr_error*) {
    CHECK(out->n == 0);  // zeroed by the host
    out->n = 5;
    out->release = [](const mr_batch*) { ++released; };
    return mr_status{MR_RETRIABLE};
  };
  static mr_class cls{};
  cls.size = sizeof(cls);
  cls.role = MR_ROLE_SOURCE;
  cls.name = Str("x.Half");
  cls.table = &table;
  cls.create = [](const mr_class*, mr_ctx*, void**, mr_error*) { return mr_status{MR_OK}; };
  TestContext context;
  Result<std::unique_ptr<SourceTask>> task = SourceTask::Make(&cls, &context);
  REQUIRE(task.ok());
  mr_batch b;
  b.n = 77;
  CHECK((*task)->Poll(0, &b).retriable());
  CHECK(released == 1);
  CHECK(b.n == 0);
  CHECK((b.release == nullptr));
}

TEST_CASE("the gate costs little") {
  TestRegistry t;
  TestContext context;
  auto task = Source(t, &context, "CSource");
  REQUIRE(task->Start({{"count", "0"}}).ok());
  constexpr int kCalls = 1'000'000;
  mr_batch b;
  const int64_t begin = Clock::System().MonotonicNanos();
  for (int i = 0; i < kCalls; ++i) (void)task->Poll(0, &b);
  MESSAGE("a call through the gate: " << (Clock::System().MonotonicNanos() - begin) / kCalls << " ns");
}

}  // namespace
}  // namespace millrace::plugins
