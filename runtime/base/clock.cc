// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <ctime>

namespace millrace {
namespace {

int64_t Nanos(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

class SystemClock final : public Clock {
 public:
  int64_t MonotonicNanos() const override { return Nanos(CLOCK_MONOTONIC); }
  int64_t WallMillis() const override { return Nanos(CLOCK_REALTIME) / kNanosPerMilli; }
};

}  // namespace

const Clock& Clock::System() {
  static const SystemClock clock;
  return clock;
}

}  // namespace millrace
