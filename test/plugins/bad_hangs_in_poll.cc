// SPDX-License-Identifier: Apache-2.0
// Hangs once `count` records were polled.
#include "support.h"

namespace {
struct Task : test::CountingSource {
  mr_status Poll(int64_t deadline, mr_batch* out, mr_error* e) override {
    if (next < count) return CountingSource::Poll(deadline, out, e);
    test::Hang(cfg);
    return MR_OK;
  }
};
}  // namespace

TEST_SOURCE_BUNDLE("bad_hangs_in_poll", Task, "test.BadHangsInPollConnector");
