// SPDX-License-Identifier: Apache-2.0
#include "storage/java_hash_map.h"

#include <doctest/doctest.h>

#include <string>

using millrace::Result;
using millrace::storage::FormatJavaHashMap;
using millrace::storage::OffsetMap;
using millrace::storage::ParseJavaHashMap;

namespace {

std::string Hex(std::string_view digits) {
  std::string bytes;
  std::string nibbles;
  for (const char c : digits) {
    if (c != ' ' && c != '\n') nibbles += c;
  }
  for (size_t i = 0; i + 1 < nibbles.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(nibbles.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

// What the Java worker wrote for ["c",{"filename":"/a"}] -> {"position":6}.
const std::string& Recorded() {
  static const std::string bytes =
      Hex("aced 0005 7372 0011 6a61 7661 2e75 7469 6c2e 4861 7368 4d61 7005 07da c1c3 1660"
          "d103 0002 4600 0a6c 6f61 6446 6163 746f 7249 0009 7468 7265 7368 6f6c 6478 703f"
          "4000 0000 0000 0c77 0800 0000 1000 0000 0175 7200 025b 42ac f317 f806 0854 e002"
          "0000 7870 0000 0017 5b22 6322 2c7b 2266 696c 656e 616d 6522 3a22 2f61 227d 5d75"
          "7100 7e00 0200 0000 0e7b 2270 6f73 6974 696f 6e22 3a36 7d78");
  return bytes;
}

const OffsetMap& RecordedMap() {
  static const OffsetMap map = {{R"(["c",{"filename":"/a"}])", R"({"position":6})"}};
  return map;
}

// The bytes of a map up to its entries, whose number is `count`.
std::string Head(const std::string& count) {
  return Hex("aced 0005 7372 0011 6a61 7661 2e75 7469 6c2e 4861 7368 4d61 7005 07da c1c3 1660"
             "d103 0002 4600 0a6c 6f61 6446 6163 746f 7249 0009 7468 7265 7368 6f6c 6478 703f"
             "4000 0000 0000 0c77 0800 0000 10") +
         Hex(count);
}
const char kFirstArray[] = "7572 0002 5b42 acf3 17f8 0608 54e0 0200 0078 70";
const char kLaterArray[] = "7571 007e 0002";

}  // namespace

TEST_CASE("the recorded file is read and written byte for byte") {
  const Result<OffsetMap> map = ParseJavaHashMap(Recorded());
  REQUIRE(map.ok());
  CHECK(*map == RecordedMap());
  CHECK(FormatJavaHashMap(RecordedMap()) == Recorded());
}

TEST_CASE("a file cut at any byte is an error") {
  for (size_t n = 0; n < Recorded().size(); ++n) {
    CAPTURE(n);
    const Result<OffsetMap> map = ParseJavaHashMap(std::string_view(Recorded()).substr(0, n));
    REQUIRE_FALSE(map.ok());
    CHECK(map.status().message().find("ends at byte " + std::to_string(n)) != std::string::npos);
  }
}

TEST_CASE("a changed byte is an error or another map") {
  // Free are the names of the fields, their values and the number of buckets: readers compute their own.
  const auto free = [](size_t n) {
    return (n >= 39 && n < 49) || (n >= 52 && n < 61) || (n >= 63 && n < 71) || (n >= 73 && n < 77);
  };
  for (size_t n = 0; n < Recorded().size(); ++n) {
    std::string bytes = Recorded();
    bytes[n] = static_cast<char>(bytes[n] ^ 0x55);
    CAPTURE(n);
    const Result<OffsetMap> map = ParseJavaHashMap(bytes);
    CHECK((map.ok() && *map == RecordedMap()) == free(n));
  }
}

TEST_CASE("null values, null first, references to earlier arrays") {
  // {"a": null, "b": "xy", "c": the same "xy"}: the first array follows nothing, the descriptor comes once.
  const std::string bytes = Head("0000 0003") + Hex(kFirstArray) + Hex("0000 0001 61 70") + Hex(kLaterArray) +
                            Hex("0000 0001 62") + Hex(kLaterArray) + Hex("0000 0002 7879") + Hex(kLaterArray) +
                            Hex("0000 0001 63") + Hex("71 007e 0005") + Hex("78");
  const Result<OffsetMap> map = ParseJavaHashMap(bytes);
  REQUIRE(map.ok());
  CHECK(*map == OffsetMap{{"a", std::nullopt}, {"b", "xy"}, {"c", "xy"}});
}

TEST_CASE("what refers to nothing, or to something else, is an error") {
  const std::string first = Hex(kFirstArray) + Hex("0000 0001 61");
  for (const char* reference : {"71 007e 0000", "71 007e 0001", "71 007e 0002", "71 007e 0004", "71 0000 0000",
                                "71 ffff ffff", "75 71 007e 0001 0000 0000"}) {
    CAPTURE(reference);
    CHECK_FALSE(ParseJavaHashMap(Head("0000 0001") + first + Hex(reference) + Hex("78")).ok());
  }
  CHECK(ParseJavaHashMap(Head("0000 0001") + first + Hex("71 007e 0003") + Hex("78")).ok());
}

TEST_CASE("counts and lengths beyond the input take no memory") {
  CHECK_FALSE(ParseJavaHashMap(Head("7fff ffff") + Hex("78")).ok());
  CHECK_FALSE(ParseJavaHashMap(Head("ffff ffff") + Hex("78")).ok());
  CHECK_FALSE(ParseJavaHashMap(Head("0000 0001") + Hex(kFirstArray) + Hex("7fff ffff 61")).ok());
  CHECK_FALSE(ParseJavaHashMap(Head("0000 0001") + Hex(kFirstArray) + Hex("ffff ffff 61")).ok());
}

TEST_CASE("a null key and bytes behind the end are errors") {
  CHECK_FALSE(ParseJavaHashMap(Head("0000 0001") + Hex("70 70 78")).ok());
  CHECK_FALSE(ParseJavaHashMap(Recorded() + "x").ok());
  CHECK_FALSE(ParseJavaHashMap("position=6\n").ok());
}

TEST_CASE("maps of all sizes come back, with Java's bucket counts") {
  OffsetMap map;
  for (int i = 0; i <= 100; ++i) {
    const std::string bytes = FormatJavaHashMap(map);
    const Result<OffsetMap> back = ParseJavaHashMap(bytes);
    REQUIRE(back.ok());
    CHECK(*back == map);
    const auto u32 = [&](size_t at) {
      uint32_t v = 0;
      for (size_t k = 0; k < 4; ++k) v = v << 8 | static_cast<uint8_t>(bytes[at + k]);
      return v;
    };
    const uint32_t buckets = i <= 12 ? 16 : i <= 24 ? 32 : i <= 48 ? 64 : i <= 96 ? 128 : 256;
    CHECK(u32(73) == buckets);
    CHECK(u32(67) == (i == 0 ? 0 : buckets / 4 * 3));
    CHECK(u32(77) == static_cast<uint32_t>(i));
    const std::string key = "key-" + std::to_string(i);
    map[key] = i % 3 == 0 ? std::nullopt : std::optional<std::string>(std::string(static_cast<size_t>(i), 'v'));
  }
}
