// SPDX-License-Identifier: Apache-2.0
//
// UTF-8 as Java decodes it: which bytes are well formed, and how many of a malformed sequence one U+FFFD stands for
// (java.nio's UTF_8 decoder with REPLACE). Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::record {

inline constexpr char kReplacementUtf8[] = "\xEF\xBF\xBD";

struct Utf8Step {
  uint32_t code;   // the code point, U+FFFD when not valid
  uint32_t bytes;  // how far to go on; at least 1
  bool valid;
};
// The character at p; p < end. Of malformed input, as many bytes as Java replaces by one U+FFFD.
Utf8Step NextUtf8(const char* p, const char* end);

// Goes over well-formed characters from p on; returns where it stopped: at end, or at what is malformed.
const char* SkipValidUtf8(const char* p, const char* end);

bool IsAscii(std::string_view text);
bool IsValidUtf8(std::string_view text);
// The text with one U+FFFD for each malformed part.
std::string ReplaceMalformedUtf8(std::string_view text);

// Writes a code point (up to 4 bytes) and returns one past the last byte.
char* WriteUtf8(uint32_t code, char* out);
void AppendUtf8(uint32_t code, std::string* out);

}  // namespace millrace::record
