// SPDX-License-Identifier: Apache-2.0
//
// EmbeddedBroker: librdkafka's mock cluster as a broker inside this process, for trying things out
// (bootstrap.servers=embedded). It listens on loopback, so kcat and other clients can read from it. What it cannot do:
//   - keep more than 5 MiB or 100,000 batches per partition: it drops the oldest silently. Admit() refuses what it
//     could not keep;
//   - wake a waiting fetch: a consumer sees a new record when its fetch.max.wait.ms is over;
//   - let a group rebalance at once: the first join takes 3 s, any later one the session timeout less a second
//     (ClientSettings keeps both waits short);
//   - admin requests (create topics through CreateTopic here; a topic first used otherwise gets 4 partitions), fencing;
//   - keep anything beyond the end of the process.
// Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/status.h"
#include "config/properties.h"
#include "kafka/client_config.h"

namespace millrace::kafka {

class EmbeddedBroker {
 public:
  static Result<std::unique_ptr<EmbeddedBroker>> Start();
  ~EmbeddedBroker();
  EmbeddedBroker(const EmbeddedBroker&) = delete;
  EmbeddedBroker& operator=(const EmbeddedBroker&) = delete;

  const std::string& bootstrap_servers() const;  // 127.0.0.1:port
  // Java client settings that suit this broker; the user's own go on top.
  static config::Properties ClientSettings(ClientRole role);
  // kAlreadyExists when the topic is there.
  Status CreateTopic(const std::string& topic, int partitions);

  // What is admitted to a topic: as much as one partition keeps when every record travels in a batch of its own, since
  // neither the batches nor the partitions that records will go to are known beforehand.
  static constexpr int64_t kMaxBytes = 5'000'000;
  static constexpr int64_t kMaxRecords = 90'000;
  static constexpr int64_t kFramingBytes = 90;  // of a record alone in its batch
  // Accounts for records about to be produced to a topic, `bytes` being their keys, values and headers; kFatal with a
  // clear message when the broker would have to drop something to take them.
  Status Admit(const std::string& topic, int64_t records, int64_t bytes);

 private:
  EmbeddedBroker();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::kafka
