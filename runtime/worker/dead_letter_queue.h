// SPDX-License-Identifier: Apache-2.0
//
// DeadLetterQueue: consumed records that failed, written unchanged to another topic, with headers that say why if so
// configured (docs/internal-formats.md, section 8). One per sink task, used by its thread. Records are copied, so that
// the consumed ones may go; what is in flight is bounded by the producer's buffer.memory.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/status.h"
#include "config/connector_config.h"
#include "kafka/consumer.h"
#include "kafka/embedded_broker.h"
#include "kafka/producer.h"
#include "worker/batch_run.h"
#include "worker/error_policy.h"
#include "worker/task_id.h"

namespace millrace::worker {

class DeadLetterQueue {
 public:
  // Waits for room or deliveries; false: the task is being stopped.
  using Wait = std::function<bool(int64_t ms)>;
  // `embedded` may be null.
  DeadLetterQueue(const TaskId& task, const config::ConnectorConfig& connector,
                  std::shared_ptr<kafka::Producer> producer, kafka::EmbeddedBroker* embedded, ErrorPolicy* policy,
                  Wait wait, const Logger& logger);
  ~DeadLetterQueue();  // what is in flight is left to the producer

  // Queues a record. A failure is logged and counted. `must_arrive`: it is then also told by Settled.
  void Write(std::string_view topic, const kafka::InRecord& record, const RecordFailure& failure, bool must_arrive);

  // Waits until everything written so far has arrived: kTimeout when not by then. Other errors: a record that had to
  // arrive did not.
  Status Settled(int64_t deadline_ns);

 private:
  struct InFlight;
  void Reap();
  void Failed(const std::string& why, bool must_arrive);

  const TaskId task_;
  const std::string topic_;
  const bool context_headers_;
  const std::shared_ptr<kafka::Producer> producer_;
  kafka::EmbeddedBroker* const embedded_;
  ErrorPolicy* const policy_;
  const Wait wait_;
  const Logger logger_;
  std::list<std::unique_ptr<InFlight>> in_flight_;
  Status lost_;  // the first record that had to arrive and did not
};

}  // namespace millrace::worker
