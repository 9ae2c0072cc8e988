// SPDX-License-Identifier: Apache-2.0
//
// FetchedChunk: the Chunk over librdkafka's messages. It keeps the client alive, because messages may not outlive it.
// Internal to runtime/kafka.
#pragma once

#include <librdkafka/rdkafka.h>

#include <deque>
#include <memory>
#include <vector>

#include "kafka/consumer.h"

namespace millrace::kafka {

class FetchedChunk final : public Chunk {
 public:
  // Takes the messages, none of which is an error.
  FetchedChunk(std::shared_ptr<rd_kafka_t> client, std::vector<rd_kafka_message_t*> messages);
  ~FetchedChunk() override;
  FetchedChunk(const FetchedChunk&) = delete;
  FetchedChunk& operator=(const FetchedChunk&) = delete;

  std::span<const InRecord> records() const override { return records_; }
  std::span<const mr_str> topics() const override { return topics_; }
  size_t bytes() const override { return bytes_; }

 private:
  uint16_t TopicIndex(const rd_kafka_message_t& message);
  void AddHeaders(const rd_kafka_message_t& message, InRecord* record);

  std::shared_ptr<rd_kafka_t> client_;
  std::vector<rd_kafka_message_t*> messages_;
  std::vector<InRecord> records_;
  std::vector<mr_str> topics_;
  std::vector<const rd_kafka_topic_t*> handles_;  // of topics_
  std::deque<std::vector<OutHeader>> headers_;    // one entry per record that has any
  size_t bytes_ = 0;
};

}  // namespace millrace::kafka
