// SPDX-License-Identifier: Apache-2.0
//
// UTF-8 as Java's decoder sees it: what is malformed, and how many U+FFFD stand for it. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace millrace::file {

// Is all of the text well-formed (no overlong forms, no surrogates, nothing above U+10FFFF)?
bool IsUtf8(std::string_view text);

// The text with each malformed sequence replaced by U+FFFD, as many as java.nio's UTF-8 decoder reports: one for each
// longest prefix of a well-formed sequence, or for a byte that begins none; an encoded surrogate is one.
std::string ReplaceMalformed(std::string_view text);

}  // namespace millrace::file
