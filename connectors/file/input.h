// SPDX-License-Identifier: Apache-2.0
//
// Input: the file (or the standard input) that a source task follows: opening, reading, and noticing that it grew,
// was truncated or was replaced by another file of the same name. No lines here, only bytes.
//
// Regular files are watched with inotify; where that is not to be had (no instances left, a network file system) they
// are looked at again after a while. Pipes, sockets and terminals are polled. One thread.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "millrace/cpp/cancel.h"

namespace millrace::file {

class Input {
 public:
  // An empty path is the standard input.
  explicit Input(std::string path) : path_(std::move(path)) {}
  ~Input();
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  bool is_open() const { return fd_ >= 0; }
  // False: there is no such file (yet). Throws when it is there but cannot be read.
  bool Open();
  void Close();

  // A regular file: it has positions, and can be truncated or replaced.
  bool seekable() const { return seekable_; }
  int64_t Size() const;
  void Seek(int64_t position);
  // Bytes read into `to`; 0: none for now. Never blocks.
  size_t Read(char* to, size_t n);
  // How many bytes are there to read, roughly.
  size_t Available(int64_t position) const;
  // A pipe or the like whose other end was closed: nothing will ever come.
  bool ended() const { return ended_; }
  // Is there another file under the name by now?
  bool Replaced() const;

  // Waits until something may have changed (more bytes, a truncation, a file created under the name), the deadline
  // has passed or `cancel` is set. May return early: the first call after a change only begins to watch, since what
  // happened before it cannot be seen; look again and call it again.
  void Wait(const sdk::CancelToken& cancel, int64_t deadline_ns);

 private:
  // Begins to watch; false: it was watching already.
  bool Watch();
  void DrainEvents();

  const std::string path_;
  int fd_ = -1;
  bool seekable_ = false, terminal_ = false, ended_ = false;
  int inotify_ = -1;
  bool inotify_failed_ = false;
  int file_watch_ = -1, folder_watch_ = -1;
};

}  // namespace millrace::file
