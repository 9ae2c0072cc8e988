// SPDX-License-Identifier: Apache-2.0
#include "rest/media_type.h"

#include <doctest/doctest.h>

using millrace::rest::NegotiateJson;
using millrace::rest::ParseMediaType;

TEST_CASE("media types are parsed with their parameters") {
  const auto type = ParseMediaType("Application/JSON; Charset=utf-8 ; q=0.5");
  REQUIRE(type);
  CHECK(type->type == "application");
  CHECK(type->subtype == "json");
  CHECK(type->parameters == std::vector<std::pair<std::string, std::string>>{{"charset", "utf-8"}});
  CHECK(type->quality == 0.5);
  for (const char* bad : {"", "json", "/", "a/", "/b", "a b/c", "a/b;c", "a/b; c=\x01", "a/b;c=\"x\ny\""}) {
    CHECK_MESSAGE(!ParseMediaType(bad), bad);
  }
}

TEST_CASE("JSON is given when it is acceptable") {
  const auto json = std::optional<std::string>("application/json");
  CHECK(NegotiateJson("") == json);
  CHECK(NegotiateJson("*/*") == json);
  CHECK(NegotiateJson("application/*") == json);
  CHECK(NegotiateJson("text/html,application/json;q=0.5") == json);
  CHECK(NegotiateJson("text/html, */*;q=0.1") == json);
  CHECK(NegotiateJson("application/json;charset=utf-8") == "application/json;charset=utf-8");
  CHECK_FALSE(NegotiateJson("text/plain"));
  CHECK_FALSE(NegotiateJson("application/xml"));
  CHECK_FALSE(NegotiateJson("application/json;q=0"));
}
