// SPDX-License-Identifier: Apache-2.0
//
// SourceContext: what a source task may ask of its host: the committed offsets of its source partitions. One per task;
// used by the task's thread inside of calls, except for `cancelled`.
#pragma once

#include <memory>
#include <string>

#include "record/arena.h"
#include "storage/offset_store.h"
#include "worker/task.h"

namespace millrace::worker {

class SourceContext final : public StageContext {
 public:
  SourceContext(const TaskId& id, std::shared_ptr<TaskSignal> signal, const storage::OffsetStore* store)
      : StageContext(TaskLogContext(id), std::move(signal)), connector_(id.connector), store_(store) {}

  Status ReadOffsets(const mr_value* partitions, uint32_t n, mr_value* out) override;

 private:
  const std::string connector_;
  const storage::OffsetStore* const store_;
  record::Arena arena_{4096};  // of the values given out, which live as long as the task
};

}  // namespace millrace::worker
