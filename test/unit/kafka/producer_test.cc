// SPDX-License-Identifier: Apache-2.0
#include "kafka/producer.h"

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <set>

#include "mock_cluster.h"

namespace millrace::kafka {
namespace {

using test::Eventually;
using test::In;
using test::MockCluster;
using test::QuietLog;
using test::Str;

// A batch as a task would keep it: bytes, tickets and the submission together.
struct Batch {
  explicit Batch(size_t n) : values(n), tickets(n), records(n) {
    for (size_t i = 0; i < n; ++i) {
      values[i] = "value-" + std::to_string(i);
      tickets[i].owner = &submission;
      records[i] = {.key = {}, .value = Str(values[i]), .partition = 0, .ticket = &tickets[i]};
    }
    submission.pending = static_cast<uint32_t>(n);
    submission.user = this;
    submission.done = [](Submission* s) { static_cast<Batch*>(s->user)->done.fetch_add(1); };
  }
  std::vector<std::string> values;
  std::deque<Ticket> tickets;
  std::vector<OutRecord> records;
  Submission submission;
  std::atomic<int> done{0};
};

std::shared_ptr<Producer> Make(MockCluster& cluster, const config::Properties& settings = {}) {
  auto producer = Producer::Make(cluster.Config(ClientRole::kProducer, settings), &QuietLog());
  REQUIRE_MESSAGE(producer.ok(), producer.status().ToString());
  return *producer;
}

TEST_CASE("every record of a batch is acknowledged, in order, and the submission is done once") {
  MockCluster cluster;
  cluster.CreateTopic("t", 1);
  const auto producer = Make(cluster);
  Batch batch(5000);
  Status status;
  CHECK(producer->Send("t", batch.records, &status) == 5000);
  CHECK(status.ok());
  REQUIRE(producer->Flush(In(60'000)).ok());
  CHECK(batch.done == 1);
  CHECK(batch.submission.pending == 0);
  CHECK(batch.submission.failed == 0);
  for (size_t i = 0; i < batch.tickets.size(); ++i) {
    CHECK(batch.tickets[i].state == Ticket::kAcked);
    CHECK(batch.tickets[i].kafka_partition == 0);
    CHECK(batch.tickets[i].kafka_offset == static_cast<int64_t>(i));
  }
  CHECK(producer->bytes_in_flight() == 0);
}

TEST_CASE("records with headers and timestamps keep their place among plain ones") {
  MockCluster cluster;
  cluster.CreateTopic("t", 1);
  const auto producer = Make(cluster);
  Batch batch(300);
  const OutHeader headers[] = {{Str("h"), Str("v")}, {Str("null"), {}}};
  for (size_t i = 0; i < batch.records.size(); i += 3) {
    batch.records[i].timestamp = 1'000'000 + static_cast<int64_t>(i);
    batch.records[i].headers = headers;
    batch.records[i].n_headers = 2;
  }
  Status status;
  CHECK(producer->Send("t", batch.records, &status) == 300);
  REQUIRE(producer->Flush(In(60'000)).ok());
  for (size_t i = 0; i < batch.tickets.size(); ++i) CHECK(batch.tickets[i].kafka_offset == static_cast<int64_t>(i));
  CHECK(producer->bytes_in_flight() == 0);  // headers are given back as they were counted
}

TEST_CASE("a record that is too large fails alone, through its ticket") {
  MockCluster cluster;
  cluster.CreateTopic("t", 1);
  const auto producer = Make(cluster, {{"max.request.size", "2000"}});
  Batch batch(3);
  batch.values[1] = std::string(3000, 'x');
  batch.records[1].value = Str(batch.values[1]);
  Status status;
  CHECK(producer->Send("t", batch.records, &status) == 3);
  CHECK(status.ok());
  REQUIRE(producer->Flush(In(60'000)).ok());
  CHECK(batch.done == 1);
  CHECK(batch.submission.failed == 1);
  CHECK(batch.tickets[0].state == Ticket::kAcked);
  CHECK(batch.tickets[1].state == Ticket::kFailed);
  CHECK(ErrorText(batch.tickets[1].error) == "Broker: Message size too large (MSG_SIZE_TOO_LARGE)");
  CHECK_FALSE(ErrorIsRetriable(batch.tickets[1].error));
  CHECK(batch.tickets[2].state == Ticket::kAcked);
  CHECK(producer->bytes_in_flight() == 0);
}

TEST_CASE("a partition that does not exist fails the record, whichever way it was sent") {
  MockCluster cluster;
  cluster.CreateTopic("t", 2);
  const auto producer = Make(cluster);
  Batch known(1);  // until the topic's metadata is there any partition is taken
  Status status;
  producer->Send("t", known.records, &status);
  REQUIRE(producer->Flush(In(60'000)).ok());
  for (const int64_t timestamp : {int64_t{-1}, int64_t{5}}) {
    Batch batch(2);
    batch.records[0].partition = 7;
    batch.records[0].timestamp = timestamp;
    CHECK(producer->Send("t", batch.records, &status) == 2);
    REQUIRE(producer->Flush(In(60'000)).ok());
    CHECK(batch.done == 1);
    CHECK(batch.tickets[0].state == Ticket::kFailed);
    CHECK(ErrorText(batch.tickets[0].error).find("UNKNOWN_PARTITION") != std::string::npos);
    CHECK(batch.tickets[1].state == Ticket::kAcked);
  }
  CHECK(producer->bytes_in_flight() == 0);
}

TEST_CASE("buffer.memory bounds what is in flight; the rest is taken after deliveries, still in order") {
  MockCluster cluster;
  cluster.CreateTopic("t", 1);
  const auto producer = Make(cluster, {{"buffer.memory", "65536"}});
  REQUIRE(rd_kafka_mock_broker_set_down(cluster.get(), 1) == RD_KAFKA_RESP_ERR_NO_ERROR);
  Batch batch(1000);
  Status status;
  size_t sent = producer->Send("t", batch.records, &status);
  CHECK(sent > 50);
  CHECK(sent < 200);
  CHECK(status.code() == Code::kRetriable);
  CHECK(producer->bytes_in_flight() <= 65536);
  CHECK_FALSE(producer->WaitForSpace(In(20)));
  CHECK(producer->Flush(In(20)).code() == Code::kTimeout);
  CHECK(batch.done == 0);

  REQUIRE(rd_kafka_mock_broker_set_up(cluster.get(), 1) == RD_KAFKA_RESP_ERR_NO_ERROR);
  while (sent < batch.records.size()) {
    REQUIRE(producer->WaitForSpace(In(60'000)));
    sent += producer->Send("t", std::span(batch.records).subspan(sent), &status);
  }
  REQUIRE(producer->Flush(In(60'000)).ok());
  CHECK(batch.done == 1);
  for (size_t i = 0; i < batch.tickets.size(); ++i) CHECK(batch.tickets[i].kafka_offset == static_cast<int64_t>(i));
}

TEST_CASE("one record larger than buffer.memory passes alone") {
  MockCluster cluster;
  cluster.CreateTopic("t", 1);
  const auto producer = Make(cluster, {{"buffer.memory", "65536"}});
  Batch batch(1);
  batch.values[0] = std::string(100'000, 'x');
  batch.records[0].value = Str(batch.values[0]);
  Status status;
  CHECK(producer->Send("t", batch.records, &status) == 1);
  REQUIRE(producer->Flush(In(60'000)).ok());
  CHECK(batch.tickets[0].state == Ticket::kAcked);
}

TEST_CASE("closing with records undelivered tells every ticket before it returns") {
  MockCluster cluster;
  cluster.CreateTopic("t", 1);
  auto producer = Make(cluster);
  REQUIRE(rd_kafka_mock_broker_set_down(cluster.get(), 1) == RD_KAFKA_RESP_ERR_NO_ERROR);
  Batch batch(100);
  Status status;
  CHECK(producer->Send("t", batch.records, &status) == 100);
  producer.reset();
  CHECK(batch.done == 1);
  CHECK(batch.submission.failed == 100);
  for (const Ticket& ticket : batch.tickets) CHECK(ticket.state == Ticket::kFailed);
}

TEST_CASE("a broker's refusal reaches the tickets") {
  MockCluster cluster;
  cluster.CreateTopic("t", 1);
  const auto producer = Make(cluster);
  rd_kafka_mock_push_request_errors(cluster.get(), 0 /*Produce*/, 1, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  Batch batch(1);
  Status status;
  producer->Send("t", batch.records, &status);
  REQUIRE(producer->Flush(In(60'000)).ok());
  CHECK(batch.tickets[0].state == Ticket::kFailed);
  CHECK(ErrorCode(batch.tickets[0].error) == Code::kAuth);
}

TEST_CASE("a retriable refusal is retried and the order kept") {
  MockCluster cluster;
  cluster.CreateTopic("t", 1);
  const auto producer = Make(cluster);
  rd_kafka_mock_push_request_errors(cluster.get(), 0 /*Produce*/, 2, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
                                    RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT);
  Batch batch(500);
  Status status;
  for (const OutRecord& record : batch.records) producer->Send("t", std::span(&record, 1), &status);
  REQUIRE(producer->Flush(In(60'000)).ok());
  CHECK(batch.submission.failed == 0);
  for (size_t i = 0; i < batch.tickets.size(); ++i) CHECK(batch.tickets[i].kafka_offset == static_cast<int64_t>(i));
}

TEST_CASE("keys decide partitions as Java's murmur2 does") {
  MockCluster cluster;
  cluster.CreateTopic("t", 10);
  const auto producer = Make(cluster);
  // Utils.toPositive(Utils.murmur2(key)) % 10 of Kafka's client, from UtilsTest.testMurmur2.
  const std::map<std::string, int32_t> expected = {{"21", (-973932308 & 0x7fffffff) % 10},
                                                   {"foobar", (-790332482 & 0x7fffffff) % 10},
                                                   {"a-little-bit-long-string", (-985981536 & 0x7fffffff) % 10},
                                                   {"a-little-bit-longer-string", (-1486304829 & 0x7fffffff) % 10}};
  Batch batch(expected.size());
  size_t i = 0;
  for (const auto& [key, partition] : expected) {
    batch.records[i].key = Str(key);
    batch.records[i++].partition = -1;
  }
  Status status;
  producer->Send("t", batch.records, &status);
  REQUIRE(producer->Flush(In(60'000)).ok());
  i = 0;
  for (const auto& [key, partition] : expected) CHECK(batch.tickets[i++].kafka_partition == partition);
}

TEST_CASE("records without a key stay with a partition for a while, then go to others") {
  MockCluster cluster;
  cluster.CreateTopic("t", 5);
  const auto producer = Make(cluster);
  Status status;
  Batch first(1);  // until the number of partitions is known librdkafka chooses
  first.records[0].partition = -1;
  producer->Send("t", first.records, &status);
  REQUIRE(producer->Flush(In(60'000)).ok());
  Batch batch(3000);
  const std::string value(200, 'x');
  for (OutRecord& record : batch.records) {
    record.partition = -1;
    record.value = Str(value);
  }
  producer->Send("t", batch.records, &status);
  REQUIRE(producer->Flush(In(60'000)).ok());
  size_t changes = 0;
  std::set<int32_t> used;
  for (size_t i = 0; i < batch.tickets.size(); ++i) {
    used.insert(batch.tickets[i].kafka_partition);
    changes += i > 0 && batch.tickets[i].kafka_partition != batch.tickets[i - 1].kafka_partition;
  }
  CHECK(used.size() > 1);
  CHECK(changes < 60);
}

TEST_CASE("keys decide also once the number of partitions is known, unless they are to be ignored") {
  for (const char* ignore : {"false", "true"}) {
    MockCluster cluster;
    cluster.CreateTopic("t", 50);
    const auto producer = Make(cluster, {{"partitioner.ignore.keys", ignore}});
    Status status;
    std::set<int32_t> used;
    for (int round = 0; round < 3; ++round) {
      Batch batch(400);
      for (OutRecord& record : batch.records) {
        record.partition = -1;
        record.key = Str("foobar");
      }
      producer->Send("t", batch.records, &status);
      REQUIRE(producer->Flush(In(60'000)).ok());
      for (const Ticket& ticket : batch.tickets) used.insert(ticket.kafka_partition);
    }
    CHECK((used.size() == 1) == (ignore == std::string_view("false")));
  }
}

TEST_CASE("a topic name that cannot be is refused before anything is queued") {
  MockCluster cluster;
  const auto producer = Make(cluster);
  Batch batch(1);
  Status status;
  CHECK(producer->Send(std::string_view("a\0b", 3), batch.records, &status) == 0);
  CHECK(status.code() == Code::kData);
}

TEST_CASE("equal settings share a producer while somebody has it") {
  MockCluster cluster;
  ProducerPool pool(&QuietLog());
  const ClientConfig config = cluster.Config(ClientRole::kProducer);
  auto a = pool.Get(config);
  auto b = pool.Get(config);
  auto c = pool.Get(cluster.Config(ClientRole::kProducer, {{"linger.ms", "7"}}));
  REQUIRE((a.ok() && b.ok() && c.ok()));
  CHECK(a->get() == b->get());
  CHECK(a->get() != c->get());
  const std::weak_ptr<Producer> weak = *a;
  a = Status::Fatal("");
  b = Status::Fatal("");
  CHECK(weak.expired());
  CHECK(pool.Get(config).ok());
}

}  // namespace
}  // namespace millrace::kafka
