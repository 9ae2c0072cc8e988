// SPDX-License-Identifier: Apache-2.0
//
// WorkPool: threads that run jobs which may block. Threads are made when they are needed, up to a bound, and stay;
// what cannot run yet waits in a bounded queue. Thread-safe. Jobs must not throw.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace millrace::rest {

class WorkPool {
 public:
  WorkPool(size_t max_threads, size_t max_queued) : max_threads_(max_threads), max_queued_(max_queued) {}
  ~WorkPool() { Stop(); }
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  // false: too much is waiting already, or the pool was stopped.
  bool Post(std::function<void()> job);
  // Drops what waits and waits for what runs.
  void Stop();

 private:
  void Run();

  const size_t max_threads_, max_queued_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  std::vector<std::thread> threads_;
  size_t idle_ = 0;
  bool stopped_ = false;
};

}  // namespace millrace::rest
