// SPDX-License-Identifier: Apache-2.0
//
// EmbeddedBroker: librdkafka's mock cluster as a broker inside this process, for trying things out
// (bootstrap.servers=embedded). It listens on loopback, so kcat and other clients can read from it. It keeps at most
// 5 MiB or 100,000 messages per partition and then drops the oldest silently, has no admin API and no fencing, and its
// data dies with the process: the guard below refuses what it could not keep.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/status.h"

namespace millrace::kafka {

class EmbeddedBroker {
 public:
  static Result<std::unique_ptr<EmbeddedBroker>> Start();
  ~EmbeddedBroker();
  const std::string& bootstrap_servers() const;  // 127.0.0.1:port
  // The mock creates topics with this many partitions on first use; explicit creation for more.
  Status CreateTopic(const std::string& topic, int partitions);

  static constexpr int64_t kMaxBytesPerPartition = 4 << 20;  // below what the mock keeps (5 MiB), with room for framing
  static constexpr int64_t kMaxRecordsPerPartition = 90'000;  // likewise (100,000)
  // Accounts for records about to be produced to a topic; kFatal with a clear message when the broker would have to
  // drop something to take them. Thread-safe.
  Status Admit(const std::string& topic, int64_t records, int64_t bytes);

 private:
  EmbeddedBroker();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::kafka
