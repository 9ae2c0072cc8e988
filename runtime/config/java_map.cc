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

}  // namespace

std::string JavaMapText(const RawConfig& config) {
  // HashMap(Map): the smallest power of two that holds size / 0.75 + 1.
  uint32_t capacity = 1;
  while (capacity < static_cast<uint32_t>(static_cast<double>(config.size()) / 0.75 + 1.0)) capacity *= 2;
  std::vector<std::pair<uint32_t, const RawConfig::value_type*>> order;
  for (const auto& entry : config) order.emplace_back(SpreadHash(entry.first) & (capacity - 1), &entry);
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string out = "{";
  for (const auto& [bucket, entry] : order) {
    if (out.size() > 1) out += ", ";
    out += entry->first + "=" + entry->second.value_or("null");
  }
  return out + "}";
}

}  // namespace millrace::config
