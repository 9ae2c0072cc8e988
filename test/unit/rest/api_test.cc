// SPDX-License-Identifier: Apache-2.0
#include "rest/api.h"

#include <doctest/doctest.h>

#include "fake_herder.h"

using namespace millrace;
using namespace millrace::rest;

namespace {

struct Fixture {
  FakeHerder herder;
  Log log;
  Surface surface;
  ApiServices services;

  Fixture() {
    log.SetSink([](LogLevel, std::string_view) {});
    services.herder = &herder;
    services.log = &log;
    services.clock = &Clock::System();
    services.version = "4.1.2";
    services.commit = "abc";
  }
  Response Ask(const Request& request) { return Api(services).Handle(request, surface); }
  Response Ask(std::string method, std::string target, std::string body = "") {
    Request request;
    request.method = std::move(method);
    request.raw_target = std::move(target);
    request.body = std::move(body);
    request.host = "h:1";
    if (!request.body.empty()) request.content_type = "application/json";
    return Ask(request);
  }
};

std::string Header(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "what is not there, what is not allowed") {
  CHECK(Ask("GET", "/unknown").status == 404);
  CHECK(Ask("GET", "/unknown").body == R"({"error_code":404,"message":"HTTP 404 Not Found"})");
  CHECK(Ask("GET", "/Connectors").status == 404);
  CHECK(Ask("GET", "/connectors/a/tasks/0").status == 404);
  const Response not_allowed = Ask("DELETE", "/connectors");
  CHECK(not_allowed.status == 405);
  CHECK(not_allowed.body == R"({"error_code":405,"message":"HTTP 405 Method Not Allowed"})");
  CHECK(Header(not_allowed, "Allow") == "GET,HEAD,OPTIONS,POST");
  CHECK(Ask("PROPFIND", "/connectors").status == 405);
  const Response ambiguous = Ask("GET", "/connectors/a%2Fb");
  CHECK(ambiguous.status == 400);
  CHECK(ambiguous.content_type.starts_with("text/html"));
}

TEST_CASE_FIXTURE(Fixture, "OPTIONS names the methods, HEAD is GET") {
  const Response options = Ask("OPTIONS", "/connectors/none/offsets");
  CHECK(options.status == 200);
  CHECK(options.content_type == "text/plain");
  CHECK(options.body == "DELETE, GET, HEAD, OPTIONS, PATCH");
  CHECK(Ask("HEAD", "/connectors").status == 200);
  CHECK(Ask("HEAD", "/connectors/a").status == 404);
}

TEST_CASE_FIXTURE(Fixture, "content is negotiated") {
  Request request{"GET", "/connectors", "", "", "text/plain", {}, {}, {}};
  CHECK(Ask(request).status == 406);
  request.accept = "application/json;charset=utf-8";
  CHECK(Ask(request).content_type == "application/json;charset=utf-8");

  herder.put = Status::BadRequest("no");
  request = {"POST", "/connectors", R"({"name":"x","config":{}})", "", {}, {}, {}, {}};
  CHECK(Ask(request).status == 415);  // no Content-Type
  for (const auto& [type, status] : std::vector<std::pair<std::string, int>>{{"application/json; charset=utf-8", 400},
                                                                             {"application/JSON", 400},
                                                                             {"*/*", 415},
                                                                             {"text/plain", 415},
                                                                             {"application/x-www-form-urlencoded", 415},
                                                                             {"json", 400}}) {
    request.content_type = type;
    CHECK_MESSAGE(Ask(request).status == status, type);
  }
  CHECK(herder.calls.size() == 2);
  // A body that nobody reads still must say that it is JSON.
  CHECK(Ask({"POST", "/connectors/a/restart", "x", "", {}, "text/plain", {}, {}}).status == 415);
}

TEST_CASE_FIXTURE(Fixture, "the root and health") {
  CHECK(Ask("GET", "/").body == R"({"version":"4.1.2","commit":"abc","kafka_cluster_id":"cluster-1"})");
  herder.cluster = Status::Timeout("no broker");
  CHECK(Ask("GET", "/").body == R"({"version":"4.1.2","commit":"abc","kafka_cluster_id":null})");
  CHECK(Ask("GET", "/health/").body ==
        R"({"status":"healthy","message":"Worker has completed startup and is ready to handle requests."})");
  herder.ready = Status(Code::kUnavailable, "");
  CHECK(Ask("GET", "/health").status == 503);
  CHECK(Ask("GET", "/health").body == R"({"status":"starting","message":"Worker is still starting up."})");
  herder.ready = Status::Timeout("Busy.");
  CHECK(Ask("GET", "/health").status == 500);
  CHECK(Ask("GET", "/health").body == R"({"status":"unhealthy","message":"Busy."})");
}

TEST_CASE_FIXTURE(Fixture, "connectors are listed and expanded") {
  herder.names = {"a", "b"};
  CHECK(Ask("GET", "/connectors").body == R"(["a","b"])");
  CHECK(Ask("GET", "/connectors?expand=zzz").body == R"({"a":{},"b":{}})");
  CHECK(Ask("GET", "/connectors?expand=info").body ==
        R"({"a":{"info":{"name":"a","config":{"name":"a"},"tasks":[{"connector":"a","task":0}],"type":"source"}},)"
        R"("b":{"info":{"name":"b","config":{"name":"b"},"tasks":[{"connector":"b","task":0}],"type":"source"}}})");
  CHECK(Ask("GET", "/connectors/a/status").body ==
        R"({"name":"a","connector":{"state":"RUNNING","worker_id":"w:1","version":"1.0"},)"
        R"("tasks":[{"id":0,"state":"FAILED","worker_id":"w:1","version":null,"trace":"why"}],"type":"source"})");
  CHECK(Ask("GET", "/connectors/a/tasks").body == R"([{"id":{"connector":"a","task":0},"config":{"a":"b"}}])");
  CHECK(Ask("GET", "/connectors/c").body == R"({"error_code":404,"message":"Connector c not found"})");
}

TEST_CASE_FIXTURE(Fixture, "a connector is created") {
  herder.put = herder::Herder::Put{true, {"a b", {{"k", "v"}}, {}, "sink"}};
  const Response created = Ask("POST", "/connectors", R"({"name":" a b ","config":{"k":1},"initial_state":"paused"})");
  CHECK(created.status == 201);
  CHECK(Header(created, "Location") == "http://h:1/connectors/a%20b");
  CHECK(created.body == R"({"name":"a b","config":{"k":"v"},"tasks":[],"type":"sink"})");
  CHECK(herder.calls == std::vector<std::string>{"put a b"});
  CHECK(herder.config == config::RawConfig{{"k", "1"}, {"name", "a b"}});
  CHECK(herder.initial == worker::TargetState::kPaused);

  const Response other = Ask("POST", "/connectors", R"({"name":"a","config":{"name":"b"}})");
  CHECK(other.status == 400);
  CHECK(other.body.find("Connector name configuration (b) doesn't match connector name in the URL (a)") !=
        std::string::npos);
  CHECK(Ask("POST", "/connectors", R"({"name":"a"})").status == 500);
  CHECK(Ask("POST", "/connectors", "null").status == 500);
  herder.put = Status(Code::kAlreadyExists, "Connector a already exists");
  CHECK(Ask("POST", "/connectors", R"({"name":"a","config":{}})").status == 409);
}

TEST_CASE_FIXTURE(Fixture, "a configuration is put and patched") {
  herder.put = herder::Herder::Put{false, {"a", {}, {}, "sink"}};
  CHECK(Ask("PUT", "/connectors/a/config", R"({"k":"v"})").status == 200);
  CHECK(herder.config == config::RawConfig{{"k", "v"}, {"name", "a"}});
  CHECK(Ask("PATCH", "/connectors/a/config", R"({"k":null})").status == 200);
  CHECK(herder.config == config::RawConfig{{"k", std::nullopt}});
  CHECK(herder.calls == std::vector<std::string>{"put a replace", "patch a"});
}

TEST_CASE_FIXTURE(Fixture, "lifecycle requests and their codes") {
  herder.names = {"a"};
  CHECK(Ask("PUT", "/connectors/a/pause").status == 202);
  CHECK(Ask("PUT", "/connectors/a/resume").status == 202);
  CHECK(Ask("PUT", "/connectors/a/stop").status == 204);
  CHECK(Ask("DELETE", "/connectors/a").status == 204);
  CHECK(Ask("POST", "/connectors/a/restart?includeTasks=1").status == 204);
  CHECK(Ask("POST", "/connectors/a/restart?includeTasks=TRUE").status == 202);
  CHECK(Ask("POST", "/connectors/a/restart?onlyFailed=true").status == 202);
  CHECK(Ask("POST", "/connectors/a/tasks/0/restart").status == 204);
  CHECK(Ask("POST", "/connectors/a/tasks/+1/restart").status == 204);
  CHECK(Ask("POST", "/connectors/a/tasks/x/restart").status == 404);
  CHECK(Ask("GET", "/connectors/a/tasks/-1/status").body ==
        R"({"error_code":404,"message":"No status found for task a--1"})");
  CHECK(Ask("GET", "/connectors/a/tasks/99999999999/status").body ==
        R"({"error_code":404,"message":"HTTP 404 Not Found"})");
  CHECK(Ask("PUT", "/connectors/a/topics/reset").status == 202);
  CHECK(herder.calls == std::vector<std::string>{"pause a", "resume a", "stop a", "delete a", "restart a",
                                                 "restart a tasks", "restart a failed", "restart task a 0",
                                                 "restart task a 1", "reset topics a"});
  herder.outcome = Status::Timeout("Request timed out");
  CHECK(Ask("PUT", "/connectors/a/stop").status == 500);
}

TEST_CASE_FIXTURE(Fixture, "topics can be kept secret") {
  CHECK(Ask("GET", "/connectors/a/topics").body == R"({"a":{"topics":["t"]}})");
  services.topic_tracking_reset = false;
  CHECK(Ask("PUT", "/connectors/a/topics/reset").status == 403);
  services.topic_tracking = false;
  CHECK(Ask("GET", "/connectors/a/topics").body == R"({"error_code":403,"message":"Topic tracking is disabled."})");
}

TEST_CASE_FIXTURE(Fixture, "offsets") {
  CHECK(Ask("GET", "/connectors/a/offsets").body ==
        R"({"offsets":[{"partition":{"file":"a"},"offset":{"position":7}}]})");
  CHECK(Ask("PATCH", "/connectors/a/offsets", R"({"offsets":[{"partition":{"f":1}}]})").body ==
        R"({"message":"done"})");
  REQUIRE(herder.offsets.size() == 1);
  CHECK(Ask("PATCH", "/connectors/a/offsets", R"({"offsets":[]})").status == 400);
  CHECK(Ask("DELETE", "/connectors/a/offsets").status == 200);
}

TEST_CASE_FIXTURE(Fixture, "plugins") {
  CHECK(Ask("GET", "/connector-plugins").body == R"([{"class":"a.Sink","type":"sink","version":"1"}])");
  CHECK(Ask("GET", "/connector-plugins?connectorsOnly=no").body.find("a.Converter") != std::string::npos);
  CHECK(Ask("GET", "/connector-plugins/x/config").status == 404);
  CHECK(Ask("PUT", "/connector-plugins/FileStreamSource/config/validate",
            R"({"connector.class":"org.x.FileStreamSourceConnector"})")
            .status == 200);
  const Response mismatch =
      Ask("PUT", "/connector-plugins/Other/config/validate", R"({"connector.class":"FileStreamSink"})");
  CHECK(mismatch.status == 400);
  CHECK(mismatch.body ==
        R"({"error_code":400,"message":"Included connector type FileStreamSink does not match request type Other"})");
}

TEST_CASE_FIXTURE(Fixture, "a validation is shown as Kafka Connect shows it") {
  config::ConfigKey key;
  key.name = "k";
  key.type = config::Type::kInt;
  key.default_value = "1";
  herder.infos = config::ConfigInfos{"c", 1, {"G"}, {{key, {"k", std::nullopt, {"1"}, {"bad"}, true}}}};
  CHECK(Ask("PUT", "/connector-plugins/c/config/validate", "{}").body ==
        R"({"name":"c","error_count":1,"groups":["G"],"configs":[{"definition":{"name":"k","type":"INT",)"
        R"("required":false,"default_value":"1","importance":"HIGH","documentation":"","group":null,"width":"NONE",)"
        R"("display_name":"k","dependents":[],"order":-1},"value":{"name":"k","value":null,)"
        R"("recommended_values":["1"],"errors":["bad"],"visible":true}}]})");
}

TEST_CASE_FIXTURE(Fixture, "loggers are listed and set") {
  (void)log.Get("x.Y");
  CHECK(Ask("GET", "/admin/loggers/x.Y").body == R"({"level":"INFO","last_modified":null})");
  CHECK(Ask("GET", "/admin/loggers/x.Z").body == R"({"error_code":404,"message":"Logger x.Z not found."})");
  CHECK(Ask("PUT", "/admin/loggers/x", R"({"level":"all"})").body == R"(["x","x.Y"])");
  CHECK(Ask("PUT", "/admin/loggers/x", R"({"level":"ALL"})").body == "[]");
  CHECK(Ask("GET", "/admin/loggers/x.Y").body.starts_with(R"({"level":"ALL","last_modified":)"));
  CHECK(Ask("PUT", "/admin/loggers/x?scope=Cluster", R"({"level":"WARN"})").status == 204);
  CHECK(Ask("PUT", "/admin/loggers/ROOT", R"({"level":"ERROR"})").status == 200);
  CHECK(log.Level("root")->level == LogLevel::kError);
  CHECK(Ask("PUT", "/admin/loggers/x", R"({"level":""})").status == 500);
  CHECK(Ask("PUT", "/admin/loggers/x", R"({"level":" "})").body ==
        R"({"error_code":404,"message":"invalid log level ' '."})");
  CHECK(Ask("PUT", "/admin/loggers/x", R"({"Level":"INFO"})").status == 400);
  CHECK(Ask("PUT", "/admin/loggers/x", "null").status == 500);
}

TEST_CASE_FIXTURE(Fixture, "a listener serves what it is meant to") {
  surface = {.connect = false, .admin = true};
  CHECK(Ask("GET", "/connectors").status == 404);
  CHECK(Ask("GET", "/admin/loggers").status == 200);
  surface = {.connect = true, .admin = false};
  CHECK(Ask("GET", "/connectors").status == 200);
  CHECK(Ask("GET", "/admin/loggers").status == 404);
}

TEST_CASE("requests that may wait for a plugin are known") {
  const auto waits = [](std::string method, std::string target) {
    return Api::MayWait({std::move(method), std::move(target), "", "", {}, {}, {}, {}});
  };
  CHECK(waits("POST", "/connectors"));
  CHECK(waits("PUT", "/connector-plugins/x/config/validate"));
  CHECK(waits("GET", "/connectors/x/offsets"));
  CHECK_FALSE(waits("GET", "/connectors"));
  CHECK_FALSE(waits("GET", "/health"));
  CHECK_FALSE(waits("GET", "/a%2Fb"));
}
