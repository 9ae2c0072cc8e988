// SPDX-License-Identifier: Apache-2.0
//
// SinkContext: what a sink task may ask of its host (ext/sink_context.h). Used by the task's thread inside of calls,
// except for `cancelled`. What is asked is checked here and done by the task after the call.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "kafka/consumer.h"
#include "millrace/abi.h"
#include "worker/task.h"

namespace millrace::worker {

class SinkContext final : public StageContext {
 public:
  // The task's side.
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual bool Owns(std::string_view topic, int32_t partition) const = 0;
    virtual mr_status Errant(const mr_batch* batch, uint32_t record, Status error) = 0;
    virtual void PauseByPlugin(std::string_view topic, int32_t partition, bool pause) = 0;
  };

  // `reports_errant`: is anybody told of records that the plugin reports? If not, it gets no function for it.
  SinkContext(const TaskId& id, std::shared_ptr<TaskSignal> signal, Owner* owner, bool reports_errant)
      : StageContext(TaskLogContext(id), std::move(signal)), owner_(owner), reports_errant_(reports_errant) {}

  const void* Extension(const char* id) override;

  // What the plugin asked for since the last time.
  int64_t TakeTimeoutMs() { return std::exchange(timeout_ms_, -1); }  // -1: nothing
  bool TakeCommitRequest() { return std::exchange(commit_requested_, false); }
  std::vector<kafka::TopicPartition> TakeSeeks() { return std::exchange(seeks_, {}); }

 private:
  struct Calls;  // the functions of the tables

  Owner* const owner_;
  const bool reports_errant_;
  int64_t timeout_ms_ = -1;
  bool commit_requested_ = false;
  std::vector<kafka::TopicPartition> seeks_;
};

}  // namespace millrace::worker
