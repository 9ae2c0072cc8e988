// SPDX-License-Identifier: Apache-2.0
// What comes in the head of a request: the target, then after a newline a media type or Accept header.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "rest/media_type.h"
#include "rest/target.h"
#include "rest/utf8.h"

using namespace millrace::rest;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t newline = text.find('\n');
  const auto target = ParseTarget(text.substr(0, newline));
  if (target.ok()) {
    for (const std::string& segment : target->segments) {
      // What a segment must never hold, however it was written: else two parsers could see different paths.
      if (segment.empty() || segment == "." || segment == ".." || !IsUtf8(segment)) std::abort();
      if (segment.find_first_of(std::string_view("/%\\\0", 4)) != std::string::npos) std::abort();
      // A segment survives the way into a Location and back.
      const auto again = ParseTarget("/" + EncodePath(segment));
      if (segment.find(';') == std::string::npos && (!again.ok() || again->segments.at(0) != segment)) std::abort();
    }
  }
  if (newline != std::string_view::npos) {
    const std::string_view header = text.substr(newline + 1);
    (void)ParseMediaType(header);
    const auto type = NegotiateJson(header);
    if (type && type->find_first_of("\r\n") != std::string::npos) std::abort();
  }
  return 0;
}
