// SPDX-License-Identifier: Apache-2.0
#include "base/java_regex.h"

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace millrace {
namespace {

// What java.util.regex of Java 17.0.15 answered, one case per line: a pattern that is refused ("error"), a match
// ("matches", "find") or a replacement ("first", "all", or "class" and "message" of the exception).
std::vector<rapidjson::Document> Golden() {
  const char* root = std::getenv("MILLRACE_SOURCE_ROOT");
  REQUIRE(root != nullptr);
  std::ifstream in(std::string(root) + "/test/golden/java-regex.jsonl");
  std::vector<rapidjson::Document> cases;
  for (std::string line; std::getline(in, line);) {
    rapidjson::Document d;
    d.Parse(line.c_str(), line.size());
    REQUIRE(!d.HasParseError());
    cases.push_back(std::move(d));
  }
  return cases;
}

std::string Text(const rapidjson::Document& d, const char* member) {
  return {d[member].GetString(), d[member].GetStringLength()};
}

TEST_CASE("regular expressions behave as recorded from Java") {
  std::vector<rapidjson::Document> cases = Golden();
  REQUIRE(cases.size() > 200);
  for (const rapidjson::Document& d : cases) {
    std::string pattern = Text(d, "pattern");
    CAPTURE(pattern);
    Result<JavaRegex> regex = JavaRegex::Compile(pattern);
    if (d.HasMember("error")) {
      REQUIRE(!regex.ok());
      CHECK(regex.status().message() == Text(d, "error"));
      continue;
    }
    REQUIRE_MESSAGE(regex.ok(), regex.status().message());
    std::string text = Text(d, "text");
    CAPTURE(text);
    if (d.HasMember("matches")) {
      CHECK(*regex->Matches(text) == d["matches"].GetBool());
      CHECK(*regex->Find(text) == d["find"].GetBool());
      continue;
    }
    std::string replacement = Text(d, "replacement");
    CAPTURE(replacement);
    Result<std::string> first = regex->ReplaceFirst(text, replacement);
    if (d.HasMember("class")) {
      REQUIRE(!first.ok());
      CHECK(first.status().message() == Text(d, "message"));
      CHECK(first.status().detail("class") == Text(d, "class"));
      continue;
    }
    REQUIRE_MESSAGE(first.ok(), first.status().message());
    CHECK(*first == Text(d, "first"));
    CHECK(*regex->ReplaceAll(text, replacement) == Text(d, "all"));
  }
}

TEST_CASE("a catastrophic pattern is given up, not waited for") {
  Result<JavaRegex> regex = JavaRegex::Compile("(a+)+b");
  REQUIRE(regex.ok());
  Result<bool> match = regex->Matches(std::string(64, 'a') + "!b");
  REQUIRE(!match.ok());
  CHECK(match.status().message().find("was given up") != std::string::npos);
}

TEST_CASE("what is not supported is said") {
  for (std::string pattern : {"\\p{InGreek}", "\\N{LATIN SMALL LETTER A}", "(?<=a|b*)c", "a{70000}", "\\b{g}"}) {
    CAPTURE(pattern);
    Result<JavaRegex> regex = JavaRegex::Compile(pattern);
    REQUIRE(!regex.ok());
    CHECK(regex.status().message().find("not supported") != std::string::npos);
  }
  CHECK(!JavaRegex::Compile(std::string(100'000, 'a')).ok());
  CHECK(!JavaRegex::Compile(std::string(10'000, '(')).ok());
  CHECK(!JavaRegex::Compile("\xff").ok());
}

TEST_CASE("text that is not UTF-8 is searched, not refused") {
  JavaRegex regex = *JavaRegex::Compile("b+");
  CHECK(*regex.Find("\xff\xff" "bb"));
  CHECK(!*regex.Matches("\xff"));
}

TEST_CASE("a compiled expression may be used by many threads") {
  JavaRegex regex = *JavaRegex::Compile("(\\w+)-(\\d+)");
  std::vector<std::thread> threads;
  std::vector<int> hits(4, 0);
  for (size_t t = 0; t < hits.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 1000; ++i) {
        hits[t] += *regex.Matches("topic-" + std::to_string(i)) && *regex.ReplaceFirst("a-1", "$2") == "1" ? 1 : 0;
      }
    });
  }
  for (std::thread& t : threads) t.join();
  CHECK(hits == std::vector<int>(4, 1000));
}

}  // namespace
}  // namespace millrace
