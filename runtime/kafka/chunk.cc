// SPDX-License-Identifier: Apache-2.0
#include "kafka/chunk.h"

#include <cstring>

namespace millrace::kafka {
namespace {

mr_str Bytes(const void* p, size_t n) { return {static_cast<const char*>(p), static_cast<uint32_t>(n), 0}; }

}  // namespace

FetchedChunk::FetchedChunk(std::shared_ptr<rd_kafka_t> client, std::vector<rd_kafka_message_t*> messages)
    : client_(std::move(client)), messages_(std::move(messages)) {
  records_.reserve(messages_.size());
  for (const rd_kafka_message_t* m : messages_) {
    InRecord& record = records_.emplace_back();
    record.key = Bytes(m->key, m->key_len);
    record.value = Bytes(m->payload, m->len);
    record.topic = TopicIndex(*m);
    record.partition = m->partition;
    record.offset = m->offset;
    rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    record.timestamp = rd_kafka_message_timestamp(m, &type);
    if (type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE) record.timestamp = -1;
    record.log_append_time = type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME;
    AddHeaders(*m, &record);
    bytes_ += m->key_len + m->len;
  }
}

FetchedChunk::~FetchedChunk() {
  for (rd_kafka_message_t* m : messages_) rd_kafka_message_destroy(m);
}

uint16_t FetchedChunk::TopicIndex(const rd_kafka_message_t& message) {
  // Records of a topic come together, and a chunk has few topics.
  if (!records_.empty() && records_.size() > 1) {
    const uint16_t last = records_[records_.size() - 2].topic;
    if (handles_[last] == message.rkt) return last;
  }
  for (size_t i = 0; i < handles_.size(); ++i) {
    if (handles_[i] == message.rkt) return static_cast<uint16_t>(i);
  }
  const char* name = rd_kafka_topic_name(message.rkt);  // lives as long as the message holds the topic
  handles_.push_back(message.rkt);
  topics_.push_back(Bytes(name, std::strlen(name)));
  return static_cast<uint16_t>(handles_.size() - 1);
}

void FetchedChunk::AddHeaders(const rd_kafka_message_t& message, InRecord* record) {
  rd_kafka_headers_t* headers = nullptr;
  record->headers = nullptr;
  record->n_headers = 0;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  std::vector<OutHeader>& list = headers_.emplace_back();
  list.reserve(rd_kafka_header_cnt(headers));
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    list.push_back({Bytes(name, std::strlen(name)), Bytes(value, size)});
    bytes_ += std::strlen(name) + size;
  }
  record->headers = list.data();
  record->n_headers = static_cast<uint32_t>(list.size());
}

}  // namespace millrace::kafka
