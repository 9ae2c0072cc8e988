// SPDX-License-Identifier: Apache-2.0
//
// OffsetFlusher: one thread that writes what all source tasks of a worker may commit, every offset.flush.interval.ms,
// in one atomic write; and at once when a stopping task asks, several of them together. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "storage/offset_store.h"

namespace millrace::worker {

class OffsetFlusher {
 public:
  // A source task, as far as the flusher knows it. Called on the flusher's thread; must not block.
  class Member {
   public:
    virtual ~Member() = default;
    virtual void Collect(storage::OffsetMap* out) = 0;
    // The offsets collected last are durable, or were not written.
    virtual void Written(bool ok) = 0;
  };

  OffsetFlusher(storage::OffsetStore* store, int64_t interval_ms, Log* log);
  ~OffsetFlusher();
  OffsetFlusher(const OffsetFlusher&) = delete;
  OffsetFlusher& operator=(const OffsetFlusher&) = delete;

  // Ends the thread, without a last round. Calls to the others stay harmless.
  void Stop();
  void Add(std::shared_ptr<Member> member);
  // No later round asks it.
  void Remove(const Member* member);
  // Waits for a round that begins after this call; kTimeout when it is not over at the deadline (CLOCK_MONOTONIC).
  Status Flush(int64_t deadline_ns);

 private:
  void Run();

  storage::OffsetStore* const store_;
  const int64_t interval_ms_;
  const Logger logger_;
  std::mutex mutex_;
  std::condition_variable wake_, over_;
  std::vector<std::shared_ptr<Member>> members_;
  uint64_t wanted_ = 0, begun_ = 0, finished_ = 0;  // rounds: asked for up to, begun, finished
  Status last_;                                     // of the last round
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace millrace::worker
