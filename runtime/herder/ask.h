// SPDX-License-Identifier: Apache-2.0
//
// Asking another thread and waiting for the answer with a deadline. The answer of one that comes too late is dropped;
// the question must therefore own what it captures.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/status.h"

namespace millrace::herder {

// The text with which Kafka Connect answers a request that took too long (HTTP 500).
inline Status RequestTimedOut() { return Status::Timeout("Request timed out"); }

// Where an answer is put. Shared by who asks and who answers.
template <class R>
class Answer {
 public:
  void Set(R value) {
    const std::lock_guard lock(mutex_);
    value_.emplace(std::move(value));
    ready_.notify_all();
  }
  void Begin() {
    const std::lock_guard lock(mutex_);
    begun_ = true;
    ready_.notify_all();
  }
  // nullopt when there is no answer after `nanos`.
  std::optional<R> WaitFor(int64_t nanos) {
    std::unique_lock lock(mutex_);
    ready_.wait_for(lock, std::chrono::nanoseconds(nanos), [this] { return value_.has_value(); });
    return std::exchange(value_, std::nullopt);
  }
  bool WaitBegun(int64_t nanos) {
    std::unique_lock lock(mutex_);
    return ready_.wait_for(lock, std::chrono::nanoseconds(nanos), [this] { return begun_ || value_.has_value(); });
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::optional<R> value_;
  bool begun_ = false;
};

// How many questions may be open elsewhere at once: a plugin that hangs in each must not use up the machine.
class ElsewhereLimit {
 public:
  // A place, held as long as the pointer lives; null when all are taken.
  std::shared_ptr<void> Take() {
    auto place = std::shared_ptr<void>(open_.get(), [open = open_](void*) { --*open; });
    return ++*open_ <= kMax ? place : nullptr;
  }

 private:
  static constexpr int kMax = 64;
  std::shared_ptr<std::atomic<int>> open_ = std::make_shared<std::atomic<int>>(0);
};

// Runs `question` on a thread of its own.
template <class R>
R AskElsewhere(ElsewhereLimit* limit, int64_t timeout_ns, std::function<R()> question) {
  std::shared_ptr<void> place = limit->Take();
  if (!place) {
    return R(Status(Code::kUnavailable,
                    "Too many questions to plugins are open already; see the log for those that "
                    "hang"));
  }
  const auto answer = std::make_shared<Answer<R>>();
  std::thread([answer, question = std::move(question), place = std::move(place)] { answer->Set(question()); }).detach();
  std::optional<R> value = answer->WaitFor(timeout_ns);
  return value ? std::move(*value) : R(RequestTimedOut());
}

}  // namespace millrace::herder
