// SPDX-License-Identifier: Apache-2.0
#include "rest/work_pool.h"

#include <utility>

namespace millrace::rest {

bool WorkPool::Post(std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  if (stopped_ || jobs_.size() >= max_queued_) return false;
  jobs_.push_back(std::move(job));
  if (jobs_.size() > idle_ && threads_.size() < max_threads_) {
    threads_.emplace_back([this] { Run(); });
  } else {
    changed_.notify_one();
  }
  return true;
}

void WorkPool::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    changed_.wait(lock, [this] { return stopped_ || !jobs_.empty(); });
    --idle_;
    if (stopped_) return;
    std::function<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    job = nullptr;  // what it holds is released before the next wait
    lock.lock();
  }
}

void WorkPool::Stop() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    jobs_.clear();
    threads.swap(threads_);
    changed_.notify_all();
  }
  for (std::thread& t : threads) t.join();
}

}  // namespace millrace::rest
