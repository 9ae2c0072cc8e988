// SPDX-License-Identifier: Apache-2.0
//
// Offsets and their keys as JSON: what was read can be written, and reads back the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "record/json_text.h"
#include "record/value.h"

using namespace millrace;  // NOLINT: a program of its own

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  record::Arena arena;
  if (const Result<mr_value> v = record::OffsetFromJson(text, &arena); v.ok()) {
    const Result<std::string> written = record::OffsetToJson(*v);
    if (!written.ok()) std::abort();
    const Result<mr_value> again = record::OffsetFromJson(*written, &arena);
    if (!again.ok() || *record::OffsetToJson(*again) != *written) std::abort();
  }
  if (const Result<record::OffsetKey> k = record::OffsetKeyFromJson(text, &arena); k.ok()) {
    if (!record::OffsetKeyToJson(k->connector, k->partition).ok()) std::abort();
  }
  return 0;
}
