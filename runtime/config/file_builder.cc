// SPDX-License-Identifier: Apache-2.0
#include "config/file_builder.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::config::internal {

void FileBuilder::Error(Position at, std::string key, std::string why, std::string fix) {
  failed_ = true;
  problems_->push_back({Problem::Severity::kError, file_.path, at, std::move(key), {}, std::move(why), std::move(fix)});
}

void FileBuilder::Warning(Position at, std::string key, std::string why, std::string fix) {
  problems_->push_back(
      {Problem::Severity::kWarning, file_.path, at, std::move(key), {}, std::move(why), std::move(fix)});
}

bool FileBuilder::Count(Position at) {
  if (entries_ > kMaxEntries) return false;
  if (++entries_ <= kMaxEntries) return true;
  Error(at, "", fmt::format("the file has more than {} entries", kMaxEntries), "give a configuration file");
  return false;
}

void FileBuilder::Put(std::string key, std::string value, Position at) {
  if (!Count(at)) return;
  if (defaults_.erase(key) > 0) {
    file_.positions.erase(key);
  }
  if (auto it = file_.positions.find(key); it != file_.positions.end()) {
    Warning(at, key, fmt::format("given before in line {}; this later value is used", it->second.line),
            "remove one of the two");
  }
  file_.positions[key] = at;
  file_.values[std::move(key)] = std::move(value);
}

void FileBuilder::PutDefault(std::string key, std::string value, Position at) {
  if (!Count(at)) return;
  if (file_.values.contains(key) && !defaults_.contains(key)) return;
  defaults_.insert(key);
  file_.positions[key] = at;
  file_.values[std::move(key)] = std::move(value);
}

void FileBuilder::Unwrap(const std::vector<std::string>& top_level_keys, bool config_is_map) {
  auto known = [](const std::string& k) { return k == "name" || k == "config" || k == "initial_state"; };
  if (!config_is_map || !std::all_of(top_level_keys.begin(), top_level_keys.end(), known)) return;
  File wrapped = std::move(file_);
  file_ = File{};
  file_.path = wrapped.path;
  constexpr std::string_view kPrefix = "config.";
  for (auto& [key, value] : wrapped.values) {
    Position at = wrapped.At(key);
    if (key.starts_with(kPrefix)) {
      file_.positions[key.substr(kPrefix.size())] = at;
      file_.values[key.substr(kPrefix.size())] = std::move(value);
    } else if (key == "initial_state") {
      file_.initial_state = std::move(value);
    }
  }
  auto name = wrapped.values.find("name");
  if (name == wrapped.values.end()) return;
  auto inner = file_.values.find("name");
  if (inner != file_.values.end() && inner->second != name->second) {
    Error(file_.At("name"), "name",
          fmt::format("the name in the configuration ({}) is not that of the connector ({})", inner->second,
                      name->second),
          "remove one of the two");
    return;
  }
  file_.positions["name"] = wrapped.At("name");
  file_.values["name"] = name->second;
}

std::optional<File> FileBuilder::Finish() && {
  if (failed_) return std::nullopt;
  return std::move(file_);
}

LineIndex::LineIndex(std::string_view text) : text_(text) {
  starts_.push_back(0);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n'))) starts_.push_back(i + 1);
  }
}

Position LineIndex::At(size_t offset) const {
  offset = std::min(offset, text_.size());
  auto next = std::upper_bound(starts_.begin(), starts_.end(), offset);
  size_t start = *(next - 1);
  int column = 1;
  for (size_t i = start; i < offset; ++i) {
    if ((static_cast<unsigned char>(text_[i]) & 0xC0) != 0x80) ++column;
  }
  return {static_cast<int>(next - starts_.begin()), column};
}

bool IsUtf8(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      ++i;
      continue;
    }
    int more = c >= 0xC2 && c <= 0xDF ? 1 : (c & 0xF0) == 0xE0 ? 2 : c >= 0xF0 && c <= 0xF4 ? 3 : 0;
    if (more == 0 || i + static_cast<size_t>(more) >= text.size()) return false;
    uint32_t cp = c & (0x3F >> more);
    for (int k = 1; k <= more; ++k) {
      auto d = static_cast<unsigned char>(text[i + static_cast<size_t>(k)]);
      if ((d & 0xC0) != 0x80) return false;
      cp = cp << 6 | (d & 0x3F);
    }
    if ((more == 2 && (cp < 0x800 || (cp >= 0xD800 && cp <= 0xDFFF))) ||
        (more == 3 && (cp < 0x10000 || cp > 0x10FFFF))) {
      return false;
    }
    i += static_cast<size_t>(more) + 1;
  }
  return true;
}

void AppendUtf8(uint32_t cp, std::string* out) {
  if (cp < 0x80) {
    out->push_back(static_cast<char>(cp));
  } else if (cp < 0x800) {
    out->push_back(static_cast<char>(0xC0 | cp >> 6));
    out->push_back(static_cast<char>(0x80 | (cp & 0x3F)));
  } else if (cp < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | cp >> 12));
    out->push_back(static_cast<char>(0x80 | (cp >> 6 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (cp & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xF0 | cp >> 18));
    out->push_back(static_cast<char>(0x80 | (cp >> 12 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (cp >> 6 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (cp & 0x3F)));
  }
}

}  // namespace millrace::config::internal
