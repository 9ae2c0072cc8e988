// SPDX-License-Identifier: Apache-2.0
#include "support.h"

namespace {
struct Task : test::CountingSource {
  mr_status Start(mr_error*) override {
    test::Hang(cfg);
    return MR_OK;
  }
};
}  // namespace

TEST_SOURCE_BUNDLE("bad_hangs_in_start", Task, "test.BadHangsInStartConnector");
