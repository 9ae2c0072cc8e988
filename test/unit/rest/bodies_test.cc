// SPDX-License-Identifier: Apache-2.0
#include "rest/bodies.h"

#include <doctest/doctest.h>

#include "rest/json.h"

using namespace millrace;
using namespace millrace::rest;

TEST_CASE("scalars of a configuration become their text, null stays null") {
  const auto body = ParseConfigBody(R"({"a":1.50,"b":true,"c":null,"d":"x","e":-0,"f":1e300,"a":2})");
  REQUIRE(body.ok());
  REQUIRE(*body);
  const config::RawConfig want = {{"a", "2"}, {"b", "true"}, {"c", std::nullopt},
                                  {"d", "x"}, {"e", "-0"},   {"f", "1e300"}};
  CHECK(**body == want);
}

TEST_CASE("an empty body and null are null") {
  for (const char* text : {"", " \n", "null"}) {
    const auto body = ParseConfigBody(text);
    REQUIRE(body.ok());
    CHECK_FALSE(*body);
  }
}

TEST_CASE("what follows the value is ignored, as Jackson does") {
  CHECK(ParseConfigBody(R"({"a":"b"} trailing)").ok());
}

TEST_CASE("bodies of another shape are refused") {
  for (const char* text : {"{", "[]", "\"x\"", "zzz", "{\"a\":{}}", "{\"a\":[1]}", "{\"a\":NaN}", "{\"a\":1,}",
                           "{'a':1}", "// c\n{}", "{\"a\":01}", "{\"a\":\"\x01\"}", "{\"a\":\"\xff\"}"}) {
    CHECK_MESSAGE(!ParseConfigBody(text).ok(), text);
  }
}

TEST_CASE("nesting and the number of values are bounded") {
  CHECK_FALSE(ParseJson(std::string(100'000, '[')).ok());
  CHECK_FALSE(ParseJson(std::string(65, '[') + std::string(65, ']')).ok());
  CHECK(ParseJson(std::string(64, '[') + std::string(64, ']')).ok());
  std::string many = "[0";
  for (int i = 0; i < 20; ++i) many += ",0";
  CHECK_FALSE(ParseJson(many + "]", {.depth = 4, .values = 10}).ok());
}

TEST_CASE("JSON is written back with the last of duplicates at the first's place") {
  const auto json = ParseJson(R"( {"b": 1.50, "a": [null, true, "é\n"], "b": {"x": 1e5}} )");
  REQUIRE(json.ok());
  CHECK(WriteJson(*json) == R"({"b":{"x":1e5},"a":[null,true,"é\n"]})");
}

TEST_CASE("a create request has a name, a configuration and a state") {
  auto body = ParseCreateBody(R"({"name":"x","config":{"a":"b"},"initial_state":"stopped"})");
  REQUIRE(body.ok());
  REQUIRE(*body);
  CHECK((*body)->name == "x");
  CHECK((*body)->config == config::RawConfig{{"a", "b"}});
  CHECK((*body)->initial_state == worker::TargetState::kStopped);
  body = ParseCreateBody(R"({"name":null,"config":null,"initial_state":null})");
  REQUIRE(body.ok());
  CHECK_FALSE((*body)->name);
  CHECK_FALSE((*body)->config);
  CHECK_FALSE((*body)->initial_state);

  const auto unknown = ParseCreateBody(R"({"Name":"x"})");
  REQUIRE_FALSE(unknown.ok());
  CHECK(unknown.status().message().starts_with(
      "Unrecognized field \"Name\" (class org.apache.kafka.connect.runtime.rest.entities.CreateConnectorRequest), not "
      "marked as ignorable"));
  for (const char* text : {"[]", "true", R"({"name":{}})", R"({"config":"y"})", R"({"initial_state":""})",
                           R"({"initial_state":"STARTED"})", R"({"initial_state":{}})"}) {
    CHECK_MESSAGE(!ParseCreateBody(text).ok(), text);
  }
}

TEST_CASE("an offsets request has partitions and offsets") {
  const auto body = ParseOffsetsBody(
      R"({"offsets":[{"partition":{"p":1},"offset":{"o":1.5}},{"partition":{"p":2}},{"partition":null,"offset":{}}]})");
  REQUIRE(body.ok());
  REQUIRE(*body);
  REQUIRE((*body)->offsets.size() == 3);
  CHECK((*body)->offsets[0].partition_json == R"({"p":1})");
  CHECK((*body)->offsets[0].offset_json == R"({"o":1.5})");
  CHECK((*body)->offsets[1].offset_json == "null");
  CHECK((*body)->offsets[2].partition_json == "null");
  for (const char* text : {R"({"offsets":[]})", R"({"offsets":null})", "{}"}) {
    const auto empty = ParseOffsetsBody(text);
    REQUIRE(empty.ok());
    CHECK((*empty)->offsets.empty());
  }
  for (const char* text : {R"({"offsets":"x"})", R"({"offsets":[null]})", R"({"offsets":[{"extra":1}]})",
                           R"({"offsets":[{"partition":{},"offset":[1]}]})", R"({"more":1})", "[]"}) {
    CHECK_MESSAGE(!ParseOffsetsBody(text).ok(), text);
  }
}
