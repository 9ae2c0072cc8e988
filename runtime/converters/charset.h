// SPDX-License-Identifier: Apache-2.0
//
// The character sets that StringConverter can be told to use, under all names that Java has for them: UTF-8, US-ASCII,
// ISO-8859-1, ISO-8859-15, windows-1252, UTF-16 and UTF-32 with their fixed byte orders. What a set cannot hold is
// written as '?', malformed input is read as U+FFFD, both as Java does. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace::converters {

enum class Charset {
  kUtf8,
  kAscii,
  kLatin1,
  kLatin9,
  kWindows1252,
  kUtf16,
  kUtf16Be,
  kUtf16Le,
  kUtf32,
  kUtf32Be,
  kUtf32Le
};

// nullopt: no such set here. Case does not matter.
std::optional<Charset> CharsetByName(std::string_view name);

std::string EncodeText(Charset charset, std::string_view utf8);
std::string DecodeText(Charset charset, std::string_view bytes);

}  // namespace millrace::converters
