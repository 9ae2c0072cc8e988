// SPDX-License-Identifier: Apache-2.0
//
// FetchWaker: keeps librdkafka fetching when its queue of fetched records drains.
//
// Once that queue holds queued.min.messages records or queued.max.messages.kbytes bytes, librdkafka 2.0.2 stops
// fetching and looks again when its broker thread wakes up, which is up to a second later if nothing else wakes it: a
// consumer that empties the queue in 50 ms then stands still for 950 ms. A request to the partition's leader wakes that
// very thread; the cheapest is ListOffsets, sent without waiting for its answer. So when the queue was seen well filled
// and has fallen to half of that, one is sent. Internal to runtime/kafka; used by the polling thread.
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "kafka/consumer.h"

namespace millrace::kafka {

class FetchWaker {
 public:
  FetchWaker(size_t max_records, size_t max_bytes) : max_records_(max_records), max_bytes_(max_bytes) {}

  // After each batch that was taken: its size and how many records the queue still holds. True: wake now.
  bool Taken(size_t records, size_t bytes, size_t still_queued);
  // Wakes the threads of the partitions' leaders, of at most 16 of them at a time, in turn.
  void Wake(rd_kafka_t* client, std::span<const TopicPartition> assignment);

 private:
  const size_t max_records_, max_bytes_;
  size_t peak_ = 0;
  double mean_bytes_ = 0;
  size_t next_ = 0;
};

}  // namespace millrace::kafka
