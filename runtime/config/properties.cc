// SPDX-License-Identifier: Apache-2.0
#include "config/properties.h"

namespace millrace::config {

Properties WithPrefix(const Properties& all, std::string_view prefix) {
  Properties out;
  for (auto it = all.lower_bound(prefix); it != all.end() && it->first.starts_with(prefix); ++it) {
    out.emplace_hint(out.end(), it->first.substr(prefix.size()), it->second);
  }
  return out;
}

std::string_view GetOr(const Properties& all, std::string_view key, std::string_view fallback) {
  auto it = all.find(key);
  return it == all.end() ? fallback : std::string_view(it->second);
}

}  // namespace millrace::config
