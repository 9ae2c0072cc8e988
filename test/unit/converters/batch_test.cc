// SPDX-License-Identifier: Apache-2.0
//
// What single golden cases cannot show: batches, recycling, pointers, several schemas at once.
#include "rig.h"

using millrace::Code;
using millrace::Status;
using millrace::test::ConverterRig;
using namespace millrace::record;  // NOLINT: a test over records

TEST_CASE("texts pass through by pointer") {
  ConverterRig rig;
  const auto c = rig.Make(".StringConverter");
  const std::string text = "hello, \xC3\xA9";
  const HostBatchRef b = rig.Batch({Text(text)});
  mr_str bytes{};
  REQUIRE(c->FromConnect(*b->abi(), MR_PART_VALUE, &b->arena(), &bytes, &rig.errors).ok());
  CHECK(bytes.p == text.data());
  REQUIRE(c->ToConnect(b->abi(), MR_PART_VALUE, &bytes, &b->arena(), &rig.errors).ok());
  CHECK((*b)[0].value.u.s == text.data());
  CHECK((*b)[0].value_schema->kind == MR_STRING);
  CHECK((*b)[0].value_schema->optional == 1);
}

TEST_CASE("JSON texts without escapes point into the message") {
  ConverterRig rig;
  const auto c = rig.Make(".JsonConverter");
  const std::string text = R"({"schema":{"type":"string","optional":false},"payload":"hello"})";
  for (int round = 0; round < 3; ++round) {
    const HostBatchRef b = rig.Batch({Null()});
    const mr_str bytes = Str(text);
    REQUIRE(c->ToConnect(b->abi(), MR_PART_VALUE, &bytes, &b->arena(), &rig.errors).ok());
    CHECK(View((*b)[0].value) == "hello");
    CHECK((*b)[0].value.u.s >= text.data());
    CHECK((*b)[0].value.u.s < text.data() + text.size());
  }
}

TEST_CASE("a record that fails leaves the others alone, and dropped ones are not looked at") {
  ConverterRig rig;
  const auto c = rig.Make(".JsonConverter", {{"schemas.enable", "false"}});
  const HostBatchRef b = rig.Batch({Null(), Null(), Null()});
  (*b)[2].flags = MR_REC_DROP;
  const mr_str bytes[] = {Str("{"), Str("5"), Str("also broken")};
  const Status s = c->ToConnect(b->abi(), MR_PART_VALUE, bytes, &b->arena(), &rig.errors);
  CHECK(s.code() == Code::kData);
  REQUIRE(rig.errors.records().size() == 1);
  CHECK(rig.errors.records()[0].record == 0);
  CHECK(rig.errors.records()[0].status.detail("cause.class") ==
        "org.apache.kafka.common.errors.SerializationException");
  CHECK((*b)[1].value.u.i == 5);
  CHECK((*b)[2].value.kind == MR_NULL);
}

TEST_CASE("a failed record leaves no bytes behind") {
  ConverterRig rig;
  const auto c = rig.Make(".JsonConverter", {{"schemas.enable", "false"}});
  const mr_value bad[] = {Text("long enough to have been written before the fault is found"),
                          Composite(MR_STRUCT, nullptr, 0)};
  const HostBatchRef b = rig.Batch({Text("a"), Composite(MR_ARRAY, bad, 2), Text("b")});
  mr_str bytes[3]{};
  CHECK(c->FromConnect(*b->abi(), MR_PART_VALUE, &b->arena(), bytes, &rig.errors).code() == Code::kData);
  CHECK(View(bytes[0]) == "\"a\"");
  CHECK(bytes[1].p == nullptr);
  CHECK(View(bytes[2]) == "\"b\"");
}

TEST_CASE("long values are written in one piece") {
  ConverterRig rig;
  const auto c = rig.Make(".JsonConverter", {{"schemas.enable", "false"}});
  const std::string big(100000, 'x');
  const std::vector<mr_value> parts(20, Text(big));
  const HostBatchRef b = rig.Batch({Composite(MR_ARRAY, parts.data(), 20), Text("after")});
  mr_str bytes[2]{};
  REQUIRE(c->FromConnect(*b->abi(), MR_PART_VALUE, &b->arena(), bytes, &rig.errors).ok());
  CHECK(bytes[0].n == 20 * 100003 + 1);
  CHECK(View(bytes[0]).ends_with("xx\"]"));
  CHECK(View(bytes[1]) == "\"after\"");
}

TEST_CASE("many schemas in turn, more than are remembered") {
  ConverterRig rig;
  const auto c = rig.Make(".JsonConverter", {{"schemas.cache.size", "3"}});
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 12; ++i) {
      const std::string name = "n" + std::to_string(i);
      const std::string text = R"({"schema":{"type":"int32","optional":false,"name":")" + name + R"("},"payload":7})";
      const HostBatchRef b = rig.Batch({Null()});
      const mr_str bytes = Str(text);
      REQUIRE(c->ToConnect(b->abi(), MR_PART_VALUE, &bytes, &b->arena(), &rig.errors).ok());
      CHECK(View((*b)[0].value_schema->name) == name);
      mr_str back{};
      REQUIRE(c->FromConnect(*b->abi(), MR_PART_VALUE, &b->arena(), &back, &rig.errors).ok());
      CHECK(View(back) == text);
    }
  }
}

TEST_CASE("schemas live as long as the batch, and no longer than converter and batch") {
  ConverterRig rig;
  {
    HostBatchRef b = rig.Batch({Null()});
    {
      const auto c = rig.Make(".JsonConverter");
      const std::string text = R"({"schema":{"type":"int32","optional":false},"payload":7})";
      const mr_str bytes = Str(text);
      REQUIRE(c->ToConnect(b->abi(), MR_PART_VALUE, &bytes, &b->arena(), &rig.errors).ok());
    }
    CHECK((*b)[0].value_schema->kind == MR_I32);
    CHECK(rig.schemas.size() == 1);
  }
  CHECK(rig.schemas.size() == 0);
}

TEST_CASE("keys and headers are told apart") {
  ConverterRig rig;
  const auto c = rig.Make(".IntegerConverter", {}, MR_PART_KEY);
  const HostBatchRef b = rig.Batch({Text("value")});
  (*b)[0].key = Int(MR_I32, 258);
  mr_str bytes{};
  REQUIRE(c->FromConnect(*b->abi(), MR_PART_KEY, &b->arena(), &bytes, &rig.errors).ok());
  CHECK(View(bytes) == std::string_view("\0\0\1\2", 4));
  REQUIRE(c->ToConnect(b->abi(), MR_PART_KEY, &bytes, &b->arena(), &rig.errors).ok());
  CHECK((*b)[0].key.u.i == 258);
  CHECK(View((*b)[0].value) == "value");
}

TEST_CASE("settings are checked with Java's texts") {
  ConverterRig rig;
  const auto message = [&rig](std::string_view name, const millrace::config::Properties& config) {
    for (const mr_class* type : rig.built_in.classes()) {
      if (!View(type->name).ends_with(name)) continue;
      auto c = millrace::plugins::Converter::Make(type, &rig.context);
      return (*c)->Configure(config, MR_PART_VALUE).message();
    }
    return std::string("no such class");
  };
  CHECK(message(".JsonConverter", {{"schemas.enable", "maybe"}}) ==
        "Invalid value maybe for configuration schemas.enable: Expected value to be either true or false");
  CHECK(message(".JsonConverter", {{"schemas.cache.size", "x"}}) ==
        "Invalid value x for configuration schemas.cache.size: Not a number of type INT");
  CHECK(message(".StringConverter", {{"converter.encoding", "klingon"}}) == "Unsupported encoding klingon");
  CHECK(message(".JsonConverter", {{"decimal.format", "numeric"}}).empty());
}
