// SPDX-License-Identifier: Apache-2.0
//
// FileOffsetStore: offset.storage.file.filename in the Java worker's own format, a Java-serialised
// HashMap<byte[],byte[]> (format: docs/internal-formats.md). New content replaces old atomically: temporary file
// beside it, fsync, rename, fsync of the folder. A torn or foreign file is an error that says so, never an empty map.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "storage/offset_store.h"

namespace millrace::storage {

// The bytes <-> the map. Lengths are checked against the input before memory is taken.
Result<OffsetMap> ParseJavaHashMap(std::string_view bytes);
std::string FormatJavaHashMap(const OffsetMap& map);

class FileOffsetStore final : public OffsetStore {
 public:
  explicit FileOffsetStore(std::string path) : path_(std::move(path)) {}
  Status Start() override;
  OffsetMap All() const override;
  std::optional<std::string> Get(const std::string& key) const override;
  Status Put(const OffsetMap& changes) override;

 private:
  const std::string path_;
  mutable std::mutex mutex_;
  OffsetMap map_;
};

}  // namespace millrace::storage
