// SPDX-License-Identifier: Apache-2.0
//
// Consumer: a member of a consumer group that delivers records in batches, without copying them.
//
// One per sink task, used by that task's thread only. Rebalances surface inside Poll and Close through the Listener, on
// the polling thread, as in Java: what Poll returned before belongs to partitions that are still owned. A fetched Chunk
// owns librdkafka's messages; keys and values point into them until the chunk is destroyed (on any thread, and also
// after the Consumer).
//
// What is fetched ahead is bounded in records and bytes (docs/kafka-clients.md), and fetching goes on in time although
// librdkafka 2.0.2 by itself sleeps up to a second once a bound was reached.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/status.h"
#include "kafka/client_config.h"
#include "kafka/producer.h"
#include "millrace/abi.h"

namespace millrace::kafka {

struct TopicPartition {
  std::string topic;
  int32_t partition = 0;
  int64_t offset = -1;  // -1: none
  auto operator<=>(const TopicPartition&) const = default;
};

struct InRecord {
  mr_str key, value;  // p == NULL: null
  uint16_t topic;     // index into Chunk::topics()
  bool log_append_time;
  int32_t partition;
  int64_t offset, timestamp;  // timestamp -1: none
  const OutHeader* headers;
  uint32_t n_headers;
};

class Chunk {
 public:
  virtual ~Chunk() = default;
  virtual std::span<const InRecord> records() const = 0;
  virtual std::span<const mr_str> topics() const = 0;
  virtual size_t bytes() const = 0;
};

class Consumer {
 public:
  // Called inside Poll and Close, on the polling thread.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void Assigned(std::span<const TopicPartition> partitions) = 0;
    // Still owned during the call: offsets may be committed. lost: already somebody else's, do not commit.
    virtual void Revoked(std::span<const TopicPartition> partitions, bool lost) = 0;
  };

  static Result<std::unique_ptr<Consumer>> Make(const ClientConfig& config, Listener* listener, Log* log);
  virtual ~Consumer() = default;

  // Exactly one of the two; the regex is Java's and must match the whole topic name.
  virtual Status Subscribe(const std::vector<std::string>& topics) = 0;
  virtual Status SubscribeRegex(std::string_view java_regex) = 0;
  // Waits until the deadline for the first record, then takes what is there, up to max_records. nullptr: nothing. An
  // error is about the consumer as a whole: kAuth, kFatal (fenced, no offset to begin at with auto.offset.reset=none).
  // Must be called within max.poll.interval.ms also while everything is paused.
  virtual Result<std::unique_ptr<Chunk>> Poll(int64_t deadline_ns, size_t max_records) = 0;
  // Ends a waiting Poll. [any]
  virtual void Wakeup() = 0;

  // Inside Listener::Assigned these take effect when it returns, so a task can choose where it begins. Pausing drops
  // what was fetched ahead of the partitions; it is fetched again after Resume.
  virtual Status Pause(std::span<const TopicPartition> partitions) = 0;
  virtual Status Resume(std::span<const TopicPartition> partitions) = 0;
  virtual Status Seek(std::span<const TopicPartition> partitions) = 0;
  virtual std::vector<TopicPartition> Assignment() const = 0;
  // The committed offsets (or where reading begins) of partitions.
  virtual Result<std::vector<TopicPartition>> Committed(std::span<const TopicPartition> partitions,
                                                        int64_t deadline_ns) = 0;
  // Offsets as Kafka stores them: the next record to read.
  virtual Status Commit(std::span<const TopicPartition> offsets) = 0;  // waits, up to default.api.timeout.ms
  // Results are fetched by CommitResult, in the order of the calls (nullopt: not yet there).
  virtual Status CommitAsync(std::span<const TopicPartition> offsets) = 0;
  virtual std::optional<Status> CommitResult() = 0;
  // Leaves the group (Revoked is called for what is left). The destructor does the same for at most a second and
  // without Revoked.
  virtual Status Close(int64_t deadline_ns) = 0;
};

}  // namespace millrace::kafka
