// SPDX-License-Identifier: Apache-2.0
// poll returns the number in the setting `status` (default MR_FATAL) and says nothing.
#include "support.h"

namespace {
struct Task : test::CountingSource {
  mr_status Poll(int64_t, mr_batch*, mr_error*) override {
    return static_cast<mr_status>(test::GetInt(cfg, "status", MR_FATAL));
  }
};
}  // namespace

TEST_SOURCE_BUNDLE("bad_silent_error", Task, "test.BadSilentErrorConnector");
