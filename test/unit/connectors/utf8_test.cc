// SPDX-License-Identifier: Apache-2.0
#include "utf8.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using millrace::file::IsUtf8;
using millrace::file::ReplaceMalformed;

namespace {

// What java.lang.String(bytes, UTF_8) makes of it, with each U+FFFD as "?".
std::string Repaired(std::string_view bytes) {
  std::string out;
  const std::string repaired = ReplaceMalformed(bytes);
  for (size_t i = 0; i < repaired.size();) {
    if (repaired.compare(i, 3, "\xEF\xBF\xBD") == 0) {
      out += '?';
      i += 3;
    } else {
      out += repaired[i++];
    }
  }
  return out;
}

}  // namespace

TEST_CASE("utf8: well-formed text of every length is left alone") {
  for (const std::string_view s :
       {"", "ascii", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
        "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "eight bytes and \xE4\xB8\xAD more"}) {
    CHECK(IsUtf8(s));
    CHECK(ReplaceMalformed(s) == s);
  }
}

TEST_CASE("utf8: as many replacements as Java's decoder makes") {
  const struct {
    std::string_view bytes;
    const char* java;
  } kCases[] = {
      {"\x80", "?"},
      {"\xBF\x80", "??"},
      {"\xFE\xFF", "??"},
      {"\xC0\x80", "??"},  // overlong
      {"\xC1\xBF", "??"},
      {"\xC3", "?"},
      {"\xC3x", "?x"},
      {"\xE0\x80\x80", "???"},  // overlong
      {"\xE0\x9F\xBF", "???"},
      {"\xE4\xB8", "?"},  // cut short
      {"\xE4\xB8x", "?x"},
      {"\xE4x\x80", "?x?"},
      {"\xED\xA0\x80", "?"},  // a surrogate is one
      {"\xED\xBF\xBF", "?"},
      {"\xED\xA0\x80\xED\xB0\x80", "??"},
      {"\xED\xA0x", "?x"},
      {"\xF0\x80\x80\x80", "????"},  // overlong
      {"\xF0\x8F\xBF\xBF", "????"},
      {"\xF0\x9F\x98", "?"},
      {"\xF0\x9F", "?"},
      {"\xF0", "?"},
      {"\xF0\x9Fx\x80", "?x?"},
      {"\xF0\x9F\x98x", "?x"},
      {"\xF4\x90\x80\x80", "????"},  // above U+10FFFF
      {"\xF5\x80\x80\x80", "????"},
      {"\xF8\x88\x80\x80\x80", "?????"},
      {"12345678\xFF"
       "90",
       "12345678?90"},
  };
  for (const auto& c : kCases) {
    CAPTURE(c.java);
    CHECK_FALSE(IsUtf8(c.bytes));
    CHECK(Repaired(c.bytes) == c.java);
  }
}
