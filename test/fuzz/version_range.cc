// SPDX-License-Identifier: Apache-2.0
// Versions and ranges as they come from configurations and manifests: "range\nversion\nversion".
#include "config/version_range.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace millrace::config;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto line = [&rest] {
    const std::string_view l = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(l.size() + 1, rest.size()));
    return l;
  };
  const std::string_view spec = line();
  const Version a(line()), b(line());
  if (a.Compare(a) != 0 || b.Compare(b) != 0) std::abort();
  const auto range = VersionRange::ParseRequirement(spec);
  if (!range.ok()) return 0;
  (void)range->Contains(a);
  if (range->any() != range->ToString().empty()) std::abort();
  return 0;
}
