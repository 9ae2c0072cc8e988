// SPDX-License-Identifier: Apache-2.0
#include "input.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>

#include "millrace/cpp/error.h"
#include "path.h"

namespace millrace::file {

namespace {

constexpr int64_t kMillis = 1'000'000;
// How often a file is looked at although nothing was heard of it: network file systems tell nobody of changes made
// elsewhere. Java looks this often, too.
constexpr int64_t kLookAgain = 1000 * kMillis;
constexpr int64_t kLookAgainUnwatched = 100 * kMillis;
// Reads of pipes, whose size is not known beforehand.
constexpr size_t kStreamChunk = 64 * 1024;

sdk::Error CannotRead(const std::string& path, std::string_view doing, int error) {
  // What may pass is tried again; the rest needs a person.
  const bool passing = error == EIO || error == EMFILE || error == ENFILE || error == ENOMEM || error == EINTR ||
                       error == EAGAIN || error == ETIMEDOUT;
  const std::string reason = sdk::ErrnoText(error);
  return sdk::Error(passing ? MR_RETRIABLE : MR_FATAL, sdk::Cat("cannot ", doing, " ", path, ": ", reason))
      .With("class", "org.apache.kafka.connect.errors.ConnectException")
      .With("cause.class",
            error == EACCES ? "java.nio.file.AccessDeniedException" : "java.nio.file.FileSystemException")
      .With("cause.message", error == EACCES ? path : sdk::Cat(path, ": ", reason));
}

}  // namespace

Input::~Input() {
  Close();
  if (inotify_ >= 0) close(inotify_);
}

bool Input::Open() {
  if (path_.empty()) {
    fd_ = STDIN_FILENO;
  } else {
    fd_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd_ < 0 && errno == ENOENT) return false;
    if (fd_ < 0) throw CannotRead(path_, "open", errno);
  }
  struct stat st {};
  if (fstat(fd_, &st) != 0) {
    const int error = errno;
    Close();
    throw CannotRead(path_.empty() ? "the standard input" : path_, "look at", error);
  }
  if (S_ISDIR(st.st_mode)) {
    Close();
    throw sdk::Error(MR_CONFIG, sdk::Cat(path_, " is a directory; \"file\" must name a file to read lines from"))
        .With("key", "file");
  }
  seekable_ = S_ISREG(st.st_mode);
  terminal_ = isatty(fd_) == 1;
  ended_ = false;
  if (S_ISFIFO(st.st_mode) && !path_.empty()) {
    // A named pipe ends whenever its last writer leaves. Being a writer oneself keeps it open for the next one.
    const int both = open(path_.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (both >= 0) {
      close(fd_);
      fd_ = both;
    }
  }
  return true;
}

void Input::Close() {
  if (fd_ >= 0 && !path_.empty()) close(fd_);
  fd_ = -1;
  if (file_watch_ >= 0) inotify_rm_watch(inotify_, file_watch_);
  file_watch_ = -1;
}

int64_t Input::Size() const {
  struct stat st {};
  if (fstat(fd_, &st) != 0) throw CannotRead(path_, "look at", errno);
  return st.st_size;
}

void Input::Seek(int64_t position) {
  if (lseek(fd_, position, SEEK_SET) < 0) throw CannotRead(path_, "seek in", errno);
}

size_t Input::Read(char* to, size_t n) {
  if (ended_) return 0;
  if (!seekable_) {
    // The standard input may be shared with others, so it is not made non-blocking.
    pollfd ready{fd_, POLLIN, 0};
    if (poll(&ready, 1, 0) <= 0) return 0;
    n = std::min(n, kStreamChunk);
  }
  for (;;) {
    const ssize_t got = read(fd_, to, n);
    if (got > 0) return static_cast<size_t>(got);
    if (got == 0) {
      ended_ = !seekable_ && !terminal_;
      return 0;
    }
    if (errno == EAGAIN) return 0;
    if (errno != EINTR) throw CannotRead(path_.empty() ? "the standard input" : path_, "read", errno);
  }
}

size_t Input::Available(int64_t position) const {
  if (!seekable_) return kStreamChunk;
  struct stat st {};
  if (fstat(fd_, &st) != 0 || st.st_size <= position) return 0;
  return static_cast<size_t>(st.st_size - position);
}

bool Input::Replaced() const {
  if (!seekable_ || path_.empty()) return false;
  struct stat ours {
  }, named{};
  if (fstat(fd_, &ours) != 0 || stat(path_.c_str(), &named) != 0) return false;
  return ours.st_ino != named.st_ino || ours.st_dev != named.st_dev;
}

bool Input::Watch() {
  if (inotify_ < 0) {
    if (inotify_failed_) return false;
    inotify_ = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (inotify_ < 0) {
      inotify_failed_ = true;
      return false;
    }
  }
  bool fresh = false;
  if (folder_watch_ < 0 && !path_.empty()) {
    folder_watch_ = inotify_add_watch(inotify_, FolderOf(path_).c_str(), IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
    fresh = folder_watch_ >= 0;
  }
  if (fd_ >= 0 && file_watch_ < 0) {
    // Through /proc the watch is on the file that is open, whatever its name is by now. One event, then the watch is
    // gone: a busy writer must not be paid for with an event per write.
    const std::string open_file = sdk::Cat("/proc/self/fd/", fd_);
    file_watch_ = inotify_add_watch(inotify_, open_file.c_str(), IN_MODIFY | IN_ONESHOT);
    fresh |= file_watch_ >= 0;
  }
  return fresh;
}

void Input::DrainEvents() {
  alignas(inotify_event) char events[4096];
  ssize_t n = 0;
  while ((n = read(inotify_, events, sizeof events)) > 0) {
    for (ssize_t at = 0; at < n;) {
      const auto* event = reinterpret_cast<const inotify_event*>(events + at);
      if (event->wd == file_watch_) file_watch_ = -1;
      if (event->wd == folder_watch_ && (event->mask & IN_IGNORED) != 0) folder_watch_ = -1;
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
    }
  }
}

void Input::Wait(const sdk::CancelToken& cancel, int64_t deadline_ns) {
  const int64_t now = sdk::MonotonicNanos();
  if (is_open() && !seekable_) {
    pollfd readable{fd_, POLLIN, 0};
    if (ended_) {
      cancel.SleepUntil(deadline_ns);
    } else {
      cancel.Wait({&readable, 1}, deadline_ns);
    }
    return;
  }
  if (Watch()) return;
  const bool watched = inotify_ >= 0 && (is_open() ? file_watch_ >= 0 : folder_watch_ >= 0);
  const int64_t until = std::min(deadline_ns, now + (watched ? kLookAgain : kLookAgainUnwatched));
  if (inotify_ < 0) {
    cancel.SleepUntil(until);
    return;
  }
  pollfd changed{inotify_, POLLIN, 0};
  if (cancel.Wait({&changed, 1}, until) > 0) DrainEvents();
}

}  // namespace millrace::file
