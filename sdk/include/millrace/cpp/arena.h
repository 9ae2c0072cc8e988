// SPDX-License-Identifier: Apache-2.0
//
// millrace/cpp/arena.h: bump memory. Arena is a bundle's own, for the batches it makes; HostArena is the memory of a
// batch of the host, which transforms and converters fill. Nothing is freed singly. One thread at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "millrace/abi.h"
#include "millrace/cpp/host.h"
#include "millrace/cpp/text.h"
#include "millrace/cpp/value.h"

namespace millrace::sdk {

namespace internal {

// What both arenas can do, given Alloc(bytes, align).
template <class Self>
class ArenaHelpers {
 public:
  template <class T>
  T* AllocArray(size_t n) {
    return static_cast<T*>(self()->Alloc(n * sizeof(T), alignof(T)));
  }
  std::string_view Copy(std::string_view s) {
    char* p = static_cast<char*>(self()->Alloc(s.size() + 1, 1));
    if (!s.empty()) std::memcpy(p, s.data(), s.size());
    return {p, s.size()};
  }
  mr_value CopyText(std::string_view s) { return Text(Copy(s)); }
  mr_value CopyBytes(std::string_view s) { return Bytes(Copy(s)); }
  // {"filename": path} and the like; keys must be literals or live in this arena.
  mr_value MakeMap(std::initializer_list<std::pair<std::string_view, mr_value>> entries) {
    mr_value* slots = AllocArray<mr_value>(2 * entries.size());
    size_t i = 0;
    for (const auto& [key, value] : entries) {
      slots[i++] = Text(key);
      slots[i++] = value;
    }
    return Map({slots, i});
  }

 private:
  Self* self() { return static_cast<Self*>(this); }
};

}  // namespace internal

class Arena : public internal::ArenaHelpers<Arena> {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Uninitialised; align is a power of two, at most 16.
  void* Alloc(size_t bytes, size_t align = 8) {
    const uintptr_t start = (at_ + (align - 1)) & ~(uintptr_t{align} - 1);
    if (start + bytes > end_ || at_ == 0) [[unlikely]] {
      return Grow(bytes, align);
    }
    at_ = start + bytes;
    return reinterpret_cast<void*>(start);
  }

  // Forgets everything; keeps the largest block up to kKeep bytes, so that a recycled arena allocates nothing.
  void Reset() {
    if (blocks_.empty()) return;
    auto largest = std::max_element(blocks_.begin(), blocks_.end(),
                                    [](const Block& a, const Block& b) { return a.size < b.size; });
    Block keep = std::move(*largest);
    blocks_.clear();
    at_ = end_ = 0;
    if (keep.size > kKeep) return;
    blocks_.push_back(std::move(keep));
    Use(blocks_.back());
  }

 private:
  static constexpr size_t kFirst = 1024, kKeep = size_t{1} << 20;
  struct Block {
    std::unique_ptr<std::byte[]> memory;
    size_t size = 0;
  };
  void Use(const Block& block) {
    at_ = reinterpret_cast<uintptr_t>(block.memory.get());
    end_ = at_ + block.size;
  }
  [[gnu::noinline]] void* Grow(size_t bytes, size_t align) {
    const size_t next = blocks_.empty() ? kFirst : std::min(2 * blocks_.back().size, kKeep);
    const size_t size = std::max(next, bytes + align);
    blocks_.push_back({std::unique_ptr<std::byte[]>(new std::byte[size]), size});
    Use(blocks_.back());
    return Alloc(bytes, align);
  }

  uintptr_t at_ = 0, end_ = 0;
  std::vector<Block> blocks_;
};

class HostArena : public internal::ArenaHelpers<HostArena> {
 public:
  explicit HostArena(mr_arena* arena) : arena_(arena) {}
  void* Alloc(size_t bytes, size_t align = 8) {
    return Host().arena_alloc(arena_, bytes, static_cast<uint32_t>(align));
  }
  // Lets the batch hold a reference to a schema that one of its records uses.
  void Keep(const mr_schema* schema) { Host().arena_keep_schema(arena_, schema); }
  mr_arena* abi() const { return arena_; }

 private:
  mr_arena* arena_;
};

}  // namespace millrace::sdk
