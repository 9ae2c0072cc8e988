// SPDX-License-Identifier: Apache-2.0
//
// Reads one named section of a shared object of this machine's kind, running none of its code. Every number in the
// file is checked against the file's size before it is used. Files are read, not mapped, so that one that is
// overwritten meanwhile is a wrong answer at worst and never a SIGBUS.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace millrace::plugins {

// Bytes by position: a file, or memory in tests and fuzzers.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual uint64_t size() const = 0;
  // All of [offset, offset + n) or an error; the range lies within size().
  virtual Status Read(uint64_t offset, size_t n, char* out) const = 0;
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : bytes_(bytes) {}
  uint64_t size() const override { return bytes_.size(); }
  Status Read(uint64_t offset, size_t n, char* out) const override;

 private:
  std::string_view bytes_;
};

// An open file; the descriptor stays the caller's.
class FileSource final : public ByteSource {
 public:
  FileSource(int fd, uint64_t size) : fd_(fd), size_(size) {}
  uint64_t size() const override { return size_; }
  Status Read(uint64_t offset, size_t n, char* out) const override;

 private:
  int fd_;
  uint64_t size_;
};

// The bytes of the section, at most `max_bytes` long. kNotFound: a sound shared object without such a section; kFatal:
// not a shared object for this machine, with the reason ("not an ELF file", "truncated: ...", ...).
Result<std::string> ReadElfSection(const ByteSource& file, std::string_view name, size_t max_bytes);

}  // namespace millrace::plugins
