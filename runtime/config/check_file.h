// SPDX-License-Identifier: Apache-2.0
//
// What `millrace validate` needs to know about a configuration file: what kind it is, and what is wrong with a
// connector's, told in the terms of the file. Free functions; thread-safe.
#pragma once

#include <vector>

#include "base/status.h"
#include "config/config_def.h"
#include "config/file.h"

namespace millrace::config {

enum class FileKind { kConnector, kStandaloneWorker, kDistributedWorker };

// By its keys: connector.class or name make a connector; group.id with a storage topic a distributed worker.
FileKind KindOf(const File& file);

// The errors of ValidateConnector (or why it could not answer) as problems with line, value, reason and remedy, and
// warnings for settings that look like a misspelt one of the framework or the class. Secrets are masked.
void AddConnectorProblems(const File& file, const Result<ConfigInfos>& answer, std::vector<Problem>* problems);

}  // namespace millrace::config
