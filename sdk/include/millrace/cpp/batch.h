// SPDX-License-Identifier: Apache-2.0
//
// millrace/cpp/batch.h: how a source makes batches. A BatchPool belongs to a task; a BatchBuilder is one batch being
// filled; Finish hands it to the host, whose last release brings it back to the pool, on whatever thread that is.
//
// A batch owns an arena (copied text, nested slots) and may keep other objects alive (read buffers, result sets) that
// its slots point into. Recycled batches allocate nothing. A batch outlives its task when the host still holds it:
// the pool's shared state goes with the last of them. The pool is for one thread; release is for any.
//
//   BatchBuilder b = pool_.Take();
//   const uint16_t topic = b.Topic(topic_);
//   const uint32_t from = b.Partition(b.arena().MakeMap({{"filename", b.arena().CopyText(path_)}}));
//   mr_record& r = b.Add(); r.topic = topic; r.src_partition = from; r.value = b.arena().CopyText(line);
//   b.Finish(out);
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "millrace/abi.h"
#include "millrace/cpp/arena.h"
#include "millrace/cpp/schema.h"
#include "millrace/cpp/text.h"

namespace millrace::sdk {

namespace internal {

class BatchShelf;

// A batch with what it owns. Its members are for BatchBuilder and BatchShelf only.
struct PooledBatch {
  PooledBatch() = default;
  ~PooledBatch() { std::free(records); }
  PooledBatch(const PooledBatch&) = delete;
  PooledBatch& operator=(const PooledBatch&) = delete;

  [[gnu::noinline]] void Grow() {
    const uint32_t wanted = capacity == 0 ? 32 : 2 * capacity;
    void* p = std::realloc(records, size_t{wanted} * sizeof(mr_record));
    if (p == nullptr) throw std::bad_alloc();
    records = static_cast<mr_record*>(p);
    capacity = wanted;
  }
  static void Retain(const mr_batch* b) {
    static_cast<PooledBatch*>(b->owner)->refs.fetch_add(1, std::memory_order_relaxed);
  }
  static void Release(const mr_batch* b);
  void Clear() {
    n = 0;
    topics.clear();
    partitions.clear();
    schemas.clear();
    held.clear();
    kept.clear();
    arena.Reset();
  }

  std::atomic<uint32_t> refs{1};
  uint32_t n = 0, capacity = 0;
  mr_record* records = nullptr;  // plain data, grown by realloc
  Arena arena;
  std::vector<mr_str> topics;
  std::vector<mr_value> partitions;
  std::vector<const mr_schema*> schemas;  // those of `held`
  std::vector<Schema> held;
  std::vector<std::shared_ptr<const void>> kept;
  std::shared_ptr<BatchShelf> shelf;  // only while out: a spare batch must not keep its shelf alive
};

// Batches that wait to be used again. Shared by the pool and the batches that are out, on any thread.
class BatchShelf {
 public:
  std::unique_ptr<PooledBatch> Take() {
    const std::lock_guard lock(mutex_);
    if (spare_.empty()) return nullptr;
    std::unique_ptr<PooledBatch> batch = std::move(spare_.back());
    spare_.pop_back();
    return batch;
  }
  void Put(std::unique_ptr<PooledBatch> batch) {
    const std::lock_guard lock(mutex_);
    if (spare_.size() < limit_) spare_.push_back(std::move(batch));
  }
  void SetLimit(size_t limit) {
    std::vector<std::unique_ptr<PooledBatch>> dropped;  // freed after the lock
    const std::lock_guard lock(mutex_);
    limit_ = limit;
    if (spare_.size() > limit) dropped.swap(spare_);
  }
  void Trim() {
    std::vector<std::unique_ptr<PooledBatch>> dropped;
    const std::lock_guard lock(mutex_);
    dropped.swap(spare_);
  }

 private:
  std::mutex mutex_;
  size_t limit_ = 0;
  std::vector<std::unique_ptr<PooledBatch>> spare_;
};

inline void PooledBatch::Release(const mr_batch* b) {
  auto* self = static_cast<PooledBatch*>(b->owner);
  if (self->refs.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  self->Clear();
  const std::shared_ptr<BatchShelf> shelf = std::move(self->shelf);
  shelf->Put(std::unique_ptr<PooledBatch>(self));
}

}  // namespace internal

class BatchBuilder {
 public:
  explicit BatchBuilder(std::unique_ptr<internal::PooledBatch> batch, std::shared_ptr<internal::BatchShelf> shelf)
      : batch_(std::move(batch)), shelf_(std::move(shelf)) {}
  BatchBuilder(BatchBuilder&&) noexcept = default;
  BatchBuilder& operator=(BatchBuilder&&) = delete;
  // A batch that was not finished goes back as it came.
  ~BatchBuilder() {
    if (batch_ == nullptr) return;
    batch_->Clear();
    shelf_->Put(std::move(batch_));
  }

  uint32_t size() const { return batch_->n; }
  bool empty() const { return batch_->n == 0; }
  Arena& arena() { return batch_->arena; }

  // A record without key, value, headers or timestamp. The reference is valid until the next Add.
  mr_record& Add() {
    static constexpr mr_record kEmpty = [] {
      mr_record r{};
      r.partition = MR_NO_PARTITION;
      return r;
    }();
    return Add(kEmpty);
  }
  // A copy of `prototype`: the cheap way when records differ in few members.
  mr_record& Add(const mr_record& prototype) {
    internal::PooledBatch& b = *batch_;
    if (b.n == b.capacity) [[unlikely]] {
      b.Grow();
    }
    mr_record& r = b.records[b.n++];
    r = prototype;
    return r;
  }
  mr_record& operator[](uint32_t i) { return batch_->records[i]; }

  // The index of a topic; equal names have one. The text is copied.
  uint16_t Topic(std::string_view name) {
    std::vector<mr_str>& topics = batch_->topics;
    for (size_t i = 0; i < topics.size(); ++i) {
      if (View(topics[i]) == name) return static_cast<uint16_t>(i);
    }
    topics.push_back(Str(batch_->arena.Copy(name)));
    return static_cast<uint16_t>(topics.size() - 1);
  }
  // Adds a source partition, a MAP of text to primitives that lives in the arena.
  uint32_t Partition(const mr_value& map) {
    batch_->partitions.push_back(map);
    return static_cast<uint32_t>(batch_->partitions.size() - 1);
  }
  // Holds a reference to a schema that records of this batch use; once per schema and batch.
  const mr_schema* Use(const Schema& schema) {
    batch_->held.push_back(schema);
    batch_->schemas.push_back(schema.get());
    return schema.get();
  }
  // Keeps an object that slots point into until the batch is released.
  void Keep(std::shared_ptr<const void> object) { batch_->kept.push_back(std::move(object)); }

  // Hands the batch over; an empty one leaves *out as it was (zeroed: no records). The builder is used up.
  void Finish(mr_batch* out) {
    internal::PooledBatch& b = *batch_;
    if (b.n == 0) return;
    *out = mr_batch{};
    out->size = sizeof(mr_batch);
    out->n = b.n;
    out->stride = sizeof(mr_record);
    out->records = b.records;
    out->topics = b.topics.data();
    out->n_topics = static_cast<uint32_t>(b.topics.size());
    out->src_partitions = b.partitions.data();
    out->n_src_partitions = static_cast<uint32_t>(b.partitions.size());
    out->schemas = b.schemas.data();
    out->n_schemas = static_cast<uint32_t>(b.schemas.size());
    out->retain = internal::PooledBatch::Retain;
    out->release = internal::PooledBatch::Release;
    b.refs.store(1, std::memory_order_relaxed);
    b.shelf = std::move(shelf_);
    out->owner = batch_.release();
  }

 private:
  std::unique_ptr<internal::PooledBatch> batch_;
  std::shared_ptr<internal::BatchShelf> shelf_;
};

class BatchPool {
 public:
  // Keeps at most `spare` unused batches.
  explicit BatchPool(size_t spare = 4) : shelf_(std::make_shared<internal::BatchShelf>()) { shelf_->SetLimit(spare); }
  BatchPool(const BatchPool&) = delete;
  BatchPool& operator=(const BatchPool&) = delete;
  ~BatchPool() { shelf_->SetLimit(0); }  // batches still out free themselves

  BatchBuilder Take() {
    std::unique_ptr<internal::PooledBatch> batch = shelf_->Take();
    if (batch == nullptr) batch = std::make_unique<internal::PooledBatch>();
    return BatchBuilder(std::move(batch), shelf_);
  }
  // Gives unused batches back to the system: for a source that has become idle.
  void Trim() { shelf_->Trim(); }

 private:
  std::shared_ptr<internal::BatchShelf> shelf_;
};

}  // namespace millrace::sdk
