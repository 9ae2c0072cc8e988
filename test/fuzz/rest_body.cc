// SPDX-License-Identifier: Apache-2.0
// Bodies of requests. What is accepted must be written back as JSON that means the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "rest/bodies.h"
#include "rest/json.h"

using namespace millrace::rest;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto json = ParseJson(text); json.ok()) {
    const std::string once = WriteJson(*json);
    const auto again = ParseJson(once);
    if (!again.ok() || WriteJson(*again) != once) std::abort();
  }
  (void)ParseConfigBody(text).ok();
  (void)ParseCreateBody(text).ok();
  (void)ParseOffsetsBody(text).ok();
  return 0;
}
