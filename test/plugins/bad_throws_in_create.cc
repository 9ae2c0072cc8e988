// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "support.h"

namespace {
struct Task : test::CountingSource {
  Task() { throw std::runtime_error("thrown by bad_throws_in_create"); }
};
}  // namespace

TEST_SOURCE_BUNDLE("bad_throws_in_create", Task, "test.BadThrowsInCreateConnector");
