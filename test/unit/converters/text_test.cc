// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "converters/charset.h"
#include "converters/java_text.h"
#include "converters/logical.h"
#include "converters/temporal.h"

using namespace millrace::converters;  // NOLINT: a test of this namespace

TEST_CASE("character sets by any of Java's names") {
  CHECK(CharsetByName("utf8") == Charset::kUtf8);
  CHECK(CharsetByName("Latin1") == Charset::kLatin1);
  CHECK(CharsetByName("Cp1252") == Charset::kWindows1252);
  CHECK(CharsetByName("UTF-16LE") == Charset::kUtf16Le);
  CHECK_FALSE(CharsetByName("UTF-7"));
}

TEST_CASE("texts go through every character set") {
  const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
  for (const Charset c : {Charset::kUtf8, Charset::kUtf16, Charset::kUtf16Be, Charset::kUtf16Le, Charset::kUtf32,
                          Charset::kUtf32Be, Charset::kUtf32Le}) {
    CHECK(DecodeText(c, EncodeText(c, text)) == text);
  }
  CHECK(EncodeText(Charset::kAscii, text) == "a???");
  CHECK(EncodeText(Charset::kLatin1, text) == "a\xE9??");
  CHECK(EncodeText(Charset::kWindows1252, text) == "a\xE9\x80?");
  CHECK(EncodeText(Charset::kLatin9, text) == "a\xE9\xA4?");
  CHECK(EncodeText(Charset::kUtf16, "") == "");
  CHECK(DecodeText(Charset::kUtf16, std::string("\xFF\xFE\x61\x00", 4)) == "a");
  CHECK(DecodeText(Charset::kUtf16Be, "\x61") == "\xEF\xBF\xBD");
  CHECK(DecodeText(Charset::kAscii, "\x80") == "\xEF\xBF\xBD");
}

TEST_CASE("dates are those of Java's calendar") {
  const CivilTime epoch = ToCivil(0);
  CHECK(epoch.year == 1970);
  CHECK(epoch.weekday == 4);
  CHECK(DaysOfJavaDate(1970, 1, 1) == 0);
  CHECK(DaysOfJavaDate(2020, 13, 1) == DaysOfJavaDate(2021, 1, 1));
  CHECK(DaysOfJavaDate(1582, 10, 15) - DaysOfJavaDate(1582, 10, 4) == 1);
  CHECK(DaysOfJavaDate(1, 1, 1) == -719164);
  for (int64_t days = -800000; days < 800000; days += 37) {
    const CivilTime t = ToCivil(days * kMillisPerDay + 1);
    CHECK(DaysOfJavaDate(t.year, t.month, t.day) == days);
  }
}

TEST_CASE("the three formats, leniently") {
  CHECK(ParseTemporal("2020-01-01")->u.i == 18262);
  CHECK(ParseTemporal("2020-01-01")->logical == MR_L_DATE);
  CHECK(ParseTemporal("12:34:56.789Z")->u.i == 45296789);
  CHECK(ParseTemporal("2020-01-01T00:00:00.001Z")->u.i == 1577836800001);
  CHECK(ParseTemporal("2020-13-01")->u.i == 18628);
  CHECK(ParseTemporal("2020-01-1x")->u.i == 18262);
  CHECK(ParseTemporal("99999999999-1-1T0:0:0.0Z"));
  CHECK_FALSE(ParseTemporal("2020-1-1"));
  CHECK_FALSE(ParseTemporal("12:34:56.789X"));
  CHECK_FALSE(ParseTemporal("abcd-ef-gh"));
}
