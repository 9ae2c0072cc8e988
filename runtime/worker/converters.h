// SPDX-License-Identifier: Apache-2.0
//
// Converters: the key, value and header converter of one task, between records and the bytes that Kafka stores. A
// connector's own converter gets the connector's settings for it and nothing else; the worker's comes with the
// worker's. Made, used and destroyed by the task's thread.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/status.h"
#include "config/connector_config.h"
#include "config/worker_config.h"
#include "kafka/consumer.h"
#include "kafka/producer.h"
#include "plugins/instance.h"
#include "plugins/registry.h"
#include "worker/batch_run.h"

namespace millrace::worker {

class Converters {
 public:
  static Result<Converters> Make(const config::ConnectorConfig& connector, const config::WorkerConfig& worker,
                                 plugins::ClassRegistry* classes, plugins::InstanceContext* context);

  // The serialised form of the records of a batch, in the batch's arena (or where its slots point to), by record.
  struct Serialised {
    const mr_str* keys = nullptr;
    const mr_str* values = nullptr;
    const kafka::OutHeader* headers = nullptr;  // of all records, in their order; nullptr: no record has any
    const uint32_t* header_begin = nullptr;     // by record: index of its first one
  };
  // Header, key, value, as Kafka Connect does for sources. Records that failed are in run->failures().
  Status FromConnect(BatchRun* run, Serialised* out);

  // Key, value, headers, as Kafka Connect does for sinks. Record i of the batch was consumed as records[i].
  Status ToConnect(BatchRun* run, std::span<const kafka::InRecord> records);

  // Does code of a bundle take part?
  bool foreign() const;

 private:
  Status WriteHeaders(BatchRun* run, Serialised* out);
  Status Write(BatchRun* run, plugins::Converter* converter, int part, const mr_str** out);
  Status Read(BatchRun* run, plugins::Converter* converter, int part, const mr_str* bytes);
  Status ReadHeaders(BatchRun* run, std::span<const kafka::InRecord> records);

  std::unique_ptr<plugins::Converter> key_, value_, header_;
};

}  // namespace millrace::worker
