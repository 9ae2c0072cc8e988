// SPDX-License-Identifier: Apache-2.0
//
// Reading and checking worker and connector files before anything is started: every problem of every file, with its
// place, in one go. Used by `connect-standalone` (nothing starts if there is an error) and by `millrace validate`.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "config/connector_config.h"
#include "config/file.h"
#include "config/worker_config.h"
#include "worker/worker.h"

namespace millrace::host {

struct ConnectorFile {
  std::string name;
  config::File file;
  std::optional<worker::TargetState> initial_state;  // of the form {"name","config","initial_state"}
};

// Prints problems, errors and warnings alike, one per line. True when one of them is an error.
bool Report(const std::vector<config::Problem>& problems, std::ostream& out);

// A worker file, read and checked.
std::optional<config::WorkerConfig> ReadWorkerFile(config::Mode mode, const std::string& path,
                                                   std::vector<config::Problem>* problems);

// A connector file, read; that it has a name and that no earlier file has the same is checked here.
std::optional<ConnectorFile> ReadConnectorFile(const std::string& path, const std::vector<ConnectorFile>& earlier,
                                               std::vector<config::Problem>* problems);

// What validation says of a connector file, in terms of its lines.
void AddValidationProblems(const ConnectorFile& connector, const Result<config::ConfigInfos>& answer,
                           std::vector<config::Problem>* problems);

}  // namespace millrace::host
