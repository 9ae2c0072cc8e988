// SPDX-License-Identifier: Apache-2.0
// Throws in stop, in cancel and when destroyed.
#include <stdexcept>

#include "support.h"

namespace {

struct Task : test::CountingSource {
  void Cancel() override { throw std::runtime_error("thrown by bad_throws_in_stop, cancel"); }
  void Stop() override { throw std::runtime_error("thrown by bad_throws_in_stop, stop"); }
};

constexpr mr_class Make() {
  mr_class c = test::SourceClass<Task>("test.BadThrowsInStopConnector");
  c.destroy = [](void* self) {
    test::Destroy<Task>(self);
    throw std::runtime_error("thrown by bad_throws_in_stop, destroy");
  };
  return c;
}
constexpr mr_class kClasses[] = {Make()};

}  // namespace

TEST_OPEN(kClasses)
TEST_MANIFEST("bad_throws_in_stop", "source", "test.BadThrowsInStopConnector");
