// SPDX-License-Identifier: Apache-2.0
#include "millrace/cpp/java_text.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace millrace::sdk;

namespace {

std::string Java(const mr_value& v, const mr_schema* schema = nullptr) {
  std::string out;
  AppendJavaText(out, v, schema);
  return out;
}

std::string JavaMap(const std::vector<mr_value>& slots) { return Java(Map(slots)); }

}  // namespace

TEST_CASE("java text: numbers with a fraction") {
  CHECK(Java(Float64(0)) == "0.0");
  CHECK(Java(Float64(-0.0)) == "-0.0");
  CHECK(Java(Float64(1)) == "1.0");
  CHECK(Java(Float64(-1.5)) == "-1.5");
  CHECK(Java(Float64(100)) == "100.0");
  CHECK(Java(Float64(0.001)) == "0.001");
  CHECK(Java(Float64(2e-3)) == "0.002");
  CHECK(Java(Float64(0.5)) == "0.5");
  CHECK(Java(Float64(20)) == "20.0");
  CHECK(Java(Float64(0.00099)) == "9.9E-4");
  CHECK(Java(Float64(9999999)) == "9999999.0");
  CHECK(Java(Float64(1e7)) == "1.0E7");
  CHECK(Java(Float64(123456789.125)) == "1.23456789125E8");
  CHECK(Java(Float64(1e10)) == "1.0E10");
  CHECK(Java(Float64(4.9e-324)) == "4.9E-324");
  CHECK(Java(Float64(std::numeric_limits<double>::max())) == "1.7976931348623157E308");
  CHECK(Java(Float64(std::nan(""))) == "NaN");
  CHECK(Java(Float64(-std::numeric_limits<double>::infinity())) == "-Infinity");
  CHECK(Java(Float32(0.1F)) == "0.1");
  CHECK(Java(Float32(1e10F)) == "1.0E10");
  CHECK(Java(Float32(16777216.0F)) == "1.6777216E7");
}

TEST_CASE("java text: decimals") {
  CHECK(Java(Decimal("\x03\xE8", 2)) == "10.00");
  CHECK(Java(Decimal("\x01", -3)) == "1E+3");
  CHECK(Java(Decimal("\x01", 0)) == "1");
  CHECK(Java(Decimal("\xFF", 2)) == "-0.01");
  CHECK(Java(Decimal("\x7B", 6)) == "0.000123");
  CHECK(Java(Decimal("\x7B", 8)) == "0.00000123");
  CHECK(Java(Decimal("\x7B", 9)) == "1.23E-7");
  CHECK(Java(Decimal("\x7B", -2)) == "1.23E+4");
  CHECK(Java(Decimal(std::string(1, '\0'), 3)) == "0.000");
  CHECK(Java(Decimal("\x80", 0)) == "-128");
  CHECK(Java(Decimal(std::string("\x01\0\0\0\0\0\0\0\0", 9), 0)) == "18446744073709551616");
  CHECK_THROWS_AS(Java(Decimal(std::string(20'000, '\x01'), 0)), Error);
}

TEST_CASE("java text: lists, maps and structs") {
  const mr_value list[] = {Int32(1), Text("x"), Null()};
  CHECK(Java(Array(list)) == "[1, x, null]");
  CHECK(Java(Array({})) == "[]");
  CHECK(JavaMap({}) == "{}");
  CHECK(JavaMap({Text("a"), Null()}) == "{a=null}");

  mr_schema int_schema{}, text_schema{}, row{};
  int_schema.kind = MR_I32;
  text_schema.kind = MR_STRING;
  const mr_field fields[] = {{Str("a"), &int_schema}, {Str("b"), &text_schema}, {Str("c"), &int_schema}};
  row.kind = MR_STRUCT;
  row.fields = fields;
  row.n_fields = 3;
  const mr_value slots[] = {Int32(1), Null(), Int32(3)};
  CHECK(Java(Struct(slots), &row) == "Struct{a=1,c=3}");
  CHECK_THROWS_AS(Java(Struct(slots)), Error);
}

TEST_CASE("java text: maps come in the order of java.util.HashMap") {
  // printed by Java: new HashMap filled in this order
  CHECK(JavaMap({Text("zebra"), Int64(1), Text("apple"), Int64(2), Text("name"), Int64(3), Text("id"), Int64(4),
                 Text("\xC3\xA9t\xC3\xA9"), Int64(5), Text("\xF0\x9F\x98\x80"), Int64(6)}) ==
        "{zebra=1, apple=2, name=3, \xF0\x9F\x98\x80"
        "=6, id=4, \xC3\xA9"
        "t\xC3\xA9"
        "=5}");
  std::vector<mr_value> slots;
  std::vector<std::string> keys;
  for (int i = 0; i < 20; ++i) keys.push_back("key" + std::to_string(i * 7));
  for (int i = 0; i < 20; ++i) {
    slots.push_back(Text(keys[static_cast<size_t>(i)]));
    slots.push_back(Int32(i));
  }
  CHECK(JavaMap(slots) ==
        "{key0=0, key91=13, key119=17, key84=12, key7=1, key105=15, key70=10, key126=18, key77=11, key21=3, key98=14, "
        "key42=6, key112=16, key63=9, key133=19, key14=2, key35=5, key56=8, key28=4, key49=7}");
  CHECK(JavaMap({Int64(-1), Text("a"), Int64(70000), Text("b"), Int64(3), Text("c"), Bool(true), Text("d"),
                 Float64(2.5), Text("e")}) == "{-1=a, 70000=b, 3=c, 2.5=e, true=d}");
}

TEST_CASE("java text: times are printed as java.util.Date prints them") {
  setenv("TZ", "UTC", 1);
  tzset();
  CHECK(Java(Timestamp(0)) == "Thu Jan 01 00:00:00 UTC 1970");
  CHECK(Java(Timestamp(-1)) == "Wed Dec 31 23:59:59 UTC 1969");
  CHECK(Java(Date(19000)) == "Sat Jan 08 00:00:00 UTC 2022");
  CHECK(Java(Time(3'661'000)) == "Thu Jan 01 01:01:01 UTC 1970");
}

TEST_CASE("java text: bytes are written as they are") { CHECK(Java(Bytes("\x01z")) == "\x01z"); }
