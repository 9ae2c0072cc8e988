// SPDX-License-Identifier: Apache-2.0
//
// TransformChain: the transforms of a connector in their order, each with its predicate if it has one. One per task,
// made, used and destroyed by the task's thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "config/connector_config.h"
#include "plugins/instance.h"
#include "plugins/registry.h"
#include "worker/batch_run.h"

namespace millrace::worker {

class TransformChain {
 public:
  static Result<TransformChain> Make(const config::ConnectorConfig& connector, plugins::ClassRegistry* classes,
                                     plugins::InstanceContext* context);
  bool empty() const { return steps_.empty(); }
  // Does code of a bundle take part?
  bool foreign() const { return foreign_; }
  // Applies all of them. Records that failed are in run->failures().
  Status Apply(BatchRun* run);

 private:
  struct Step {
    std::string alias;
    std::unique_ptr<plugins::Transform> transform;
    std::unique_ptr<plugins::Predicate> predicate;  // nullptr: none
    bool negate = false;
  };
  Status ApplyStep(const Step& step, BatchRun* run);

  std::vector<Step> steps_;
  bool foreign_ = false;
};

}  // namespace millrace::worker
