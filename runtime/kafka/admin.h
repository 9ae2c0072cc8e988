// SPDX-License-Identifier: Apache-2.0
//
// Admin: topics, group offsets and the cluster's identity. Every call takes a deadline (ns, CLOCK_MONOTONIC) and
// repeats until then what fails in a way that may pass. Errors are kAuth when the broker refuses the credentials or the
// right, kTimeout, kUnsupported, kConflict (the group has members), kNotFound (topic, partition, group). Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/status.h"
#include "config/properties.h"
#include "kafka/client_config.h"
#include "kafka/consumer.h"

namespace millrace::kafka {

struct NewTopic {
  std::string name;
  int partitions = -1;          // -1: the broker's default
  int replication_factor = -1;  // likewise
  config::Properties config;
};

class Admin {
 public:
  static Result<std::unique_ptr<Admin>> Make(const ClientConfig& config, Log* log);
  virtual ~Admin() = default;

  virtual Result<std::string> ClusterId(int64_t deadline_ns) = 0;
  // Partition counts by topic, of all topics.
  virtual Result<std::map<std::string, int>> Topics(int64_t deadline_ns) = 0;
  virtual Result<bool> TopicExists(const std::string& topic, int64_t deadline_ns) = 0;
  // true: created; false: it existed already. kUnsupported when the broker cannot, kAuth when it may not.
  virtual Result<bool> CreateTopic(const NewTopic& topic, int64_t deadline_ns) = 0;

  // Sorted; empty when the group does not exist.
  virtual Result<std::vector<TopicPartition>> GroupOffsets(const std::string& group, int64_t deadline_ns) = 0;
  // Offsets of -1 are deleted, the rest set. The group must have no members: kConflict otherwise.
  virtual Status AlterGroupOffsets(const std::string& group, const std::vector<TopicPartition>& offsets,
                                   int64_t deadline_ns) = 0;
  virtual Status DeleteGroup(const std::string& group, int64_t deadline_ns) = 0;  // fine when it does not exist
  // First and next offset of a partition.
  virtual Result<std::pair<int64_t, int64_t>> Watermarks(const std::string& topic, int32_t partition,
                                                         int64_t deadline_ns) = 0;
};

}  // namespace millrace::kafka
