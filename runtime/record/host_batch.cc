// SPDX-License-Identifier: Apache-2.0
#include "record/host_batch.h"

#include <algorithm>
#include <cstring>

namespace millrace::record {

namespace {

constexpr size_t kKeepRecords = 65536;

HostBatch* Owner(const mr_batch* b) { return static_cast<HostBatch*>(b->owner); }
void RetainBatch(const mr_batch* b) { Owner(b)->Retain(); }
void ReleaseBatch(const mr_batch* b) { Owner(b)->Release(); }

}  // namespace

HostBatch::HostBatch(std::shared_ptr<HostBatchPool> pool) : pool_(std::move(pool)) {
  batch_.size = sizeof(mr_batch);
  batch_.stride = sizeof(mr_record);
  batch_.retain = RetainBatch;
  batch_.release = ReleaseBatch;
  batch_.owner = this;
}

HostBatch* HostBatch::From(const mr_batch* batch) { return batch->release == ReleaseBatch ? Owner(batch) : nullptr; }

void HostBatch::Sync() {
  batch_.n = static_cast<uint32_t>(records_.size());
  batch_.records = records_.data();
  batch_.n_topics = static_cast<uint32_t>(topics_.size());
  batch_.topics = topics_.data();
}

mr_record& HostBatch::Add() {
  mr_record& r = records_.emplace_back();
  r.partition = MR_NO_PARTITION;
  batch_.n = static_cast<uint32_t>(records_.size());
  batch_.records = records_.data();
  return r;
}

void HostBatch::Wrap(const mr_batch& source) {
  records_.resize(source.n);
  for (uint32_t i = 0; i < source.n; ++i) records_[i] = *MR_AT(const mr_record, source.records, source.stride, i);
  topics_.assign(source.topics, source.topics + source.n_topics);
  for (size_t i = 0; i < topics_.size(); ++i) {
    topic_index_.emplace(std::string_view(topics_[i].p, topics_[i].n), static_cast<uint16_t>(i));
  }
  batch_.src_partitions = source.src_partitions;
  batch_.n_src_partitions = source.n_src_partitions;
  batch_.schemas = source.schemas;
  batch_.n_schemas = source.n_schemas;
  if (source.retain != nullptr) source.retain(&source);
  // The struct itself may be gone by then; release depends on nothing but the owner.
  if (source.release != nullptr) on_release_.emplace_back([copy = source] { copy.release(&copy); });
  Sync();
}

uint16_t HostBatch::Topic(std::string_view name) {
  // Nearly always it is the one that was asked for last.
  if (!topics_.empty() && std::string_view(topics_.back().p, topics_.back().n) == name) {
    return static_cast<uint16_t>(topics_.size() - 1);
  }
  if (const auto found = topic_index_.find(name); found != topic_index_.end()) return found->second;
  if (topics_.size() > UINT16_MAX) {
    topics_full_ = true;
    return UINT16_MAX;
  }
  const mr_str copy = arena_.Copy(name);
  const auto index = static_cast<uint16_t>(topics_.size());
  topics_.push_back(copy);
  topic_index_.emplace(std::string_view(copy.p, copy.n), index);
  batch_.n_topics = static_cast<uint32_t>(topics_.size());
  batch_.topics = topics_.data();
  return index;
}

void HostBatch::Clear() {
  for (const auto& f : on_release_) f();
  on_release_.clear();
  kept_.clear();
  records_.clear();
  if (records_.capacity() > kKeepRecords) std::vector<mr_record>().swap(records_);
  topics_.clear();
  topic_index_.clear();
  topics_full_ = false;
  arena_.Reset();
  batch_.src_partitions = nullptr;
  batch_.n_src_partitions = 0;
  batch_.schemas = nullptr;
  batch_.n_schemas = 0;
  Sync();
}

void HostBatch::Release() {
  if (refs_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  Clear();
  const std::shared_ptr<HostBatchPool> pool = std::move(pool_);
  pool->Return(std::unique_ptr<HostBatch>(this));
}

std::shared_ptr<HostBatchPool> HostBatchPool::Make(size_t keep) {
  return std::shared_ptr<HostBatchPool>(new HostBatchPool(keep));
}

HostBatchRef HostBatchPool::Take() {
  std::unique_ptr<HostBatch> batch;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      batch = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (batch == nullptr) return HostBatchRef(new HostBatch(shared_from_this()));
  batch->pool_ = shared_from_this();
  batch->refs_.store(1, std::memory_order_relaxed);
  return HostBatchRef(batch.release());
}

void HostBatchPool::Return(std::unique_ptr<HostBatch> batch) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < keep_) idle_.push_back(std::move(batch));
}

}  // namespace millrace::record
