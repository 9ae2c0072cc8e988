// SPDX-License-Identifier: Apache-2.0
// JSON configuration files: whatever the bytes, either a configuration comes back or at least one error, and every key
// has a place.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using millrace::config::File;
  using millrace::config::Problem;
  std::vector<Problem> problems;
  std::optional<File> file =
      millrace::config::Parse("f.json", std::string_view(reinterpret_cast<const char*>(data), size), &problems);
  if (file.has_value() == millrace::config::HasErrors(problems)) std::abort();
  for (const Problem& p : problems) {
    if (p.ToString().find('\n') != std::string::npos) std::abort();
  }
  if (!file) return 0;
  if (file->positions.size() != file->values.size()) std::abort();
  for (const auto& [key, value] : file->values) {
    if (!file->positions.contains(key)) std::abort();
  }
  return 0;
}
