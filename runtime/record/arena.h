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
  Arena() = default;
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Uninitialised memory; align is a power of two, at most 16.
  void* Alloc(size_t bytes, size_t align = 8) {
    char* p = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(at_) + (align - 1)) & ~(align - 1));
    if (p + bytes > end_ || at_ == nullptr) [[unlikely]] {
      return Grow(bytes, align);
    }
    at_ = p + bytes;
    return p;
  }
  template <class T>
  T* AllocArray(size_t n) {
    return static_cast<T*>(Alloc(n * sizeof(T), alignof(T)));
  }
  mr_str Copy(std::string_view text);

  // Grows the last allocation in place when it can: for writers that do not know their size. Returns how many bytes
  // are free right after `at_`.
  char* Reserve(size_t bytes);             // room for at least `bytes` more, contiguous; not yet taken
  void Commit(char* start, size_t bytes);  // takes bytes of what Reserve returned

  void KeepSchema(const mr_schema* schema);  // takes a reference of its own
  size_t bytes_used() const;
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
  size_t current_ = 0;
  std::vector<const mr_schema*> schemas_;
};

}  // namespace millrace::record
