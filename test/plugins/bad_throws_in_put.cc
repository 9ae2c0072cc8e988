// SPDX-License-Identifier: Apache-2.0
// Throws something that is no std::exception.
#include "support.h"

namespace {
struct Task : test::NullSink {
  mr_status Put(const mr_batch* b, mr_error*) override {
    if (b->n > 0) throw 42;
    return MR_OK;
  }
};
}  // namespace

TEST_SINK_BUNDLE("bad_throws_in_put", Task, "test.BadThrowsInPutConnector");
