// SPDX-License-Identifier: Apache-2.0
//
// TopicPartition <-> librdkafka's partition lists. Internal to runtime/kafka.
#pragma once

#include <span>
#include <vector>

#include "kafka/consumer.h"
#include "kafka/handle.h"

namespace millrace::kafka {

inline PartitionList ToNative(std::span<const TopicPartition> partitions) {
  PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const TopicPartition& p : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), p.topic.c_str(), p.partition)->offset =
        p.offset >= 0 ? p.offset : RD_KAFKA_OFFSET_INVALID;
  }
  return list;
}

inline std::vector<TopicPartition> FromNative(const rd_kafka_topic_partition_list_t* list) {
  std::vector<TopicPartition> partitions;
  if (list == nullptr) return partitions;
  partitions.reserve(static_cast<size_t>(list->cnt));
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& p = list->elems[i];
    partitions.push_back({p.topic, p.partition, p.offset >= 0 ? p.offset : -1});
  }
  return partitions;
}

// The first error of a list's partitions.
inline rd_kafka_resp_err_t FirstError(const rd_kafka_topic_partition_list_t* list) {
  for (int i = 0; list != nullptr && i < list->cnt; ++i) {
    if (list->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) return list->elems[i].err;
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace millrace::kafka
