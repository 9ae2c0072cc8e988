// SPDX-License-Identifier: Apache-2.0
//
// The offset file: whatever is parsed is written and parsed again as the same map.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "storage/java_hash_map.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace millrace::storage;
  const auto map = ParseJavaHashMap({reinterpret_cast<const char*>(data), size});
  if (!map.ok()) return 0;
  const auto again = ParseJavaHashMap(FormatJavaHashMap(*map));
  if (!again.ok() || *again != *map) std::abort();
  return 0;
}
