// SPDX-License-Identifier: Apache-2.0
//
// ErrorReporter: tells of records that failed: to the log if errors.log.enable says so, then, for sinks, to the dead
// letter queue if there is one. One per task, used by its thread.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "config/connector_config.h"
#include "kafka/consumer.h"
#include "worker/batch_run.h"
#include "worker/dead_letter_queue.h"
#include "worker/error_policy.h"
#include "worker/task_id.h"

namespace millrace::worker {

class ErrorReporter {
 public:
  ErrorReporter(const TaskId& task, const config::ConnectorConfig& connector, ErrorPolicy* policy, const Clock* clock,
                Log* log);
  void UseDeadLetters(std::unique_ptr<DeadLetterQueue> dead_letters) { dead_letters_ = std::move(dead_letters); }
  DeadLetterQueue* dead_letters() { return dead_letters_.get(); }
  // Is anybody told?
  bool any() const { return log_errors_ || dead_letters_ != nullptr; }

  // A source record, as it was polled.
  void Report(const RecordFailure& failure, const mr_batch& batch, const mr_record& record);
  // A consumed record.
  void Report(const RecordFailure& failure, std::string_view topic, const kafka::InRecord& record);

 private:
  void Count(const RecordFailure& failure);
  bool Logs(const RecordFailure& failure) const { return log_errors_ && RuleOf(failure.stage).log; }
  std::string Line(const RecordFailure& failure) const;
  void Write(const RecordFailure& failure, const std::string& line);

  const TaskId task_;
  const bool log_errors_, log_messages_;
  ErrorPolicy* const policy_;
  const Clock* const clock_;
  const Logger logger_;
  std::unique_ptr<DeadLetterQueue> dead_letters_;
};

}  // namespace millrace::worker
