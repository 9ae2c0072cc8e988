// SPDX-License-Identifier: Apache-2.0
//
// The misbehaving bundles of test/plugins as tasks: each fails (or is given up) with a reason, and a good task beside
// it goes on. What kills the whole process (a crash) is not for threads to contain and is tested elsewhere.
#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "fakes.h"

using namespace millrace;
using test::Eventually;
using test::Rig;
using worker::State;

namespace {

std::string BundleDir() {
  const char* build = std::getenv("MILLRACE_BUILD_ROOT");
  REQUIRE_MESSAGE(build != nullptr, "MILLRACE_BUILD_ROOT must name the build directory, as meson test sets it");
  return std::string(build) + "/test/plugins";
}

// A rig with the bundles, and a source "good" beside the bad ones.
struct BundleRig : Rig {
  BundleRig() { classes.Scan({BundleDir()}); }
  void StartGood() { StartSource({{"connector.class", "test.CountingSourceConnector"}, {"count", "10000"}}, "good"); }
  // The good task has not failed, and a further one does its work.
  bool GoodGoesOn() {
    const size_t all = 10000;
    if (!Failure("good").ok() || !Eventually([&] { return clients.producer->sent().size() >= all; })) return false;
    const size_t before = clients.producer->sent().size();
    StartSource({{"connector.class", "test.CountingSourceConnector"}, {"count", "1"}}, "another");
    return Eventually([&] { return clients.producer->sent().size() > before; });
  }
};

}  // namespace

TEST_CASE("misbehaving: sources that throw or lie fail with their reason; others go on") {
  struct Case {
    const char* name;
    config::Properties settings;
    const char* reason;
  };
  std::vector<Case> cases = {
      {"ThrowsInCreate", {}, "let a C++ exception out of its bundle"},
      {"ThrowsInStart", {}, "let a C++ exception out of its bundle"},
      {"ThrowsInPoll", {{"count", "3"}}, "let a C++ exception out of its bundle"},
      {"SilentError", {}, "MR_FATAL"},
  };
  for (const char* lie : {"n", "stride", "topic", "partition", "headers", "array", "text", "size", "topics"}) {
    cases.push_back({"Counts", {{"lie", lie}}, "the plugin handed over a malformed batch"});
  }
  for (const char* where : {"value", "key", "offset", "partition"}) {
    cases.push_back({"Kinds", {{"where", where}}, "the plugin handed over a malformed batch"});
  }
  for (const char* where : {"records", "topics", "partitions", "text", "array", "headers", "release", "offset"}) {
    cases.push_back({"Pointers", {{"where", where}}, "the plugin handed over a malformed batch"});
  }
  BundleRig rig;
  rig.StartGood();
  int number = 0;
  for (const Case& c : cases) {
    const std::string name = "bad" + std::to_string(++number);
    config::Properties settings = c.settings;
    settings["connector.class"] = std::string("test.Bad") + c.name + "Connector";
    CAPTURE(settings["connector.class"]);
    for (const auto& [k, v] : c.settings) CAPTURE(v);
    rig.StartSource(settings, name);
    REQUIRE(rig.WaitForState(State::kFailed, name));
    CHECK_MESSAGE(rig.Failure(name).message().find(c.reason) != std::string::npos, rig.Failure(name).message());
    rig.Stop(name);
  }
  CHECK(rig.GoodGoesOn());
  CHECK(rig.Failure("good").ok());
  rig.worker->StopTasks(rig.worker->Tasks());
}

TEST_CASE("misbehaving: a sink that throws fails, one that throws while stopping is stopped all the same") {
  BundleRig rig;
  rig.StartGood();
  rig.StartSink({{"connector.class", "test.BadThrowsInPutConnector"}}, "bad");
  test::FakeConsumer* consumer = rig.clients.WaitForConsumer();
  consumer->Assign({{"t", 0, 0}});
  consumer->Deliver({{.topic = "t", .offset = 0, .value = "v"}});
  REQUIRE(rig.WaitForState(State::kFailed, "bad"));
  CHECK(rig.Failure("bad").message().find("let a C++ exception out of its bundle") != std::string::npos);
  for (const std::string& call : consumer->Calls()) CHECK_FALSE(call.starts_with("commit"));
  rig.Stop("bad");
  rig.StartSource({{"connector.class", "test.BadThrowsInStopConnector"}}, "stop");
  REQUIRE(rig.WaitForState(State::kRunning, "stop"));
  rig.Stop("stop");
  CHECK(rig.WaitForState(State::kUnassigned, "stop"));
  CHECK(rig.GoodGoesOn());
  rig.worker->StopTasks(rig.worker->Tasks());
}

TEST_CASE("misbehaving: tasks that hang anywhere are given up in time, together; others stop well") {
  char folder[] = "/tmp/millrace-worker-XXXXXX";
  REQUIRE(mkdtemp(folder) != nullptr);
  const std::string release = std::string(folder) + "/release";
  {
    BundleRig rig;
    rig.config.task_shutdown_graceful_timeout_ms = 300;
    rig.config.offset_flush_timeout_ms = 100;
    rig.StartGood();
    for (const char* where : {"Start", "Poll", "Stop"}) {
      rig.StartSource({{"connector.class", std::string("test.BadHangsIn") + where + "Connector"},
                       {"release.file", release},
                       {"count", "0"}},
                      where);
    }
    rig.StartSink({{"connector.class", "test.BadHangsInPutConnector"}, {"release.file", release}}, "Put");
    test::FakeConsumer* consumer = rig.clients.WaitForConsumer();
    consumer->Assign({{"t", 0, 0}});
    consumer->Deliver({{.topic = "t", .offset = 0, .value = "v"}});
    REQUIRE(rig.WaitForState(State::kRunning, "Stop"));
    REQUIRE(rig.WaitForState(State::kRunning, "Put"));
    usleep(50000);
    CHECK(rig.GoodGoesOn());
    rig.worker->StopTasks(rig.worker->Tasks());
    CHECK(rig.worker->Tasks().empty());
    for (const char* where : {"Start", "Stop", "Put"}) {
      CHECK(rig.Logged(std::string("Graceful stop of task ") + where + "-0 failed"));
    }
    CHECK(rig.WaitForState(State::kUnassigned, "good"));
    CHECK(rig.Offset("p", "Put") == std::nullopt);
    const size_t events = rig.Events().size();
    std::ofstream(release).put('x');
    // The hanging threads come back, find that they were given up, and end without a word.
    CHECK(Eventually([] {
      size_t threads = 0;
      for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
        (void)entry;
        ++threads;
      }
      return threads <= 3;
    }));
    CHECK(rig.Events().size() == events);
  }
  std::filesystem::remove_all(folder);
}
