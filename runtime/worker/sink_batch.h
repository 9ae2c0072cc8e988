// SPDX-License-Identifier: Apache-2.0
//
// Consumed chunks as batches of records, and the register of those that a sink still holds: the plugin may keep a batch
// beyond put, and may report records of it as bad later. Bytes held are counted.
//
// SinkBatches is used by the task's thread; batches may be released by any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kafka/consumer.h"
#include "record/host_batch.h"

namespace millrace::worker {

// A consumed record of a batch.
struct Consumed {
  std::shared_ptr<const kafka::Chunk> chunk;
  uint32_t index = 0;
  const kafka::InRecord& record() const { return chunk->records()[index]; }
  std::string_view topic() const {
    const mr_str& t = chunk->topics()[record().topic];
    return {t.p, t.n};
  }
};

class SinkBatches {
 public:
  SinkBatches();

  // Lays records over a chunk: places, timestamps, no keys or values yet. Record i is chunk record i.
  record::HostBatchRef Make(std::shared_ptr<const kafka::Chunk> chunk);
  record::HostBatchRef MakeEmpty() { return pool_->Take(); }
  // Takes out the records whose byte in `out` is not 0 (one per record of the batch).
  void Remove(record::HostBatch* batch, const std::vector<uint8_t>& out);

  // The consumed record behind record i of a batch; nullopt: no such batch is held, or it has no such record.
  std::optional<Consumed> Find(const mr_batch* batch, uint32_t i) const;
  int64_t held_bytes() const { return held_->bytes.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    std::shared_ptr<const kafka::Chunk> chunk;
    std::vector<uint32_t> origin;  // by record; empty: record i is chunk record i
    uint32_t n = 0;
  };
  // Outlives the task as long as a batch is held.
  struct Held {
    std::mutex mutex;
    std::unordered_map<const mr_batch*, Entry> batches;
    std::atomic<int64_t> bytes{0};
  };

  const std::shared_ptr<Held> held_;
  const std::shared_ptr<record::HostBatchPool> pool_;
  std::vector<uint16_t> topics_;  // of Make
};

}  // namespace millrace::worker
