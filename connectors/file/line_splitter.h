// SPDX-License-Identifier: Apache-2.0
//
// LineSplitter cuts a stream of bytes into lines without copying them: bytes are read straight into blocks, lines
// point into the blocks, and a block lives as long as somebody holds it (the batch whose records point into it).
//
// A line ends with \n, \r or \r\n. A \r that is the last byte so far waits for the next one, as it may be half of a
// \r\n. Only the unfinished end of a block is ever copied, into the next block. One thread; blocks may be let go on
// any.
//
//   std::span<char> space = splitter.Space(expected);
//   splitter.Filled(read(fd, space.data(), space.size()));
//   while (splitter.Next(&line)) Use(line, splitter.block());
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace millrace::file {

struct Line {
  const char* p;
  size_t n;     // without its terminator
  int64_t end;  // position in the stream after the terminator
  bool ascii;   // every byte is below 0x80
};

// Full-size blocks that wait to be used again.
class BlockShelf {
 public:
  std::unique_ptr<char[]> Take();
  void Put(std::unique_ptr<char[]> block);
  void Trim();

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<char[]>> spare_;
};

class LineSplitter {
 public:
  static constexpr size_t kBlock = 256 * 1024;
  static constexpr size_t kSmallBlock = 4 * 1024;

  explicit LineSplitter(size_t max_line) : max_line_(max_line), shelf_(std::make_shared<BlockShelf>()) {}
  LineSplitter(const LineSplitter&) = delete;
  LineSplitter& operator=(const LineSplitter&) = delete;

  // Where to read the next bytes to; never empty. `expected` is how many are thought to be there: it sizes the
  // block. Throws MR_DATA when the unfinished line is longer than max_line.
  std::span<char> Space(size_t expected);
  void Filled(size_t n) { end_ += n; }
  // The next finished line; false: more bytes are needed.
  bool Next(Line* line);
  // The unfinished line, as if it ended here; false: there is none.
  bool TakeRest(Line* line);

  // Holds the memory of the lines that Next returned since the last Space.
  const std::shared_ptr<char>& block() const { return block_; }
  // The stream position of the first byte that is not part of a finished line, and of the next byte to be filled in.
  int64_t position() const { return position_; }
  int64_t read_position() const { return position_ + (end_ - begin_); }
  size_t pending() const { return static_cast<size_t>(end_ - begin_); }

  // Forgets pending bytes; the next byte filled in is at `position`.
  void Restart(int64_t position);
  // Gives memory back that an idle stream does not need.
  void Shrink();

 private:
  void Use(size_t size);

  const size_t max_line_;
  std::shared_ptr<BlockShelf> shelf_;
  std::shared_ptr<char> block_;
  size_t block_size_ = 0;
  const char* begin_ = nullptr;  // of the unfinished line
  const char* scan_ = nullptr;   // how far it was searched
  const char* end_ = nullptr;    // of the bytes read
  bool ascii_ = true;            // [begin_, scan_)
  int64_t position_ = 0;         // of begin_
};

// Finds the first \n or \r in [p, end), or end. *high gets a non-zero bit when a byte before it is not ASCII.
const char* FindLineEnd(const char* p, const char* end, bool* not_ascii);

}  // namespace millrace::file
