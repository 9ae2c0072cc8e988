// SPDX-License-Identifier: Apache-2.0
//
// Crash points: named places where a test lets the process die as kill -9 would, to prove that nothing is lost there.
//
// The environment variable MILLRACE_CRASH_AT holds the name of one point, or "name:N" for the N-th time it is passed.
// Without the variable a point costs one load and a branch. Thread-safe.
//
//   CrashPoint("before-offset-write");
#pragma once

namespace millrace {

namespace internal {
extern const char* const crash_at;  // MILLRACE_CRASH_AT as it was when the process started; nullptr: not set
void CrashIfNamed(const char* name);
}  // namespace internal

inline void CrashPoint(const char* name) {
  if (internal::crash_at != nullptr) [[unlikely]] {
    internal::CrashIfNamed(name);
  }
}

}  // namespace millrace
