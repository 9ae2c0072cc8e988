// SPDX-License-Identifier: Apache-2.0
//
// JavaRegex: a regular expression with the syntax and the meaning of java.util.regex.Pattern (Java 17), run by PCRE2's
// JIT. The pattern is parsed completely and rewritten (character-class algebra, line terminators, ASCII-only case
// folding, \p{...} names, flags), so that what Java refuses is refused here, with Java's message.
//
// What Java accepts and this refuses is said in the error: look-behinds of variable length, \p{In...} blocks, \N{...}.
// A match that needs more than a bounded number of steps is an error instead of minutes of CPU. Text is UTF-8; invalid
// bytes match nothing but themselves. Immutable and thread-safe once compiled; copies share the compiled code.
//
//   Result<JavaRegex> regex = JavaRegex::Compile("orders\\.(?<part>.*)");
//   Result<bool> hit = regex->Matches("orders.eu");
//   Result<std::string> name = regex->ReplaceFirst("orders.eu", "new-${part}");
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace millrace {

class JavaRegex {
 public:
  // The error (kConfig) is the message of Java's PatternSyntaxException: "Unclosed group near index 1\n(".
  static Result<JavaRegex> Compile(std::string_view pattern);

  // Matcher.matches: does the whole text match?
  Result<bool> Matches(std::string_view text) const;
  // Matcher.find: does any part of the text match?
  Result<bool> Find(std::string_view text) const;
  // Matcher.replaceFirst and replaceAll. In the replacement $1 and ${name} stand for groups, \ quotes the next
  // character. Its errors (kData) have Java's texts ("No group 3", "Illegal group reference") and the detail "class".
  Result<std::string> ReplaceFirst(std::string_view text, std::string_view replacement) const;
  Result<std::string> ReplaceAll(std::string_view text, std::string_view replacement) const;

  const std::string& pattern() const;

 private:
  struct Program;
  explicit JavaRegex(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  Result<std::string> Replace(std::string_view text, std::string_view replacement, bool all) const;
  std::shared_ptr<const Program> program_;
};

}  // namespace millrace
