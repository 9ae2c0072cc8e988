// SPDX-License-Identifier: Apache-2.0
// java.util.Properties.load, with positions. The text is UTF-8.
#include <fmt/format.h>

#include "config/file_builder.h"

namespace millrace::config::internal {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\f'; }

// One logical line: continuations joined, comments and blank lines skipped; escapes are still there. offsets[i] is
// where text[i] stood in the file.
struct LogicalLine {
  std::string text;
  std::vector<size_t> offsets;
};

class LineReader {
 public:
  explicit LineReader(std::string_view in) : in_(in) {}

  // False at the end of the file.
  bool Next(LogicalLine* line) {
    line->text.clear();
    line->offsets.clear();
    bool skip_blanks = true;
    bool continued = false;
    bool backslash = false;
    while (at_ < in_.size()) {
      size_t offset = at_;
      char c = in_[at_++];
      bool newline = c == '\n' || c == '\r';
      if (skip_blanks) {
        if (IsBlank(c) || (newline && !continued)) continue;
        skip_blanks = false;
        continued = false;
      }
      if (line->text.empty() && (c == '#' || c == '!')) {
        SkipComment();
        skip_blanks = true;
        continue;
      }
      if (!newline) {
        line->text.push_back(c);
        line->offsets.push_back(offset);
        backslash = c == '\\' && !backslash;
        continue;
      }
      if (line->text.empty()) {
        skip_blanks = true;
        continue;
      }
      if (!backslash) return true;
      line->text.pop_back();
      line->offsets.pop_back();
      if (at_ == in_.size()) return true;  // Java: a line to be continued at the very end counts, even if it is empty
      skip_blanks = true;
      continued = true;
      backslash = false;
      if (c == '\r' && at_ < in_.size() && in_[at_] == '\n') ++at_;
    }
    if (line->text.empty()) return false;
    if (backslash) {  // at the very end of the file a continuation continues nothing
      line->text.pop_back();
      line->offsets.pop_back();
    }
    return true;
  }

 private:
  void SkipComment() {
    while (at_ < in_.size() && in_[at_] != '\n' && in_[at_] != '\r') ++at_;
    if (at_ < in_.size()) ++at_;
  }

  std::string_view in_;
  size_t at_ = 0;
};

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The four hex digits after "\u"; -1: malformed.
int32_t ReadUnicodeEscape(std::string_view s, size_t at) {
  if (at + 4 > s.size()) return -1;
  int32_t unit = 0;
  for (size_t i = at; i < at + 4; ++i) {
    int d = HexDigit(s[i]);
    if (d < 0) return -1;
    unit = unit << 4 | d;
  }
  return unit;
}

class Unescaper {
 public:
  Unescaper(const LineIndex& lines, FileBuilder* out) : lines_(lines), out_(out) {}

  std::string operator()(const LogicalLine& line, size_t begin, size_t end, const std::string& key) {
    std::string text;
    std::string_view s = std::string_view(line.text).substr(0, end);
    for (size_t i = begin; i < end; ++i) {
      if (s[i] != '\\' || i + 1 == end) {
        if (s[i] != '\\') text.push_back(s[i]);
        continue;
      }
      char c = s[++i];
      switch (c) {
        case 't': text.push_back('\t'); break;
        case 'r': text.push_back('\r'); break;
        case 'n': text.push_back('\n'); break;
        case 'f': text.push_back('\f'); break;
        case 'u': i = Unicode(line, s, i, key, &text); break;
        default: text.push_back(c);
      }
    }
    return text;
  }

 private:
  // s[i] is the u; returns the index of the last character used.
  size_t Unicode(const LogicalLine& line, std::string_view s, size_t i, const std::string& key, std::string* text) {
    Position at = lines_.At(line.offsets[i - 1]);
    int32_t unit = ReadUnicodeEscape(s, i + 1);
    if (unit < 0) {
      out_->Error(at, key, "malformed \\uXXXX escape", "write four hexadecimal digits, or \\\\u for a backslash and u");
      return i;
    }
    i += 4;
    auto cp = static_cast<uint32_t>(unit);
    if (unit >= 0xD800 && unit <= 0xDBFF && i + 2 < s.size() && s[i + 1] == '\\' && s[i + 2] == 'u') {
      int32_t low = ReadUnicodeEscape(s, i + 3);
      if (low >= 0xDC00 && low <= 0xDFFF) {
        cp = 0x10000 + ((cp - 0xD800) << 10) + (static_cast<uint32_t>(low) - 0xDC00);
        i += 6;
      }
    }
    if (cp >= 0xD800 && cp <= 0xDFFF) {
      out_->Warning(at, key, fmt::format("\\u{:04X} is half of a surrogate pair; U+FFFD is used", cp),
                    "write both halves, or the character itself");
      cp = 0xFFFD;
    }
    AppendUtf8(cp, text);
    return i;
  }

  const LineIndex& lines_;
  FileBuilder* out_;
};

}  // namespace

void ParseProperties(std::string_view text, FileBuilder* out) {
  LineIndex lines(text);
  LineReader reader(text);
  Unescaper unescape(lines, out);
  LogicalLine line;
  while (reader.Next(&line)) {
    const std::string& s = line.text;
    size_t key_end = 0;
    bool backslash = false;
    bool separator = false;
    for (; key_end < s.size(); ++key_end) {
      char c = s[key_end];
      if (!backslash && (c == '=' || c == ':')) separator = true;
      if (!backslash && (separator || IsBlank(c))) break;
      backslash = c == '\\' && !backslash;
    }
    size_t value_begin = std::min(key_end + 1, s.size());
    for (; value_begin < s.size(); ++value_begin) {
      char c = s[value_begin];
      if (IsBlank(c)) continue;
      if (separator || (c != '=' && c != ':')) break;
      separator = true;
    }
    Position at = line.offsets.empty() ? Position{} : lines.At(line.offsets[0]);
    std::string key = unescape(line, 0, key_end, "");
    std::string value = unescape(line, value_begin, s.size(), key);
    out->Put(std::move(key), std::move(value), at);
  }
}

}  // namespace millrace::config::internal
