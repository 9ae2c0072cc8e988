// SPDX-License-Identifier: Apache-2.0
// Starts `threads` (default 2) threads in start and never joins them; they are called "leaked".
#include <pthread.h>

#include "support.h"

namespace {
struct Task : test::CountingSource {
  mr_status Start(mr_error* e) override {
    for (int64_t i = 0; i < test::GetInt(cfg, "threads", 2); ++i) {
      pthread_t t{};
      pthread_create(
          &t, nullptr,
          [](void*) -> void* {
            for (;;) pause();
          },
          nullptr);
      pthread_setname_np(t, "leaked");
      pthread_detach(t);
    }
    return CountingSource::Start(e);
  }
};
}  // namespace

TEST_SOURCE_BUNDLE("bad_leaks_threads", Task, "test.BadLeaksThreadsConnector");
