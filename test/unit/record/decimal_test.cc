// SPDX-License-Identifier: Apache-2.0
#include "record/decimal.h"

#include <doctest/doctest.h>

#include <cmath>

using millrace::record::Decimal;

TEST_CASE("texts are read and written as BigDecimal does") {
  const auto round = [](std::string_view text) { return Decimal::Parse(text)->ToString(); };
  CHECK(round("123.45") == "123.45");
  CHECK(round("-0.10") == "-0.10");
  CHECK(round("1e3") == "1E+3");
  CHECK(round("12E+30") == "1.2E+31");
  CHECK(round("0.0000001") == "1E-7");
  CHECK(round("0.000001") == "0.000001");
  CHECK(round("1.") == "1");
  CHECK(round(".5") == "0.5");
  CHECK(round("-0") == "0");
  CHECK(round("0E10") == "0E+10");
  CHECK(round("123456789012345678901234567890") == "123456789012345678901234567890");
  CHECK(round("1000000000000000000.5") == "1000000000000000000.5");
  for (const char* bad : {"", ".", "-", "1e", "e1", "1x", "1e99999999999", "1..2", "0x1", "1e2147483649"}) {
    CAPTURE(bad);
    CHECK_FALSE(Decimal::Parse(bad));
  }
}

TEST_CASE("bytes are two's complement, as few as needed") {
  for (const char* text : {"0", "1", "127", "128", "-128", "-129", "255", "256", "-1", "-256", "-32768", "-32769",
                           "4294967296", "-4294967296", "100000000000000000000", "-100000000000000000000"}) {
    CAPTURE(text);
    const std::string bytes = Decimal::Parse(text)->UnscaledBytes();
    CHECK(Decimal::FromBytes(bytes, 0).ToString() == text);
  }
  CHECK(Decimal(127).UnscaledBytes().size() == 1);
  CHECK(Decimal(128).UnscaledBytes() == std::string("\0\x80", 2));
  CHECK(Decimal(-128).UnscaledBytes() == "\x80");
  CHECK(Decimal(12345).UnscaledBytes() == "09");
}

TEST_CASE("numbers are those of Java") {
  const auto of = [](std::string_view text) { return *Decimal::Parse(text); };
  CHECK(of("9223372036854775808").ToInt64() == INT64_MIN);
  CHECK(of("1.9").ToInt64() == 1);
  CHECK(of("-1.9").ToInt64() == -1);
  CHECK(of("1e3").ToInt64() == 1000);
  CHECK(of("1e400").ToInt64() == 0);
  CHECK(of("18446744073709551617").ToInt64() == 1);
  CHECK(of("1e2").ToInt64Exact() == 100);
  CHECK(of("1.0").ToInt64Exact() == 1);
  CHECK_FALSE(of("1.5").ToInt64Exact());
  CHECK_FALSE(of("9223372036854775808").ToInt64Exact());
  CHECK(of("-9223372036854775808").ToInt64Exact() == INT64_MIN);
  CHECK(std::isinf(of("1e400").ToDouble()));
  CHECK(of("1e-400").ToDouble() == 0);
  CHECK(of("4.9e-324").ToDouble() == 4.9e-324);
  CHECK(of("0.1").ToFloat() == 0.1F);
  CHECK(*of("12E3").ToPlainString(100) == "12000");
  CHECK(*of("0.00001").ToPlainString(100) == "0.00001");
  CHECK(*of("1E-10").ToPlainString(100) == "0.0000000001");
  CHECK_FALSE(of("1E+1000000").ToPlainString(1000));
}
