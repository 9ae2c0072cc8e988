// SPDX-License-Identifier: Apache-2.0
//
// ConnectorContext: what the connector side of a plugin may ask of its host (ext/connector.h): committed offsets, and
// the extension mr.connector-context/1. Its callbacks may come on any thread and only hand over.
#pragma once

#include <functional>
#include <string>

#include "millrace/ext/connector.h"
#include "plugins/host_api.h"
#include "record/arena.h"
#include "storage/offset_store.h"

namespace millrace::herder {

class ConnectorContext final : public plugins::InstanceContext {
 public:
  struct Requests {
    std::function<void()> reconfigure_tasks;
    std::function<void(Status)> fail;
  };
  ConnectorContext(std::string connector, const storage::OffsetStore* offsets, Requests requests);

  Status ReadOffsets(const mr_value* partitions, uint32_t n, mr_value* out) override;
  const void* Extension(const char* id) override;

 private:
  static void RequestTaskReconfiguration(mr_ctx* ctx);
  static void Fail(mr_ctx* ctx, mr_status status, mr_str message);

  const std::string connector_;
  const storage::OffsetStore* offsets_;
  const Requests requests_;
  record::Arena arena_;  // what ReadOffsets gave out
};

}  // namespace millrace::herder
