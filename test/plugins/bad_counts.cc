// SPDX-License-Identifier: Apache-2.0
// Polls a batch that is not what it says; `lie` says how:
//   n (default)  claims a billion records          stride   records 8 bytes apart
//   topic        a topic index beyond the table    partition  a source partition beyond the table
//   headers      a billion headers                 array    a value of a billion elements
//   text         a text of 4 GiB - 1               size     an mr_batch of 4 bytes
//   topics       a billion topics
#include "support.h"

namespace {

constexpr uint32_t kBillion = 1'000'000'000;

struct Task : test::CountingSource {
  mr_status Poll(int64_t deadline, mr_batch* out, mr_error* e) override {
    if (next >= count) return CountingSource::Poll(deadline, out, e);
    test::OwnedBatch* b = Make(out);
    mr_record& r = b->records[0];
    const std::string lie = test::Get(cfg, "lie", "n");
    if (lie == "n") out->n = kBillion;
    if (lie == "stride") out->stride = 8;
    if (lie == "topic") r.topic = 77;
    if (lie == "partition") r.src_partition = 77;
    if (lie == "headers") r.n_headers = kBillion;
    if (lie == "array") {
      r.value.kind = MR_ARRAY;
      r.value.n = kBillion;
      r.value.u.v = b->values.data();
    }
    if (lie == "text") r.value.n = UINT32_MAX;
    if (lie == "size") out->size = 4;
    if (lie == "topics") out->n_topics = kBillion;
    return MR_OK;
  }
};

}  // namespace

TEST_SOURCE_BUNDLE("bad_counts", Task, "test.BadCountsConnector");
