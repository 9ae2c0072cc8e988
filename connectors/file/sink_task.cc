// SPDX-License-Identifier: Apache-2.0
#include "sink_task.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <utility>

#include "config.h"
#include "millrace/cpp/java_text.h"
#include "millrace/cpp/records.h"

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
  return error == ENOSPC || error == EDQUOT || error == EIO || error == EFBIG || error == ENOMEM || error == ESTALE ||
         error == ETIMEDOUT;
}

}  // namespace

FileStreamSinkTask::FileStreamSinkTask(sdk::Context context)
    : Sink(context), log_(context, "org.apache.kafka.connect.file.FileStreamSinkTask") {}

FileStreamSinkTask::~FileStreamSinkTask() { Stop(); }

void FileStreamSinkTask::Start(const sdk::Config& config) {
  filename_ = config.GetString(kFile);
  if (filename_.empty()) {
    fd_ = STDOUT_FILENO;
  } else {
    fd_ = open(filename_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0666);
    // A file that may be written but not read will do, too; so will a pipe, which must not be its own reader.
    struct stat st {};
    const bool pipe = fd_ >= 0 && fstat(fd_, &st) == 0 && S_ISFIFO(st.st_mode);
    if ((fd_ < 0 && errno == EACCES) || pipe) {
      if (fd_ >= 0) close(fd_);
      fd_ = open(filename_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0666);
    }
    if (fd_ < 0) {
      const int error = errno;
      const bool passing = error == EMFILE || error == ENFILE || MayPass(error);
      throw sdk::Error(passing ? MR_RETRIABLE : MR_FATAL, sdk::Cat("Couldn't find or create file '", filename_,
                                                                   "' for FileStreamSinkTask: ", sdk::ErrnoText(error)))
          .With("class", "org.apache.kafka.connect.errors.ConnectException");
    }
  }
  struct stat st {};
  regular_ = fstat(fd_, &st) == 0 && S_ISREG(st.st_mode);
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
  } catch (const sdk::Error&) {
    UndoBatch();
    throw;
  }
  if (buffer_.capacity() > kKeepBuffer) buffer_ = std::string();
}

void FileStreamSinkTask::WriteBatch(const mr_batch& batch) {
  for (const mr_record& r : sdk::Records(batch)) {
    if (r.value.kind == MR_STRING) {
      Append(sdk::View(r.value));
    } else {
      sdk::AppendJavaText(buffer_, r.value, r.value_schema);
    }
    buffer_ += '\n';
    if (buffer_.size() >= kWriteSize) WriteOut();
  }
  WriteOut();
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
  if (n == 0) return;
  const bool quiet = !regular_;
  std::optional<NoPipeSignal> no_signal;
  if (quiet) no_signal.emplace();
  while (n > 0) {
    const ssize_t done = write(fd_, p, n);
    if (done >= 0) {
      unsynced_ = true;
      written_ += done;
      p += done;
      n -= static_cast<size_t>(done);
      continue;
    }
    const int error = errno;
    if (error == EINTR) continue;
    if (error == EAGAIN) {  // somebody made the standard output non-blocking
      if (cancel_.is_set()) throw sdk::Error(MR_CANCELLED, sdk::Cat("stopped while writing to ", Name()));
      pollfd writable{fd_, POLLOUT, 0};
      cancel_.Wait({&writable, 1}, sdk::MonotonicNanos() + INT64_C(1'000'000'000));
      continue;
    }
    throw sdk::Error(MayPass(error) ? MR_RETRIABLE : MR_FATAL,
                     sdk::Cat("cannot write to ", Name(), ": ", sdk::ErrnoText(error)));
  }
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
  if (!regular_ || filename_.empty() || !unsynced_) return;
  int result = 0;
  do {
    result = fdatasync(fd_);
  } while (result != 0 && errno == EINTR);
  if (result != 0) {
    throw sdk::Error(MayPass(errno) ? MR_RETRIABLE : MR_FATAL,
                     sdk::Cat("cannot bring ", Name(), " to disk: ", sdk::ErrnoText(errno)));
  }
  unsynced_ = false;
}

}  // namespace millrace::file
