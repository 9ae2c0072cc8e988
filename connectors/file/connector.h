// SPDX-License-Identifier: Apache-2.0
//
// The connector sides of FileStreamSource and FileStreamSink: how many tasks there are, and which offsets a person may
// set, with the checks and the texts of the Java classes.
#pragma once

#include <cstdint>
#include <span>

#include "millrace/cpp/connector.h"

namespace millrace::file {

class FileStreamSourceConnector : public sdk::Connector {
 public:
  using Connector::Connector;
  void Start(const sdk::Config& config) override;
  // One task, whatever tasks.max says: a file is one stream.
  void MakeTaskConfigs(uint32_t max_tasks, sdk::TaskConfigs& out) override;
  bool AlterSourceOffsets(const sdk::Config& config, std::span<const mr_source_offset> offsets) override;
  int ExactlyOnce(const sdk::Config& config) override;
};

class FileStreamSinkConnector : public sdk::Connector {
 public:
  using Connector::Connector;
  void Start(const sdk::Config& config) override;
};

}  // namespace millrace::file
