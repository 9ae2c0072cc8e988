// SPDX-License-Identifier: Apache-2.0
//
// Manifest: what a bundle says of itself in its section .millrace.manifest, or in a manifest.json beside it for
// languages that cannot place a section. See MR_MANIFEST in abi.h for the text. Reading one runs no code of the bundle.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace millrace::plugins {

constexpr size_t kMaxManifest = 1 << 20;

struct ManifestClass {
  int role = 0;
  std::string name, version;  // the bundle's version when the class has none
  std::vector<std::string> aliases;
};

struct Manifest {
  std::string name, version, abi, licence;
  std::string library;  // manifest.json only: the file name of the shared object; "": the only one there
  std::vector<ManifestClass> classes;
  std::vector<std::string> notes;  // what was left out and why: "class x: its role \"oracle\" is not known ..."
};

// Errors (kFatal) say what is wrong for whoever built the bundle. A class with a role that this host does not know is
// left out with a note, since a newer bundle may offer more; no usable class at all is an error.
Result<Manifest> ParseManifest(std::string_view json);

// The section of a shared object; kNotFound when it has none.
Result<Manifest> ReadManifest(int fd, uint64_t file_size);

}  // namespace millrace::plugins
