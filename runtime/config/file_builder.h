// SPDX-License-Identifier: Apache-2.0
//
// FileBuilder: what the three file parsers have in common: it collects keys with their positions, applies "the last
// duplicate wins" and keeps the bounds that protect against hostile files. Internal to runtime/config; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/file.h"

namespace millrace::config::internal {

inline constexpr size_t kMaxFileBytes = 8u << 20;
inline constexpr int kMaxDepth = 32;            // of nested maps in YAML and JSON
inline constexpr size_t kMaxEntries = 100'000;  // keys and list elements; bounds what YAML aliases can unfold to

class FileBuilder {
 public:
  FileBuilder(const std::string& path, std::vector<Problem>* problems) : problems_(problems) { file_.path = path; }

  void Error(Position at, std::string key, std::string why, std::string fix);
  void Warning(Position at, std::string key, std::string why, std::string fix);
  void Put(std::string key, std::string value, Position at);
  // A value that any other for the key replaces without a word (YAML's merge keys).
  void PutDefault(std::string key, std::string value, Position at);
  // One more list element or key; false (once with an error) when there are too many.
  bool Count(Position at);

  // Turns {"name": n, "config": {...}, "initial_state": s} into the flat form of its config.
  void Unwrap(const std::vector<std::string>& top_level_keys, bool config_is_map);
  // nullopt when there was an error.
  std::optional<File> Finish() &&;

 private:
  File file_;
  std::set<std::string, std::less<>> defaults_;  // keys put by PutDefault only
  std::vector<Problem>* problems_;
  size_t entries_ = 0;
  bool failed_ = false;
};

// Offsets of the text to lines and columns.
class LineIndex {
 public:
  explicit LineIndex(std::string_view text);
  Position At(size_t offset) const;

 private:
  std::string_view text_;
  std::vector<size_t> starts_;
};

void ParseProperties(std::string_view text, FileBuilder* out);
void ParseYaml(std::string_view text, FileBuilder* out);
void ParseJson(std::string_view text, FileBuilder* out);

bool IsUtf8(std::string_view text);
void AppendUtf8(uint32_t code_point, std::string* out);

}  // namespace millrace::config::internal
