// SPDX-License-Identifier: Apache-2.0
#include "line_splitter.h"

#include <algorithm>
#include <cstring>
#include <utility>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "millrace/cpp/error.h"

namespace millrace::file {

namespace {

constexpr size_t kSpareBlocks = 4;

}  // namespace

std::unique_ptr<char[]> BlockShelf::Take() {
  const std::lock_guard lock(mutex_);
  if (spare_.empty()) return nullptr;
  std::unique_ptr<char[]> block = std::move(spare_.back());
  spare_.pop_back();
  return block;
}

void BlockShelf::Put(std::unique_ptr<char[]> block) {
  const std::lock_guard lock(mutex_);
  if (spare_.size() < kSpareBlocks) spare_.push_back(std::move(block));
}

void BlockShelf::Trim() {
  std::vector<std::unique_ptr<char[]>> dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(spare_);
}

const char* FindLineEnd(const char* p, const char* end, bool* not_ascii) {
#ifdef __SSE2__
  const __m128i newline = _mm_set1_epi8('\n'), carriage_return = _mm_set1_epi8('\r');
  __m128i high = _mm_setzero_si128();
  while (end - p >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const auto found = static_cast<unsigned>(
        _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(bytes, newline), _mm_cmpeq_epi8(bytes, carriage_return))));
    if (found != 0) {
      const unsigned before = (found & -found) - 1;  // a bit for each byte in front of the terminator
      if ((static_cast<unsigned>(_mm_movemask_epi8(bytes)) & before) != 0 || _mm_movemask_epi8(high) != 0) {
        *not_ascii = true;
      }
      return p + __builtin_ctz(found);
    }
    high = _mm_or_si128(high, bytes);
    p += 16;
  }
  if (_mm_movemask_epi8(high) != 0) *not_ascii = true;
#endif
  unsigned char all = 0;
  while (p != end && *p != '\n' && *p != '\r') all |= static_cast<unsigned char>(*p++);
  if (all >= 0x80) *not_ascii = true;
  return p;
}

bool LineSplitter::Next(Line* line) {
  bool not_ascii = false;
  const char* const stop = FindLineEnd(scan_, end_, &not_ascii);
  if (not_ascii) ascii_ = false;
  scan_ = stop;
  if (stop == end_) return false;
  const char* next = stop + 1;
  if (*stop == '\r') {
    if (next == end_) return false;
    if (*next == '\n') ++next;
  }
  const auto n = static_cast<size_t>(stop - begin_);
  if (n > max_line_) [[unlikely]] {
    // Space refuses a line as it grows; this is one that came in whole.
    throw sdk::Error(MR_DATA, sdk::Cat("the line at position ", position_, " has ", n, " bytes, more than the ",
                                       max_line_, " that millrace.line.max.bytes allows"))
        .With("key", "millrace.line.max.bytes");
  }
  position_ += next - begin_;
  *line = {begin_, n, position_, ascii_};
  begin_ = scan_ = next;
  ascii_ = true;
  return true;
}

bool LineSplitter::TakeRest(Line* line) {
  if (begin_ == end_) return false;
  // A lone \r at the very end waited for a \n that will not come.
  const char* const stop = end_[-1] == '\r' ? end_ - 1 : end_;
  position_ += end_ - begin_;
  *line = {begin_, static_cast<size_t>(stop - begin_), position_, false};
  begin_ = scan_ = end_;
  ascii_ = true;
  return true;
}

void LineSplitter::Use(size_t size) {
  const size_t kept = pending(), scanned = static_cast<size_t>(scan_ - begin_);
  std::shared_ptr<char> block;
  if (size == kBlock) {
    std::unique_ptr<char[]> memory = shelf_->Take();
    if (memory == nullptr) memory.reset(new char[kBlock]);
    block =
        std::shared_ptr<char>(memory.release(), [shelf = shelf_](char* p) { shelf->Put(std::unique_ptr<char[]>(p)); });
  } else {
    block = std::shared_ptr<char>(new char[size], [](char* p) { delete[] p; });
  }
  if (kept != 0) std::memcpy(block.get(), begin_, kept);
  block_ = std::move(block);
  block_size_ = size;
  begin_ = block_.get();
  scan_ = begin_ + scanned;
  end_ = begin_ + kept;
}

std::span<char> LineSplitter::Space(size_t expected) {
  if (pending() > max_line_ + 1) {  // one more may be the terminator's \r
    throw sdk::Error(MR_DATA, sdk::Cat("the line at position ", position_, " has more than the ", max_line_,
                                       " bytes that millrace.line.max.bytes allows"))
        .With("key", "millrace.line.max.bytes");
  }
  const size_t room = block_ == nullptr ? 0 : static_cast<size_t>(block_.get() + block_size_ - end_);
  // What is left of a block is used up as long as reads do not become small because of it.
  if (room == 0 || room < std::min(expected, block_size_ / 4)) {
    size_t size = kSmallBlock;
    while (size < kBlock && size < pending() + expected) size *= 2;
    // A line that outgrows a block: doubling keeps the copying linear.
    while (size < 2 * pending()) size *= 2;
    Use(size);
  }
  return {const_cast<char*>(end_), static_cast<size_t>(block_.get() + block_size_ - end_)};
}

void LineSplitter::Restart(int64_t position) {
  begin_ = scan_ = end_;
  ascii_ = true;
  position_ = position;
}

void LineSplitter::Shrink() {
  shelf_->Trim();
  if (pending() == 0) {
    block_.reset();
    block_size_ = 0;
    begin_ = scan_ = end_ = nullptr;
    return;
  }
  size_t size = kSmallBlock;
  while (size < 2 * pending()) size *= 2;
  if (size < block_size_) Use(size);
}

}  // namespace millrace::file
