// SPDX-License-Identifier: Apache-2.0
//
// SourceBatch: a polled batch from poll to the last acknowledgement: the plugin's memory, the arena of what the host
// added, and one ticket per record. Recycled, so that a steady flow allocates nothing.
//
// DoneQueue: batches whose tickets are all done, handed from the producer's thread to the task's. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "kafka/producer.h"
#include "millrace/abi.h"
#include "record/host_batch.h"
#include "worker/offset_tracker.h"
#include "worker/task_signal.h"

namespace millrace::worker {

struct SourceBatch;

class DoneQueue {
 public:
  explicit DoneQueue(std::shared_ptr<TaskSignal> signal) : signal_(std::move(signal)) {}
  void Push(SourceBatch* batch) {
    {
      const std::lock_guard lock(mutex_);
      done_.push_back(batch);
    }
    signal_->Wake();
  }
  void Take(std::vector<SourceBatch*>* out) {
    const std::lock_guard lock(mutex_);
    out->swap(done_);
    done_.clear();
  }

 private:
  const std::shared_ptr<TaskSignal> signal_;
  std::mutex mutex_;
  std::vector<SourceBatch*> done_;
};

struct SourceBatch {
  explicit SourceBatch(std::shared_ptr<DoneQueue> done_queue) : queue(std::move(done_queue)) {
    submission.done = [](kafka::Submission* s) {
      auto* batch = static_cast<SourceBatch*>(s->user);
      // Once pushed the batch belongs to the task, which may end before Push has returned.
      const std::shared_ptr<DoneQueue> q = batch->queue;
      q->Push(batch);
    };
    submission.user = this;
    tracked.batch = &plugin;
  }

  // Makes n tickets, all pending.
  void MakeTickets(uint32_t n) {
    if (capacity < n) {
      tickets = std::make_unique<kafka::Ticket[]>(n);
      capacity = n;
    }
    for (uint32_t i = 0; i < n; ++i) {
      tickets[i].owner = &submission;
      tickets[i].state.store(kafka::Ticket::kPending, std::memory_order_relaxed);
    }
    submission.failed.store(0, std::memory_order_relaxed);
  }
  bool left(uint32_t i) const { return tracked.left_out != nullptr && tracked.left_out[i] != 0; }

  mr_batch plugin{};          // as polled; its memory is held
  mr_batch view{};            // as sent: topics and keys after the transforms; its memory is `plugin` or `host`
  record::HostBatchRef host;  // the arena
  uint32_t n = 0;             // records that count: up to the one that failed
  std::unique_ptr<kafka::Ticket[]> tickets;
  uint32_t capacity = 0;
  std::vector<uint8_t> left_out;
  kafka::Submission submission;
  OffsetTracker::Batch tracked;
  int64_t bytes = 0;  // sent
  const std::shared_ptr<DoneQueue> queue;
};

}  // namespace millrace::worker
