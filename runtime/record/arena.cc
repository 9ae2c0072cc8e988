// SPDX-License-Identifier: Apache-2.0
#include "record/arena.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "record/schema_table.h"

namespace millrace::record {

namespace {
constexpr size_t kMaxBlock = size_t{1} << 20;
}

Arena::~Arena() {
  for (const mr_schema* s : schemas_) ReleaseSchema(s);
}

void* Arena::Grow(size_t bytes, size_t align) {
  // Blocks come from operator new, which aligns to 16: no slack is needed for `align`.
  assert(align <= 16);
  (void)align;
  if (at_ != nullptr) {
    full_bytes_ += static_cast<size_t>(at_ - blocks_[current_].memory.get());
    ++current_;
  }
  // A kept block that is too small is dropped, so that each is tried once only.
  while (current_ < blocks_.size() && blocks_[current_].size < bytes) {
    blocks_.erase(blocks_.begin() + static_cast<ptrdiff_t>(current_));
  }
  if (current_ == blocks_.size()) {
    const size_t size = std::max(bytes, next_size_);
    next_size_ = std::min(next_size_ * 2, kMaxBlock);
    blocks_.push_back({std::unique_ptr<char[]>(new char[size]), size});
  }
  char* p = blocks_[current_].memory.get();
  at_ = p + bytes;
  end_ = p + blocks_[current_].size;
  return p;
}

mr_str Arena::Copy(std::string_view text) {
  char* p = static_cast<char*>(Alloc(text.size(), 1));
  if (!text.empty()) std::memcpy(p, text.data(), text.size());
  return {p, static_cast<uint32_t>(text.size()), 0};
}

char* Arena::Reserve(size_t bytes) {
  char* p = static_cast<char*>(Alloc(bytes, 1));
  at_ = p;
  return p;
}

void Arena::Commit(const char* start, size_t bytes) {
  assert(start == at_ && bytes <= static_cast<size_t>(end_ - at_));
  (void)start;
  at_ += bytes;
}

void Arena::KeepSchema(const mr_schema* schema) {
  // The same few schemas come again and again, the last one most of all.
  if (schema == nullptr || (!schemas_.empty() && schemas_.back() == schema)) return;
  if (schemas_.size() < 8 && std::find(schemas_.begin(), schemas_.end(), schema) != schemas_.end()) return;
  RetainSchema(schema);
  schemas_.push_back(schema);
}

size_t Arena::bytes_used() const {
  return full_bytes_ + (at_ == nullptr ? 0 : static_cast<size_t>(at_ - blocks_[current_].memory.get()));
}

void Arena::Reset() {
  for (const mr_schema* s : schemas_) ReleaseSchema(s);
  schemas_.clear();
  size_t kept = 0, n = 0;
  while (n < blocks_.size() && kept + blocks_[n].size <= kKeepBytes) kept += blocks_[n++].size;
  blocks_.resize(n);
  current_ = 0;
  full_bytes_ = 0;
  at_ = n == 0 ? nullptr : blocks_[0].memory.get();
  end_ = n == 0 ? nullptr : at_ + blocks_[0].size;
}

}  // namespace millrace::record
