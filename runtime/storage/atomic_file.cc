// SPDX-License-Identifier: Apache-2.0
#include "storage/atomic_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "base/crash_point.h"

namespace millrace::storage {
namespace {

// Far above what offsets take; a larger file is something else.
constexpr size_t kMaxFile = size_t{1} << 30;

Status Failed(std::string_view doing, const std::string& path, int error) {
  const Code code = error == ENOSPC || error == EDQUOT || error == EINTR || error == EAGAIN || error == EMFILE ||
                            error == ENFILE || error == ENOMEM
                        ? Code::kRetriable
                        : Code::kFatal;
  return {code, fmt::format("{} {}: {}", doing, path, std::strerror(error))};
}

class Fd {
 public:
  Fd(FileOps* ops, int fd) : ops_(ops), fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) ops_->Close(fd_);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }
  int Close() { return ops_->Close(std::exchange(fd_, -1)); }

 private:
  FileOps* ops_;
  int fd_;
};

// Where a symbolic link leads; the path itself when it is none or leads nowhere.
std::string Target(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr), &std::free);
  return real != nullptr ? real.get() : path;
}

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status WriteTemporary(const std::string& path, const std::string& temporary, std::string_view content, FileOps* ops) {
  Fd fd(ops, ops->Open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (fd.get() < 0) return Failed("opening", temporary, errno);
  struct stat old {};
  if (stat(path.c_str(), &old) == 0 && fchmod(fd.get(), old.st_mode & 07777) != 0) {
    return Failed("setting the mode of", temporary, errno);
  }
  while (!content.empty()) {
    const ssize_t n = ops->Write(fd.get(), content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Failed("writing", temporary, errno);
    content.remove_prefix(static_cast<size_t>(n));
  }
  if (ops->Fsync(fd.get()) != 0) return Failed("syncing", temporary, errno);
  if (fd.Close() != 0) return Failed("closing", temporary, errno);
  return {};
}

Status SyncFolder(const std::string& folder, FileOps* ops) {
  Fd fd(ops, ops->Open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0));
  if (fd.get() < 0) return Failed("opening the folder", folder, errno);
  if (ops->Fsync(fd.get()) != 0) return Failed("syncing the folder", folder, errno);
  return {};
}

}  // namespace

int FileOps::Open(const char* path, int flags, mode_t mode) { return open(path, flags, mode); }
ssize_t FileOps::Read(int fd, void* buffer, size_t n) { return read(fd, buffer, n); }
ssize_t FileOps::Write(int fd, const void* bytes, size_t n) { return write(fd, bytes, n); }
int FileOps::Fsync(int fd) { return fsync(fd); }
int FileOps::Close(int fd) { return close(fd); }
int FileOps::Rename(const char* from, const char* to) { return rename(from, to); }

FileOps* FileOps::System() {
  static FileOps ops;
  return &ops;
}

Result<std::optional<std::string>> ReadWholeFile(const std::string& path, FileOps* ops) {
  Fd fd(ops, ops->Open(path.c_str(), O_RDONLY | O_CLOEXEC, 0));
  if (fd.get() < 0) {
    if (errno == ENOENT) return std::optional<std::string>();
    return Failed("opening", path, errno);
  }
  std::string content;
  char buffer[16384];
  while (true) {
    const ssize_t n = ops->Read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Failed("reading", path, errno);
    if (n == 0) return std::optional<std::string>(std::move(content));
    content.append(buffer, static_cast<size_t>(n));
    if (content.size() > kMaxFile) {
      return Status::Data(
          fmt::format("reading {}: it is larger than {} bytes, so it cannot be what it should be", path, kMaxFile));
    }
  }
}

Status ReplaceFile(const std::string& path, std::string_view content, FileOps* ops) {
  const std::string target = Target(path);
  const std::string temporary = target + ".tmp";
  MILLRACE_RETURN_IF_ERROR(WriteTemporary(target, temporary, content, ops));
  CrashPoint("after-offset-temp");
  if (ops->Rename(temporary.c_str(), target.c_str()) != 0) return Failed("replacing", target, errno);
  CrashPoint("after-offset-rename");
  return SyncFolder(FolderOf(target), ops);
}

}  // namespace millrace::storage
