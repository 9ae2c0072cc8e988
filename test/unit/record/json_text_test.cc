// SPDX-License-Identifier: Apache-2.0
#include "record/json_text.h"

#include <doctest/doctest.h>

#include "record/value.h"

using namespace millrace::record;  // NOLINT: a test of this namespace

TEST_CASE("offsets are written as Java's converter writes them") {
  const mr_value file[] = {Text("filename"), Text("/a \"b\"\n\xC3\xA9")};
  CHECK(*OffsetToJson(Composite(MR_MAP, file, 1)) == "{\"filename\":\"/a \\\"b\\\"\\n\xC3\xA9\"}");
  CHECK(*OffsetKeyToJson("c", Composite(MR_MAP, file, 1)) == "[\"c\",{\"filename\":\"/a \\\"b\\\"\\n\xC3\xA9\"}]");
  const mr_value all[] = {Text("n"), Null(),          Text("b"), Bool(true),
                          Text("i"), Int(MR_I32, -5), Text("d"), Double(MR_F64, 1e10),
                          Text("y"), Bytes("ab")};
  CHECK(*OffsetToJson(Composite(MR_MAP, all, 5)) == R"({"n":null,"b":true,"i":-5,"d":1.0E10,"y":"YWI="})");
  CHECK(*OffsetToJson(Null()) == "null");
}

TEST_CASE("only primitive values are offsets") {
  const mr_value inner[] = {Null()};
  const mr_value list[] = {Text("a"), Composite(MR_ARRAY, inner, 1)};
  CHECK(OffsetToJson(Composite(MR_MAP, list, 1)).status().message() ==
        "Offsets may only contain primitive types as values, but field a contains ARRAY");
  const mr_value key[] = {Int(MR_I32, 1), Null()};
  CHECK(OffsetToJson(Composite(MR_MAP, key, 1)).status().message() == "Offsets may only use String keys");
}

TEST_CASE("offsets are read back") {
  Arena arena;
  const std::string text = R"({"position":42,"x":1.5,"s":"a\n","n":null,"b":true})";
  const mr_value v = *OffsetFromJson(text, &arena);
  REQUIRE(v.kind == MR_MAP);
  CHECK(*OffsetToJson(v) == text);
  CHECK(v.u.v[1].kind == MR_I64);
  CHECK(OffsetFromJson("null", &arena)->kind == MR_NULL);
  const OffsetKey key = *OffsetKeyFromJson(R"(["c",{"filename":"f"}])", &arena);
  CHECK(key.connector == "c");
  CHECK(*OffsetToJson(key.partition) == R"({"filename":"f"})");
}

TEST_CASE("what is no offset is refused") {
  Arena arena;
  for (const char* text : {"", "[", "5", "[1]", "{\"a\":{}}", "{\"a\":[1]}", "\"x\""}) {
    const bool empty = *text == 0;
    CAPTURE(text);
    CHECK(OffsetFromJson(text, &arena).ok() == empty);
    CHECK_FALSE(OffsetKeyFromJson(text, &arena).ok());
  }
}
