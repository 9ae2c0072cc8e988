// SPDX-License-Identifier: Apache-2.0
// Polls a batch with a null pointer where something must be: `where` = records (default), topics, partitions, text,
// array, headers, release, offset.
#include "support.h"

namespace {

struct Task : test::CountingSource {
  std::unique_ptr<test::OwnedBatch> stranded;  // nobody can give it back

  mr_status Poll(int64_t deadline, mr_batch* out, mr_error* e) override {
    if (next >= count) return CountingSource::Poll(deadline, out, e);
    test::OwnedBatch* b = Make(out);
    mr_record& r = b->records[0];
    const std::string where = test::Get(cfg, "where", "records");
    if (where == "records") out->records = nullptr;
    if (where == "topics") out->topics = nullptr;
    if (where == "partitions") out->src_partitions = nullptr;
    if (where == "text") r.value.u.s = nullptr;
    if (where == "array") {
      r.value.kind = MR_ARRAY;
      r.value.u.v = nullptr;
    }
    if (where == "headers") r.n_headers = 3;
    if (where == "release") {
      out->release = nullptr;
      stranded.reset(b);
    }
    if (where == "offset") r.src_offset.u.v = nullptr;
    return MR_OK;
  }
};

}  // namespace

TEST_SOURCE_BUNDLE("bad_pointers", Task, "test.BadPointersConnector");
