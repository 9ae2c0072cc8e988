// SPDX-License-Identifier: Apache-2.0
//
// Loads bundles into the process. Like the dynamic linker's, this state is the process's: a bundle is loaded and opened
// once, by its real path, and never unloaded (its threads, thread-local destructors and atexit handlers may live on).
// Symbols stay local to the bundle and are all resolved at once, so that a missing one is an error here and no crash
// later. Thread-safe; different bundles load side by side.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "millrace/abi.h"
#include "plugins/host_api.h"
#include "plugins/manifest.h"

namespace millrace::plugins {

// What the bundle at `real_path` offers, checked. An error says what to do. A bundle that failed in its open function
// is not asked again; one that could not be loaded (a missing library) is.
Result<const mr_plugin*> LoadBundle(const std::string& real_path, const HostApi& host);

// Where the class table and the manifest disagree, one text per difference that names the class and the field.
std::vector<std::string> Differences(const Manifest& manifest, const mr_plugin& plugin);

}  // namespace millrace::plugins
