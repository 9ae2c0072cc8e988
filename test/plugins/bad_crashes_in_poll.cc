// SPDX-License-Identifier: Apache-2.0
// Writes to address 0x10; with `how` = "abort" it calls abort, with "thread" a thread of its own crashes, with "stack"
// it recurses until the stack ends.
#include <pthread.h>

#include "support.h"

namespace {

// Volatile, so that the compiler does not see what is coming.
int* volatile g_nowhere = reinterpret_cast<int*>(0x10);
volatile int g_deepest = 1 << 30;

void Crash() { *g_nowhere = 1; }

int Recurse(int depth) {
  volatile char here[4096];
  here[0] = static_cast<char>(depth);
  return depth >= g_deepest ? 0 : Recurse(depth + 1) + here[0];
}

struct Task : test::CountingSource {
  mr_status Poll(int64_t, mr_batch*, mr_error*) override {
    const std::string how = test::Get(cfg, "how", "");
    if (how == "abort") std::abort();
    if (how == "stack") return Recurse(0);
    if (how == "thread") {
      pthread_t t{};
      pthread_create(
          &t, nullptr,
          [](void*) -> void* {
            Crash();
            return nullptr;
          },
          nullptr);
      pthread_join(t, nullptr);
    }
    Crash();
    return MR_OK;
  }
};

}  // namespace

TEST_SOURCE_BUNDLE("bad_crashes_in_poll", Task, "test.BadCrashesInPollConnector");
