// SPDX-License-Identifier: Apache-2.0
// Polls one record whose value has a kind that does not exist: the number in `kind` (default 99). With `where` = "key",
// "offset" or "partition" it is there instead; with `depth` = n > 0 the value is n arrays, one inside the other.
#include "support.h"

namespace {

struct Task : test::CountingSource {
  std::vector<mr_value> nested;

  mr_status Poll(int64_t deadline, mr_batch* out, mr_error* e) override {
    if (next >= count) return CountingSource::Poll(deadline, out, e);
    test::OwnedBatch* b = Make(out);
    mr_record& r = b->records[0];
    const std::string where = test::Get(cfg, "where", "value");
    const int64_t depth = test::GetInt(cfg, "depth", 0);
    mr_value bad{};
    bad.kind = static_cast<uint8_t>(test::GetInt(cfg, "kind", 99));
    if (depth > 0) {
      nested.assign(static_cast<size_t>(depth) + 1, mr_value{});
      for (size_t i = 0; i + 1 < nested.size(); ++i) {
        nested[i].kind = MR_ARRAY;
        nested[i].n = 1;
        nested[i].u.v = &nested[i + 1];
      }
      bad = nested[0];
    }
    if (where == "key") r.key = bad;
    if (where == "value") r.value = bad;
    if (where == "offset") r.src_offset = bad;
    if (where == "partition") b->partitions[0] = bad;
    return MR_OK;
  }
};

}  // namespace

TEST_SOURCE_BUNDLE("bad_kinds", Task, "test.BadKindsConnector");
