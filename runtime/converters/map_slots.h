// SPDX-License-Identifier: Apache-2.0
//
// MapSlots: the entries of a MAP in the order in which their keys came first, as a LinkedHashMap keeps them.
#pragma once

#include <cstring>
#include <unordered_map>
#include <vector>

#include "record/arena.h"
#include "record/value.h"

namespace millrace::converters {

class MapSlots {
 public:
  void Put(const mr_value& key, const mr_value& value) {
    const uint64_t hash = record::Hash(key);
    const auto [from, to] = index_.equal_range(hash);
    for (auto it = from; it != to; ++it) {
      if (!record::Equal(slots_[it->second], key)) continue;
      slots_[it->second + 1] = value;
      return;
    }
    index_.emplace(hash, slots_.size());
    slots_.push_back(key);
    slots_.push_back(value);
  }
  mr_value Finish(record::Arena* arena) const {
    auto* slots = arena->AllocArray<mr_value>(slots_.size());
    if (!slots_.empty()) std::memcpy(slots, slots_.data(), slots_.size() * sizeof(mr_value));
    return record::Composite(MR_MAP, slots, static_cast<uint32_t>(slots_.size() / 2));
  }

 private:
  std::vector<mr_value> slots_;
  std::unordered_multimap<uint64_t, size_t> index_;
};

}  // namespace millrace::converters
