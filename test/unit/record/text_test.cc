// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>

#include "record/base64.h"
#include "record/json_writer.h"
#include "record/utf8.h"

using namespace millrace::record;  // NOLINT: a test of this namespace

namespace {
std::string Json(std::string_view text) {
  std::string out;
  AppendJsonString(text, &out);
  return out;
}
}  // namespace

TEST_CASE("JSON texts are escaped as Jackson does") {
  CHECK(Json("") == "\"\"");
  CHECK(Json("plain text of some length, longer than a word") == "\"plain text of some length, longer than a word\"");
  CHECK(Json("a\"b\\c/\b\t\n\f\r\x01\x1F\x7F") == "\"a\\\"b\\\\c/\\b\\t\\n\\f\\r\\u0001\\u001F\x7F\"");
  CHECK(Json("12345678\"1234567\n") == "\"12345678\\\"1234567\\n\"");
  CHECK(Json("\xC3\xA9\xE2\x82\xAC") == "\"\xC3\xA9\xE2\x82\xAC\"");
  CHECK(Json("\xF0\x9F\x98\x80") == "\"\\uD83D\\uDE00\"");
  CHECK(Json("\xFFx") == "\"\xEF\xBF\xBDx\"");
}

TEST_CASE("every byte stays within the room that is reserved for it") {
  const std::string worst(100, '\x01');
  std::string out(JsonStringMax(100), '\0');
  CHECK(WriteJsonString(worst, out.data()) == out.data() + out.size());
}

TEST_CASE("malformed UTF-8 is replaced as Java does") {
  const auto fixed = [](std::string_view s) { return ReplaceMalformedUtf8(s); };
  const std::string r = kReplacementUtf8;
  CHECK(fixed("ok\xC3\xA9") == "ok\xC3\xA9");
  CHECK(fixed("\xFF\xFE") == r + r);
  CHECK(fixed("\xED\xA0\x80") == r);
  CHECK(fixed("\xE2\x82") == r);
  CHECK(fixed("\xE2\x82x") == r + "x");
  CHECK(fixed("\xF0\x9F\x98") == r);
  CHECK(fixed("\xC0\x80") == r + r);
  CHECK(fixed("\x80") == r);
  CHECK(IsValidUtf8("a\xF0\x9F\x98\x80"));
  CHECK_FALSE(IsValidUtf8("long enough to go through words \xC0\x80"));
  CHECK(IsAscii("long enough to go through words and more than thirty-two bytes"));
  CHECK_FALSE(IsAscii("long enough to go through words and more than thirty-two byt\xC3\xA9"));
}

TEST_CASE("base64 as Jackson's default variant") {
  for (const char* text : {"", "a", "ab", "abc", "abcd"}) {
    std::string bytes, error;
    CHECK(Base64Decode(Base64Encode(text), &bytes, &error));
    CHECK(bytes == text);
  }
  std::string bytes, error;
  CHECK(Base64Decode(" YWI= \nYQ==", &bytes, &error));
  CHECK(bytes == "aba");
  CHECK_FALSE(Base64Decode("YW", &bytes, &error));
  CHECK_FALSE(Base64Decode("Y W=", &bytes, &error));
  CHECK(error ==
        "Illegal white space character (code 0x20) as character #2 of 4-char base64 unit: can only used between units");
  CHECK_FALSE(Base64Decode("YQ=a", &bytes, &error));
  CHECK_FALSE(Base64Decode("Y-==", &bytes, &error));
  CHECK(error == "Illegal character '-' (code 0x2d) in base64 content");
}
