// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "support.h"

namespace {
struct Task : test::CountingSource {
  mr_status Start(mr_error*) override { throw std::runtime_error("thrown by bad_throws_in_start"); }
};
}  // namespace

TEST_SOURCE_BUNDLE("bad_throws_in_start", Task, "test.BadThrowsInStartConnector");
