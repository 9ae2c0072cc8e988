// SPDX-License-Identifier: Apache-2.0
#include "transforms/date_format.h"

#include <doctest/doctest.h>

using millrace::transforms::DateFormat;

namespace {
std::string Format(std::string_view pattern, int64_t millis) { return DateFormat::Compile(pattern)->Format(millis); }
int64_t Parse(std::string_view pattern, std::string_view text) {
  const auto v = DateFormat::Compile(pattern)->Parse(text);
  return v ? *v : -1;
}
}  // namespace

// The expected texts are those of SimpleDateFormat in OpenJDK 17, UTC, en_US.
TEST_CASE("dates are formatted by pattern") {
  constexpr int64_t kTime = 1700000000123;  // Tue 2023-11-14 22:13:20.123
  CHECK(Format("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", kTime) == "2023-11-14T22:13:20.123Z");
  CHECK(Format("yyyyMMdd", kTime) == "20231114");
  CHECK(Format("EEE, d MMM yy h:mm a z", kTime) == "Tue, 14 Nov 23 10:13 PM UTC");
  CHECK(Format("EEEE MMMM G u D F k K Z", kTime) == "Tuesday November AD 2 318 2 22 10 +0000");
  CHECK(Format("''yy''", kTime) == "'23'");
  CHECK(Format("SSSSS", 5) == "00005");
  CHECK(Format("yyyy-MM-dd HH:mm", -1) == "1969-12-31 23:59");
}

TEST_CASE("texts are parsed leniently") {
  CHECK(Parse("yyyy-MM-dd", "2020-01-01") == 1577836800000);
  CHECK(Parse("yyyyMMddHHmmss", "20200101123456") == 1577882096000);
  CHECK(Parse("yyyy-MM-dd", "2020-13-01") == 1609459200000);
  CHECK(Parse("yyyy-MM-dd", "2020-01-01 and more") == 1577836800000);
  CHECK(Parse("d MMM yyyy", "1 jan 2020") == 1577836800000);
  CHECK(Parse("MMMM d, yyyy h:mm a", "January 1, 2020 12:30 PM") == 1577881800000);
  CHECK(Parse("yyyy-MM-dd HH:mm Z", "2020-01-01 01:00 +0100") == 1577836800000);
  CHECK(Parse("yyyy-MM-dd'T'HH:mm:ssX", "2020-01-01T00:00:00Z") == 1577836800000);
  CHECK_FALSE(DateFormat::Compile("HH:mm")->Parse("2020-02-29"));
  CHECK_FALSE(DateFormat::Compile("yyyy-MM-dd")->Parse(""));
  CHECK_FALSE(DateFormat::Compile("yyyyMMdd")->Parse("2020"));
}

TEST_CASE("patterns that Java refuses are refused") {
  CHECK(DateFormat::Compile("{bad").status().message() == "Illegal pattern character 'b'");
  CHECK(DateFormat::Compile("yyyy'").status().message() == "Unterminated quote");
  CHECK(DateFormat::Compile("XXXX").status().message() == "invalid ISO 8601 format: length=4");
}
