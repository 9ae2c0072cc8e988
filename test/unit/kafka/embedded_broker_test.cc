// SPDX-License-Identifier: Apache-2.0
#include "kafka/embedded_broker.h"

#include <doctest/doctest.h>

#include "kafka/admin.h"
#include "kafka/producer.h"
#include "mock_cluster.h"

namespace millrace::kafka {
namespace {

using test::In;
using test::QuietLog;
using test::Str;

TEST_CASE("what is admitted is kept, down to the first record") {
  auto broker = EmbeddedBroker::Start();
  REQUIRE(broker.ok());
  REQUIRE((*broker)->CreateTopic("t", 1).ok());
  CHECK((*broker)->CreateTopic("t", 1).code() == Code::kAlreadyExists);
  CHECK((*broker)->CreateTopic("u", 0).code() == Code::kConfig);

  config::Properties settings = ConnectDefaults(ClientRole::kProducer);
  settings["bootstrap.servers"] = (*broker)->bootstrap_servers();
  settings.insert({"batch.size", "1"});  // every record in a batch of its own: what the guard has to expect
  const std::string value(300, 'x');
  std::vector<Ticket> tickets(static_cast<size_t>(EmbeddedBroker::kMaxRecords) + 1);
  auto config = Translate(ClientRole::kProducer, settings);
  REQUIRE(config.ok());
  const auto producer = Producer::Make(*config, &QuietLog());
  REQUIRE(producer.ok());
  size_t sent = 0;
  Status admitted;
  while ((admitted = (*broker)->Admit("t", 100, 100 * static_cast<int64_t>(value.size()))).ok()) {
    for (int i = 0; i < 100; ++i) {
      const OutRecord record{.key = {}, .value = Str(value), .ticket = &tickets[sent++]};
      Status status;
      while (producer.value()->Send("t", std::span(&record, 1), &status) == 0)
        producer.value()->WaitForSpace(In(60'000));
    }
  }
  CHECK(admitted.code() == Code::kFatal);
  CHECK(admitted.message().find("the embedded broker is full: topic t holds") == 0);
  CHECK(sent > 10'000);
  CHECK((*broker)->Admit("other", 1, 1).ok());
  REQUIRE(producer.value()->Flush(In(60'000)).ok());

  auto admin_config = Translate(ClientRole::kAdmin, {{"bootstrap.servers", (*broker)->bootstrap_servers()}});
  REQUIRE(admin_config.ok());
  const auto admin = Admin::Make(*admin_config, &QuietLog());
  REQUIRE(admin.ok());
  const auto marks = admin.value()->Watermarks("t", 0, In(60'000));
  REQUIRE(marks.ok());
  CHECK(marks->first == 0);
  CHECK(marks->second == static_cast<int64_t>(sent));
  CHECK(admin.value()->Topics(In(60'000))->at("t") == 1);
  CHECK_FALSE(admin.value()->ClusterId(In(60'000))->empty());
}

TEST_CASE("one batch larger than what a topic keeps is refused whole, and many small ones by their number") {
  auto broker = EmbeddedBroker::Start();
  REQUIRE(broker.ok());
  CHECK_FALSE((*broker)->Admit("t", 1, EmbeddedBroker::kMaxBytes).ok());
  CHECK((*broker)->Admit("t", 1, EmbeddedBroker::kMaxBytes - EmbeddedBroker::kFramingBytes).ok());
  CHECK_FALSE((*broker)->Admit("t", 1, 0).ok());
}

}  // namespace
}  // namespace millrace::kafka
