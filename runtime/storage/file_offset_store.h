// SPDX-License-Identifier: Apache-2.0
//
// FileOffsetStore: offset.storage.file.filename in the Java worker's own format, a Java-serialised
// HashMap<byte[],byte[]> (java_hash_map.h). New content replaces old atomically (atomic_file.h). A torn or foreign file
// is an error that says so, never an empty map; a missing or empty file holds no offsets, as in Java.
#pragma once

#include <mutex>
#include <string>

#include "storage/atomic_file.h"
#include "storage/java_hash_map.h"
#include "storage/offset_store.h"

namespace millrace::storage {

class FileOffsetStore final : public OffsetStore {
 public:
  explicit FileOffsetStore(std::string path, FileOps* ops = FileOps::System()) : path_(std::move(path)), ops_(ops) {}
  Status Start() override;
  OffsetMap All() const override;
  std::optional<std::string> Get(const std::string& key) const override;
  Status Put(const OffsetMap& changes) override;

 private:
  const std::string path_;
  FileOps* const ops_;
  std::mutex write_mutex_;    // one Put at a time; readers do not wait for the disk
  mutable std::mutex mutex_;  // map_
  OffsetMap map_;
};

}  // namespace millrace::storage
