// SPDX-License-Identifier: Apache-2.0
#include "worker/sink_batch.h"

#include "record/value.h"

namespace millrace::worker {

SinkBatches::SinkBatches() : held_(std::make_shared<Held>()), pool_(record::HostBatchPool::Make()) {}

record::HostBatchRef SinkBatches::Make(std::shared_ptr<const kafka::Chunk> chunk) {
  record::HostBatchRef batch = pool_->Take();
  topics_.clear();
  for (const mr_str& topic : chunk->topics()) topics_.push_back(batch->Topic(record::View(topic)));
  for (const kafka::InRecord& in : chunk->records()) {
    mr_record& r = batch->Add();
    r.topic = topics_[in.topic];
    r.partition = in.partition;
    r.offset = in.offset;
    if (in.timestamp >= 0) {
      r.timestamp = in.timestamp;
      r.flags = static_cast<uint16_t>(MR_REC_HAS_TS | (in.log_append_time ? MR_REC_LOG_APPEND : 0));
    }
  }
  const mr_batch* key = batch->abi();
  const auto bytes = static_cast<int64_t>(chunk->bytes());
  held_->bytes.fetch_add(bytes, std::memory_order_relaxed);
  {
    const std::lock_guard lock(held_->mutex);
    held_->batches[key] = {chunk, {}, batch->size()};
  }
  batch->Keep(std::move(chunk));
  batch->OnRelease([held = held_, key, bytes] {
    held->bytes.fetch_sub(bytes, std::memory_order_relaxed);
    const std::lock_guard lock(held->mutex);
    held->batches.erase(key);
  });
  return batch;
}

void SinkBatches::Remove(record::HostBatch* batch, const std::vector<uint8_t>& out) {
  const uint32_t n = batch->size();
  std::vector<uint32_t> origin;
  origin.reserve(n);
  const std::lock_guard lock(held_->mutex);
  Entry& entry = held_->batches[batch->abi()];
  uint32_t to = 0;
  for (uint32_t i = 0; i < n; ++i) {
    if (out[i] != 0) continue;
    if (to != i) (*batch)[to] = (*batch)[i];
    origin.push_back(entry.origin.empty() ? i : entry.origin[i]);
    ++to;
  }
  batch->abi()->n = to;
  entry.origin = std::move(origin);
  entry.n = to;
}

std::optional<Consumed> SinkBatches::Find(const mr_batch* batch, uint32_t i) const {
  const std::lock_guard lock(held_->mutex);
  const auto it = held_->batches.find(batch);
  if (it == held_->batches.end() || i >= it->second.n) return std::nullopt;
  const Entry& e = it->second;
  return Consumed{e.chunk, e.origin.empty() ? i : e.origin[i]};
}

}  // namespace millrace::worker
