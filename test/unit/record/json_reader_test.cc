// SPDX-License-Identifier: Apache-2.0
#include "record/json_reader.h"

#include <doctest/doctest.h>

#include <string>

#include "record/value.h"

using namespace millrace::record;  // NOLINT: a test of this namespace

namespace {

// A tree as text, with the kinds of its numbers.
std::string Show(const mr_value& v) {
  switch (v.kind) {
    case MR_NULL: return "null";
    case MR_BOOL: return v.u.i ? "true" : "false";
    case MR_I32: return "i" + std::to_string(v.u.i);
    case MR_I64: return "l" + std::to_string(v.u.i);
    case kJsonBigInt: return "b" + std::string(View(v));
    case kJsonDecimal: return "d" + std::string(View(v));
    case MR_STRING: return "'" + std::string(View(v)) + "'";
    case kJsonMissing: return "missing";
    default: break;
  }
  std::string out = v.kind == MR_ARRAY ? "[" : "{";
  for (size_t i = 0; i < SlotCount(v); ++i) out += (i ? "," : "") + Show(v.u.v[i]);
  return out + (v.kind == MR_ARRAY ? "]" : "}");
}

std::string Read(const std::string& text) {
  Arena arena;
  JsonReader reader;
  mr_value v;
  if (!reader.Read(text, &arena, &v))
    return "error: " + reader.error_message().substr(0, reader.error_message().find('\n'));
  return Show(v);
}

std::string Where(const std::string& text) {
  Arena arena;
  JsonReader reader;
  mr_value v;
  if (reader.Read(text, &arena, &v)) return "fine";
  const std::string& m = reader.error_message();
  return m.substr(m.rfind("line: "));
}

}  // namespace

TEST_CASE("values of all kinds") {
  CHECK(Read("null") == "null");
  CHECK(Read(" [true ,false, 1,-2147483649,9223372036854775808,1.50,1e3,\"a\"] ") ==
        "[true,false,i1,l-2147483649,b9223372036854775808,d1.50,d1e3,'a']");
  CHECK(Read("{\"a\":{\"b\":[]},\"c\":{}}") == "{'a',{'b',[]},'c',{}}");
  CHECK(Read("-9223372036854775808") == "l-9223372036854775808");
  CHECK(Read("-9223372036854775809") == "b-9223372036854775809");
  CHECK(Read("007") == "i7");
  CHECK(Read("-00") == "i0");
  CHECK(Read("") == "missing");
  CHECK(Read(" \n") == "missing");
  CHECK(Read("{} x") == "{}");
  CHECK(Read("\xEF\xBB\xBF[1]") == "[i1]");
}

TEST_CASE("the last of equal keys wins, at the place of the first") {
  CHECK(Read(R"({"a":1,"b":2,"a":3})") == "{'a',i3,'b',i2}");
  std::string many = "{";
  for (int i = 0; i < 200; ++i) many += "\"k" + std::to_string(i) + "\":0,";
  CHECK(Read(many + "\"k7\":5}").find("'k7',i5,'k8'") != std::string::npos);
}

TEST_CASE("texts are decoded") {
  CHECK(Read(R"("a\"\\\/\b\n\u0041\ud83d\ude00")") == "'a\"\\/\b\nA\xF0\x9F\x98\x80'");
  CHECK(Read("\"\\ud800\"") == "'?'");
  CHECK(Read("\"\\udc00x\"") == "'?x'");
  CHECK(Read("\"\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80\"") == "'\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80'");
  CHECK(Read("\"\xED\xA0\x80\"") == "'?'");
  CHECK(Read("{\"\\u0061\":1,\"a\":2}") == "{'a',i2}");
}

TEST_CASE("texts without escapes are not copied") {
  Arena arena;
  JsonReader reader;
  mr_value v;
  const std::string text = "\"hello, world\"";
  REQUIRE(reader.Read(text, &arena, &v));
  CHECK(v.u.s == text.data() + 1);
}

TEST_CASE("UTF-16 and UTF-32 are recognised") {
  CHECK(Read(std::string("[\0001\0]\0", 6)) == "[i1]");
  CHECK(Read(std::string("\0[\0001\0]", 6)) == "[i1]");
  CHECK(Read(std::string("\xFE\xFF\0001", 4)) == "i1");
  CHECK(Read(std::string("\0\0\0\"\0\0\0a\0\0\0\"", 12)) == "'a'");
}

TEST_CASE("faults are told in Jackson's words") {
  CHECK(Read("nul") ==
        "error: Unrecognized token 'nul': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or "
        "'false')");
  CHECK(Read("[1,]") == "error: Unexpected character (']' (code 93)): expected a value");
  CHECK(Read("{\"a\" 1}") ==
        "error: Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value");
  CHECK(Read("[1 2]") == "error: Unexpected character ('2' (code 50)): was expecting comma to separate Array entries");
  CHECK(Read("{a:1}") == "error: Unexpected character ('a' (code 97)): was expecting double-quote to start field name");
  CHECK(Read("\"a") == "error: Unexpected end-of-input in VALUE_STRING");
  CHECK(Read("1.") ==
        "error: Unexpected character ('.' (code 46)) in numeric value: Decimal point not followed by a digit");
  CHECK(Read("\"\\x\"") == "error: Unrecognized character escape 'x' (code 120)");
  CHECK(Read("\"\x01\"") ==
        "error: Illegal unquoted character ((CTRL-CHAR, code 1)): has to be escaped using backslash to be included in "
        "string value");
  CHECK(Read("5x") == "error: Unexpected character ('x' (code 120)): Expected space separating root-level values");
  CHECK(Read("}") == "error: Unexpected close marker '}': no open Object to close");
  CHECK(Read("\"\xFF\"") == "error: Invalid UTF-8 start byte 0xff");
  CHECK(Where("[\r\n1,\n x]") == "line: 3, column: 4]");
}

TEST_CASE("size and depth are bounded") {
  CHECK(Read(std::string(1000, '[') + std::string(1000, ']')).starts_with("[["));
  CHECK(Read(std::string(1001, '[')) ==
        "error: Document nesting depth (1001) exceeds the maximum allowed (1000, from "
        "`StreamReadConstraints.getMaxNestingDepth()`)");
  CHECK(Read(std::string(1001, '1')) ==
        "error: Number value length (1001) exceeds the maximum allowed (1000, from "
        "`StreamReadConstraints.getMaxNumberLength()`)");
  CHECK(Read(std::string(1000, '1')).starts_with("b111"));
}
