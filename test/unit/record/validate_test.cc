// SPDX-License-Identifier: Apache-2.0
#include "record/validate.h"

#include <doctest/doctest.h>

#include "record/schema_table.h"
#include "record/value.h"

using namespace millrace::record;  // NOLINT: a test of this namespace

namespace {
std::string Why(const mr_schema& s, const mr_value& v) { return ValidateValue(s, v).message(); }
}  // namespace

TEST_CASE("a value fits its schema or Java says why not") {
  mr_schema i = DescribeSchema(MR_I32);
  CHECK(ValidateValue(i, Int(MR_I32, 1)).ok());
  CHECK(Why(i, Null()) == "Invalid value: null used for required value, schema type: INT32");
  CHECK(Why(i, Text("x")) == "Invalid Java object for schema with type INT32: class java.lang.String for value");
  CHECK(ValidateValue(i, Text("x"), "f").message() ==
        "Invalid Java object for schema with type INT32: class java.lang.String for field: \"f\"");
  i.optional = 1;
  CHECK(ValidateValue(i, Null()).ok());
  mr_schema date = DescribeSchema(MR_I32);
  date.name = Str("org.apache.kafka.connect.data.Date");
  CHECK(Why(date, Int(MR_I32, 1)) ==
        "Invalid Java object for schema \"org.apache.kafka.connect.data.Date\" with type INT32: class "
        "java.lang.Integer for "
        "value");
  mr_value day = Int(MR_I32, 1);
  day.logical = MR_L_DATE;
  CHECK(ValidateValue(date, day).ok());
}

TEST_CASE("elements name their place") {
  mr_schema s = DescribeSchema(MR_STRING);
  mr_schema a = DescribeSchema(MR_ARRAY);
  a.value = &s;
  mr_schema m = DescribeSchema(MR_MAP);
  m.key = &s;
  m.value = &a;
  const mr_value bad[] = {Null()};
  const mr_value entry[] = {Text("k"), Composite(MR_ARRAY, bad, 1)};
  CHECK(Why(m, Composite(MR_MAP, entry, 1)) ==
        "Invalid value: null used for required element of array value of map value, schema type: STRING");
}

TEST_CASE("names of logical types") {
  for (uint8_t l = MR_L_DECIMAL; l <= MR_L_TIMESTAMP; ++l) CHECK(LogicalFromName(LogicalName(l)) == l);
  CHECK(LogicalFromName("org.apache.kafka.connect.data.Datetime") == MR_L_NONE);
}
