// SPDX-License-Identifier: Apache-2.0
#include "rest/target.h"

#include <doctest/doctest.h>

#include "rest/utf8.h"

using millrace::rest::EncodePath;
using millrace::rest::ParseTarget;
using Segments = std::vector<std::string>;

namespace {

Segments Path(std::string_view raw) {
  const auto target = ParseTarget(raw);
  REQUIRE_MESSAGE(target.ok(), std::string(raw));
  return target->segments;
}

}  // namespace

TEST_CASE("segments are decoded one by one") {
  CHECK(Path("/") == Segments{});
  CHECK(Path("/connectors") == Segments{"connectors"});
  CHECK(Path("/connectors/") == Segments{"connectors"});
  CHECK(Path("/connectors/a%20b/status") == Segments{"connectors", "a b", "status"});
  CHECK(Path("/connectors/%C3%A9t%C3%A9") == Segments{"connectors", "\u00e9t\u00e9"});
  CHECK(Path("/connectors/a%3Fb%23c%26") == Segments{"connectors", "a?b#c&"});
  CHECK(Path("/connectors/a+b") == Segments{"connectors", "a+b"});
}

TEST_CASE("matrix parameters are dropped") {
  CHECK(Path("/connectors/a;x=1") == Segments{"connectors", "a"});
  CHECK(Path("/connectors;y/a;x=1;z/status") == Segments{"connectors", "a", "status"});
  CHECK(Path("/connectors/a%3Bx=1") == Segments{"connectors", "a;x=1"});
}

TEST_CASE("dots are resolved, and cannot leave the root") {
  CHECK(Path("/connectors/../health") == Segments{"health"});
  CHECK(Path("/./health") == Segments{"health"});
  CHECK(Path("/connectors/a../config") == Segments{"connectors", "a..", "config"});
  CHECK_FALSE(ParseTarget("/../health").ok());
  CHECK_FALSE(ParseTarget("/connectors/%2e%2e/health").ok());
  CHECK_FALSE(ParseTarget("/connectors/..;a/health").ok());
}

TEST_CASE("ambiguous and malformed targets are refused") {
  for (const char* raw : {"",
                          "connectors",
                          "//connectors",
                          "/connectors//a",
                          "/connectors/%2F",
                          "/connectors/a%2fb",
                          "/connectors/%5C",
                          "/connectors/\\",
                          "/connectors/%25",
                          "/connectors/%252F",
                          "/connectors/%zz",
                          "/connectors/%4",
                          "/connectors/%",
                          "/connectors/%C3",
                          "/connectors/%00",
                          "/connectors/%0A",
                          "/connectors/;x=1/a",
                          "/connectors/a;x=%zz",
                          "/connectors?expand=%zz",
                          "/connectors?expand=%FF"}) {
    CHECK_MESSAGE(!ParseTarget(raw).ok(), raw);
  }
}

TEST_CASE("the query is decoded as a form") {
  const auto target = ParseTarget("/connectors?expand=info&expand=status&x&a+b=c%20d&&e=f%2Fg#fragment");
  REQUIRE(target.ok());
  CHECK(target->QueryAll("expand") == std::vector<std::string_view>{"info", "status"});
  CHECK(target->Query("x") == "");
  CHECK(target->Query("a b") == "c d");
  CHECK(target->Query("e") == "f/g");
  CHECK_FALSE(target->Query("no"));
}

TEST_CASE("a name in a Location keeps slashes and escapes") {
  CHECK(EncodePath("a?q=1&a#f") == "a%3Fq=1&a%23f");
  CHECK(EncodePath("a;m=1+2") == "a;m=1+2");
  CHECK(EncodePath("w/slash") == "w/slash");
  CHECK(EncodePath("w%2Fz") == "w%2Fz");
  CHECK(EncodePath("100%") == "100%25");
  CHECK(EncodePath("\u00e9 {x}") == "%C3%A9%20%7Bx%7D");
}

TEST_CASE("UTF-8 is checked strictly") {
  using millrace::rest::IsUtf8;
  using millrace::rest::ToUtf8;
  CHECK(IsUtf8("a\u00e9\u4e2d\U0001F600"));
  for (const char* bad : {"\x80", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8", "\xe4\xb8"}) {
    CHECK_FALSE(IsUtf8(bad));
  }
  CHECK(ToUtf8("a\xff"
               "b") == "a\ufffdb");
}
