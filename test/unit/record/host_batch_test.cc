// SPDX-License-Identifier: Apache-2.0
#include "record/host_batch.h"

#include <doctest/doctest.h>

#include "record/value.h"

using namespace millrace::record;  // NOLINT: a test of this namespace

TEST_CASE("a batch is recycled once nobody holds it") {
  const auto pool = HostBatchPool::Make();
  HostBatch* first = nullptr;
  const mr_batch* abi = nullptr;
  int released = 0;
  {
    const HostBatchRef b = pool->Take();
    first = b.get();
    abi = b->abi();
    b->Add().topic = b->Topic("t");
    b->OnRelease([&] { ++released; });
    abi->retain(abi);
  }
  CHECK(released == 0);
  CHECK(abi->n == 1);
  CHECK(pool->Take().get() != first);
  abi->release(abi);
  CHECK(released == 1);
  const HostBatchRef again = pool->Take();
  CHECK(again.get() == first);
  CHECK(again->size() == 0);
  CHECK(again->abi()->n_topics == 0);
}

TEST_CASE("topics are numbered by name") {
  const auto pool = HostBatchPool::Make();
  const HostBatchRef b = pool->Take();
  CHECK(b->Topic("a") == 0);
  CHECK(b->Topic("b") == 1);
  CHECK(b->Topic("a") == 0);
  CHECK(View(b->abi()->topics[1]) == "b");
}

TEST_CASE("wrapping copies records and holds the source") {
  static int retained, released;
  retained = released = 0;
  mr_record records[2]{};
  records[1].value = Text("x");
  const mr_str topic = Str("t");
  mr_batch source{};
  source.size = sizeof(source);
  source.n = 2;
  source.stride = sizeof(mr_record);
  source.records = records;
  source.topics = &topic;
  source.n_topics = 1;
  source.retain = [](const mr_batch*) { ++retained; };
  source.release = [](const mr_batch*) { ++released; };
  CHECK(HostBatch::From(&source) == nullptr);
  {
    const HostBatchRef b = HostBatchPool::Make()->Take();
    b->Wrap(source);
    CHECK(HostBatch::From(b->abi()) == b.get());
    CHECK(retained == 1);
    (*b)[0].flags = MR_REC_DROP;
    CHECK(records[0].flags == 0);
    CHECK(View((*b)[1].value) == "x");
    CHECK(b->Topic("t") == 0);
    CHECK(b->Topic("new") == 1);
  }
  CHECK(released == 1);
}
