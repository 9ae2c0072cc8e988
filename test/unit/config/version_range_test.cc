// SPDX-License-Identifier: Apache-2.0
#include "config/version_range.h"

#include <doctest/doctest.h>

namespace millrace::config {
namespace {

int Compare(const char* a, const char* b) { return Version(a).Compare(Version(b)); }

std::string Range(const char* spec) {
  Result<VersionRange> r = VersionRange::ParseRequirement(spec);
  if (!r.ok()) return r.status().message();
  return r->any() ? "any" : r->ToString();
}

bool In(const char* version, const char* spec) {
  return VersionRange::ParseRequirement(spec)->Contains(Version(version));
}

// The order and the normal forms were taken from maven-artifact 3.9.6.
TEST_CASE("versions are ordered as Maven orders them") {
  const char* const ascending[] = {"1-alpha", "1-beta",  "1-milestone",
                                   "1.0.RC2", "1.0-RC3", "1.0-SNAPSHOT",
                                   "1.0",     "1-sp",    "1-bar",
                                   "1-foo",   "1-foo2",  "1-foo10",
                                   "1-1",     "1-2",     "1.0.1-beta",
                                   "1.0.1",   "1.1",     "1.9",
                                   "1.10",    "2",       "20231012345678901234567890"};
  for (size_t i = 0; i < std::size(ascending); ++i) {
    for (size_t j = 0; j < std::size(ascending); ++j) {
      CAPTURE(ascending[i]);
      CAPTURE(ascending[j]);
      const int order = Compare(ascending[i], ascending[j]);
      CHECK((order < 0) == (i < j));
      CHECK((order == 0) == (i == j));
    }
  }
}

TEST_CASE("the same version can be written in several ways") {
  for (const auto& [a, b] : {std::pair{"1", "1.0"},
                             {"1.0.0-0", "1"},
                             {"1.ga", "1"},
                             {"1-final", "1"},
                             {"1-rc", "1-CR"},
                             {"1a1", "1-alpha-1"},
                             {"1..2", "1.0.2"},
                             {"1.x", "1-x"}}) {
    CAPTURE(a);
    CHECK(Compare(a, b) == 0);
    CHECK(Version(a).Canonical() == Version(b).Canonical());
  }
  CHECK(Version("01.0.0-RC1").Canonical() == "1-rc-1");
  CHECK(Compare("undefined", "1.0") < 0);
  CHECK(Compare("1-a", "1-b2") > 0);
}

TEST_CASE("a requirement is a range, and a version alone means exactly that one") {
  CHECK(Range("") == "any");
  CHECK(Range("latest") == "any");
  CHECK(Range("99.0") == "[99.0,99.0]");
  CHECK(Range(" [1.0,2.0) ") == "[1.0,2.0)");
  CHECK(Range("(,1.0],[1.2,)") == "(,1.0],[1.2,)");
  CHECK(Range("[1.0]") == "[1.0,1.0]");
}

TEST_CASE("bad ranges are refused in Maven's words") {
  CHECK(Range("[9,") == "Unbounded range: [9,");
  CHECK(Range("(1.0)") == "Single version must be surrounded by []: (1.0)");
  CHECK(Range("[2,1]") == "Range defies version ordering: [2,1]");
  CHECK(Range("[1,1)") == "Range defies version ordering: [1,1)");
  CHECK(Range("[1,3],[2,4]") == "Ranges overlap: [1,3],[2,4]");
  CHECK(Range("[1,2]3") == "Only fully-qualified sets allowed in multiple set scenario: [1,2]3");
}

TEST_CASE("a range contains what lies between its bounds") {
  CHECK(In("1.0", "[1.0,2.0)"));
  CHECK(In("1", "[1.0,2.0)"));
  CHECK(In("1.9.9", "[1.0,2.0)"));
  CHECK_FALSE(In("2.0", "[1.0,2.0)"));
  CHECK_FALSE(In("1.0-SNAPSHOT", "[1.0,2.0)"));
  CHECK_FALSE(In("1.0", "(1.0,2.0)"));
  CHECK(In("0.1", "(,1.0],[1.2,)"));
  CHECK_FALSE(In("1.1", "(,1.0],[1.2,)"));
  CHECK(In("77", "(,1.0],[1.2,)"));
  CHECK(In("1.2.0", "1.2"));
  CHECK_FALSE(In("1.2.1", "1.2"));
}

TEST_CASE("long and deep versions cost little") {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "1-";
  CHECK(Version(deep).Compare(Version(deep + "1")) == 0);  // cut to the same
}

}  // namespace
}  // namespace millrace::config
