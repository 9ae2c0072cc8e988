// SPDX-License-Identifier: Apache-2.0
//
// JSON text as Jackson's UTF8JsonGenerator writes it: no blanks, the short escapes for quote, backslash and \b \t \n \f
// \r, \u00XX in upper case for other control characters, pairs of \uXXXX for characters beyond U+FFFF, everything else
// as it is. Malformed UTF-8, which no Java string can hold, becomes U+FFFD. Pure functions on memory that the caller
// has reserved.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::record {

// Bytes that WriteJsonString may write for a text of n bytes.
constexpr size_t JsonStringMax(size_t n) { return 6 * n + 2; }
// With its quotes; returns one past the last byte written.
char* WriteJsonString(std::string_view text, char* out);

constexpr size_t kInt64Max = 20;
char* WriteInt64(int64_t value, char* out);

// Numbers that JSON does not have are written as Jackson does: "NaN", "Infinity", with quotes.
constexpr size_t kJsonDoubleMax = 34;
char* WriteJsonDouble(double d, char* out);
char* WriteJsonFloat(float f, char* out);

void AppendJsonString(std::string_view text, std::string* out);

}  // namespace millrace::record
