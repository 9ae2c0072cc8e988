// SPDX-License-Identifier: Apache-2.0
#include "config/java_map.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace millrace::config {
namespace {

// String.hashCode over UTF-16 units, and HashMap's spreading of it.
uint32_t SpreadHash(std::string_view s) {
  uint32_t h = 0;
  for (size_t i = 0; i < s.size();) {
    auto c = static_cast<unsigned char>(s[i]);
    int more = c < 0x80 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
    uint32_t cp = more == 0 ? c : c & (0x3Fu >> more);
    for (++i; more > 0 && i < s.size(); --more, ++i) cp = cp << 6 | (static_cast<unsigned char>(s[i]) & 0x3F);
    if (cp >= 0x10000) {
      h = 31 * h + (0xD800 + ((cp - 0x10000) >> 10));
      cp = 0xDC00 + ((cp - 0x10000) & 0x3FF);
    }
    h = 31 * h + cp;
  }
  return h ^ h >> 16;
}

std::vector<size_t> Order(const std::vector<std::string_view>& keys, uint32_t capacity) {
  std::vector<std::pair<uint32_t, size_t>> buckets;
  for (size_t i = 0; i < keys.size(); ++i) buckets.emplace_back(SpreadHash(keys[i]) & (capacity - 1), i);
  std::sort(buckets.begin(), buckets.end());
  std::vector<size_t> order;
  for (const auto& [bucket, i] : buckets) order.push_back(i);
  return order;
}

}  // namespace

std::vector<size_t> JavaHashOrder(const std::vector<std::string_view>& keys) {
  // 16 buckets to begin with, doubled whenever three quarters of them would be exceeded.
  uint32_t capacity = 16;
  while (keys.size() > capacity / 4 * 3) capacity *= 2;
  return Order(keys, capacity);
}

std::string JavaMapText(const RawConfig& config) {
  // HashMap(Map): the smallest power of two that holds size / 0.75 + 1.
  uint32_t capacity = 1;
  while (capacity < static_cast<uint32_t>(static_cast<double>(config.size()) / 0.75 + 1.0)) capacity *= 2;
  std::vector<std::string_view> keys;
  for (const auto& entry : config) keys.push_back(entry.first);
  std::string out = "{";
  for (size_t i : Order(keys, capacity)) {
    if (out.size() > 1) out += ", ";
    auto entry = config.find(keys[i]);
    out += entry->first + "=" + entry->second.value_or("null");
  }
  return out + "}";
}

}  // namespace millrace::config
