// SPDX-License-Identifier: Apache-2.0
#include "millrace/cpp/batch.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "millrace/testing/host.h"

using namespace millrace::sdk;

namespace {

mr_batch Fill(BatchPool* pool, int n, std::shared_ptr<const void> keep = nullptr) {
  BatchBuilder b = pool->Take();
  const uint16_t topic = b.Topic("t");
  for (int i = 0; i < n; ++i) {
    mr_record& r = b.Add();
    r.topic = topic;
    r.value = b.arena().CopyText(std::to_string(i));
  }
  if (keep != nullptr) b.Keep(std::move(keep));
  mr_batch out{};
  b.Finish(&out);
  return out;
}

}  // namespace

TEST_CASE("batch: records, topics and partitions come out as they went in") {
  BatchPool pool;
  BatchBuilder b = pool.Take();
  CHECK(b.empty());
  CHECK(b.Topic("a") == 0);
  CHECK(b.Topic("b") == 1);
  CHECK(b.Topic("a") == 0);
  CHECK(b.Partition(b.arena().MakeMap({{"file", Text("x")}})) == 0);
  const mr_record& r = b.Add();
  CHECK(r.partition == MR_NO_PARTITION);
  CHECK(r.value.kind == MR_NULL);
  CHECK(r.src_offset.kind == MR_NULL);
  mr_batch out{};
  b.Finish(&out);
  CHECK(out.n == 1);
  CHECK(out.stride == sizeof(mr_record));
  CHECK(out.n_topics == 2);
  CHECK(View(out.topics[1]) == "b");
  CHECK(out.n_src_partitions == 1);
  CHECK(View(*Find(out.src_partitions[0], "file")) == "x");
  out.release(&out);
}

TEST_CASE("batch: an empty one leaves the host's as it was") {
  BatchPool pool;
  BatchBuilder b = pool.Take();
  mr_batch out{};
  b.Finish(&out);
  CHECK(out.n == 0);
  CHECK_FALSE(static_cast<bool>(out.release));
}

TEST_CASE("batch: many records keep their slots, and a recycled batch begins empty") {
  BatchPool pool;
  for (int round = 0; round < 3; ++round) {
    const mr_batch out = Fill(&pool, 5000);
    REQUIRE(out.n == 5000);
    for (int i = 0; i < 5000; ++i) REQUIRE(View(out.records[i].value) == std::to_string(i));
    out.release(&out);
  }
}

TEST_CASE("batch: recycling gives the same memory again, trimming does not keep it") {
  BatchPool pool;
  const mr_batch first = Fill(&pool, 10);
  const void* owner = first.owner;
  first.release(&first);
  const mr_batch second = Fill(&pool, 10);
  CHECK(second.owner == owner);
  second.release(&second);
  pool.Trim();
  const mr_batch third = Fill(&pool, 10);
  CHECK(third.n == 10);
  third.release(&third);
}

TEST_CASE("batch: what it keeps goes with its last reference, on any thread, also after the pool") {
  auto kept = std::make_shared<int>(1);
  mr_batch out{};
  {
    BatchPool pool;
    out = Fill(&pool, 1, kept);
  }
  CHECK(kept.use_count() == 2);
  const mr_batch copy = out;
  copy.retain(&copy);
  std::thread other([&] { out.release(&out); });
  other.join();
  CHECK(kept.use_count() == 2);
  CHECK(View(copy.records[0].value) == "0");
  copy.release(&copy);
  CHECK(kept.use_count() == 1);
}

TEST_CASE("batch: schemas are held while it is out") {
  testing::TestHost host;
  SetHost(testing::TestHost::Table());
  BatchPool pool;
  mr_batch out{};
  {
    const Schema schema = SchemaBuilder::Struct().Name("row").Field("id", Schema::Int64()).Build();
    CHECK(schema->n_fields == 1);
    CHECK(FieldIndex(*schema.get(), "id") == 0);
    CHECK(FieldIndex(*schema.get(), "no") == -1);
    const Schema same = SchemaBuilder::Struct().Name("row").Field("id", Schema::Int64()).Build();
    CHECK(same.get() == schema.get());
    BatchBuilder b = pool.Take();
    b.Add().value_schema = b.Use(schema);
    b.Finish(&out);
  }
  CHECK(host.live_schemas() == 1);
  CHECK(out.n_schemas == 1);
  out.release(&out);
  CHECK(host.live_schemas() == 0);
}

TEST_CASE("arena: alignment, large blocks and reset") {
  Arena arena;
  for (size_t align = 1; align <= 16; align *= 2) {
    arena.Alloc(1, 1);
    CHECK(reinterpret_cast<uintptr_t>(arena.Alloc(3, align)) % align == 0);
  }
  char* big = static_cast<char*>(arena.Alloc(3 << 20, 16));
  big[0] = big[(3 << 20) - 1] = 'x';
  arena.Reset();
  CHECK(arena.Copy("text") == "text");
  CHECK(arena.Copy("").empty());
}
