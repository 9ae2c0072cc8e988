// SPDX-License-Identifier: Apache-2.0
#include "kafka/jaas.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace millrace::kafka {
namespace {

constexpr size_t kMaxLength = 64 * 1024;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsSpace(char c) { return static_cast<unsigned char>(c) <= ' '; }
bool IsWordStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// java.io.StreamTokenizer as JaasConfig sets it up: '-', '_' and '$' are word characters too, // and /* */ comments are
// skipped, and so is everything from a lone '/' to the end of its line.
class Tokenizer {
 public:
  enum class Type { kEnd, kText, kNumber, kChar };
  struct Token {
    Type type = Type::kEnd;
    std::string text;  // kText
    char c = 0;        // kChar
  };

  explicit Tokenizer(std::string_view in) : in_(in) {}

  Token Next() {
    SkipBlanks();
    if (at_ == in_.size()) return {};
    const char c = in_[at_];
    if (c == '"' || c == '\'') return Quoted(c);
    if (IsDigit(c) || c == '.' || c == '-') return Number();
    if (IsWordStart(c)) return Word();
    ++at_;
    return {Type::kChar, {}, c};
  }

 private:
  char Peek(size_t ahead) const { return at_ + ahead < in_.size() ? in_[at_ + ahead] : '\0'; }

  void SkipLine() {
    while (at_ < in_.size() && in_[at_] != '\n' && in_[at_] != '\r') ++at_;
  }

  void SkipBlanks() {
    while (at_ < in_.size()) {
      if (IsSpace(in_[at_])) {
        ++at_;
      } else if (in_[at_] == '/' && Peek(1) == '*') {
        const size_t end = in_.find("*/", at_ + 2);
        at_ = end == std::string_view::npos ? in_.size() : end + 2;
      } else if (in_[at_] == '/') {
        SkipLine();
      } else {
        return;
      }
    }
  }

  // Digits cannot begin a word in Java's tokenizer: they are a number, which has no text.
  Token Number() {
    const size_t begin = at_;
    if (in_[at_] == '-') {
      ++at_;
      if (Peek(0) != '.' && !IsDigit(Peek(0))) return {Type::kChar, {}, '-'};
    }
    bool dot = false;
    while (at_ < in_.size() && (IsDigit(in_[at_]) || (in_[at_] == '.' && !dot))) dot |= in_[at_++] == '.';
    if (at_ == begin) ++at_;
    return {Type::kNumber, {}, 0};
  }

  Token Word() {
    const size_t begin = at_;
    while (at_ < in_.size() && (IsWordStart(in_[at_]) || IsDigit(in_[at_]) || in_[at_] == '.' || in_[at_] == '-'))
      ++at_;
    return {Type::kText, std::string(in_.substr(begin, at_ - begin)), 0};
  }

  Token Quoted(char quote) {
    Token token{Type::kText, {}, 0};
    ++at_;
    while (at_ < in_.size() && in_[at_] != quote && in_[at_] != '\n' && in_[at_] != '\r') {
      token.text += in_[at_] == '\\' ? Escape() : in_[at_++];
    }
    if (at_ < in_.size() && in_[at_] == quote) ++at_;
    return token;
  }

  char Escape() {
    ++at_;  // the backslash
    if (at_ == in_.size()) return '\\';
    const char c = in_[at_++];
    if (c >= '0' && c <= '7') {
      int value = c - '0';
      const int digits = c <= '3' ? 2 : 1;
      for (int i = 0; i < digits && Peek(0) >= '0' && Peek(0) <= '7'; ++i) value = value * 8 + (in_[at_++] - '0');
      return static_cast<char>(value);
    }
    switch (c) {
      case 'a': return 7;
      case 'b': return '\b';
      case 'f': return '\f';
      case 'n': return '\n';
      case 'r': return '\r';
      case 't': return '\t';
      case 'v': return 0xB;
      default: return c;
    }
  }

  std::string_view in_;
  size_t at_ = 0;
};

using Type = Tokenizer::Type;

// A name may be shown in a message: it comes from the place of a name, and only what a name may consist of is shown.
std::string Shown(std::string_view name) {
  if (name.size() > 200 || !std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) || c == '.' || c == '_' || c == '$' || c == '-';
      })) {
    return "(unreadable)";
  }
  return std::string(name);
}

}  // namespace

Result<JaasEntry> ParseJaas(std::string_view text) {
  if (text.size() > kMaxLength) return Status::Config("longer than 64 KiB");
  Tokenizer tokens(text);
  Tokenizer::Token token = tokens.Next();
  if (token.type == Type::kEnd) return Status::Config("login module not specified");
  if (token.type != Type::kText) return Status::Config("does not begin with the name of a login module");

  JaasEntry entry;
  entry.module = std::move(token.text);
  token = tokens.Next();
  if (token.type == Type::kEnd) return Status::Config("login module control flag (\"required\") not specified");
  constexpr std::array<std::string_view, 4> flags = {"REQUIRED", "REQUISITE", "SUFFICIENT", "OPTIONAL"};
  std::string flag = token.text;
  std::transform(flag.begin(), flag.end(), flag.begin(), [](unsigned char c) { return std::toupper(c); });
  if (token.type != Type::kText || std::find(flags.begin(), flags.end(), flag) == flags.end()) {
    return Status::Config(
        fmt::format("after {} comes one of required, requisite, sufficient, optional", Shown(entry.module)));
  }

  for (token = tokens.Next(); !(token.type == Type::kChar && token.c == ';'); token = tokens.Next()) {
    if (token.type == Type::kEnd) return Status::Config("not terminated by a semicolon");
    if (token.type != Type::kText) return Status::Config("an option is written key=\"value\"");
    std::string key = std::move(token.text);
    token = tokens.Next();
    Tokenizer::Token value;
    if (token.type == Type::kChar && token.c == '=') value = tokens.Next();
    if (value.type != Type::kText) {
      return Status::Config(
          fmt::format("value not specified for option {} (a value that begins with a digit or holds "
                      "other characters than letters, digits, '.', '-', '_' needs quotes)",
                      Shown(key)));
    }
    entry.options[std::move(key)] = std::move(value.text);
  }
  if (tokens.Next().type != Type::kEnd) return Status::Config("holds more than one login module, should be one");
  return entry;
}

}  // namespace millrace::kafka
