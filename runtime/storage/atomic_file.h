// SPDX-License-Identifier: Apache-2.0
//
// Whole files, read and replaced atomically: a reader, and a process that starts after a crash at any moment, sees the
// old content or the new one, never a mixture. The new content is written beside the file (path + ".tmp"), made durable
// and renamed over it; then the folder is made durable.
//
// FileOps is the seam for tests that let one operation fail.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace millrace::storage {

// The system calls that are used, as they are: -1 and errno on failure.
class FileOps {
 public:
  virtual ~FileOps() = default;
  virtual int Open(const char* path, int flags, mode_t mode);
  virtual ssize_t Read(int fd, void* buffer, size_t n);
  virtual ssize_t Write(int fd, const void* bytes, size_t n);
  virtual int Fsync(int fd);
  virtual int Close(int fd);
  virtual int Rename(const char* from, const char* to);

  static FileOps* System();  // lives for ever
};

// The content of a file; nullopt when there is none.
Result<std::optional<std::string>> ReadWholeFile(const std::string& path, FileOps* ops);

// Replaces the file's content, keeping its mode. Durable when it returns OK; after an error the file has its old
// content, or (when only the folder could not be made durable) the new one. A symbolic link stays one.
Status ReplaceFile(const std::string& path, std::string_view content, FileOps* ops);

}  // namespace millrace::storage
