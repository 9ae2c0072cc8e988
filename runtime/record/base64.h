// SPDX-License-Identifier: Apache-2.0
//
// Base64 as Jackson's default variant (MIME-NO-LINEFEEDS) writes and reads it: padded, no line ends; blanks between
// groups of four are skipped when reading. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace millrace::record {

constexpr size_t Base64Length(size_t bytes) { return (bytes + 2) / 3 * 4; }
// Writes Base64Length(bytes.size()) characters and returns one past the last.
char* WriteBase64(std::string_view bytes, char* out);
std::string Base64Encode(std::string_view bytes);

// False: `error` says what is wrong in Jackson's words.
bool Base64Decode(std::string_view text, std::string* bytes, std::string* error);

}  // namespace millrace::record
