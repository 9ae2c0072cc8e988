// SPDX-License-Identifier: Apache-2.0
#include "record/java_number.h"

#include <doctest/doctest.h>

#include <limits>

using millrace::record::JavaDouble;
using millrace::record::JavaFloat;

// The texts are those of Double.toString and Float.toString of OpenJDK 17.
TEST_CASE("doubles are printed as Java 17 does") {
  CHECK(JavaDouble(0.0) == "0.0");
  CHECK(JavaDouble(-0.0) == "-0.0");
  CHECK(JavaDouble(100.0) == "100.0");
  CHECK(JavaDouble(1e7) == "1.0E7");
  CHECK(JavaDouble(9999999.0) == "9999999.0");
  CHECK(JavaDouble(0.001) == "0.001");
  CHECK(JavaDouble(0.0009) == "9.0E-4");
  CHECK(JavaDouble(0.1) == "0.1");
  CHECK(JavaDouble(1.0 / 3) == "0.3333333333333333");
  CHECK(JavaDouble(123456789.125) == "1.23456789125E8");
  CHECK(JavaDouble(2.0e-3) == "0.002");
  CHECK(JavaDouble(2e23) == "1.9999999999999998E23");
  CHECK(JavaDouble(5e-324) == "4.9E-324");
  CHECK(JavaDouble(std::numeric_limits<double>::max()) == "1.7976931348623157E308");
  CHECK(JavaDouble(2.2250738585072014E-308) == "2.2250738585072014E-308");
  CHECK(JavaDouble(9007199254740993.0) == "9.007199254740992E15");
  CHECK(JavaDouble(1.0e22) == "1.0E22");
  CHECK(JavaDouble(1.0e23) == "9.999999999999999E22");
  CHECK(JavaDouble(std::numeric_limits<double>::infinity()) == "Infinity");
  CHECK(JavaDouble(-std::numeric_limits<double>::infinity()) == "-Infinity");
  CHECK(JavaDouble(std::numeric_limits<double>::quiet_NaN()) == "NaN");
}

TEST_CASE("where the digits are not the fewest possible, they are still Java's") {
  CHECK(JavaDouble(2.0e-44) == "2.0E-44");
  CHECK(JavaDouble(5.684341886080802E-14) == "5.6843418860808015E-14");
  CHECK(JavaDouble(2.98023223876953125E-8) == "2.9802322387695312E-8");
}

TEST_CASE("floats are printed as Java 17 does") {
  CHECK(JavaFloat(0.1F) == "0.1");
  CHECK(JavaFloat(3.4028235e38F) == "3.4028235E38");
  CHECK(JavaFloat(1.4e-45F) == "1.4E-45");
  CHECK(JavaFloat(16777216.0F) == "1.6777216E7");
  CHECK(JavaFloat(123456789.0F) == "1.23456792E8");
  CHECK(JavaFloat(1.0e10F) == "1.0E10");
  CHECK(JavaFloat(0.3F) == "0.3");
}
