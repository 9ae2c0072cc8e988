// SPDX-License-Identifier: Apache-2.0
//
// millrace/testing/check.h: for tests that want no framework: MR_CHECK says where and what was not so, and goes on;
// Result() is what main returns.
#pragma once

#include <cstdio>

namespace millrace::sdk::testing {

inline int failures = 0;

inline void Check(bool ok, const char* what, const char* file, int line) {
  if (ok) return;
  ++failures;
  std::fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
}
inline int Result() {
  if (failures == 0) std::puts("passed");
  return failures == 0 ? 0 : 1;
}

}  // namespace millrace::sdk::testing

#define MR_CHECK(...) ::millrace::sdk::testing::Check(static_cast<bool>(__VA_ARGS__), #__VA_ARGS__, __FILE__, __LINE__)
