// SPDX-License-Identifier: Apache-2.0
//
// The setting "file", and the folder of a path. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config.h"
#include "millrace/cpp/config.h"

namespace millrace::file {

// nullopt: not set. Like the empty name it means the standard input or output.
inline std::optional<std::string> FileSetting(const sdk::Config& config) {
  const std::optional<std::string_view> name = config.Get(kFile);
  if (!name) return std::nullopt;
  if (name->find('\0') != name->npos) sdk::Config::Refuse(kFile, "", "it contains a NUL, which no file name can");
  return std::string(*name);
}

inline std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace millrace::file
