// SPDX-License-Identifier: Apache-2.0
//
// Clock: the two times there are, behind an interface so that tests can turn them by hand.
//
// Monotonic time (CLOCK_MONOTONIC, nanoseconds) is for durations and deadlines; wall time (milliseconds since the
// epoch, UTC) is for records and people. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>

namespace millrace {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual int64_t MonotonicNanos() const = 0;
  virtual int64_t WallMillis() const = 0;

  // The real clock; lives for ever.
  static const Clock& System();
};

constexpr int64_t kNanosPerMilli = 1'000'000;

}  // namespace millrace
