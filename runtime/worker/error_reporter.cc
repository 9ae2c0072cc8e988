// SPDX-License-Identifier: Apache-2.0
#include "worker/error_reporter.h"

#include <fmt/format.h>

#include "worker/failure.h"
#include "worker/record_text.h"

namespace millrace::worker {

ErrorReporter::ErrorReporter(const TaskId& task, const config::ConnectorConfig& connector, ErrorPolicy* policy,
                             const Clock* clock, Log* log)
    : task_(task),
      log_errors_(connector.log_errors),
      log_messages_(connector.log_messages),
      policy_(policy),
      clock_(clock),
      logger_(log->Get("org.apache.kafka.connect.runtime.errors.LogReporter")) {}

void ErrorReporter::Count(const RecordFailure& failure) {
  ErrorCounts& counts = policy_->counts();
  counts.errors.fetch_add(1, std::memory_order_relaxed);
  counts.last_error_ms.store(clock_->WallMillis(), std::memory_order_relaxed);
  if (policy_->Decide(failure.stage) == Verdict::kSkip) counts.skipped.fetch_add(1, std::memory_order_relaxed);
}

std::string ErrorReporter::Line(const RecordFailure& failure) const {
  return fmt::format("Error encountered in task {}. Executing stage '{}' with class '{}'", task_.ToString(),
                     RuleOf(failure.stage).name, failure.class_name);
}

void ErrorReporter::Write(const RecordFailure& failure, const std::string& line) {
  policy_->counts().logged.fetch_add(1, std::memory_order_relaxed);
  logger_.Error("{}. {}", line, CauseChain(failure.error));
}

void ErrorReporter::Report(const RecordFailure& failure, const mr_batch& batch, const mr_record& record) {
  Count(failure);
  if (!Logs(failure)) return;
  std::string line = Line(failure);
  if (log_messages_) line += ", where source record is = " + SourceRecordText(batch, record);
  Write(failure, line);
}

void ErrorReporter::Report(const RecordFailure& failure, std::string_view topic, const kafka::InRecord& record) {
  Count(failure);
  if (Logs(failure)) {
    std::string line = Line(failure);
    if (log_messages_) {
      // Never the key or the value: they are somebody else's data.
      line += fmt::format(", where consumed record is {{topic='{}', partition={}, offset={}", topic, record.partition,
                          record.offset);
      if (record.timestamp >= 0) {
        line += fmt::format(", timestamp={}, timestampType={}", record.timestamp,
                            record.log_append_time ? "LogAppendTime" : "CreateTime");
      }
      line += '}';
    }
    Write(failure, line);
  }
  if (dead_letters_ != nullptr && RuleOf(failure.stage).dead_letter) {
    dead_letters_->Write(topic, record, failure, failure.stage == Stage::kErrantRecord);
  }
}

}  // namespace millrace::worker
