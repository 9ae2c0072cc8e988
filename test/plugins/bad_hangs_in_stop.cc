// SPDX-License-Identifier: Apache-2.0
#include "support.h"

namespace {
struct Task : test::CountingSource {
  void Stop() override { test::Hang(cfg); }
};
}  // namespace

TEST_SOURCE_BUNDLE("bad_hangs_in_stop", Task, "test.BadHangsInStopConnector");
