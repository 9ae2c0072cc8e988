// SPDX-License-Identifier: Apache-2.0
#include "storage/file_offset_store.h"

#include <fmt/format.h>
#include <sys/stat.h>

namespace millrace::storage {

Status FileOffsetStore::Start() {
  if (path_.empty()) {
    return Status::Config("there is no offset file; set offset.storage.file.filename to a path on a disk that stays");
  }
  Result<std::optional<std::string>> content = ReadWholeFile(path_, ops_);
  if (!content.ok()) return content.status().Context("reading the offset file");
  OffsetMap map;
  if (!content->has_value()) {
    const size_t slash = path_.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path_.substr(0, std::max<size_t>(slash, 1));
    struct stat info {};
    if (stat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
      return Status::Config(fmt::format(
          "the folder of the offset file {} does not exist; create {} or change offset.storage.file.filename", path_,
          folder));
    }
  } else if (!(*content)->empty()) {
    Result<OffsetMap> parsed = ParseJavaHashMap(**content);
    if (!parsed.ok()) {
      return Status::Data(
          fmt::format("the offset file {} is damaged or no offset file: {}. Restore it from a backup; or, if every "
                      "source may begin "
                      "from its start, move it away. It has been left as it is",
                      path_, parsed.status().message()));
    }
    map = *std::move(parsed);
  }
  const std::lock_guard lock(mutex_);
  map_ = std::move(map);
  return {};
}

OffsetMap FileOffsetStore::All() const {
  const std::lock_guard lock(mutex_);
  return map_;
}

std::optional<std::string> FileOffsetStore::Get(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto it = map_.find(key);
  return it == map_.end() ? std::nullopt : it->second;
}

Status FileOffsetStore::Put(const OffsetMap& changes) {
  if (changes.empty()) return {};
  const std::lock_guard write_lock(write_mutex_);
  OffsetMap next = All();
  for (const auto& [key, value] : changes) next.insert_or_assign(key, value);
  if (Status s = ReplaceFile(path_, FormatJavaHashMap(next), ops_); !s.ok()) {
    return s.Context("writing the offset file");
  }
  const std::lock_guard lock(mutex_);
  map_ = std::move(next);
  return {};
}

}  // namespace millrace::storage
