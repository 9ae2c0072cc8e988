// SPDX-License-Identifier: Apache-2.0
//
// OffsetTracker: which source offsets of a task may be committed. Per source partition that is the offset of the newest
// record such that it and all records before it, in the order polled, have been acknowledged. A record that is late
// holds back its own source partition only. One that was dropped or skipped does not count, either way.
//
// The task's thread adds batches before it sends them and completes them when all their tickets are done; any thread
// may collect. Between Add and Complete the batch's memory and tickets stay put. Nothing is kept per record: tickets
// are looked at when offsets are wanted, and a completed batch leaves one offset per source partition behind.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/status.h"
#include "kafka/producer.h"
#include "millrace/abi.h"
#include "storage/offset_store.h"

namespace millrace::worker {

class OffsetTracker {
 public:
  // A batch as it was polled. The owner keeps it at one address from Add to Complete.
  class Batch {
   public:
    const mr_batch* batch = nullptr;         // its records' src_partition and src_offset
    uint32_t n = 0;                          // the first n records count
    const kafka::Ticket* tickets = nullptr;  // one per record
    const uint8_t* left_out = nullptr;       // per record: 1 = dropped or skipped; nullptr: none
    bool failed_counts = false;              // may a record that Kafka refused be passed?

   private:
    friend class OffsetTracker;
    // What is known of one source partition of the batch.
    struct Part {
      void* partition = nullptr;  // nullptr: no record of it, or settled
      uint32_t same_as = 0;       // index of the first equal source partition of the batch, usually its own
      int64_t last = -1;          // the newest record of the acknowledged prefix that has an offset
      int64_t reported = -1;      // the newest record whose offset was made ready
      bool blocked = false;       // a record of it is not acknowledged
    };
    std::vector<Part> parts_;
    uint64_t scanned_ = 0;  // the round in which parts_ was brought up to date
  };

  explicit OffsetTracker(std::string connector) : connector_(std::move(connector)) {}

  // An error: a source partition that cannot be written (kData, in Java's words); the batch is not tracked then.
  Status Add(Batch* batch);
  // All tickets of the batch that will ever be done are. Records that are not done then hold back their source
  // partitions for good.
  void Complete(Batch* batch);
  // The offsets that may be committed and are not written yet, added to *out. [any]
  void Collect(storage::OffsetMap* out);
  // What became of the offsets collected last. [any]
  void Written(bool ok);
  // An offset that could not be put into words: the task must fail.
  Status error() const;

 private:
  struct Segment {
    Batch* live = nullptr;              // nullptr: completed
    uint32_t part = 0;                  // index of the source partition in the batch
    std::optional<std::string> offset;  // completed: the newest offset of the batch, none when it had none
    bool blocked = false;               // completed with a record that was never acknowledged
  };
  struct Partition {
    std::string key;
    std::deque<Segment> segments;      // in the order polled
    std::optional<std::string> ready;  // may be committed
    std::optional<std::string> taken;  // collected, not yet known to be written
  };

  Partition* Find(const std::string& key);
  void Scan(Batch* batch);
  // The offset of the newest acknowledged record, in JSON; nullopt: none, or the one given last.
  std::optional<std::string> OffsetOf(const Batch& batch, Batch::Part* part);
  // Moves what the front of the partition's segments allows to `ready`. `look`: also look at the tickets of a batch
  // that is not completed.
  void Advance(Partition* p, bool look);
  void ForgetIdle();

  const std::string connector_;
  std::vector<uint8_t> used_;      // of Add, to save it allocations
  std::vector<std::string> keys_;  // likewise
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::unique_ptr<Partition>> partitions_;
  uint64_t round_ = 0;
  Status error_;
};

}  // namespace millrace::worker
