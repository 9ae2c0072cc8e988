// SPDX-License-Identifier: Apache-2.0
//
// The part of the check that runs the bundle: in a child process with a time limit, since it may crash or hang. Loads
// it as the host does, compares its class table with the manifest, creates and destroys each class twice.
#pragma once

#include <string>

#include "report.h"

namespace plugin_check {

void RunCheck(const std::string& path, const std::string& manifest, Report* report);

}  // namespace plugin_check
