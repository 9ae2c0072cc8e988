// SPDX-License-Identifier: Apache-2.0
//
// TaskSignal: what others want of a task (stop, pause, resume) and what wakes its thread. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <mutex>

#include "worker/task_id.h"

namespace millrace::worker {

class TaskSignal {
 public:
  explicit TaskSignal(TargetState target) : target_(target) {}

  // `deadline_ns` (CLOCK_MONOTONIC): when the task is given up.
  void Stop(int64_t deadline_ns) {
    {
      const std::lock_guard lock(mutex_);
      stop_deadline_ns_ = std::min(stop_deadline_ns_, deadline_ns);
      stopping_.store(true, std::memory_order_release);
    }
    wake_.notify_all();
  }
  void SetTarget(TargetState target) {
    target_.store(target, std::memory_order_release);
    Wake();
  }
  void Wake() {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
    }
    wake_.notify_all();
  }

  bool stopping() const { return stopping_.load(std::memory_order_acquire); }
  TargetState target() const { return target_.load(std::memory_order_acquire); }
  int64_t stop_deadline_ns() const {
    const std::lock_guard lock(mutex_);
    return stop_deadline_ns_;
  }

  // Waits until woken, stopped or the deadline (CLOCK_MONOTONIC). False: the task is being stopped.
  bool WaitUntil(int64_t deadline_ns) { return Wait(deadline_ns, true); }
  // Waits for the time to pass; only a stop ends it early. False: the task is being stopped.
  bool SleepUntil(int64_t deadline_ns) { return Wait(deadline_ns, false); }
  // Waits until woken or the deadline, stopping or not.
  void WaitForWake(int64_t deadline_ns) {
    std::unique_lock lock(mutex_);
    wake_.wait_until(lock, At(deadline_ns), [&] { return woken_; });
    woken_ = false;
  }

 private:
  static std::chrono::steady_clock::time_point At(int64_t ns) {
    return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(ns));
  }
  bool Wait(int64_t deadline_ns, bool wakes) {
    std::unique_lock lock(mutex_);
    wake_.wait_until(lock, At(deadline_ns), [&] { return stopping() || (wakes && woken_); });
    if (wakes) woken_ = false;
    return !stopping();
  }

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<bool> stopping_{false};
  std::atomic<TargetState> target_;
  bool woken_ = false;
  int64_t stop_deadline_ns_ = std::numeric_limits<int64_t>::max();
};

}  // namespace millrace::worker
