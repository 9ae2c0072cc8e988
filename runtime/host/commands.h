// SPDX-License-Identifier: Apache-2.0
//
// The subcommands of the program `millrace`. Each takes the words after its name, prints to standard output, says
// errors on standard error and returns an ExitCode. `connect-standalone` is the same program under the name that
// Kafka users type.
#pragma once

#include <string>
#include <vector>

namespace millrace::host {

using Arguments = std::vector<std::string>;

int StandaloneCommand(const Arguments& args);
int PluginsCommand(const Arguments& args);
int ValidateCommand(const Arguments& args);
int OffsetsCommand(const Arguments& args);

}  // namespace millrace::host
