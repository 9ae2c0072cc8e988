// SPDX-License-Identifier: Apache-2.0
// Hangs at the first batch with records.
#include "support.h"

namespace {
struct Task : test::NullSink {
  mr_status Put(const mr_batch* b, mr_error*) override {
    if (b->n > 0) test::Hang(cfg);
    return MR_OK;
  }
};
}  // namespace

TEST_SINK_BUNDLE("bad_hangs_in_put", Task, "test.BadHangsInPutConnector");
