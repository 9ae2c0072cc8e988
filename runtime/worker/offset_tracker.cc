// SPDX-License-Identifier: Apache-2.0
#include "worker/offset_tracker.h"

#include <algorithm>
#include <utility>

#include "record/json_text.h"

namespace millrace::worker {
namespace {

const mr_record& RecordAt(const mr_batch& batch, uint32_t i) {
  return *MR_AT(const mr_record, batch.records, batch.stride, i);
}

}  // namespace

OffsetTracker::Partition* OffsetTracker::Find(const std::string& key) {
  std::unique_ptr<Partition>& p = partitions_[key];
  if (p == nullptr) {
    p = std::make_unique<Partition>();
    p->key = key;
  }
  return p.get();
}

Status OffsetTracker::Add(Batch* b) {
  const mr_batch& batch = *b->batch;
  b->parts_.assign(batch.n_src_partitions, {});
  b->scanned_ = 0;
  if (batch.n_src_partitions == 0) return {};
  // Only source partitions that records name are tracked.
  std::vector<uint8_t>& used = used_;
  used.assign(batch.n_src_partitions, 0);
  for (uint32_t i = 0; i < b->n; ++i) {
    const mr_record& r = RecordAt(batch, i);
    if (r.src_partition < batch.n_src_partitions && (b->left_out == nullptr || b->left_out[i] == 0)) {
      used[r.src_partition] = 1;
    }
  }
  std::vector<std::string>& keys = keys_;
  keys.assign(batch.n_src_partitions, {});
  for (uint32_t k = 0; k < batch.n_src_partitions; ++k) {
    if (used[k] == 0) continue;
    Result<std::string> key = record::OffsetKeyToJson(connector_, batch.src_partitions[k]);
    if (!key.ok()) return key.status();
    keys[k] = *std::move(key);
  }
  const std::lock_guard lock(mutex_);
  for (uint32_t k = 0; k < batch.n_src_partitions; ++k) {
    if (used[k] == 0) continue;
    Partition* p = Find(keys[k]);
    if (!p->segments.empty() && p->segments.back().live == b) {
      b->parts_[k].same_as = p->segments.back().part;
      continue;
    }
    p->segments.push_back({.live = b, .part = k});
    b->parts_[k].partition = p;
    b->parts_[k].same_as = k;
  }
  return {};
}

void OffsetTracker::Scan(Batch* b) {
  if (b->scanned_ == round_) return;
  b->scanned_ = round_;
  for (Batch::Part& part : b->parts_) {
    part.last = -1;
    part.blocked = false;
  }
  for (uint32_t i = 0; i < b->n; ++i) {
    const mr_record& r = RecordAt(*b->batch, i);
    if (r.src_partition >= b->parts_.size() || (b->left_out != nullptr && b->left_out[i] != 0)) continue;
    Batch::Part& part = b->parts_[b->parts_[r.src_partition].same_as];
    if (part.blocked) continue;
    const uint8_t state = b->tickets[i].state.load(std::memory_order_acquire);
    if (state == kafka::Ticket::kPending || (state == kafka::Ticket::kFailed && !b->failed_counts)) {
      part.blocked = true;
    } else if (r.src_offset.kind != MR_NULL) {
      part.last = i;
    }
  }
}

std::optional<std::string> OffsetTracker::OffsetOf(const Batch& b, Batch::Part* part) {
  if (part->last <= part->reported) return std::nullopt;
  part->reported = part->last;
  Result<std::string> json = record::OffsetToJson(RecordAt(*b.batch, static_cast<uint32_t>(part->last)).src_offset);
  if (json.ok()) return *std::move(json);
  if (error_.ok()) error_ = json.status();
  return std::nullopt;
}

void OffsetTracker::Advance(Partition* p, bool look) {
  while (!p->segments.empty()) {
    Segment& front = p->segments.front();
    bool blocked = front.blocked;
    if (front.live != nullptr) {
      if (!look) return;
      Scan(front.live);
      Batch::Part& part = front.live->parts_[front.part];
      blocked = part.blocked;
      front.offset = OffsetOf(*front.live, &part);
      if (!blocked) part.partition = nullptr;  // settled: nothing of it is left to wait for
    }
    if (front.offset) p->ready = std::exchange(front.offset, std::nullopt);
    if (blocked) return;
    p->segments.pop_front();
  }
}

void OffsetTracker::Complete(Batch* b) {
  const std::lock_guard lock(mutex_);
  ++round_;
  Scan(b);
  for (uint32_t k = 0; k < b->parts_.size(); ++k) {
    Batch::Part& part = b->parts_[k];
    auto* p = static_cast<Partition*>(part.partition);
    if (p == nullptr) continue;
    part.partition = nullptr;
    const auto at = std::find_if(p->segments.begin(), p->segments.end(),
                                 [&](const Segment& s) { return s.live == b && s.part == k; });
    at->offset = OffsetOf(*b, &part);
    at->blocked = part.blocked;
    at->live = nullptr;
    // Neighbours that are complete become one, so that a record that is late costs no memory for each batch after it.
    const auto mergeable = [](const Segment& s) { return s.live == nullptr && !s.blocked; };
    auto merged = at;
    if (merged != p->segments.begin() && mergeable(*std::prev(merged))) {
      if (!merged->offset) merged->offset = std::move(std::prev(merged)->offset);
      merged = p->segments.erase(std::prev(merged));
    }
    if (mergeable(*merged) && std::next(merged) != p->segments.end() && std::next(merged)->live == nullptr) {
      if (!std::next(merged)->offset) std::next(merged)->offset = std::move(merged->offset);
      p->segments.erase(merged);
    }
    Advance(p, false);
  }
}

void OffsetTracker::Collect(storage::OffsetMap* out) {
  const std::lock_guard lock(mutex_);
  ++round_;
  for (const auto& [key, p] : partitions_) {
    Advance(p.get(), true);
    if (!p->ready) continue;
    p->taken = std::exchange(p->ready, std::nullopt);
    out->insert_or_assign(key, p->taken);
  }
}

void OffsetTracker::Written(bool ok) {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, p] : partitions_) {
    if (!p->taken) continue;
    if (!ok && !p->ready) p->ready = std::move(p->taken);
    p->taken.reset();
  }
  ForgetIdle();
}

void OffsetTracker::ForgetIdle() {
  std::erase_if(partitions_, [](const auto& entry) {
    const Partition& p = *entry.second;
    return p.segments.empty() && !p.ready && !p.taken;
  });
}

Status OffsetTracker::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

}  // namespace millrace::worker
