// SPDX-License-Identifier: Apache-2.0
//
// sasl.jaas.config: whatever it holds, ParseJaas answers, and a message never shows what stands in quotes.
#include "kafka/jaas.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto entry = millrace::kafka::ParseJaas(text);
  if (entry.ok() && entry->module.empty() && text.find("''") == std::string_view::npos &&
      text.find("\"\"") == std::string_view::npos && text.find_first_of("\"'") == std::string_view::npos) {
    std::abort();  // only quotes make an empty name
  }
  return 0;
}
