// SPDX-License-Identifier: Apache-2.0
#include "kafka/consumer.h"

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <set>

#include "kafka/embedded_broker.h"
#include "kafka/fetch_waker.h"
#include "kafka/subscription.h"
#include "mock_cluster.h"

namespace millrace::kafka {
namespace {

using test::Eventually;
using test::In;
using test::MockCluster;
using test::QuietLog;
using test::Str;

// Produces values "<partition>:<n>" for n in [from, to) to each partition of a topic.
void Fill(MockCluster& cluster, const std::string& topic, int partitions, int from, int to) {
  const auto producer = Producer::Make(cluster.Config(ClientRole::kProducer), &QuietLog());
  REQUIRE(producer.ok());
  std::vector<std::string> values;
  std::vector<OutRecord> records;
  std::vector<Ticket> tickets(static_cast<size_t>((to - from) * partitions));
  values.reserve(tickets.size());
  for (int p = 0; p < partitions; ++p) {
    for (int i = from; i < to; ++i) {
      values.push_back(std::to_string(p) + ":" + std::to_string(i));
      records.push_back({.value = Str(values.back()), .partition = p, .ticket = &tickets[records.size()]});
    }
  }
  Status status;
  REQUIRE(producer.value()->Send(topic, records, &status) == records.size());
  REQUIRE(producer.value()->Flush(In(60'000)).ok());
  for (const Ticket& ticket : tickets) REQUIRE(ticket.state == Ticket::kAcked);
}

struct Events final : Consumer::Listener {
  void Assigned(std::span<const TopicPartition> partitions) override {
    for (const auto& p : partitions) assigned.insert({p.topic, p.partition});
    ++assignments;
    if (on_assigned) on_assigned(partitions);
  }
  void Revoked(std::span<const TopicPartition> partitions, bool lost) override {
    if (on_revoked) on_revoked(partitions);
    for (const auto& p : partitions) assigned.erase({p.topic, p.partition});
    ++revocations;
    if (lost) ++losses;
  }
  std::set<std::pair<std::string, int32_t>> assigned;
  int assignments = 0, revocations = 0, losses = 0;
  std::function<void(std::span<const TopicPartition>)> on_assigned, on_revoked;
};

std::unique_ptr<Consumer> Make(MockCluster& cluster, Events* events, config::Properties settings = {}) {
  settings.try_emplace("group.id", "connect-test");
  for (const auto& [k, v] : EmbeddedBroker::ClientSettings(ClientRole::kConsumer)) settings.try_emplace(k, v);
  auto consumer = Consumer::Make(cluster.Config(ClientRole::kConsumer, settings), events, &QuietLog());
  REQUIRE_MESSAGE(consumer.ok(), consumer.status().ToString());
  return std::move(*consumer);
}

std::string Text(const mr_str& s) { return s.p == nullptr ? "(null)" : std::string(s.p, s.n); }

// Polls until `n` records are there (or a minute has passed); values by partition, in order.
std::map<int32_t, std::vector<std::string>> Read(Consumer& consumer, size_t n) {
  std::map<int32_t, std::vector<std::string>> out;
  size_t got = 0;
  for (const int64_t deadline = In(60'000); got < n && Clock::System().MonotonicNanos() < deadline;) {
    auto chunk = consumer.Poll(In(100), 64);
    REQUIRE_MESSAGE(chunk.ok(), chunk.status().ToString());
    if (*chunk == nullptr) continue;
    CHECK((*chunk)->records().size() <= 64);
    for (const InRecord& r : (*chunk)->records()) out[r.partition].push_back(Text(r.value));
    got += (*chunk)->records().size();
  }
  CHECK(got == n);
  return out;
}

// Polls for a while; the number of records that came.
size_t Drain(Consumer& consumer, int64_t ms) {
  size_t got = 0;
  for (const int64_t deadline = In(ms); Clock::System().MonotonicNanos() < deadline;) {
    auto chunk = consumer.Poll(deadline, 64);
    REQUIRE(chunk.ok());
    if (*chunk != nullptr) got += (*chunk)->records().size();
  }
  return got;
}

std::vector<std::string> Expected(int partition, int from, int to) {
  std::vector<std::string> out;
  for (int i = from; i < to; ++i) out.push_back(std::to_string(partition) + ":" + std::to_string(i));
  return out;
}

TEST_CASE("a group of one gets every record of every partition in order") {
  MockCluster cluster;
  cluster.CreateTopic("t", 3);
  Fill(cluster, "t", 3, 0, 500);
  Events events;
  const auto consumer = Make(cluster, &events);
  REQUIRE(consumer->Subscribe({"t"}).ok());
  const auto values = Read(*consumer, 1500);
  for (int p = 0; p < 3; ++p) CHECK(values.at(p) == Expected(p, 0, 500));
  CHECK(events.assigned.size() == 3);
  CHECK(consumer->Assignment().size() == 3);
  REQUIRE(consumer->Close(In(60'000)).ok());
  CHECK(events.revocations == 1);
  CHECK(events.losses == 0);
  CHECK(events.assigned.empty());
}

TEST_CASE("keys, nulls, headers, timestamps and topics of a record arrive as they were sent") {
  MockCluster cluster;
  cluster.CreateTopic("t", 1);
  {
    const auto producer = Producer::Make(cluster.Config(ClientRole::kProducer), &QuietLog());
    REQUIRE(producer.ok());
    Ticket tickets[3];
    const OutHeader headers[] = {{Str("h1"), Str("v1")}, {Str("h2"), {}}, {Str("h1"), Str("")}};
    const OutRecord records[] = {
        {.key = Str("k"), .value = {}, .timestamp = 1234567, .headers = headers, .n_headers = 3, .ticket = &tickets[0]},
        {.key = Str(""), .value = Str(""), .ticket = &tickets[1]},
        {.key = {}, .value = Str("v"), .ticket = &tickets[2]}};
    Status status;
    REQUIRE(producer.value()->Send("t", records, &status) == 3);
    REQUIRE(producer.value()->Flush(In(60'000)).ok());
  }
  Events events;
  auto consumer = Make(cluster, &events);
  REQUIRE(consumer->Subscribe({"t"}).ok());
  std::unique_ptr<Chunk> chunk;
  REQUIRE(Eventually([&] { return (chunk = *consumer->Poll(In(100), 10)) != nullptr; }));
  consumer.reset();  // the chunk outlives it
  const auto records = chunk->records();
  REQUIRE(records.size() == 3);
  CHECK(Text(chunk->topics()[records[0].topic]) == "t");
  CHECK(Text(records[0].key) == "k");
  CHECK(records[0].value.p == nullptr);
  CHECK(records[0].timestamp == 1234567);
  CHECK_FALSE(records[0].log_append_time);
  REQUIRE(records[0].n_headers == 3);
  CHECK(Text(records[0].headers[0].key) == "h1");
  CHECK(Text(records[0].headers[0].value) == "v1");
  CHECK(records[0].headers[1].value.p == nullptr);
  CHECK(records[0].headers[2].value.p != nullptr);
  CHECK(records[0].headers[2].value.n == 0);
  CHECK(records[1].key.p != nullptr);
  CHECK(records[1].key.n == 0);
  CHECK(records[1].value.p != nullptr);
  CHECK(records[1].value.n == 0);
  CHECK(records[1].timestamp > 1'600'000'000'000);
  CHECK(records[2].key.p == nullptr);
  CHECK(records[2].offset == 2);
}

TEST_CASE("committed offsets are where the next member begins, and Committed says so") {
  MockCluster cluster;
  cluster.CreateTopic("t", 2);
  Fill(cluster, "t", 2, 0, 100);
  Events events;
  auto consumer = Make(cluster, &events);
  REQUIRE(consumer->Subscribe({"t"}).ok());
  Read(*consumer, 200);
  const std::vector<TopicPartition> both = {{"t", 0}, {"t", 1}};
  auto before = consumer->Committed(both, In(60'000));
  REQUIRE(before.ok());
  CHECK(*before == std::vector<TopicPartition>{{"t", 0, 0}, {"t", 1, 0}});  // earliest, as nothing is committed

  CHECK(consumer->Commit(std::vector<TopicPartition>{{"t", 0, 40}}).ok());
  CHECK(consumer->CommitAsync(std::vector<TopicPartition>{{"t", 1, 70}}).ok());
  std::optional<Status> result;
  REQUIRE(Eventually([&] { return (result = consumer->CommitResult()).has_value(); }));
  CHECK(result->ok());
  CHECK_FALSE(consumer->CommitResult().has_value());
  auto after = consumer->Committed(both, In(60'000));
  REQUIRE(after.ok());
  CHECK(*after == std::vector<TopicPartition>{{"t", 0, 40}, {"t", 1, 70}});
  REQUIRE(consumer->Close(In(60'000)).ok());

  Events next_events;
  const auto next = Make(cluster, &next_events);
  REQUIRE(next->Subscribe({"t"}).ok());
  const auto values = Read(*next, 90);
  CHECK(values.at(0) == Expected(0, 40, 100));
  CHECK(values.at(1) == Expected(1, 70, 100));
}

TEST_CASE("Seek inside Assigned chooses where reading begins; later it moves the position") {
  MockCluster cluster;
  cluster.CreateTopic("t", 1);
  Fill(cluster, "t", 1, 0, 100);
  Events events;
  const auto consumer = Make(cluster, &events);
  events.on_assigned = [&](std::span<const TopicPartition> partitions) {
    const auto committed = consumer->Committed(partitions, In(60'000));
    REQUIRE(committed.ok());
    CHECK(committed->at(0).offset == 0);
    CHECK(consumer->Seek(std::vector<TopicPartition>{{"t", 0, 90}}).ok());
    CHECK(consumer->Seek(std::vector<TopicPartition>{{"t", 9, 0}}).code() == Code::kFatal);
  };
  REQUIRE(consumer->Subscribe({"t"}).ok());
  CHECK(Read(*consumer, 10).at(0) == Expected(0, 90, 100));
  REQUIRE(consumer->Seek(std::vector<TopicPartition>{{"t", 0, 50}}).ok());
  CHECK(Read(*consumer, 50).at(0) == Expected(0, 50, 100));
}

TEST_CASE("a paused partition gives nothing, also when paused in Assigned, and loses nothing when resumed") {
  MockCluster cluster;
  cluster.CreateTopic("t", 2);
  Fill(cluster, "t", 2, 0, 100);
  Events events;
  const auto consumer = Make(cluster, &events);
  const std::vector<TopicPartition> first = {{"t", 0}}, second = {{"t", 1}};
  events.on_assigned = [&](std::span<const TopicPartition>) { CHECK(consumer->Pause(first).ok()); };
  REQUIRE(consumer->Subscribe({"t"}).ok());
  auto values = Read(*consumer, 100);
  CHECK(values.count(0) == 0);
  CHECK(values.at(1) == Expected(1, 0, 100));
  CHECK(Drain(*consumer, 100) == 0);
  REQUIRE(consumer->Pause(second).ok());
  Fill(cluster, "t", 2, 100, 110);
  CHECK(Drain(*consumer, 100) == 0);
  REQUIRE(consumer->Resume(first).ok());
  CHECK(Read(*consumer, 110).at(0) == Expected(0, 0, 110));
  REQUIRE(consumer->Resume(second).ok());
  CHECK(Read(*consumer, 10).at(1) == Expected(1, 100, 110));
}

TEST_CASE("when a second member joins, nothing of a revoked partition arrives after Revoked, and both read on") {
  MockCluster cluster;
  cluster.CreateTopic("t", 2);
  Fill(cluster, "t", 2, 0, 300);
  Events a_events, b_events;
  const auto a = Make(cluster, &a_events);
  REQUIRE(a->Subscribe({"t"}).ok());
  std::set<std::string> seen;
  const auto poll = [&](Consumer& consumer, Events& events) {
    auto chunk = consumer.Poll(In(5), 7);
    REQUIRE_MESSAGE(chunk.ok(), chunk.status().ToString());
    if (*chunk == nullptr) return;
    for (const InRecord& r : (*chunk)->records()) {
      CHECK(events.assigned.contains({"t", r.partition}));
      seen.insert(Text(r.value));  // nothing is committed (the mock cannot while it rebalances), so some come twice
    }
  };
  REQUIRE(Eventually([&] {
    poll(*a, a_events);
    return seen.size() > 20;
  }));
  const auto b = Make(cluster, &b_events);
  REQUIRE(b->Subscribe({"t"}).ok());
  REQUIRE(Eventually([&] {
    poll(*a, a_events);
    poll(*b, b_events);
    return seen.size() == 600 && a_events.assigned.size() == 1 && b_events.assigned.size() == 1;
  }));
  CHECK(a_events.revocations >= 1);
}

TEST_CASE("the cooperative assignor moves only what must move") {
  MockCluster cluster;
  cluster.CreateTopic("t", 2);
  Fill(cluster, "t", 2, 0, 50);
  Events a_events, b_events;
  const config::Properties settings = {
      {"partition.assignment.strategy", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"}};
  const auto a = Make(cluster, &a_events, settings);
  REQUIRE(a->Subscribe({"t"}).ok());
  Read(*a, 100);
  size_t most_revoked = 0;
  a_events.on_revoked = [&](std::span<const TopicPartition> p) { most_revoked = std::max(most_revoked, p.size()); };
  const auto b = Make(cluster, &b_events, settings);
  REQUIRE(b->Subscribe({"t"}).ok());
  REQUIRE(Eventually([&] {
    (void)*a->Poll(In(5), 10);
    (void)*b->Poll(In(5), 10);
    return a_events.assigned.size() == 1 && b_events.assigned.size() == 1;
  }));
  CHECK(most_revoked == 1);
  CHECK(a->Assignment().size() == 1);
}

TEST_CASE("Wakeup ends a waiting poll, whenever it is called") {
  MockCluster cluster;
  cluster.CreateTopic("t", 1);
  Events events;
  const auto consumer = Make(cluster, &events);
  REQUIRE(consumer->Subscribe({"t"}).ok());
  REQUIRE(Eventually([&] {
    (void)*consumer->Poll(In(10), 10);
    return events.assignments == 1;
  }));
  consumer->Wakeup();  // before
  const int64_t deadline = In(60'000);
  CHECK(*consumer->Poll(deadline, 10) == nullptr);
  CHECK(Clock::System().MonotonicNanos() < deadline);
  std::atomic<bool> polling{false};
  std::thread waker([&] {
    while (!polling) std::this_thread::yield();
    consumer->Wakeup();
  });
  polling = true;
  CHECK(*consumer->Poll(deadline, 10) == nullptr);
  CHECK(Clock::System().MonotonicNanos() < deadline);
  waker.join();
}

TEST_CASE("without an offset to begin at, auto.offset.reset=none is an error of the consumer") {
  MockCluster cluster;
  cluster.CreateTopic("t", 1);
  Events events;
  const auto consumer = Make(cluster, &events, {{"auto.offset.reset", "none"}});
  REQUIRE(consumer->Subscribe({"t"}).ok());
  Status status;
  REQUIRE(Eventually([&] {
    status = consumer->Poll(In(50), 10).status();
    return !status.ok();
  }));
  CHECK(status.code() == Code::kFatal);
  CHECK(status.message().find("_AUTO_OFFSET_RESET") != std::string::npos);
}

TEST_CASE("a refusal to read a topic is an error of the consumer") {
  MockCluster cluster;
  cluster.CreateTopic("t", 1);
  Events events;
  const auto consumer = Make(cluster, &events);
  rd_kafka_mock_push_request_errors(cluster.get(), 1 /*Fetch*/, 1, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  rd_kafka_mock_topic_set_error(cluster.get(), "t", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  REQUIRE(consumer->Subscribe({"t"}).ok());
  Status status;
  REQUIRE(Eventually([&] {
    status = consumer->Poll(In(50), 10).status();
    return !status.ok();
  }));
  CHECK(status.code() == Code::kAuth);
}

TEST_CASE("what cannot be subscribed to or lacks a group is refused") {
  MockCluster cluster;
  Events events;
  CHECK(Make(cluster, &events)->Subscribe({"^t"}).code() == Code::kConfig);
  const ClientConfig config = cluster.Config(ClientRole::kConsumer);
  CHECK(Consumer::Make(config, &events, &QuietLog()).status().code() == Code::kConfig);
}

TEST_CASE("a consumer survives the loss of its broker") {
  MockCluster cluster;
  cluster.CreateTopic("t", 1);
  Fill(cluster, "t", 1, 0, 10);
  Events events;
  const auto consumer = Make(cluster, &events);
  REQUIRE(consumer->Subscribe({"t"}).ok());
  Read(*consumer, 10);
  rd_kafka_mock_broker_set_down(cluster.get(), 1);
  CHECK(Drain(*consumer, 100) == 0);
  rd_kafka_mock_broker_set_up(cluster.get(), 1);
  Fill(cluster, "t", 1, 10, 20);
  CHECK(Read(*consumer, 10).at(0) == Expected(0, 10, 20));
}

TEST_CASE("the fetcher is woken once for each time a well-filled queue has drained by half") {
  FetchWaker waker(1000, 1 << 20);
  CHECK_FALSE(waker.Taken(100, 100 * 100, 300));  // never full
  CHECK_FALSE(waker.Taken(300, 300 * 100, 0));
  CHECK_FALSE(waker.Taken(100, 100 * 100, 900));  // full in records
  CHECK_FALSE(waker.Taken(100, 100 * 100, 600));
  CHECK(waker.Taken(200, 200 * 100, 400));
  CHECK_FALSE(waker.Taken(200, 200 * 100, 200));
  FetchWaker by_bytes(1000, 1 << 20);
  CHECK_FALSE(by_bytes.Taken(2, 2 * 100'000, 1));
  CHECK_FALSE(by_bytes.Taken(2, 2 * 100'000, 8));
  CHECK(by_bytes.Taken(4, 4 * 100'000, 4));
}

TEST_CASE("a Java pattern selects topics by their whole name, without internal ones") {
  const std::vector<std::string> names = {"orders.eu", "orders", "my.orders.eu", "__consumer_offsets", "__mine"};
  Status problem;
  auto pattern = TopicPattern::Make("orders(\\.[a-z]++)?", true);
  REQUIRE(pattern.ok());
  CHECK(pattern->Select(names, &problem) == std::vector<std::string>{"orders", "orders.eu"});
  pattern = TopicPattern::Make("__.*", true);
  CHECK(pattern->Select(names, &problem) == std::vector<std::string>{"__mine"});
  pattern = TopicPattern::Make("__.*", false);
  CHECK(pattern->Select(names, &problem) == std::vector<std::string>{"__consumer_offsets", "__mine"});
  CHECK(problem.ok());
  CHECK(TopicPattern::Make("(", true).status().code() == Code::kConfig);
}

TEST_CASE("a regex subscription picks up topics that appear later") {
  MockCluster cluster;
  cluster.CreateTopic("orders.eu", 1);
  cluster.CreateTopic("other", 1);
  Fill(cluster, "orders.eu", 1, 0, 10);
  Fill(cluster, "other", 1, 0, 10);
  Events events;
  const auto consumer = Make(cluster, &events, {{"metadata.max.age.ms", "200"}});
  CHECK(consumer->SubscribeRegex("[").code() == Code::kConfig);
  REQUIRE(consumer->SubscribeRegex("orders\\..*").ok());
  Read(*consumer, 10);
  CHECK(events.assigned == std::set<std::pair<std::string, int32_t>>{{"orders.eu", 0}});
  cluster.CreateTopic("orders.us", 1);
  Fill(cluster, "orders.us", 1, 0, 10);
  CHECK(Read(*consumer, 20).at(0).size() == 20);  // nothing was committed, so orders.eu comes again
  CHECK(events.assigned.size() == 2);
}

}  // namespace
}  // namespace millrace::kafka
