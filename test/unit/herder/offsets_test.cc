// SPDX-License-Identifier: Apache-2.0
#include "fakes.h"
#include "herder/offset_requests.h"

using namespace millrace;
using namespace millrace::herder;
using worker::TargetState;

namespace {

std::vector<OffsetEntry> One(std::string partition, std::string offset) {
  return {{std::move(partition), std::move(offset)}};
}

std::string Refusal(std::string partition, std::string offset) {
  const auto parsed = ParseSinkOffsets("c", One(std::move(partition), std::move(offset)));
  return parsed.ok() ? "" : parsed.status().message();
}

}  // namespace

TEST_CASE("offsets of a sink are read as Kafka Connect reads them") {
  const std::string partition = R"({"kafka_topic":"t","kafka_partition":"+3","more":1})";
  auto parsed = ParseSinkOffsets("c", One(partition, R"({"kafka_offset":"12","more":2})"));
  REQUIRE(parsed.ok());
  CHECK(*parsed == std::vector<kafka::TopicPartition>{{"t", 3, 12}});
  parsed = ParseSinkOffsets("c", {{partition, "null"}, {partition, R"({"kafka_offset":5})"}});
  REQUIRE(parsed.ok());
  CHECK(*parsed == std::vector<kafka::TopicPartition>{{"t", 3, 5}});

  const std::string good = R"({"kafka_topic":"t","kafka_partition":0})";
  CHECK(Refusal("null", "null") == "The partition for a sink connector offset cannot be null or missing");
  CHECK(Refusal("{}", "null") ==
        "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'");
  CHECK(Refusal(R"({"kafka_topic":null,"kafka_partition":0})", "null") ==
        "Kafka topic names must be valid strings and may not be null");
  CHECK(Refusal(R"({"kafka_topic":"t","kafka_partition":null})", "null") ==
        "Kafka partitions must be valid numbers and may not be null");
  CHECK(Refusal(R"({"kafka_topic":"t","kafka_partition":1.5})", "null") ==
        "Failed to parse the following Kafka partition value in the provided offsets: '1.5'. Partition values for sink "
        "connectors need to be integers.");
  CHECK_FALSE(Refusal(R"({"kafka_topic":"t","kafka_partition":2147483648})", "null").empty());
  CHECK(Refusal(good, "{}") ==
        "The offset for a sink connector should either be null or contain the key 'kafka_offset'");
  CHECK(Refusal(good, R"({"kafka_offset":true})") ==
        "Failed to parse the following Kafka offset value in the provided offsets: 'true'. Offset values for sink "
        "connectors need to be integers.");
  CHECK(Refusal(good, R"({"kafka_offset":-1})") == "Failed to modify offsets for sink connector c");
}

TEST_CASE("a partition keeps its stored key whatever the order of its members") {
  record::Arena arena;
  const auto parsed = ParseSourceOffsets({{R"({"b":2,"a":"x"})", R"({"o":1})"},
                                          {R"({"c":1})", R"({"o":2})"},
                                          {R"({"a":"x","b":2})", R"({"o":3})"},
                                          {R"({"d":1})", "null"}},
                                         &arena);
  REQUIRE(parsed.ok());
  REQUIRE(parsed->size() == 3);
  const storage::OffsetMap stored = {{R"(["s",{"a":"x","b":2}])", R"({"o":0})"},
                                     {R"(["other",{"c":1}])", R"({"o":0})"}};
  const auto changes = SourceOffsetChanges(stored, "s", *parsed);
  REQUIRE(changes.ok());
  const storage::OffsetMap want = {{R"(["s",{"a":"x","b":2}])", R"({"o":3})"},
                                   {R"(["s",{"c":1}])", R"({"o":2})"},
                                   {R"(["s",{"d":1}])", std::nullopt}};
  CHECK(*changes == want);
}

TEST_CASE_FIXTURE(HerderFixture, "offsets of a source are shown, changed and reset") {
  REQUIRE(offsets
              .Put({{R"(["a",{"f":"x"}])", R"({"p":1})"},
                    {R"(["a",{"f":"y"}])", std::nullopt},
                    {R"(["b",{"f":"x"}])", R"({"p":9})"},
                    {"garbage", "x"}})
              .ok());
  REQUIRE(Create(Source("a")).ok());
  auto shown = herder->Offsets("a");
  REQUIRE(shown.ok());
  REQUIRE(shown->size() == 1);
  CHECK(shown->at(0).partition_json == R"({"f":"x"})");
  CHECK(shown->at(0).offset_json == R"({"p":1})");

  const auto change = One(R"({"f":"x"})", R"({"p":2})");
  CHECK(herder->AlterOffsets("a", change).status().message() ==
        "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the "
        "specified connector by issuing a 'PUT' request to the '/connectors/a/stop' endpoint");
  CHECK(herder->ResetOffsets("a").status().code() == Code::kBadRequest);
  REQUIRE(herder->Stop("a").ok());
  CHECK(herder->AlterOffsets("a", change).value() == "The offsets for this connector have been altered successfully");
  CHECK(herder->Offsets("a")->at(0).offset_json == R"({"p":2})");
  control.Fail("a alter 1", "not that one");
  const auto refused = herder->AlterOffsets("a", change);
  CHECK(refused.status().code() == Code::kFatal);
  CHECK(refused.status().message() == "not that one");
  control.Forget();
  CHECK(herder->ResetOffsets("a").value() == "The offsets for this connector have been reset successfully");
  CHECK(herder->Offsets("a")->empty());
  CHECK(herder->Offsets("b").status().message() == "Connector b not found");
  CHECK(offsets.Get(R"(["b",{"f":"x"}])") == R"({"p":9})");
  CHECK(herder->AlterOffsets("nope", change).status().code() == Code::kNotFound);
}

TEST_CASE_FIXTURE(HerderFixture, "offsets of a sink are its consumer group's") {
  clients.group.offsets[{"t", 0}] = 4;
  REQUIRE(Create(Sink("a"), TargetState::kStopped).ok());
  auto shown = herder->Offsets("a");
  REQUIRE_MESSAGE(shown.ok(), shown.status().message());
  CHECK(clients.group.name == "connect-a");
  CHECK(shown->at(0).partition_json == R"({"kafka_partition":0,"kafka_topic":"t"})");
  CHECK(shown->at(0).offset_json == R"({"kafka_offset":4})");

  const auto change = One(R"({"kafka_topic":"t","kafka_partition":1})", R"({"kafka_offset":7})");
  CHECK(herder->AlterOffsets("a", change)
            ->starts_with("The Connect framework-managed offsets for this connector have been altered successfully. "
                          "However, if this"));
  CHECK(clients.group.offsets.at({"t", 1}) == 7);
  clients.group.busy = true;
  CHECK(herder->AlterOffsets("a", change)
            .status()
            .message()
            .starts_with("Failed to alter consumer group offsets for connector a either because its tasks haven't "
                         "stopped completely"));
  clients.group.busy = false;
  CHECK(herder->AlterOffsets("a", One("{}", "null")).status().code() == Code::kBadRequest);
  CHECK(herder->ResetOffsets("a").ok());
  CHECK(clients.group.offsets.empty());
}
