// SPDX-License-Identifier: Apache-2.0
#include "worker/offset_flusher.h"

#include <chrono>

#include "base/crash_point.h"

namespace millrace::worker {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

SteadyTime At(int64_t monotonic_ns) { return SteadyTime(std::chrono::nanoseconds(monotonic_ns)); }

}  // namespace

OffsetFlusher::OffsetFlusher(storage::OffsetStore* store, int64_t interval_ms, Log* log)
    : store_(store),
      interval_ms_(interval_ms),
      logger_(log->Get("org.apache.kafka.connect.runtime.SourceTaskOffsetCommitter")),
      thread_([this] { Run(); }) {}

OffsetFlusher::~OffsetFlusher() { Stop(); }

void OffsetFlusher::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void OffsetFlusher::Add(std::shared_ptr<Member> member) {
  const std::lock_guard lock(mutex_);
  members_.push_back(std::move(member));
}

void OffsetFlusher::Remove(const Member* member) {
  const std::lock_guard lock(mutex_);
  std::erase_if(members_, [&](const auto& m) { return m.get() == member; });
}

Status OffsetFlusher::Flush(int64_t deadline_ns) {
  std::unique_lock lock(mutex_);
  const uint64_t mine = begun_ + 1;
  wanted_ = std::max(wanted_, mine);
  wake_.notify_all();
  if (!over_.wait_until(lock, At(deadline_ns), [&] { return finished_ >= mine || stopping_; }) || finished_ < mine) {
    return Status::Timeout("the source offsets could not be written in time");
  }
  return last_;
}

void OffsetFlusher::Run() {
  SteadyTime next = std::chrono::steady_clock::now() + std::chrono::milliseconds(interval_ms_);
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait_until(lock, next, [&] { return stopping_ || wanted_ > finished_; });
    if (stopping_) break;
    const SteadyTime now = std::chrono::steady_clock::now();
    if (now < next && wanted_ <= finished_) continue;
    // A round that was asked for leaves the rhythm of the others alone.
    if (now >= next) next = now + std::chrono::milliseconds(interval_ms_);
    const uint64_t round = ++begun_;
    const std::vector<std::shared_ptr<Member>> members = members_;
    lock.unlock();
    storage::OffsetMap offsets;
    for (const auto& m : members) m->Collect(&offsets);
    if (!offsets.empty()) CrashPoint("before-offset-write");
    Status status = store_->Put(offsets);
    if (!status.ok()) {
      logger_.Error("Failed to flush offsets to storage: {}. They are kept and written with the next flush",
                    status.message());
    }
    for (const auto& m : members) m->Written(status.ok());
    lock.lock();
    last_ = std::move(status);
    finished_ = round;
    wanted_ = std::max(wanted_, finished_);
    over_.notify_all();
  }
  over_.notify_all();
}

}  // namespace millrace::worker
