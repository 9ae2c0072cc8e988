// SPDX-License-Identifier: Apache-2.0
#include "kafka/client_config.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "kafka/translation.h"

namespace millrace::kafka {
namespace {

std::string ReadSource(const std::string& path) {
  const char* root = std::getenv("MILLRACE_SOURCE_ROOT");
  REQUIRE(root != nullptr);
  std::ifstream in(std::string(root) + "/" + path);
  REQUIRE_MESSAGE(in.is_open(), path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string Trim(std::string s) {
  s.erase(0, s.find_first_not_of(' '));
  s.erase(s.find_last_not_of(' ') + 1);
  return s;
}

// One case of translation_cases.txt; the grammar stands at its head.
struct Case {
  std::string name;
  ClientRole role = ClientRole::kProducer;
  config::Properties settings;
  std::vector<std::pair<std::string, std::string>> native;
  std::vector<std::string> errors, warnings;
  bool quiet = false;  // no warning at all
};

std::vector<Case> ReadCases() {
  std::istringstream in(ReadSource("test/unit/kafka/translation_cases.txt"));
  std::vector<Case> cases;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line[0] == '[') {
      const size_t role_end = line.find(' ');
      const std::string role = line.substr(1, role_end - 1);
      REQUIRE_MESSAGE((role == "producer" || role == "consumer" || role == "admin"), line);
      cases.push_back({.name = line,
                       .role = role == "producer"   ? ClientRole::kProducer
                               : role == "consumer" ? ClientRole::kConsumer
                                                    : ClientRole::kAdmin});
      continue;
    }
    REQUIRE_MESSAGE(!cases.empty(), line);
    Case& c = cases.back();
    const auto pair = [&](size_t from) {
      const size_t equals = line.find('=', from);
      REQUIRE_MESSAGE(equals != std::string::npos, line);
      std::string value = Trim(line.substr(equals + 1));
      for (size_t at = 0; (at = value.find("\\n", at)) != std::string::npos; ++at) value.replace(at, 2, "\n");
      return std::pair(Trim(line.substr(from, equals - from)), value);
    };
    if (line.starts_with("-> "))
      c.native.push_back(pair(3));
    else if (line.starts_with("! "))
      c.errors.push_back(Trim(line.substr(2)));
    else if (line.starts_with("? "))
      c.warnings.push_back(Trim(line.substr(2)));
    else if (line == "quiet")
      c.quiet = true;
    else
      c.settings.insert(pair(0));
  }
  return cases;
}

TEST_CASE("translation cases") {
  const std::vector<Case> cases = ReadCases();
  CHECK(cases.size() > 60);
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Result<ClientConfig> result = Translate(c.role, c.settings);
    if (!c.errors.empty()) {
      REQUIRE_FALSE(result.ok());
      CHECK(result.status().code() == Code::kConfig);
      CAPTURE(result.status().message());
      for (const std::string& error : c.errors) CHECK(result.status().message().find(error) != std::string::npos);
      continue;
    }
    REQUIRE_MESSAGE(result.ok(), c.name << ": " << result.status().ToString());
    for (const auto& [key, value] : c.native) {
      const auto it = result->native.find(key);
      if (value == "(absent)") {
        CHECK(it == result->native.end());
        continue;
      }
      REQUIRE_MESSAGE(it != result->native.end(), c.name << ": no " << key);
      CHECK_MESSAGE(it->second == value, c.name << ": " << key << "=" << it->second);
    }
    for (const std::string& warning : c.warnings) {
      const bool found = std::any_of(result->warnings.begin(), result->warnings.end(),
                                     [&](const std::string& w) { return w.find(warning) != std::string::npos; });
      CHECK_MESSAGE(found, c.name << ": no warning " << warning);
    }
    if (c.quiet) CHECK_MESSAGE(result->warnings.empty(), c.name << ": " << result->warnings.front());
  }
}

TEST_CASE("the table is sorted, and no key has two rules for one role") {
  const auto rules = Rules();
  for (size_t i = 1; i < rules.size(); ++i) {
    CHECK_MESSAGE(rules[i - 1].java <= rules[i].java, rules[i].java);
    if (rules[i - 1].java == rules[i].java) CHECK((rules[i - 1].roles & rules[i].roles) == 0);
  }
}

TEST_CASE("Connect's defaults translate without a warning") {
  for (const ClientRole role : {ClientRole::kProducer, ClientRole::kConsumer, ClientRole::kAdmin}) {
    const Result<ClientConfig> config = Translate(role, ConnectDefaults(role));
    REQUIRE_MESSAGE(config.ok(), config.status().ToString());
    CHECK(config->warnings.empty());
  }
}

TEST_CASE("settings outside librdkafka") {
  auto producer = Translate(ClientRole::kProducer, {{"buffer.memory", "1000000"}});
  REQUIRE(producer.ok());
  CHECK(producer->buffer_memory == 1000000);
  auto consumer = Translate(ClientRole::kConsumer, {{"max.poll.records", "77"},
                                                    {"metadata.max.age.ms", "5000"},
                                                    {"exclude.internal.topics", "false"},
                                                    {"default.api.timeout.ms", "123"}});
  REQUIRE(consumer.ok());
  CHECK(consumer->max_poll_records == 77);
  CHECK(consumer->metadata_max_age_ms == 5000);
  CHECK_FALSE(consumer->exclude_internal_topics);
  CHECK(consumer->api_timeout_ms == 123);
}

TEST_CASE("all errors are told at once and no secret is told at all") {
  const std::string canary = "s3cr3t-canary";
  const auto result = Translate(
      ClientRole::kProducer,
      {{"linger.ms", "soon"},
       {"acks", "2"},
       {"security.protocol", "SASL_SSL"},
       {"sasl.mechanism", "PLAIN"},
       {"ssl.truststore.certificates", canary},
       {"ssl.key.password", canary},
       {"sasl.jaas.config", "com.sun.security.auth.module.JndiLoginModule required password=\"" + canary + "\";"}});
  REQUIRE_FALSE(result.ok());
  const std::string& message = result.status().message();
  CHECK(message.find("linger.ms: 'soon' is not a whole number") != std::string::npos);
  CHECK(message.find("acks: '2'") != std::string::npos);
  CHECK(message.find("JndiLoginModule") != std::string::npos);
  CHECK(message.find(canary) == std::string::npos);
}

TEST_CASE("a sharing key tells settings apart") {
  const auto key = [](const config::Properties& p) { return Translate(ClientRole::kProducer, p)->SharingKey(); };
  CHECK(key({{"linger.ms", "5"}}) == key({{"linger.ms", "5"}}));
  CHECK(key({{"linger.ms", "5"}}) != key({{"linger.ms", "6"}}));
  CHECK(key({{"client.id", "a"}}) != key({{"client.id", "b"}}));
  CHECK(key({{"buffer.memory", "70000"}}) != key({{"buffer.memory", "80000"}}));
}

TEST_CASE("docs/kafka-clients.md is the table's") {
  const std::string path = "docs/kafka-clients.md";
  if (const char* update = std::getenv("MILLRACE_UPDATE_DOCS"); update != nullptr) {
    std::ofstream(std::string(std::getenv("MILLRACE_SOURCE_ROOT")) + "/" + path) << ClientSettingsMarkdown();
  }
  CHECK_MESSAGE(ReadSource(path) == ClientSettingsMarkdown(),
                "run this test with MILLRACE_UPDATE_DOCS=1 to write " << path << " anew");
}

}  // namespace
}  // namespace millrace::kafka
