// SPDX-License-Identifier: Apache-2.0
//
// Arena: bump memory that lives as long as one batch, and the schema references that the batch holds. It is the
// mr_arena of the plugin ABI. One thread at a time. Reset() keeps the blocks, so a recycled arena allocates nothing;
// blocks beyond a bound are given back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "millrace/abi.h"

namespace millrace::record {

class Arena {
 public:
  // Memory that Reset() keeps for the next round.
  static constexpr size_t kKeepBytes = size_t{4} << 20;

  Arena() = default;
  // For arenas known to stay small: the size of the first block.
  explicit Arena(size_t first_block) : next_size_(first_block) {}
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Uninitialised memory, never null, also for 0 bytes; align is a power of two, at most 16.
  void* Alloc(size_t bytes, size_t align = 8) {
    const uintptr_t p = (reinterpret_cast<uintptr_t>(at_) + (align - 1)) & ~static_cast<uintptr_t>(align - 1);
    const auto end = reinterpret_cast<uintptr_t>(end_);
    if (at_ == nullptr || p > end || bytes > end - p) [[unlikely]] {
      return Grow(bytes, align);
    }
    at_ = reinterpret_cast<char*>(p + bytes);
    return reinterpret_cast<void*>(p);
  }
  template <class T>
  T* AllocArray(size_t n) {
    return static_cast<T*>(Alloc(n * sizeof(T), alignof(T)));
  }
  mr_str Copy(std::string_view text);

  // For writers that do not know their size: Reserve gives room for at least `bytes`, contiguous and not yet taken;
  // Commit takes the first `bytes` of it. Nothing else may be allocated in between.
  char* Reserve(size_t bytes);
  void Commit(const char* start, size_t bytes);
  // How much Reserve would give without taking a new block.
  size_t room() const { return static_cast<size_t>(end_ - at_); }

  void KeepSchema(const mr_schema* schema);  // takes a reference of its own
  size_t bytes_used() const;
  // Forgets everything handed out and lets the schemas go.
  void Reset();

  mr_arena* abi() { return reinterpret_cast<mr_arena*>(this); }
  static Arena* From(mr_arena* a) { return reinterpret_cast<Arena*>(a); }

 private:
  struct Block {
    std::unique_ptr<char[]> memory;
    size_t size;
  };
  void* Grow(size_t bytes, size_t align);

  char* at_ = nullptr;
  char* end_ = nullptr;
  std::vector<Block> blocks_;
  size_t current_ = 0;     // the block that at_ points into, when there is one
  size_t full_bytes_ = 0;  // used in the blocks before it
  size_t next_size_ = size_t{16} << 10;
  std::vector<const mr_schema*> schemas_;
};

}  // namespace millrace::record
