// SPDX-License-Identifier: Apache-2.0
//
// What `millrace plugins` prints: every bundle with its classes, and what was found on plugin.path and cannot be used,
// with the reason. Loads nothing by itself.
#pragma once

#include <string>
#include <vector>

#include "plugins/registry.h"

namespace millrace::plugins {

struct ReportOptions {
  bool built_in = true;  // the host's own classes too
  bool explain = true;   // unusable bundles, notes
  bool load = false;     // load every bundle first, so that what is wrong inside is told as well
};

// For people. Ends with a line break.
std::string ReportText(ClassRegistry* registry, const ReportOptions& options);
// {"bundles":[{"path","name","version","abi","usable","loaded","reason","notes":[],"classes":[]}],"builtIn":[]}; a
// class is {"class","type","version","aliases":[]}, aliases being all names it answers to.
std::string ReportJson(ClassRegistry* registry, const ReportOptions& options);

}  // namespace millrace::plugins
