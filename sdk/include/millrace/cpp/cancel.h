// SPDX-License-Identifier: Apache-2.0
//
// millrace/cpp/cancel.h: CancelToken, how a blocking call hears that it should end, and waiting with a deadline.
//
// Set is for any thread and does not block; the waiting calls are for the task's thread. Once set it stays set.
// Deadlines are CLOCK_MONOTONIC nanoseconds, as in mr_source.poll.
#pragma once

#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>

#include "millrace/cpp/error.h"
#include "millrace/cpp/text.h"

namespace millrace::sdk {

inline int64_t MonotonicNanos() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * INT64_C(1'000'000'000) + t.tv_nsec;
}

class CancelToken {
 public:
  CancelToken() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (fd_ < 0) throw Error(MR_RETRIABLE, Cat("cannot make an eventfd: ", ErrnoText(errno)));
  }
  ~CancelToken() { close(fd_); }
  CancelToken(const CancelToken&) = delete;
  CancelToken& operator=(const CancelToken&) = delete;

  void Set() noexcept {
    set_.store(true, std::memory_order_release);
    eventfd_write(fd_, 1);  // fails only when it is readable anyway
  }
  bool is_set() const noexcept { return set_.load(std::memory_order_acquire); }
  // Readable once set, for event loops of libraries.
  int fd() const { return fd_; }

  // Waits until one of `fds` (at most 7) is ready, the deadline has passed or the token is set. The number of ready
  // descriptors; 0 for the other two.
  int Wait(std::span<pollfd> fds, int64_t deadline_ns) const {
    std::array<pollfd, 8> all;
    assert(fds.size() < all.size());
    std::copy(fds.begin(), fds.end(), all.begin());
    all[fds.size()] = {fd_, POLLIN, 0};
    int ready = 0;
    do {
      const int64_t left = std::max<int64_t>(0, deadline_ns - MonotonicNanos());
      const timespec timeout{left / 1'000'000'000, left % 1'000'000'000};
      ready = ppoll(all.data(), fds.size() + 1, &timeout, nullptr);
    } while (ready < 0 && errno == EINTR);
    if (ready < 0) throw Error(MR_FATAL, Cat("cannot wait for input: ", ErrnoText(errno)));
    std::copy_n(all.begin(), fds.size(), fds.begin());
    return all[fds.size()].revents != 0 ? ready - 1 : ready;
  }
  // Sleeps; true when it was cut short.
  bool SleepUntil(int64_t deadline_ns) const {
    Wait({}, deadline_ns);
    return is_set();
  }

 private:
  int fd_;
  std::atomic<bool> set_{false};
};

}  // namespace millrace::sdk
