// SPDX-License-Identifier: Apache-2.0
//
// HostBatch: a batch that the host makes: what a sink is given, and what wraps a source's batch before transforms work
// on it. Record array, topic table, arena and the things it keeps alive (fetched messages, the plugin's batch) are one
// object, recycled by a pool, so that a steady flow allocates nothing.
//
// It is filled by one thread. Counting references (retain and release of its mr_batch) is free to any thread; with the
// last reference the batch lets go of everything and returns to its pool. The mr_batch has a stable address.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "millrace/abi.h"
#include "record/arena.h"

namespace millrace::record {

class HostBatchPool;

class HostBatch {
 public:
  HostBatch(const HostBatch&) = delete;
  HostBatch& operator=(const HostBatch&) = delete;

  mr_batch* abi() { return &batch_; }
  const mr_batch& abi() const { return batch_; }
  // The HostBatch behind a batch, nullptr when a plugin made it.
  static HostBatch* From(const mr_batch* batch);

  Arena& arena() { return arena_; }
  uint32_t size() const { return batch_.n; }
  mr_record& operator[](uint32_t i) { return records_[i]; }
  const mr_record& operator[](uint32_t i) const { return records_[i]; }

  // Appends a zeroed record (no partition chosen). Invalidates references to records.
  mr_record& Add();
  // Takes over the records of another batch, its topics and source partitions, and a reference to it.
  void Wrap(const mr_batch& source);
  // Index of a topic in the table; names are copied. 65536 topics at most: beyond, the last index is returned and
  // topics_full() is true from then on.
  uint16_t Topic(std::string_view name);
  bool topics_full() const { return topics_full_; }
  std::string_view topic(const mr_record& r) const { return {batch_.topics[r.topic].p, batch_.topics[r.topic].n}; }
  // Something that must live as long as the batch.
  void Keep(std::shared_ptr<const void> what) { kept_.push_back(std::move(what)); }
  // Called with the last reference, before anything is let go: what is not counted by a shared_ptr.
  void OnRelease(std::function<void()> f) { on_release_.push_back(std::move(f)); }

  void Retain() { refs_.fetch_add(1, std::memory_order_relaxed); }
  void Release();

 private:
  friend class HostBatchPool;
  explicit HostBatch(std::shared_ptr<HostBatchPool> pool);
  void Sync();
  void Clear();

  mr_batch batch_{};
  std::atomic<uint32_t> refs_{1};
  std::vector<mr_record> records_;
  std::vector<mr_str> topics_;
  std::unordered_map<std::string_view, uint16_t> topic_index_;
  bool topics_full_ = false;
  Arena arena_;
  std::vector<std::shared_ptr<const void>> kept_;
  std::vector<std::function<void()>> on_release_;
  std::shared_ptr<HostBatchPool> pool_;  // while in use
};

// A reference to a batch.
class HostBatchRef {
 public:
  HostBatchRef() = default;
  explicit HostBatchRef(HostBatch* adopted) : batch_(adopted) {}
  HostBatchRef(HostBatchRef&& o) noexcept : batch_(o.batch_) { o.batch_ = nullptr; }
  HostBatchRef(const HostBatchRef& o) : batch_(o.batch_) {
    if (batch_) batch_->Retain();
  }
  HostBatchRef& operator=(HostBatchRef o) noexcept {
    std::swap(batch_, o.batch_);
    return *this;
  }
  ~HostBatchRef() {
    if (batch_) batch_->Release();
  }
  HostBatch* get() const { return batch_; }
  HostBatch* operator->() const { return batch_; }
  HostBatch& operator*() const { return *batch_; }
  explicit operator bool() const { return batch_ != nullptr; }

 private:
  HostBatch* batch_ = nullptr;
};

// Hands out empty batches. Thread-safe; batches in use keep it alive.
class HostBatchPool : public std::enable_shared_from_this<HostBatchPool> {
 public:
  static std::shared_ptr<HostBatchPool> Make(size_t keep = 4);
  HostBatchRef Take();

 private:
  friend class HostBatch;
  explicit HostBatchPool(size_t keep) : keep_(keep) {}
  void Return(std::unique_ptr<HostBatch> batch);

  const size_t keep_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<HostBatch>> idle_;
};

}  // namespace millrace::record
