// SPDX-License-Identifier: Apache-2.0
#include "kafka/fetch_waker.h"

#include <algorithm>

#include "kafka/partitions.h"

namespace millrace::kafka {

bool FetchWaker::Taken(size_t records, size_t bytes, size_t still_queued) {
  if (records > 0) {
    const double mean = static_cast<double>(bytes) / static_cast<double>(records);
    mean_bytes_ = mean_bytes_ == 0 ? mean : mean_bytes_ + (mean - mean_bytes_) / 8;
  }
  peak_ = std::max(peak_, still_queued + records);
  // The limits may have been passed between two looks, and the bytes are an estimate: half is near enough.
  const bool was_full =
      peak_ >= max_records_ / 2 || static_cast<double>(peak_) * mean_bytes_ >= static_cast<double>(max_bytes_) / 2;
  if (!was_full || still_queued > peak_ / 2) return false;
  peak_ = still_queued;
  return true;
}

void FetchWaker::Wake(rd_kafka_t* client, std::span<const TopicPartition> assignment) {
  constexpr size_t kMost = 16;
  if (assignment.empty()) return;
  const PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(kMost)));
  for (size_t i = 0; i < std::min(kMost, assignment.size()); ++i) {
    const TopicPartition& p = assignment[next_++ % assignment.size()];
    rd_kafka_topic_partition_list_add(list.get(), p.topic.c_str(), p.partition)->offset = RD_KAFKA_OFFSET_END;
  }
  // No time to wait: the request is on its way and its answer is dropped.
  (void)rd_kafka_offsets_for_times(client, list.get(), 0);
}

}  // namespace millrace::kafka
