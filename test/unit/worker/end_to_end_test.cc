// SPDX-License-Identifier: Apache-2.0
//
// A source and a sink task with real clients through the embedded broker.
#include <doctest/doctest.h>

#include "fakes.h"
#include "kafka/embedded_broker.h"

using namespace millrace;
using test::Row;

TEST_CASE("records go from a source to a sink through the embedded broker, in order, and their offsets are kept") {
  test::Rig rig;
  auto broker = kafka::EmbeddedBroker::Start();
  REQUIRE(broker.ok());
  kafka::ProducerPool pool(&rig.log);
  rig.services.clients = nullptr;
  rig.services.producers = &pool;
  rig.services.embedded = broker->get();
  rig.config.bootstrap_servers = "embedded";
  rig.services.bootstrap_servers = (*broker)->bootstrap_servers();

  std::vector<std::vector<Row>> batches;
  std::vector<std::string> expected;
  for (int b = 0; b < 20; ++b) {
    std::vector<Row>& rows = batches.emplace_back();
    for (int i = 0; i < 50; ++i) {
      rows.push_back({.value = "line " + std::to_string(b * 50 + i), .topic = "e2e", .offset = b * 50 + i + 1});
      expected.push_back(rows.back().value);
    }
  }
  test::PollBatches(&rig.script, batches);
  std::mutex mutex;
  std::vector<std::string> got;
  rig.script.put = [&](mr_ctx*, const mr_batch* b, mr_error*) -> mr_status {
    const std::lock_guard lock(mutex);
    for (uint32_t i = 0; i < b->n; ++i) got.push_back(test::TextOf(MR_AT(mr_record, b->records, b->stride, i)->value));
    return MR_OK;
  };
  rig.StartSink({{"topics", "e2e"}}, "sink");
  rig.StartSource({}, "source");
  CHECK(test::Eventually([&] {
    const std::lock_guard lock(mutex);
    return got.size() >= expected.size();
  }));
  CHECK(test::Eventually([&] { return rig.Offset("p", "source") == R"({"at":1000})"; }));
  rig.worker->StopTasks(rig.worker->Tasks());
  const std::lock_guard lock(mutex);
  CHECK(got == expected);
  CHECK(test::LiveBatches() == 0);
}
