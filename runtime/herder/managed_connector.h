// SPDX-License-Identifier: Apache-2.0
//
// ManagedConnector: one connector of the standalone herder. Plain state: the members below "guarded" are read and
// written under the herder's mutex, the rest only on the connector's strand.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/connector_config.h"
#include "config/properties.h"
#include "herder/connector_context.h"
#include "herder/herder.h"
#include "plugins/instance.h"
#include "worker/worker.h"

namespace millrace::herder {

struct ManagedTask {
  config::Properties config;
  uint64_t generation = 0;  // of the instance that runs; news of another one is old
  StateInfo state;
};

// The connector side of a plugin with the context it was made with. Shared, since an instance that hangs must live on
// after the herder has let go of it.
struct ConnectorInstance {
  std::unique_ptr<ConnectorContext> context;
  std::unique_ptr<plugins::Connector> plugin;
};

struct ManagedConnector {
  std::string name;

  // on the strand
  std::shared_ptr<ConnectorInstance> instance;  // null: none was made, or it failed
  bool running = false;                         // started, and neither paused nor stopped
  config::Properties tasks_made_from;           // the configuration that the tasks were made from

  // guarded
  config::Properties config;
  config::ConnectorType type = config::ConnectorType::kSource;
  std::string class_name, version;
  worker::TargetState target = worker::TargetState::kStarted;
  StateInfo state;
  std::vector<ManagedTask> tasks;
  std::weak_ptr<ConnectorInstance> in_use;  // `instance`, for those who look whether it hangs

  // Its strand was left behind: what still runs there must not touch anything any more. [any]
  const std::unique_ptr<std::atomic<bool>> left = std::make_unique<std::atomic<bool>>(false);

  // The same connector for a new strand, with what is guarded only; under the mutex.
  std::shared_ptr<ManagedConnector> WithoutInstance() const {
    auto fresh = std::make_shared<ManagedConnector>();
    fresh->name = name;
    fresh->config = config;
    fresh->type = type;
    fresh->class_name = class_name;
    fresh->version = version;
    fresh->target = target;
    fresh->state = state;
    fresh->tasks = tasks;
    return fresh;
  }
};

}  // namespace millrace::herder
