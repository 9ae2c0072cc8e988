// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"
#include "plugins/instance.h"
#include "record/value.h"

namespace millrace::plugins {
namespace {

using record::Str;
using record::View;

struct Batch {
  std::vector<mr_record> records;
  mr_str topic = Str("from");
  mr_batch b{};
  explicit Batch(const std::vector<mr_value>& values) {
    for (const mr_value& v : values) {
      mr_record r{};
      r.value = v;
      records.push_back(r);
    }
    b.size = sizeof(b);
    b.n = static_cast<uint32_t>(records.size());
    b.stride = sizeof(mr_record);
    b.records = records.data();
    b.n_topics = 1;
    b.topics = &topic;
  }
};

TEST_CASE("a transformation changes topics, drops records and reports the bad ones") {
  TestRegistry t;
  TestContext context;
  record::Arena arena;
  ErrorSink errors;
  Result<std::unique_ptr<Transform>> x = Transform::Make(t.Load("test.RouteByValue"), &context);
  REQUIRE(x.ok());
  REQUIRE((*x)->Configure({}).ok());
  Batch b({record::Text("a"), record::Text("drop"), record::Text("b"), record::Text("a"), record::Text("masked")});
  const uint8_t mask[] = {1, 1, 1, 1, 0};
  REQUIRE((*x)->Apply(&b.b, mask, &arena, &errors).ok());
  CHECK(View(b.b.topics[b.records[0].topic]) == "a");
  CHECK((b.records[1].flags & MR_REC_DROP) != 0);
  CHECK(View(b.b.topics[b.records[2].topic]) == "b");
  CHECK(b.records[3].topic == b.records[0].topic);
  CHECK(b.records[4].topic == 0);
  CHECK(b.b.n_topics == 3);

  Batch bad({record::Text("a"), record::Text("bad"), record::Int(MR_I32, 1)});
  const Status s = (*x)->Apply(&bad.b, nullptr, &arena, &errors);
  CHECK(s.code() == Code::kData);
  REQUIRE(errors.records().size() == 2);
  CHECK(errors.records()[0].record == 1);
  CHECK(errors.records()[1].status.message() == "the value is no topic");
}

TEST_CASE("a transformation that asks for too much memory fails") {
  TestRegistry t;
  TestContext context;
  record::Arena arena;
  ErrorSink errors;
  Result<std::unique_ptr<Transform>> x = Transform::Make(t.Load("test.RouteByValue"), &context);
  REQUIRE(x.ok());
  REQUIRE((*x)->Configure({{"big", "2000000000"}}).ok());
  Batch b({record::Text("a")});
  const Status s = (*x)->Apply(&b.b, nullptr, &arena, &errors);
  CHECK(s.code() == Code::kFatal);
  CHECK(s.message().starts_with("test.RouteByValue apply: asked for 2000000000 bytes more"));
}

TEST_CASE("a predicate fills its mask") {
  TestRegistry t;
  TestContext context;
  ErrorSink errors;
  Result<std::unique_ptr<Predicate>> p = Predicate::Make(t.Load("test.EveryOther"), &context);
  REQUIRE(p.ok());
  REQUIRE((*p)->Configure({}).ok());
  Batch b({record::Null(), record::Null(), record::Null()});
  uint8_t mask[3] = {9, 9, 9};
  REQUIRE((*p)->Test(b.b, mask, &errors).ok());
  CHECK(mask[0] == 1);
  CHECK(mask[1] == 0);
  CHECK(mask[2] == 1);
}

TEST_CASE("a converter works both ways and reports the records it cannot convert") {
  TestRegistry t;
  TestContext context;
  record::Arena arena;
  ErrorSink errors;
  Result<std::unique_ptr<Converter>> c = Converter::Make(t.Load("Hex"), &context);
  REQUIRE(c.ok());
  REQUIRE((*c)->Configure({}, MR_PART_VALUE).ok());
  Batch b({record::Text("Hi"), record::Null(), record::Int(MR_I32, 1)});
  mr_str bytes[3];
  CHECK((*c)->FromConnect(b.b, MR_PART_VALUE, &arena, bytes, &errors).code() == Code::kData);
  CHECK(View(bytes[0]) == "4869");
  CHECK(bytes[1].p == nullptr);
  REQUIRE(errors.records().size() == 1);
  CHECK(errors.records()[0].record == 2);

  Batch back({record::Null(), record::Null()});
  const mr_str in[] = {Str("4869"), Str("4x")};
  CHECK((*c)->ToConnect(&back.b, MR_PART_VALUE, in, &arena, &errors).message() == "not hexadecimal");
  CHECK(View(back.records[0].value) == "Hi");
  CHECK(errors.records()[0].record == 1);
}

TEST_CASE("a header converter is for headers only, and what it lacks is unsupported") {
  TestRegistry t;
  TestContext context;
  record::Arena arena;
  ErrorSink errors;
  Result<std::unique_ptr<Converter>> c = Converter::Make(t.Load("test.ReverseHeaderConverter"), &context);
  REQUIRE(c.ok());
  CHECK((*c)->Configure({}, MR_PART_KEY).code() == Code::kConfig);
  REQUIRE((*c)->Configure({}, MR_PART_HEADER).ok());
  Batch b({record::Text("abc")});
  mr_str bytes[1];
  REQUIRE((*c)->FromConnect(b.b, MR_PART_HEADER, &arena, bytes, &errors).ok());
  CHECK(View(bytes[0]) == "cba");
  CHECK((*c)->ToConnect(&b.b, MR_PART_HEADER, bytes, &arena, &errors).code() == Code::kUnsupported);
}

TEST_CASE("a config provider gives values with a time to live") {
  TestRegistry t;
  TestContext context;
  Result<std::unique_ptr<ConfigProvider>> p = ConfigProvider::Make(t.Load("test.EnvelopeConfigProvider"), &context);
  REQUIRE(p.ok());
  REQUIRE((*p)->Configure({}).ok());
  Result<ConfigProvider::Values> v = (*p)->Get("p", {"a", "none", "b"});
  REQUIRE(v.ok());
  CHECK(v->values.size() == 2);
  CHECK(v->values.at("a") == "p/a");
  CHECK(v->ttl_ms == 5000);
  CHECK((*p)->Get("", {"a"}).status().ToString() == "NOT_FOUND: no path");
}

TEST_CASE("a class without a connector side gets the defaults") {
  TestRegistry t;
  TestContext context;
  Result<std::unique_ptr<Connector>> c = Connector::Make(t.Load("test.CSource"), &context);
  REQUIRE(c.ok());
  CHECK_FALSE((*c)->has_extension());
  std::vector<std::pair<std::string, std::string>> problems;
  CHECK((*c)->Validate({{"a", "b"}}, &problems).ok());
  CHECK((*c)->Start({}).ok());
  CHECK(*(*c)->TaskConfigs(3, {{"a", "b"}}) == std::vector<config::Properties>(3, {{"a", "b"}}));
  CHECK_FALSE(*(*c)->AlterSourceOffsets({}, {}));
  CHECK((*c)->ExactlyOnce({}) == -1);
  CHECK_FALSE((*c)->TransactionBoundaries({}));
  (*c)->Cancel();
  (*c)->Stop();
}

TEST_CASE("a connector side is asked for all it has") {
  TestRegistry t;
  TestContext context;
  Result<std::unique_ptr<Connector>> c = Connector::Make(t.Load("SplittingSource"), &context);
  REQUIRE(c.ok());
  CHECK((*c)->has_extension());
  std::vector<std::pair<std::string, std::string>> problems;
  REQUIRE((*c)->Validate({{"topic", "wrong"}}, &problems).ok());
  CHECK(problems == std::vector<std::pair<std::string, std::string>>{{"topic", "the topic is wrong"}});
  CHECK((*c)->TaskConfigs(9, {}).status().ToString() == "FATAL: task_configs before start");
  CHECK((*c)->Start({{"fail", "start"}}).retriable());
  REQUIRE((*c)->Start({{"tasks", "3"}}).ok());
  Result<std::vector<config::Properties>> tasks = (*c)->TaskConfigs(9, {});
  REQUIRE(tasks.ok());
  REQUIRE(tasks->size() == 3);
  CHECK((*tasks)[2] == config::Properties{{"task", "2"}, {"tasks", "3"}});
  CHECK((*c)->TaskConfigs(2, {})->size() == 2);
  CHECK((*c)->ExactlyOnce({}) == 1);

  mr_value entry[2] = {record::Text("source"), record::Text("open")};
  mr_source_offset offset{};
  offset.partition.kind = MR_MAP;
  offset.partition.n = 1;
  offset.partition.u.v = entry;
  CHECK(*(*c)->AlterSourceOffsets({}, {&offset, 1}));
  entry[1] = record::Text("sealed");
  CHECK((*c)->AlterSourceOffsets({}, {&offset, 1}).status().ToString() == "CONFIG: that partition is sealed");
  CHECK_FALSE(*(*c)->AlterSinkOffsets({}, {}));
  (*c)->Stop();
}

TEST_CASE("a bundle that throws when asked for its connector side") {
  TestRegistry t;
  TestContext context;
  CHECK(Connector::Make(t.Load("test.throws_in_extension"), &context).status().message() ==
        "test.throws_in_extension extension let a C++ exception out of its bundle (int)");
}

}  // namespace
}  // namespace millrace::plugins
