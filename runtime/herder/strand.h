// SPDX-License-Identifier: Apache-2.0
//
// Strand: runs what is posted to it one after another, on a thread that exists only while there is something to do.
//
// Each connector has one: its operations keep their order, may block in the connector's plugin, and delay no other
// connector. A strand whose operation hangs for ever can be left behind (its thread is detached and keeps the strand
// alive); whoever leaves it makes sure that what the operation would still do does no harm.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace millrace::herder {

class Strand : public std::enable_shared_from_this<Strand> {
 public:
  using Task = std::function<void()>;
  static std::shared_ptr<Strand> Make() { return std::shared_ptr<Strand>(new Strand); }

  void Post(Task task);
  // Is nothing waiting?
  bool QueueEmpty();
  // Takes what has not begun yet, for another strand.
  std::deque<Task> TakeQueued();
  // Waits until nothing is queued or running; false when the deadline (ns, CLOCK_MONOTONIC) passed first.
  bool WaitIdle(int64_t deadline_ns);

 private:
  Strand() = default;
  void Run();

  std::mutex mutex_;
  std::condition_variable idle_;
  std::deque<Task> tasks_;
  bool running_ = false;
};

}  // namespace millrace::herder
