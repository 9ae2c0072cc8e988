// SPDX-License-Identifier: Apache-2.0
#include "sink_task.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "config.h"
#include "millrace/cpp/java_text.h"
#include "millrace/cpp/records.h"
#include "path.h"

namespace millrace::file {

namespace {

constexpr size_t kWriteSize = 256 * 1024;
// A buffer that has grown beyond this is given back after the batch.
constexpr size_t kKeepBuffer = 512 * 1024;

// The mutex of a file that several tasks of this process may have open.
std::shared_ptr<std::mutex> MutexOf(const struct stat& st) {
  static std::mutex mutex;
  static std::map<std::pair<dev_t, ino_t>, std::weak_ptr<std::mutex>> files;
  const std::lock_guard lock(mutex);
  std::erase_if(files, [](const auto& f) { return f.second.expired(); });
  std::weak_ptr<std::mutex>& known = files[{st.st_dev, st.st_ino}];
  std::shared_ptr<std::mutex> found = known.lock();
  if (found == nullptr) known = found = std::make_shared<std::mutex>();
  return found;
}

// While it lives, writing to a pipe whose reader has gone gives EPIPE on this thread, and no signal to the process.
class NoPipeSignal {
 public:
  NoPipeSignal() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoPipeSignal() {
    const timespec now{};
    if (!was_pending_) {
      while (sigtimedwait(&pipe_, nullptr, &now) < 0 && errno == EINTR) continue;
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoPipeSignal(const NoPipeSignal&) = delete;
  NoPipeSignal& operator=(const NoPipeSignal&) = delete;

 private:
  sigset_t pipe_, before_;
  bool was_pending_;
};

// A full disk, a quota or a failing device may get better; anything else will not by itself.
bool MayPass(int error) {
  return error == ENOSPC || error == EDQUOT || error == EIO || error == EFBIG || error == ENOMEM || error == ETIMEDOUT;
}

}  // namespace

FileStreamSinkTask::FileStreamSinkTask(sdk::Context context)
    : Sink(context), log_(context, "org.apache.kafka.connect.file.FileStreamSinkTask") {}

FileStreamSinkTask::~FileStreamSinkTask() { Stop(); }

void FileStreamSinkTask::Start(const sdk::Config& config) {
  filename_ = FileSetting(config).value_or("");
  if (filename_.empty()) {
    fd_ = STDOUT_FILENO;
  } else {
    // Reading too, to see whether the last line is whole; and of a named pipe, so that opening it does not wait for a
    // reader and losing one does not break it. A file that may be written but not read will do.
    constexpr int kFlags = O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    fd_ = open(filename_.c_str(), O_RDWR | kFlags, 0666);
    if (fd_ < 0 && errno == EACCES) fd_ = open(filename_.c_str(), O_WRONLY | kFlags, 0666);
    if (fd_ < 0) {
      const int error = errno;
      const bool passing = error == EMFILE || error == ENFILE || error == ENXIO || MayPass(error);
      throw sdk::Error(passing ? MR_RETRIABLE : MR_FATAL, sdk::Cat("Couldn't find or create file '", filename_,
                                                                   "' for FileStreamSinkTask: ", sdk::ErrnoText(error)))
          .With("class", "org.apache.kafka.connect.errors.ConnectException");
    }
  }
  struct stat st {};
  // The standard output is never cut back or synced, even when it goes to a file: that file is somebody else's.
  regular_ = !filename_.empty() && fstat(fd_, &st) == 0 && S_ISREG(st.st_mode);
  if (regular_) file_mutex_ = MutexOf(st);
  log_.Debug("Appending to ", Name());
}

void FileStreamSinkTask::Stop() {
  if (fd_ >= 0 && !filename_.empty()) close(fd_);
  fd_ = -1;
  file_mutex_.reset();
}

void FileStreamSinkTask::Put(const mr_batch& batch) {
  if (batch.n == 0) {
    buffer_ = std::string();
    return;
  }
  std::unique_lock<std::mutex> alone;
  if (file_mutex_ != nullptr) alone = std::unique_lock(*file_mutex_);
  buffer_.clear();
  written_ = 0;
  if (regular_) start_ = EndTornLine();
  try {
    WriteBatch(batch);
  } catch (...) {
    UndoBatch();
    throw;
  }
  if (buffer_.capacity() > kKeepBuffer) buffer_ = std::string();
}

void FileStreamSinkTask::WriteBatch(const mr_batch& batch) {
  const sdk::Records records(batch);
  for (auto it = records.begin(); it != records.end(); ++it) {
    const mr_record& r = *it;
    if (r.value.kind == MR_STRING) {
      Append(sdk::View(r.value));
    } else if (!AppendOther(batch, it.index(), r)) {
      continue;
    }
    buffer_ += '\n';
    if (buffer_.size() >= kWriteSize) WriteOut();
  }
  WriteOut();
}

// The text of a value that is not text already; false: it has none, and was reported.
bool FileStreamSinkTask::AppendOther(const mr_batch& batch, uint32_t index, const mr_record& r) {
  const size_t before = buffer_.size();
  try {
    sdk::AppendJavaText(buffer_, r.value, r.value_schema);
    return true;
  } catch (const sdk::Error& e) {
    buffer_.resize(before);
    ReportErrant(batch, index, e.status(), e.message());
    return false;
  }
}

void FileStreamSinkTask::Append(std::string_view text) {
  if (text.size() >= kWriteSize) {  // not worth another copy
    WriteOut();
    WriteAll(text.data(), text.size());
    return;
  }
  buffer_.append(text);
}

void FileStreamSinkTask::WriteOut() {
  WriteAll(buffer_.data(), buffer_.size());
  buffer_.clear();
}

void FileStreamSinkTask::WriteAll(const char* p, size_t n) {
  std::optional<NoPipeSignal> no_signal;
  if (!regular_) no_signal.emplace();
  while (n > 0) {
    const ssize_t done = write(fd_, p, regular_ ? n : WaitForRoom(n));
    if (done >= 0) {
      unsynced_ = true;
      written_ += done;
      p += done;
      n -= static_cast<size_t>(done);
    } else if (errno != EINTR && errno != EAGAIN) {
      const int error = errno;
      throw sdk::Error(MayPass(error) ? MR_RETRIABLE : MR_FATAL,
                       sdk::Cat("cannot write to ", Name(), ": ", sdk::ErrnoText(error)));
    }
  }
}

// Waits until a pipe or terminal takes bytes, so that a reader that has stopped reading does not keep the task from
// stopping. Returns how many of n it takes without blocking.
size_t FileStreamSinkTask::WaitForRoom(size_t n) {
  pollfd writable{fd_, POLLOUT, 0};
  if (cancel_.Wait({&writable, 1}, std::numeric_limits<int64_t>::max()) == 0) {
    throw sdk::Error(MR_CANCELLED, sdk::Cat("stopped while writing to ", Name()));
  }
  return std::min<size_t>(n, PIPE_BUF);
}

// The size of the file, which a batch that fails is cut back to. A last line without its newline, left by a worker
// that was killed while it wrote, is ended first: its record comes again, whole, on a line of its own.
int64_t FileStreamSinkTask::EndTornLine() {
  struct stat st {};
  if (fstat(fd_, &st) != 0) {
    throw sdk::Error(MR_RETRIABLE, sdk::Cat("cannot look at ", Name(), ": ", sdk::ErrnoText(errno)));
  }
  if (torn_checked_) return st.st_size;
  char last = '\n';
  if (st.st_size > 0 && pread(fd_, &last, 1, st.st_size - 1) == 1 && last != '\n') {
    log_.Warn(Name(),
              " ends in the middle of a line, as after a crash. That line is ended before records are appended");
    WriteAll("\n", 1);
    written_ = 0;
    ++st.st_size;
  }
  torn_checked_ = true;
  return st.st_size;
}

// After a failed write: takes away what is there of the batch, since all of it comes again.
void FileStreamSinkTask::UndoBatch() {
  buffer_ = std::string();
  if (!regular_ || written_ == 0) return;
  struct stat st {};
  if (fstat(fd_, &st) == 0 && st.st_size == start_ + written_ && ftruncate(fd_, start_) == 0) return;
  // Somebody else appended too, or the device refuses: the batch will be in the file more than once, which
  // at-least-once allows, but the torn line must not swallow the next one.
  torn_checked_ = false;
  log_.Warn("could not take back ", written_, " bytes of an unfinished batch in ", Name(),
            "; its first records will be there twice");
}

void FileStreamSinkTask::Flush() {
  if (!regular_ || !unsynced_) return;
  const auto sync = [&](int fd, auto how) {
    int result = 0;
    do {
      result = how(fd);
    } while (result != 0 && errno == EINTR);
    return result == 0;
  };
  if (!sync(fd_, fdatasync)) {
    throw sdk::Error(MayPass(errno) ? MR_RETRIABLE : MR_FATAL,
                     sdk::Cat("cannot bring ", Name(), " to disk: ", sdk::ErrnoText(errno)));
  }
  if (!name_synced_) {
    // The file may be new: its name must survive a power cut, too. Not every folder can be synced; that is no failure.
    const int folder = open(FolderOf(filename_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
      sync(folder, fsync);
      close(folder);
    }
    name_synced_ = true;
  }
  unsynced_ = false;
}

}  // namespace millrace::file
