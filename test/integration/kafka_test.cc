// SPDX-License-Identifier: Apache-2.0
//
// runtime/kafka against the broker that MILLRACE_TEST_BOOTSTRAP names: what librdkafka's mock cluster cannot show.
// Skipped (exit status 77) without one. Topics and groups have names of their own per run and are left behind.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <fmt/core.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <thread>

#include "base/clock.h"
#include "kafka/admin.h"
#include "kafka/consumer.h"
#include "kafka/embedded_broker.h"
#include "kafka/producer.h"

namespace millrace::kafka {
namespace {

int64_t In(int64_t ms) { return Clock::System().MonotonicNanos() + ms * kNanosPerMilli; }
constexpr int64_t kPatience = 30'000;

bool Eventually(const std::function<bool()>& condition) {
  for (const int64_t deadline = In(kPatience); Clock::System().MonotonicNanos() < deadline;) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return condition();
}

Log& TestLog() {
  static Log log;
  return log;
}

std::string Unique(const std::string& name) {
  static int counter = 0;
  return fmt::format("kafka-test-{}-{}-{}", getpid(), ++counter, name);
}

ClientConfig Config(ClientRole role, const config::Properties& settings = {}) {
  config::Properties all = ConnectDefaults(role);
  all["bootstrap.servers"] = std::getenv("MILLRACE_TEST_BOOTSTRAP");
  for (const auto& [k, v] : settings) all[k] = v;
  Result<ClientConfig> config = Translate(role, all);
  REQUIRE_MESSAGE(config.ok(), config.status().ToString());
  return *config;
}

std::unique_ptr<Admin> MakeAdmin(const config::Properties& settings = {}) {
  auto admin = Admin::Make(Config(ClientRole::kAdmin, settings), &TestLog());
  REQUIRE_MESSAGE(admin.ok(), admin.status().ToString());
  return std::move(*admin);
}

void CreateTopic(Admin& admin, const std::string& name, int partitions) {
  const Result<bool> created =
      admin.CreateTopic({.name = name, .partitions = partitions, .replication_factor = 1}, In(kPatience));
  REQUIRE_MESSAGE(created.ok(), created.status().ToString());
  CHECK(*created);
}

std::string Text(const mr_str& s) { return s.p == nullptr ? "(null)" : std::string(s.p, s.n); }

// Values "<partition>:<n>" for n in [from, to) to each partition.
void Fill(const std::string& topic, int partitions, int from, int to) {
  std::vector<std::string> values;
  std::vector<OutRecord> records;
  std::vector<Ticket> tickets(static_cast<size_t>((to - from) * partitions));
  const auto producer = Producer::Make(Config(ClientRole::kProducer, {{"buffer.memory", "1000000000"}}), &TestLog());
  REQUIRE(producer.ok());
  values.reserve(tickets.size());
  for (int i = from; i < to; ++i) {
    for (int p = 0; p < partitions; ++p) {
      const std::string& value = values.emplace_back(fmt::format("{}:{}", p, i));
      records.push_back({.key = {},
                         .value = {value.data(), static_cast<uint32_t>(value.size()), 0},
                         .partition = p,
                         .ticket = &tickets[records.size()]});
    }
  }
  Status status;
  REQUIRE(producer.value()->Send(topic, records, &status) == records.size());
  REQUIRE(producer.value()->Flush(In(kPatience)).ok());
  for (const Ticket& ticket : tickets) REQUIRE(ticket.state == Ticket::kAcked);
}

// A sink task in short: counts what it saw, commits in Revoked what it has processed.
struct Member final : Consumer::Listener {
  Member(const std::string& group, const config::Properties& settings = {}) {
    config::Properties all = settings;
    all.try_emplace("group.id", group);
    auto made = Consumer::Make(Config(ClientRole::kConsumer, all), this, &TestLog());
    REQUIRE_MESSAGE(made.ok(), made.status().ToString());
    consumer = std::move(*made);
  }
  void Assigned(std::span<const TopicPartition> partitions) override {
    for (const auto& p : partitions) owned.insert(p.partition);
  }
  void Revoked(std::span<const TopicPartition> partitions, bool lost) override {
    std::vector<TopicPartition> offsets;
    for (const auto& p : partitions) {
      if (next.contains(p.partition)) offsets.push_back({p.topic, p.partition, next[p.partition]});
      owned.erase(p.partition);
      next.erase(p.partition);
    }
    if (!lost && !offsets.empty()) {
      const Status status = consumer->Commit(offsets);
      CHECK_MESSAGE(status.ok(), status.ToString());
    }
  }
  size_t Poll(int64_t ms, size_t most = 100) {
    auto chunk = consumer->Poll(In(ms), most);
    REQUIRE_MESSAGE(chunk.ok(), chunk.status().ToString());
    if (*chunk == nullptr) return 0;
    for (const InRecord& r : (*chunk)->records()) {
      CHECK(owned.contains(r.partition));
      seen[Text(r.value)]++;
      next[r.partition] = r.offset + 1;
    }
    return (*chunk)->records().size();
  }
  std::unique_ptr<Consumer> consumer;
  std::set<int32_t> owned;
  std::map<int32_t, int64_t> next;
  std::map<std::string, int> seen;
};

TEST_CASE("topics are created once, with partitions and configuration, and found") {
  const auto admin = MakeAdmin();
  const std::string topic = Unique("topic");
  CHECK_FALSE(*admin->TopicExists(topic, In(kPatience)));
  CreateTopic(*admin, topic, 3);
  const Result<bool> again =
      admin->CreateTopic({.name = topic, .partitions = 3, .replication_factor = 1}, In(kPatience));
  REQUIRE(again.ok());
  CHECK_FALSE(*again);
  CHECK(Eventually([&] { return *admin->TopicExists(topic, In(kPatience)); }));
  CHECK(admin->Topics(In(kPatience))->at(topic) == 3);
  CHECK(admin->CreateTopic({.name = "a b", .partitions = 1}, In(kPatience)).status().code() == Code::kConfig);
  CHECK(admin
            ->CreateTopic({.name = Unique("bad"), .partitions = 1, .config = {{"cleanup.policy", "sometimes"}}},
                          In(kPatience))
            .status()
            .code() == Code::kConfig);
  CHECK(
      admin->CreateTopic({.name = Unique("defaults"), .config = {{"cleanup.policy", "compact"}}}, In(kPatience)).ok());
  const Result<std::string> id = admin->ClusterId(In(kPatience));
  REQUIRE(id.ok());
  CHECK(id->size() > 10);
}

TEST_CASE("group offsets are read, set, dropped, and refused while the group has members") {
  const auto admin = MakeAdmin();
  const std::string topic = Unique("offsets"), group = Unique("group");
  CreateTopic(*admin, topic, 3);
  Fill(topic, 3, 0, 50);
  const auto marks = admin->Watermarks(topic, 1, In(kPatience));
  REQUIRE(marks.ok());
  CHECK(*marks == std::pair<int64_t, int64_t>(0, 50));
  CHECK_FALSE(admin->Watermarks(topic, 9, In(1'000)).ok());

  CHECK(admin->GroupOffsets(group, In(kPatience))->empty());
  CHECK(admin->DeleteGroup(group, In(kPatience)).ok());
  CHECK(admin->AlterGroupOffsets(group, {{topic, 0, -1}}, In(kPatience)).ToString() == "OK");
  REQUIRE(admin->AlterGroupOffsets(group, {{topic, 0, 10}, {topic, 1, 20}, {topic, 2, 30}}, In(kPatience)).ok());
  CHECK(*admin->GroupOffsets(group, In(kPatience)) ==
        std::vector<TopicPartition>{{topic, 0, 10}, {topic, 1, 20}, {topic, 2, 30}});
  REQUIRE(admin->AlterGroupOffsets(group, {{topic, 0, 11}, {topic, 1, -1}}, In(kPatience)).ok());
  CHECK(*admin->GroupOffsets(group, In(kPatience)) == std::vector<TopicPartition>{{topic, 0, 11}, {topic, 2, 30}});

  {
    Member member(group);
    REQUIRE(member.consumer->Subscribe({topic}).ok());
    REQUIRE(Eventually([&] { return member.Poll(50) > 0; }));
    CHECK(admin->AlterGroupOffsets(group, {{topic, 0, 12}}, In(kPatience)).code() == Code::kConflict);
    CHECK(admin->AlterGroupOffsets(group, {{topic, 0, -1}}, In(kPatience)).code() == Code::kConflict);
    CHECK(admin->DeleteGroup(group, In(kPatience)).code() == Code::kConflict);
    REQUIRE(member.consumer->Close(In(kPatience)).ok());
  }
  REQUIRE(admin->DeleteGroup(group, In(kPatience)).ok());
  CHECK(admin->GroupOffsets(group, In(kPatience))->empty());
}

TEST_CASE("rebalances with commits in Revoked lose nothing and repeat nothing") {
  for (const char* assignor : {"RangeAssignor", "CooperativeStickyAssignor"}) {
    CAPTURE(assignor);
    const auto admin = MakeAdmin();
    const std::string topic = Unique("rebalance"), group = Unique("group");
    CreateTopic(*admin, topic, 4);
    Fill(topic, 4, 0, 2000);
    const config::Properties settings = {
        {"partition.assignment.strategy", fmt::format("org.apache.kafka.clients.consumer.{}", assignor)},
        {"session.timeout.ms", "10000"},
        {"heartbeat.interval.ms", "300"}};
    Member a(group, settings);
    REQUIRE(a.consumer->Subscribe({topic}).ok());
    REQUIRE(Eventually([&] {
      a.Poll(10, 7);
      return a.seen.size() > 500;
    }));
    auto b = std::make_unique<Member>(group, settings);
    REQUIRE(b->consumer->Subscribe({topic}).ok());
    REQUIRE(Eventually([&] {
      a.Poll(5, 7);
      b->Poll(5, 7);
      return b->seen.size() > 300 && a.owned.size() == 2;
    }));
    REQUIRE(b->consumer->Close(In(kPatience)).ok());
    std::map<std::string, int> seen = b->seen;
    b.reset();
    REQUIRE(Eventually([&] {
      a.Poll(5, 100);
      return a.seen.size() + seen.size() >= 8000;
    }));
    for (const auto& [value, n] : a.seen) seen[value] += n;
    CHECK(seen.size() == 8000);
    int repeated = 0;
    for (const auto& [value, n] : seen) repeated += n > 1;
    CHECK(repeated == 0);
    REQUIRE(a.consumer->Close(In(kPatience)).ok());
    const auto committed = admin->GroupOffsets(group, In(kPatience));
    REQUIRE(committed.ok());
    for (const auto& p : *committed) CHECK(p.offset == 2000);
  }
}

TEST_CASE("fetching goes on while a queue far larger than its bound is read") {
  const auto admin = MakeAdmin();
  const std::string topic = Unique("queue");
  CreateTopic(*admin, topic, 1);
  constexpr int kRecords = 400'000;
  Fill(topic, 1, 0, kRecords);
  Member member(Unique("group"));
  REQUIRE(member.consumer->Subscribe({topic}).ok());
  int64_t next = 0;
  while (next < kRecords) {
    auto chunk = member.consumer->Poll(In(kPatience), 2000);
    REQUIRE(chunk.ok());
    REQUIRE(*chunk != nullptr);
    for (const InRecord& r : (*chunk)->records()) REQUIRE(r.offset == next++);
  }
}

TEST_CASE("every codec, and records of every size, come back as they were") {
  const auto admin = MakeAdmin();
  for (const char* codec : {"none", "gzip", "snappy", "lz4", "zstd"}) {
    CAPTURE(codec);
    const std::string topic = Unique(codec);
    CreateTopic(*admin, topic, 1);
    std::vector<std::string> values;
    for (const size_t size : {0, 1, 1000, 100'000, 1'000'000}) values.emplace_back(size, 'x');
    std::vector<Ticket> tickets(values.size());
    const auto producer = Producer::Make(Config(ClientRole::kProducer, {{"compression.type", codec}}), &TestLog());
    REQUIRE(producer.ok());
    std::vector<OutRecord> records;
    for (size_t i = 0; i < values.size(); ++i) {
      records.push_back(
          {.key = {}, .value = {values[i].data(), static_cast<uint32_t>(values[i].size()), 0}, .ticket = &tickets[i]});
    }
    Status status;
    REQUIRE(producer.value()->Send(topic, records, &status) == records.size());
    REQUIRE(producer.value()->Flush(In(kPatience)).ok());
    for (const Ticket& ticket : tickets) CHECK_MESSAGE(ticket.state == Ticket::kAcked, ErrorText(ticket.error));
    Member member(Unique("group"));
    REQUIRE(member.consumer->Subscribe({topic}).ok());
    size_t got = 0;
    REQUIRE(Eventually([&] { return (got += member.Poll(100)) == values.size(); }));
    for (const std::string& value : values) CHECK(member.seen[value] == 1);
  }
}

TEST_CASE("a broker that is not there ends calls at their deadline") {
  const auto admin = MakeAdmin({{"bootstrap.servers", "127.0.0.1:1"}});
  CHECK(admin->Topics(In(300)).status().retriable());
  CHECK(admin->ClusterId(In(300)).status().retriable());
  CHECK(admin->GroupOffsets("g", In(300)).status().retriable());
  CHECK(admin->DeleteGroup("g", In(300)).retriable());
  CHECK(admin->CreateTopic({.name = "t"}, In(300)).status().retriable());
}

}  // namespace
}  // namespace millrace::kafka

int main(int argc, char** argv) {
  if (std::getenv("MILLRACE_TEST_BOOTSTRAP") == nullptr) {
    fmt::print("MILLRACE_TEST_BOOTSTRAP is not set: no broker to test against\n");
    return 77;
  }
  return doctest::Context(argc, argv).run();
}
