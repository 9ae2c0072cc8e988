// SPDX-License-Identifier: Apache-2.0
//
// Producer: hands batches of serialised records to librdkafka without copying them, and tells when they are durable.
//
// One Producer owns one librdkafka client and one thread that takes delivery reports in batches. It may be shared by
// many tasks. Send is thread-safe; a task's records of one topic-partition keep their order.
//
// Every record sent carries a Ticket, memory of the caller that stays put until the ticket is done. When all tickets
// of a Submission are done its `done` callback runs once, on the producer's thread: it must only hand over and wake
// (not Send, Flush or drop the last reference to the Producer). After that nothing touches tickets or Submission.
//
// The producer counts what is in flight against buffer.memory and refuses the rest, so that librdkafka's own queue is
// never full: a full queue could take a later record of a partition after refusing an earlier one.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/status.h"
#include "kafka/client_config.h"
#include "kafka/error.h"
#include "millrace/abi.h"

namespace millrace::kafka {

struct Submission;

// The fate of one record. Written by the producer's thread, then `state` is released.
struct Ticket {
  enum State : uint8_t { kPending = 0, kAcked, kFailed };
  Submission* owner = nullptr;
  int64_t kafka_offset = -1;
  int32_t error = 0;  // rd_kafka_resp_err_t, when failed
  int32_t kafka_partition = -1;
  std::atomic<uint8_t> state{kPending};
};

// Some tickets that are waited for together, typically those of one batch.
struct Submission {
  std::atomic<uint32_t> pending{0};  // set by the caller before the first Send
  std::atomic<uint32_t> failed{0};
  void (*done)(Submission*) = nullptr;  // when pending reaches 0 [producer thread]
  void* user = nullptr;
};

struct OutHeader {
  mr_str key, value;  // value.p == NULL: null
};

struct OutRecord {
  mr_str key, value;  // p == NULL: null. The bytes stay where they are until the ticket is done.
  int32_t partition = -1;
  int64_t timestamp = -1;  // -1: now
  const OutHeader* headers = nullptr;
  uint32_t n_headers = 0;
  Ticket* ticket = nullptr;
};

class Producer {
 public:
  static Result<std::shared_ptr<Producer>> Make(const ClientConfig& config, Log* log);
  virtual ~Producer() = default;

  // Queues records of one topic, in order, from the front; returns how many were taken. Fewer than all: `status` says
  // why: kRetriable, buffer.memory is used up (WaitForSpace, then send the rest); anything else is about the producer
  // as a whole (kAuth, kFatal). What is wrong with a single record (too large, no such partition) is told by its
  // ticket, and the record counts as taken.
  virtual size_t Send(std::string_view topic, std::span<const OutRecord> records, Status* status) = 0;
  // Waits until there is room for a good part of buffer.memory; false: the deadline (ns, CLOCK_MONOTONIC) passed.
  virtual bool WaitForSpace(int64_t deadline_ns) = 0;
  // Waits until all that was queued, by whomever, has its fate, or the deadline passes: kTimeout.
  virtual Status Flush(int64_t deadline_ns) = 0;
  // Not ok: nothing will be delivered until somebody changes settings or rights (kAuth), or ever (kFatal).
  virtual Status Health() const = 0;
  // Bytes in flight, by the count of ClientConfig::buffer_memory.
  virtual int64_t bytes_in_flight() const = 0;
};

// Producers shared by tasks with equal settings (and kept while anybody uses them). Thread-safe.
class ProducerPool {
 public:
  explicit ProducerPool(Log* log) : log_(log) {}
  Result<std::shared_ptr<Producer>> Get(const ClientConfig& config);

 private:
  Log* log_;
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<Producer>> producers_;
};

}  // namespace millrace::kafka
