// SPDX-License-Identifier: Apache-2.0
//
// What all clients share: making a librdkafka client from a ClientConfig, its log lines, small RAII types. Internal to
// runtime/kafka.
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/status.h"
#include "kafka/client_config.h"

namespace millrace::kafka {

template <class T, void (*destroy)(T*)>
struct NativeDelete {
  void operator()(T* p) const { destroy(p); }
};
template <class T, void (*destroy)(T*)>
using Native = std::unique_ptr<T, NativeDelete<T, destroy>>;

using Conf = Native<rd_kafka_conf_t, rd_kafka_conf_destroy>;
using Client = Native<rd_kafka_t, rd_kafka_destroy>;
using Queue = Native<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using Event = Native<rd_kafka_event_t, rd_kafka_event_destroy>;
using PartitionList = Native<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;
using Topic = Native<rd_kafka_topic_t, rd_kafka_topic_destroy>;

// The conf's opaque of every client: callbacks find their way home through it. It outlives the client.
struct ClientHome {
  explicit ClientHome(Logger l) : logger(l) {}
  virtual ~ClientHome() = default;
  Logger logger;
};

// The log name of connection troubles, as with Java.
inline constexpr char kNetworkLog[] = "org.apache.kafka.clients.NetworkClient";

// A conf with the client's settings, its log lines going to home->logger.
Result<Conf> MakeConf(const ClientConfig& config, ClientHome* home);
Result<Client> MakeClient(rd_kafka_type_t type, Conf conf);
// Logs an error event by how much somebody has to do about it.
void LogErrorEvent(const Logger& logger, int32_t error, const char* text);

int64_t MonotonicNanos();
// Milliseconds until a deadline, rounded up, 0 when it has passed, at most `most`.
int MillisUntil(int64_t deadline_ns, int most = 3600 * 1000);

}  // namespace millrace::kafka
