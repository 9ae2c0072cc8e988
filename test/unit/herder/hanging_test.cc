// SPDX-License-Identifier: Apache-2.0
//
// Plugins that hang: REST and the other connectors go on.
#include "fakes.h"

using namespace millrace;
using namespace millrace::herder;
using worker::State;

TEST_CASE_FIXTURE(HerderFixture, "a validation that hangs holds up nobody else") {
  control.Hang("a validate");
  std::thread hanging([&] { (void)Create(Source("a")); });
  control.WaitFor("a validate");
  CHECK(Create(Source("b")).ok());
  CHECK(herder->Connectors().value() == std::vector<std::string>{"b"});
  CHECK(herder->DeleteConnector("b").ok());
  control.Release();
  hanging.join();
  CHECK(StateOf("a") == State::kRunning);
}

TEST_CASE_FIXTURE(HerderFixture, "a start that hangs holds up nobody else, and the connector can be got rid of") {
  control.Hang("a start");
  std::thread hanging([&] { (void)Create(Source("a")); });
  control.WaitFor("a start");
  CHECK(Create(Source("b")).ok());
  CHECK(StateOf("b") == State::kRunning);
  CHECK(herder->Connector("a").ok());
  // The instance is left behind after the graceful timeout.
  CHECK(herder->DeleteConnector("a").ok());
  CHECK_FALSE(herder->Connector("a").ok());
  // The name is free again while the old call still hangs: the next start hangs too, the one after does not.
  control.Release();
  hanging.join();
  CHECK(Create(Source("a")).ok());
  CHECK(StateOf("a") == State::kRunning);
}

TEST_CASE_FIXTURE(HerderFixture, "a pause that hangs does not keep the connector from being reconfigured") {
  REQUIRE(Create(Source("a")).ok());
  control.Hang("a stop");
  REQUIRE(herder->Pause("a").ok());
  control.WaitFor("a stop");
  const auto put = herder->PutConnector("a", Source("a", {{"x", "1"}}), std::nullopt, true);
  REQUIRE_MESSAGE(put.ok(), put.status().message());
  CHECK(herder->Connector("a")->config.at("x") == "1");
  control.Release();
}

TEST_CASE_FIXTURE(HerderFixture, "a stop that hangs does not hold up the shutdown") {
  REQUIRE(Create(Source("a")).ok());
  REQUIRE(Create(Source("b")).ok());
  control.Hang("a stop");
  const auto before = std::chrono::steady_clock::now();
  const Status stopped = herder->Shutdown();
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(15));
  CHECK(stopped.message().find("a") != std::string::npos);
  CHECK_FALSE(stopped.ok());
  control.Release();
}

TEST_CASE_FIXTURE(HerderFixture, "altering offsets may hang, too") {
  REQUIRE(Create(Sink("a"), worker::TargetState::kStopped).ok());
  control.Hang("a alter 1");
  std::thread hanging([&] {
    (void)herder->AlterOffsets("a", {{R"({"kafka_topic":"t","kafka_partition":0})", R"({"kafka_offset":1})"}});
  });
  control.WaitFor("a alter 1");
  CHECK(herder->DeleteConnector("a").ok());
  control.Release();
  hanging.join();
}

TEST_CASE("questions elsewhere are bounded") {
  ElsewhereLimit limit;
  std::vector<std::shared_ptr<void>> places;
  while (std::shared_ptr<void> place = limit.Take()) places.push_back(place);
  CHECK(places.size() == 64);
  const auto refused = AskElsewhere<Status>(&limit, 1, [] { return Status(); });
  CHECK(refused.code() == Code::kUnavailable);
  places.pop_back();
  CHECK(AskElsewhere<Status>(&limit, 20'000'000'000, [] { return Status(); }).ok());
}
