// SPDX-License-Identifier: Apache-2.0
//
// TempDir: a folder that goes with the test, and reading and writing files in it. FileBundle: the bundle under test.
#pragma once

#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

#include "millrace/testing/host.h"

namespace millrace::test {

class TempDir {
 public:
  TempDir() {
    path_ = (std::filesystem::temp_directory_path() / "millrace-file-XXXXXX").string();
    if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  std::string File(std::string_view name) const { return path_ + "/" + std::string(name); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline void WriteFile(const std::string& path, std::string_view content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}
inline void AppendFile(const std::string& path, std::string_view content) {
  std::ofstream(path, std::ios::binary | std::ios::app) << content;
}
inline std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline const mr_class& FileClass(std::string_view name) {
  const char* path = std::getenv("MILLRACE_FILE_BUNDLE");
  if (path == nullptr) throw std::runtime_error("MILLRACE_FILE_BUNDLE must name the bundle");
  return sdk::testing::Bundle::Open(path).Class(name);
}

}  // namespace millrace::test
