// SPDX-License-Identifier: Apache-2.0
//
// UTF-8 as the wire needs it: is it, and if not, made so. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace millrace::rest {

// Well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool IsUtf8(std::string_view text);

// `text` with each byte that is not part of well-formed UTF-8 replaced by U+FFFD.
std::string ToUtf8(std::string_view text);

}  // namespace millrace::rest
