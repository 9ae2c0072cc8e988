// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "support.h"

extern "C" MR_EXPORT const mr_plugin* mr_plugin_open_v1(const mr_host*, mr_str, mr_error*) {
  throw std::runtime_error("thrown by bad_throws_in_open");
}
TEST_MANIFEST("bad_throws_in_open", "source", "test.BadThrowsInOpenConnector");
