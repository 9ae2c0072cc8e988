// SPDX-License-Identifier: Apache-2.0
#include "herder/strand.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "base/clock.h"

namespace millrace::herder {

void Strand::Post(Task task) {
  const std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
  if (running_) return;
  running_ = true;
  std::thread([self = shared_from_this()] { self->Run(); }).detach();
}

void Strand::Run() {
  std::unique_lock lock(mutex_);
  while (!tasks_.empty()) {
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    task = nullptr;  // what it captured goes before the next one runs
    lock.lock();
  }
  running_ = false;
  idle_.notify_all();
}

bool Strand::QueueEmpty() {
  const std::lock_guard lock(mutex_);
  return tasks_.empty();
}

std::deque<Strand::Task> Strand::TakeQueued() {
  const std::lock_guard lock(mutex_);
  return std::exchange(tasks_, {});
}

bool Strand::WaitIdle(int64_t deadline_ns) {
  std::unique_lock lock(mutex_);
  const int64_t left = std::max<int64_t>(0, deadline_ns - Clock::System().MonotonicNanos());
  return idle_.wait_for(lock, std::chrono::nanoseconds(left), [this] { return !running_; });
}

}  // namespace millrace::herder
