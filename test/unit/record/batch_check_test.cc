// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <limits>

#include "record/schema_table.h"
#include "record/value.h"

using namespace millrace::record;  // NOLINT: a test of this namespace
using millrace::Code;

namespace {

// A good batch of one record, to be spoilt.
struct Good {
  std::array<mr_record, 1> records{};
  std::array<mr_str, 1> topics{Str("t")};
  std::array<mr_value, 2> slots{Text("k"), Int(MR_I64, 1)};
  std::array<mr_value, 1> partitions;
  mr_batch batch{};

  Good() {
    partitions[0] = Composite(MR_MAP, slots.data(), 1);
    records[0].partition = MR_NO_PARTITION;
    records[0].value = Text("v");
    records[0].src_offset = Composite(MR_MAP, slots.data(), 1);
    batch.size = sizeof(batch);
    batch.n = 1;
    batch.stride = sizeof(mr_record);
    batch.records = records.data();
    batch.n_topics = 1;
    batch.topics = topics.data();
    batch.src_partitions = partitions.data();
    batch.n_src_partitions = 1;
    batch.release = [](const mr_batch*) {};
  }
  bool Bad() const { return CheckBatch(batch, {}).code() == Code::kFatal; }
};

}  // namespace

TEST_CASE("a sound batch passes") {
  const Good g;
  CHECK(CheckBatch(g.batch, {}).ok());
  CHECK(CheckBatch(mr_batch{}, {}).ok());
}

TEST_CASE("lies about the batch are found") {
  SUBCASE("too many records") {
    Good g;
    g.batch.n = 1'000'000'000;
    CHECK(g.Bad());
  }
  SUBCASE("no records") {
    Good g;
    g.batch.records = nullptr;
    CHECK(g.Bad());
  }
  SUBCASE("small stride") {
    Good g;
    g.batch.stride = 8;
    CHECK(g.Bad());
  }
  SUBCASE("short struct") {
    Good g;
    g.batch.size = 16;
    CHECK(g.Bad());
  }
  SUBCASE("no release") {
    Good g;
    g.batch.release = nullptr;
    CHECK(g.Bad());
  }
  SUBCASE("topic index") {
    Good g;
    g.records[0].topic = 1;
    CHECK(g.Bad());
  }
  SUBCASE("topic without a name") {
    Good g;
    g.topics[0] = {};
    CHECK(g.Bad());
  }
  SUBCASE("source partition index") {
    Good g;
    g.records[0].src_partition = 1;
    CHECK(g.Bad());
  }
  SUBCASE("source offset") {
    Good g;
    g.records[0].src_offset = Int(MR_I64, 1);
    CHECK(g.Bad());
  }
  SUBCASE("headers") {
    Good g;
    g.records[0].n_headers = 1;
    CHECK(g.Bad());
  }
}

TEST_CASE("lies about values are found") {
  const auto bad = [](const mr_value& v, const mr_schema* s = nullptr) { return !CheckValue(v, s, {}).ok(); };
  mr_value v{};
  v.kind = 13;
  CHECK(bad(v));
  v = Text("x");
  v.u.s = nullptr;
  CHECK(bad(v));
  CHECK(bad(Int(MR_BOOL, 2)));
  CHECK(bad(Int(MR_I8, 128)));
  CHECK_FALSE(bad(Int(MR_I8, -128)));
  CHECK(bad(Int(MR_I16, 40000)));
  CHECK(bad(Int(MR_I32, int64_t{1} << 31)));
  CHECK(bad(Double(MR_F32, 0.1)));
  CHECK(bad(Double(MR_F32, 1e300)));
  CHECK_FALSE(bad(Double(MR_F32, std::numeric_limits<double>::quiet_NaN())));
  v = Int(MR_I64, 1);
  v.logical = MR_L_DATE;
  CHECK(bad(v));
  v = Composite(MR_ARRAY, nullptr, 1);
  CHECK(bad(v));
  v = Composite(MR_STRUCT, nullptr, 0);
  CHECK(bad(v));
  SchemaTable table;
  const SchemaRef i(*table.Intern(DescribeSchema(MR_I32)));
  const mr_field field{Str("a"), i.get()};
  mr_schema d = DescribeSchema(MR_STRUCT);
  d.n_fields = 1;
  d.fields = &field;
  const SchemaRef s(*table.Intern(d));
  const mr_value slots[] = {Int(MR_I32, 1), Int(MR_I32, 2)};
  CHECK_FALSE(bad(Composite(MR_STRUCT, slots, 1), s.get()));
  CHECK(bad(Composite(MR_STRUCT, slots, 2), s.get()));
  mr_value deep[70];
  deep[0] = Null();
  for (int n = 1; n < 70; ++n) deep[n] = Composite(MR_ARRAY, &deep[n - 1], 1);
  CHECK(bad(deep[69]));
  CHECK_FALSE(bad(deep[60]));
}
