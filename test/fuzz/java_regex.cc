// SPDX-License-Identifier: Apache-2.0
// Java regular expressions: a pattern, a newline, a text. Compiling and matching end, and a whole match is also found.
#include "base/java_regex.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using millrace::JavaRegex;
  using millrace::Result;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.size() > 512) return 0;  // long patterns only cost time
  size_t split = input.rfind('\n');
  std::string_view pattern = input.substr(0, split);
  std::string_view text = split == std::string_view::npos ? std::string_view() : input.substr(split + 1);
  Result<JavaRegex> regex = JavaRegex::Compile(pattern);
  if (!regex.ok()) return 0;
  Result<bool> matches = regex->Matches(text);
  Result<bool> found = regex->Find(text);
  // Both searches may be given up, each on its own.
  if (matches.ok() && found.ok() && *matches && !*found) std::abort();
  (void)regex->ReplaceAll(text, "<$0>").ok();
  return 0;
}
