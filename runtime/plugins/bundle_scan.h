// SPDX-License-Identifier: Apache-2.0
//
// Finds bundles on plugin.path: a .so directly in one of its directories, or those in a child directory (a bundle
// folder, with its private libraries, documentation and licence). Reads manifests and runs no code. Everything that
// looks like a bundle and is none is told with its reason; nothing found stops the rest.
//
// A directory or file that others may write is not used: whoever can write there can run code in the worker.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <string>
#include <vector>

#include "base/status.h"
#include "plugins/manifest.h"

namespace millrace::plugins {

struct ScannedBundle {
  std::string path;       // as found on plugin.path: the shared object, or a directory when that is what is refused
  std::string real_path;  // of the shared object, symbolic links resolved
  dev_t device = 0;       // with inode: which file it is, whatever its name
  ino_t inode = 0;
  Status refused;            // not ok: why it cannot be used, and what to do
  bool no_manifest = false;  // that is the reason
  Manifest manifest;
};

// In the order of `plugin_path` and by name within a directory.
std::vector<ScannedBundle> ScanPluginPath(const std::vector<std::string>& plugin_path);

// Is the file or directory safe to load code from: owned by root or by this process's user, and writable by nobody
// else? `what` is "directory" or "file".
Status CheckOwner(const std::string& path, const struct stat& st, uid_t own_user, std::string_view what);

}  // namespace millrace::plugins
