// SPDX-License-Identifier: Apache-2.0
#include "fakes.h"

using namespace millrace;
using namespace millrace::herder;
using worker::State;
using worker::TargetState;
using Calls = std::vector<std::string>;

TEST_CASE_FIXTURE(HerderFixture, "a connector is created with its tasks") {
  control.SetTasks("a", 2);
  const auto put = Create(Source("a", {{"tasks.max", "2"}, {"x", "y"}}));
  REQUIRE_MESSAGE(put.ok(), put.status().message());
  CHECK(put->created);
  CHECK(put->info.type == "source");
  CHECK(put->info.tasks.size() == 2);
  CHECK(control.TakeCalls() == Calls{"a validate", "a start", "a task_configs"});
  CHECK(worker->Take(&worker->started) == Calls{"a-0", "a-1"});

  const auto status = herder->ConnectorState("a");
  REQUIRE(status.ok());
  CHECK(status->connector.state == State::kRunning);
  CHECK(status->connector.version == "1.0");
  CHECK(status->connector.worker_id == "w:1");
  REQUIRE(status->tasks.size() == 2);
  CHECK(status->tasks[1].state == State::kRunning);
  CHECK(status->tasks[1].version == "1.0");
  const auto tasks = herder->Tasks("a");
  REQUIRE(tasks.ok());
  CHECK(tasks->at(1).config.at("task.class") == "test.ControlledSourceTask");
  CHECK(tasks->at(1).config.at("x") == "y");
}

TEST_CASE_FIXTURE(HerderFixture, "what is refused at creation leaves nothing behind") {
  CHECK(Create({{"name", "a"}}).status().code() == Code::kBadRequest);
  CHECK(Create({{"name", "a"}, {"connector.class", "Nope"}}).status().code() == Code::kBadRequest);
  const auto fault = Create(Source("a", {{"fault", "I do not like it"}}));
  CHECK(fault.status().code() == Code::kBadRequest);
  CHECK(fault.status().message() ==
        "Connector configuration is invalid and contains the following 1 error(s):\nI do not like it\nYou can also "
        "find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`");
  CHECK(herder->Connectors()->empty());

  REQUIRE(Create(Source("a")).ok());
  const auto again = Create(Source("a"));
  CHECK(again.status().code() == Code::kAlreadyExists);
  CHECK(again.status().message() == "Connector a already exists");
}

TEST_CASE_FIXTURE(HerderFixture, "a connector whose start fails is there, and FAILED") {
  control.Fail("a start", "no way");
  const auto put = Create(Source("a"));
  CHECK(put.status().code() == Code::kFatal);
  CHECK(put.status().message() == "Failed to transition connector a to state STARTED");
  CHECK(herder->Connectors().value() == Calls{"a"});
  const auto status = herder->ConnectorState("a");
  CHECK(status->connector.state == State::kFailed);
  CHECK(status->connector.trace.find("no way") != std::string::npos);
  CHECK(status->tasks.empty());
  // Only a restart gets it out of there.
  REQUIRE(herder->Resume("a").ok());
  REQUIRE(herder->Pause("a").ok());
  control.Forget();
  CHECK(herder->RestartConnector("a").ok());
  CHECK(Reaches("a", State::kPaused));
}

TEST_CASE_FIXTURE(HerderFixture, "pause and resume stop and start the same instance, tasks stay") {
  REQUIRE(Create(Source("a")).ok());
  (void)control.TakeCalls();
  (void)worker->Take(&worker->started);
  REQUIRE(herder->Pause("a").ok());
  REQUIRE(Reaches("a", State::kPaused));
  CHECK(Eventually([&] { return herder->TaskState("a", 0)->state == State::kPaused; }));
  REQUIRE(herder->Pause("a").ok());
  REQUIRE(herder->Resume("a").ok());
  REQUIRE(Reaches("a", State::kRunning));
  CHECK(Eventually([&] { return herder->TaskState("a", 0)->state == State::kRunning; }));
  CHECK(control.TakeCalls() == Calls{"a stop", "a start", "a task_configs"});
  CHECK(worker->Take(&worker->started).empty());
  CHECK(herder->Pause("b").message() == "Unknown connector b");
}

TEST_CASE_FIXTURE(HerderFixture, "stop forgets the tasks, resume makes new ones") {
  REQUIRE(Create(Source("a")).ok());
  REQUIRE(herder->Stop("a").ok());
  CHECK(StateOf("a") == State::kStopped);
  CHECK(herder->Tasks("a")->empty());
  CHECK(worker->Take(&worker->stopped) == Calls{"a-0"});
  CHECK(herder->TaskState("a", 0).status().message() == "No status found for task a-0");
  CHECK(herder->Stop("a").ok());
  REQUIRE(herder->Pause("a").ok());
  REQUIRE(Reaches("a", State::kPaused));
  CHECK(herder->Tasks("a")->empty());
  REQUIRE(herder->Resume("a").ok());
  CHECK(Eventually([&] { return herder->Tasks("a")->size() == 1; }));
  CHECK(herder->Stop("b").code() == Code::kFatal);
  CHECK(herder->Stop("b").message() == "No connector `b` configured");
}

TEST_CASE_FIXTURE(HerderFixture, "an initial state is taken") {
  const auto paused = Create(Source("a"), TargetState::kPaused);
  REQUIRE(paused.ok());
  CHECK(paused->info.tasks.empty());
  CHECK(StateOf("a") == State::kPaused);
  REQUIRE(Create(Source("b"), TargetState::kStopped).ok());
  CHECK(StateOf("b") == State::kStopped);
  CHECK(control.TakeCalls() == Calls{"a validate", "b validate"});
}

TEST_CASE_FIXTURE(HerderFixture, "a new configuration replaces the instance, and the tasks when they differ") {
  REQUIRE(Create(Source("a")).ok());
  (void)control.TakeCalls();
  (void)worker->Take(&worker->started);
  auto put = herder->PutConnector("a", Source("a"), std::nullopt, true);
  REQUIRE(put.ok());
  CHECK_FALSE(put->created);
  CHECK(control.TakeCalls() == Calls{"a validate", "a stop", "a start", "a task_configs"});
  CHECK(worker->Take(&worker->started).empty());

  put = herder->PatchConnector("a", {{"x", "1"}});
  REQUIRE(put.ok());
  CHECK(put->info.config.at("x") == "1");
  CHECK(worker->Take(&worker->stopped) == Calls{"a-0"});
  CHECK(worker->Take(&worker->started) == Calls{"a-0"});
  put = herder->PatchConnector("a", {{"x", std::nullopt}});
  REQUIRE(put.ok());
  CHECK_FALSE(put->info.config.contains("x"));
  CHECK(herder->PatchConnector("b", {}).status().message() == "Connector b not found");
}

TEST_CASE_FIXTURE(HerderFixture, "restarts") {
  REQUIRE(Create(Source("a")).ok());
  (void)control.TakeCalls();
  (void)worker->Take(&worker->started);
  REQUIRE(herder->RestartConnector("a").ok());
  CHECK(control.TakeCalls() == Calls{"a stop", "a start", "a task_configs"});
  CHECK(worker->Take(&worker->started).empty());

  REQUIRE(herder->RestartTask("a", 0).ok());
  CHECK(worker->Take(&worker->started) == Calls{"a-0"});
  CHECK(herder->RestartTask("a", 7).code() == Code::kNotFound);
  CHECK(herder->RestartTask("b", 0).message() ==
        "Failed to start task b-0 since it is not a recognizable type (source or sink)");

  auto plan = herder->RestartConnectorAndTasks("a", false, true);
  REQUIRE(plan.ok());
  CHECK(plan->connector.state == State::kRestarting);
  CHECK(plan->tasks.at(0).state == State::kRestarting);
  CHECK(Reaches("a", State::kRunning));
  CHECK(Eventually([&] { return worker->Take(&worker->started) == Calls{"a-0"}; }));
  plan = herder->RestartConnectorAndTasks("a", true, true);
  REQUIRE(plan.ok());
  CHECK(plan->connector.state == State::kRunning);
  CHECK(plan->tasks.at(0).state == State::kRunning);
  CHECK(herder->RestartConnectorAndTasks("b", true, true).status().message() == "Unknown connector: b");
  CHECK(herder->RestartConnector("b").code() == Code::kFatal);
}

TEST_CASE_FIXTURE(HerderFixture, "a failed task touches nothing else and is restarted alone") {
  worker->failing["a-0"] = Status::Fatal("broken");
  control.SetTasks("a", 2);
  REQUIRE(Create(Source("a", {{"tasks.max", "2"}})).ok());
  const auto status = herder->ConnectorState("a");
  CHECK(status->connector.state == State::kRunning);
  CHECK(status->tasks.at(0).state == State::kFailed);
  CHECK(status->tasks.at(0).trace == "broken");
  CHECK(status->tasks.at(1).state == State::kRunning);
  (void)worker->Take(&worker->started);
  const auto plan = herder->RestartConnectorAndTasks("a", true, true);
  CHECK(plan->connector.state == State::kRunning);
  CHECK(plan->tasks.at(0).state == State::kRestarting);
  CHECK(plan->tasks.at(1).state == State::kRunning);
  CHECK(Eventually([&] { return worker->Take(&worker->started) == Calls{"a-0"}; }));
}

TEST_CASE_FIXTURE(HerderFixture, "late news of an old task is not believed") {
  REQUIRE(Create(Source("a")).ok());
  REQUIRE(herder->RestartTask("a", 0).ok());
  worker::TaskListener* listener = worker->listener();
  listener->OnTaskState({"a", 0}, 1, State::kFailed, Status::Fatal("old"));
  listener->OnTaskState({"a", 5}, 1, State::kFailed, Status::Fatal("no such task"));
  CHECK(herder->TaskState("a", 0)->state == State::kRunning);
}

TEST_CASE_FIXTURE(HerderFixture, "more tasks than tasks.max fail the connector unless that is allowed") {
  control.SetTasks("a", 3);
  const auto put = Create(Source("a", {{"tasks.max", "2"}}));
  CHECK(put.status().code() == Code::kFatal);
  CHECK(put.status().message().starts_with("The connector a has generated 3 tasks, which is greater than 2, "));
  CHECK(StateOf("a") == State::kFailed);
  CHECK(herder->PutConnector("a", Source("a", {{"tasks.max", "2"}, {"tasks.max.enforce", "false"}}), {}, true).ok());
  CHECK(herder->Tasks("a")->size() == 3);
}

TEST_CASE_FIXTURE(HerderFixture, "delete ends all of it") {
  REQUIRE(Create(Source("a")).ok());
  (void)control.TakeCalls();
  REQUIRE(herder->DeleteConnector("a").ok());
  CHECK(control.TakeCalls() == Calls{"a stop"});
  CHECK(worker->Take(&worker->stopped) == Calls{"a-0"});
  CHECK(herder->Connectors()->empty());
  CHECK(herder->DeleteConnector("a").message() == "Connector a not found");
  CHECK(herder->ConnectorState("a").status().message() == "No status found for connector a");
  CHECK(Create(Source("a")).ok());
}

TEST_CASE_FIXTURE(HerderFixture, "a connector asks for new task configurations, or fails") {
  REQUIRE(Create(Source("a", {{"tasks.max", "2"}})).ok());
  const auto* table =
      static_cast<const mr_connector_context*>(control.host->extension(control.last_context, MR_EXT_CONNECTOR_CONTEXT));
  REQUIRE(table != nullptr);
  control.SetTasks("a", 2);
  table->request_task_reconfiguration(control.last_context);
  CHECK(Eventually([&] { return herder->Tasks("a")->size() == 2; }));
  const std::string why = "the table is gone";
  table->fail(control.last_context, MR_FATAL, {why.data(), static_cast<uint32_t>(why.size()), 0});
  CHECK(Reaches("a", State::kFailed));
  CHECK(herder->ConnectorState("a")->connector.trace.find(why) != std::string::npos);
}

TEST_CASE_FIXTURE(HerderFixture, "active topics outlive their connector until they are reset") {
  REQUIRE(Create(Source("a")).ok());
  worker->listener()->OnTopicUsed("a", "t2");
  worker->listener()->OnTopicUsed("a", "t1");
  worker->listener()->OnTopicUsed("a", "t1");
  REQUIRE(herder->DeleteConnector("a").ok());
  CHECK(herder->ActiveTopics("a").value() == Calls{"t1", "t2"});
  REQUIRE(herder->ResetActiveTopics("a").ok());
  CHECK(herder->ActiveTopics("a")->empty());
}

TEST_CASE_FIXTURE(HerderFixture, "plugins and their settings") {
  const auto connectors = herder->Plugins(true);
  REQUIRE(connectors.size() == 2);
  CHECK(connectors[0].class_name == "test.ControlledSinkConnector");
  CHECK(connectors[0].type == "sink");
  CHECK(herder->Plugins(false).size() == 3);
  const auto settings = herder->PluginConfig("ControlledSource", "");
  REQUIRE(settings.ok());
  CHECK(std::any_of(settings->begin(), settings->end(), [](const auto& key) { return key.name == "tasks.max"; }));
  const auto version = std::find_if(settings->begin(), settings->end(),
                                    [](const auto& key) { return key.name == "connector.plugin.version"; });
  REQUIRE(version != settings->end());
  CHECK(version->default_value == "1.0");
  CHECK(herder->PluginConfig("test.Nested$Key", "")->empty());
  CHECK(herder->PluginConfig("test.Nested", "").status().message() == "Instantiation error");
  CHECK(herder->PluginConfig("nope", "").status().message() == "Unknown plugin nope.");
  CHECK(herder->PluginConfig("org.apache.kafka.common.config.provider.FileConfigProvider", "").status().code() ==
        Code::kBadRequest);
  CHECK(herder->PluginConfig("ControlledSource", "99").status().code() == Code::kBadRequest);
}

TEST_CASE_FIXTURE(HerderFixture, "after a shutdown nothing is done any more") {
  REQUIRE(Create(Source("a")).ok());
  (void)control.TakeCalls();
  CHECK(herder->Shutdown().ok());
  CHECK(control.TakeCalls() == Calls{"a stop"});
  CHECK(worker->Take(&worker->stopped) == Calls{"a-0"});
  CHECK(Create(Source("b")).status().code() == Code::kUnavailable);
  CHECK(herder->DeleteConnector("a").code() == Code::kUnavailable);
}
