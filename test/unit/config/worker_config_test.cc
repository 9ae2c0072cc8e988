// SPDX-License-Identifier: Apache-2.0
#include "config/worker_config.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "config/http_headers.h"
#include "config/listener.h"

namespace millrace::config {
namespace {

constexpr const char* kLeast =
    "bootstrap.servers=localhost:9092\n"
    "key.converter=org.apache.kafka.connect.json.JsonConverter\n"
    "value.converter=org.apache.kafka.connect.json.JsonConverter\n"
    "offset.storage.file.filename=/tmp/offsets\n";

struct Made {
  std::optional<WorkerConfig> config;
  std::vector<std::string> problems;
};

Made Make(const std::string& more, Mode mode = Mode::kStandalone, const std::string& base = kLeast) {
  std::vector<Problem> problems;
  std::optional<File> file = Parse("w.properties", base + more, &problems);
  REQUIRE(file);
  Made made;
  made.config = WorkerConfig::Make(mode, *file, &problems);
  CHECK(HasErrors(problems) == !made.config.has_value());
  for (const Problem& p : problems) made.problems.push_back(p.ToString());
  return made;
}

using Problems = std::vector<std::string>;

TEST_CASE("the least configuration takes every default") {
  Made made = Make("");
  CHECK(made.problems.empty());
  REQUIRE(made.config);
  const WorkerConfig& c = *made.config;
  CHECK(c.bootstrap_servers == "localhost:9092");
  CHECK(c.client == Properties{{"bootstrap.servers", "localhost:9092"}});
  CHECK(c.header_converter == "org.apache.kafka.connect.storage.SimpleHeaderConverter");
  CHECK(c.listeners == std::vector<std::string>{"http://127.0.0.1:8083"});
  CHECK(!c.listeners_given);
  CHECK(!c.admin_listeners_given);
  CHECK(c.override_policy == "Allowlist");
  CHECK(c.override_allowlist.empty());
  CHECK(c.offset_flush_interval_ms == 60000);
  CHECK(c.offset_flush_timeout_ms == 5000);
  CHECK(c.task_shutdown_graceful_timeout_ms == 5000);
  CHECK(c.topic_creation_enable);
  CHECK(c.topic_tracking_enable);
  CHECK(c.plugin_discovery == "hybrid_warn");
  CHECK(c.plugin_path.empty());
  CHECK(c.offset_storage_file == "/tmp/offsets");
}

TEST_CASE("settings are typed and prefixes split off") {
  Made made = Make(
      "bootstrap.servers=a:1, b:2\nproducer.acks=1\nconsumer.max.poll.records=5\nadmin.client.id=x\n"
      "security.protocol=SSL\nssl.truststore.location=/t\nkey.converter.schemas.enable=false\n"
      "key.converter.plugin.version=4.1\nplugin.path=/p , /q,\nplugin.discovery=ONLY_SCAN\n"
      "offset.flush.interval.ms=1000\nlisteners=http://localhost:0,http://[::1]:1\nadmin.listeners=\n"
      "rest.advertised.port=99\ntopic.creation.enable=false\nresponse.http.headers.config=set A: b\n"
      "connector.client.config.override.policy=Allowlist\n"
      "connector.client.config.override.allowlist=acks, linger.ms\n");
  REQUIRE(made.config);
  const WorkerConfig& c = *made.config;
  CHECK(c.bootstrap_servers == "a:1,b:2");
  CHECK(c.producer == Properties{{"acks", "1"}});
  CHECK(c.consumer == Properties{{"max.poll.records", "5"}});
  CHECK(c.admin == Properties{{"client.id", "x"}});
  CHECK(c.client ==
        Properties{{"bootstrap.servers", "a:1,b:2"}, {"security.protocol", "SSL"}, {"ssl.truststore.location", "/t"}});
  CHECK(c.key_converter_config.at("schemas.enable") == "false");
  CHECK(c.key_converter_version == "4.1");
  CHECK(c.plugin_path == std::vector<std::string>{"/p", "/q"});
  CHECK(c.plugin_discovery == "only_scan");
  CHECK(c.offset_flush_interval_ms == 1000);
  CHECK(c.listeners.size() == 2);
  CHECK(c.admin_listeners_given);
  CHECK(c.admin_listeners.empty());
  CHECK(c.rest_advertised_port == 99);
  CHECK(!c.topic_creation_enable);
  CHECK(c.override_allowlist == std::vector<std::string>{"acks", "linger.ms"});
  CHECK(made.problems == Problems{"w.properties:5:1: warning: bootstrap.servers: given before in line 1; this later "
                                  "value is used; remove one of the two"});
}

TEST_CASE("all errors are told at once, with place, reason and remedy") {
  Made made = Make("offset.flush.interval.ms=abc\ntopic.creation.enable=maybe\nplugin.discovery=x\n", Mode::kStandalone,
                   "bootstrap.servers=\n");
  CHECK(!made.config);
  std::sort(made.problems.begin(), made.problems.end());
  CHECK(made.problems ==
        Problems{
            "w.properties: error: key.converter: it is required and has no default; add key.converter=...",
            "w.properties: error: offset.storage.file.filename: it is required and has no default; add "
            "offset.storage.file.filename=...",
            "w.properties: error: value.converter: it is required and has no default; add value.converter=...",
            "w.properties:1:1: error: bootstrap.servers: there is no broker in it; write host:port, or embedded for a "
            "development broker",
            "w.properties:2:1: error: offset.flush.interval.ms = abc: not a number of type LONG; write a whole number "
            "of milliseconds, for example 60000",
            "w.properties:3:1: error: topic.creation.enable = maybe: expected value to be either true or false; write "
            "true or false",
            "w.properties:4:1: error: plugin.discovery = x: string must be one of (case insensitive): ONLY_SCAN, "
            "SERVICE_LOAD, HYBRID_WARN, HYBRID_FAIL; write one of ONLY_SCAN,SERVICE_LOAD,HYBRID_WARN,HYBRID_FAIL"});
}

TEST_CASE("known settings that do nothing and unknown ones are warned about by name") {
  auto warning = [](const std::string& line) {
    Made made = Make(line + "\n");
    REQUIRE(made.config);
    REQUIRE(made.problems.size() == 1);
    return made.problems[0];
  };
  CHECK(warning("metric.reporters=x.Y") ==
        "w.properties:5:1: warning: metric.reporters = x.Y: Java reporters cannot be loaded; it has no effect; read "
        "metrics from /metrics");
  CHECK(warning("group.id=g").find("belongs to distributed mode") != std::string::npos);
  CHECK(warning("offset.flush.interval=1").find("did you mean offset.flush.interval.ms?") != std::string::npos);
  CHECK(warning("wholly.unknown=1").find("no such setting is known") != std::string::npos);
  CHECK(warning("internal.key.converter=x").find("removed in Kafka 3.0") != std::string::npos);
  CHECK(warning("internal.key.converter.schemas.enable=x").find("removed in Kafka 3.0") != std::string::npos);
  CHECK(warning("rest.port=1").find("listeners=http://host:port") != std::string::npos);
  CHECK(warning("listeners.https.ssl.keystore.location=/k").find("https") != std::string::npos);
  CHECK(warning("my.secret=geheim").find("geheim") == std::string::npos);
  CHECK(warning("connector.client.config.override.policy=None\nconnector.client.config.override.allowlist=x")
            .find("no effect under the policy None") != std::string::npos);
}

TEST_CASE("every standalone setting is honoured or warned about") {
  // Those that WorkerConfig hands on typed or below `client`; the rest must warn.
  for (const ConfigKey& key : WorkerConfig::Definition(Mode::kStandalone).keys()) {
    CAPTURE(key.name);
    std::string value = key.default_value.value_or(key.type == Type::kInt ? "1" : "x");
    if (value.empty()) value = key.name == "response.http.headers.config" ? "set A: b" : "x";
    if (key.name == "admin.listeners") value = "http://127.0.0.1:1";
    Made made = Make(key.name + "=" + value + "\n");
    REQUIRE(made.config);
    bool warned = std::any_of(made.problems.begin(), made.problems.end(), [&](const std::string& p) {
      return p.find("warning: " + key.name) != std::string::npos && p.find("no effect") != std::string::npos;
    });
    CHECK(made.config->originals.contains(key.name));
    bool client = made.config->client.contains(key.name);
    bool java_only = key.name.starts_with("metric") || key.name == "rest.extension.classes" ||
                     key.name == "ssl.client.auth" || key.name == "ssl.engine.factory.class" ||
                     key.name == "ssl.provider" || key.name == "ssl.secure.random.implementation" ||
                     key.name.ends_with("manager.algorithm");
    if (java_only) CHECK(warned);
    if (key.name.starts_with("ssl.") && key.name != "ssl.client.auth") CHECK(client);
  }
}

TEST_CASE("client settings of the worker are not mistaken for unknown ones") {
  Made made = Make("sasl.mechanism=PLAIN\nrequest.timeout.ms=5\ndefault.api.timeout.ms=7\nclient.id=c\n");
  CHECK(made.problems.empty());
  CHECK(made.config->client.at("default.api.timeout.ms") == "7");
  CHECK(made.config->client.at("client.id") == "c");
}

TEST_CASE("listeners are checked, and opening REST to the network is warned about") {
  CHECK(Make("listeners=http://:8083\n").problems ==
        Problems{"w.properties:5:1: warning: listeners = http://:8083: http://:8083 opens REST to the network, and "
                 "REST has no authentication; listen on 127.0.0.1, or let only trusted hosts reach the port"});
  CHECK(Make("listeners=https://127.0.0.1:1\n").problems[0].find("https listeners are not there yet") !=
        std::string::npos);
  CHECK(!Make("listeners=ftp://127.0.0.1:1\n").config);
  CHECK(!Make("listeners=http://127.0.0.1:99999\n").config);
  CHECK(!Make("listeners=\n").config);
}

TEST_CASE("an override policy that does not exist is an error") {
  CHECK(!Make("connector.client.config.override.policy=com.example.Mine\n").config);
  CHECK(Make("connector.client.config.override.policy="
             "org.apache.kafka.connect.connector.policy.AllConnectorClientConfigOverridePolicy\n")
            .config);
}

TEST_CASE("distributed settings are checked too") {
  Made made = Make(
      "group.id=g\noffset.storage.topic=o\nconfig.storage.topic=c\nstatus.storage.topic=s\n"
      "status.storage.partitions=0\n",
      Mode::kDistributed);
  CHECK(!made.config);
  CHECK(std::any_of(made.problems.begin(), made.problems.end(), [](const std::string& p) {
    return p.find("status.storage.partitions = 0: number of partitions must be positive") != std::string::npos;
  }));
  CHECK(std::any_of(made.problems.begin(), made.problems.end(), [](const std::string& p) {
    return p.find("offset.storage.file.filename = /tmp/offsets: it belongs to standalone mode") != std::string::npos;
  }));
}

TEST_CASE("listener URLs") {
  auto parse = [](std::string_view url) { return ParseListener(url); };
  CHECK(parse("http://127.0.0.1:8083")->loopback());
  CHECK(parse("HTTP://localhost:1/")->port == 1);
  CHECK(parse("http://[::1]:5")->host == "::1");
  CHECK(parse("http://:0")->host.empty());
  CHECK(!parse("http://:0")->loopback());
  CHECK(!parse("http://127.evil.example:1")->loopback());
  CHECK(parse("http://host")->port == 8083);
  CHECK(parse("https://h:1")->tls);
  for (const char* bad : {"", "localhost:1", "http://h:", "http://h:x", "http://h:70000", "http://h:-1", "http://[::1",
                          "http://[::1]x", "http://h/path:1", "ftp://h:1"}) {
    CAPTURE(bad);
    CHECK(!parse(bad).ok());
  }
}

TEST_CASE("response header rules") {
  Result<std::vector<HttpHeaderRule>> rules =
      ParseHttpHeaderRules("set X-A: b, \"ADD Cache-Control: no-cache, no-store\" ,setDate Last-Modified: 1");
  REQUIRE(rules.ok());
  REQUIRE(rules->size() == 3);
  CHECK((*rules)[0].action == "set");
  CHECK((*rules)[0].name == "X-A");
  CHECK((*rules)[1].action == "add");
  CHECK((*rules)[1].value == "no-cache, no-store");
  CHECK((*rules)[2].action == "setDate");
  CHECK(ParseHttpHeaderRules(" ")->empty());
  for (const char* bad : {"set", "set X", "set X:", "put X: y", "set X Y: z", "set X: y: z", "set : y"}) {
    CAPTURE(bad);
    CHECK(!ParseHttpHeaderRules(bad).ok());
  }
}

}  // namespace
}  // namespace millrace::config
