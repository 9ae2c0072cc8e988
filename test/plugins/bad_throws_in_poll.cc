// SPDX-License-Identifier: Apache-2.0
// Throws once `count` records were polled.
#include <stdexcept>

#include "support.h"

namespace {
struct Task : test::CountingSource {
  mr_status Poll(int64_t deadline, mr_batch* out, mr_error* e) override {
    if (next < count) return CountingSource::Poll(deadline, out, e);
    throw std::runtime_error("thrown by bad_throws_in_poll");
  }
};
}  // namespace

TEST_SOURCE_BUNDLE("bad_throws_in_poll", Task, "test.BadThrowsInPollConnector");
