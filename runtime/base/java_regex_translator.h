// SPDX-License-Identifier: Apache-2.0
//
// The rewriting of Java's regular expressions into PCRE2's. Internal to java_regex.cc and its fuzzer.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/status.h"

namespace millrace::internal {

struct JavaRegexTranslation {
  std::string pcre;  // to be compiled with PCRE2_UTF and PCRE2_DOTALL
  int groups = 0;    // capturing groups
  std::map<std::string, int, std::less<>> names;
};

// The error is the message of Java's PatternSyntaxException.
Result<JavaRegexTranslation> TranslateJavaRegex(std::string_view pattern);

// The message of a PatternSyntaxException: "why near index 3\npattern\n   ^"; `index` counts characters.
std::string PatternSyntaxMessage(std::string_view why, int index, std::string_view pattern);

// PCRE2's text for \p{name} in Java, usable inside brackets; "" when there is no such property. `ignore_case`: under
// the flag i; `unicode`: under the flag U.
std::string JavaProperty(std::string_view name, bool ignore_case, bool unicode);

}  // namespace millrace::internal
