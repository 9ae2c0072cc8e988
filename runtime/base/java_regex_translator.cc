// SPDX-License-Identifier: Apache-2.0
// A parser of java.util.regex.Pattern's syntax. It moves through the pattern exactly as Java's own parser does, so
// that it refuses the same patterns with the same message at the same index, and writes each construct in a form
// whose meaning in PCRE2 does not depend on any flag.
#include "base/java_regex_translator.h"

#include <fmt/format.h>

#include <optional>
#include <vector>

namespace millrace::internal {
namespace {

// A run-away pattern must not exhaust the stack.
constexpr int kMaxDepth = 200;
constexpr size_t kMaxPattern = 32768;

constexpr std::string_view kNotTerminator = R"([^\n\r\x{85}\x{2028}\x{2029}])";
constexpr std::string_view kEnd = R"((?:\z|(?=(?:\r\n|[\r\x{85}\x{2028}\x{2029}])\z)|(?<!\r)(?=\n\z)))";
constexpr std::string_view kLineEnd = R"((?:\z|(?=[\r\x{85}\x{2028}\x{2029}])|(?<!\r)(?=\n)))";
constexpr std::string_view kLineBegin = R"((?:(?!\z)(?:\A|(?<=[\n\x{85}\x{2028}\x{2029}])|(?<=\r)(?!\n))))";
constexpr std::string_view kUnixEnd = R"((?:(?=\n?\z)))";
constexpr std::string_view kUnixLineEnd = R"((?:(?=\n|\z)))";
constexpr std::string_view kUnixLineBegin = R"((?:(?!\z)(?:\A|(?<=\n))))";
constexpr std::string_view kBoundary =
    R"((?:(?<=[\p{L}\p{Nd}_])(?![\p{L}\p{Nd}_])|(?<![\p{L}\p{Nd}_])(?=[\p{L}\p{Nd}_])))";
constexpr std::string_view kNoBoundary =
    R"((?:(?<=[\p{L}\p{Nd}_])(?=[\p{L}\p{Nd}_])|(?<![\p{L}\p{Nd}_])(?![\p{L}\p{Nd}_])))";
constexpr std::string_view kUnicodeWord = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control})";
constexpr std::string_view kUnicodeBoundary =
    R"((?:(?<=[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}])(?![\p{Alphabetic}\p{M}\p{Nd}\p{Pc}])|)"
    R"((?<![\p{Alphabetic}\p{M}\p{Nd}\p{Pc}])(?=[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}])))";
constexpr std::string_view kNoUnicodeBoundary =
    R"((?:(?<=[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}])(?=[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}])|)"
    R"((?<![\p{Alphabetic}\p{M}\p{Nd}\p{Pc}])(?![\p{Alphabetic}\p{M}\p{Nd}\p{Pc}])))";

enum Flag : unsigned {
  kIgnoreCase = 1,      // i
  kMultiline = 2,       // m
  kDotAll = 4,          // s
  kUnixLines = 8,       // d
  kUnicodeCase = 16,    // u
  kComments = 32,       // x
  kUnicodeClasses = 64  // U
};

struct SyntaxError {
  std::string why;
  int index;
};

bool IsAlpha(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char32_t c) { return c >= '0' && c <= '9'; }
bool IsSpace(char32_t c) { return c == ' ' || (c >= 9 && c <= 13); }
int HexValue(char32_t c) {
  if (IsDigit(c)) return static_cast<int>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<int>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<int>(c - 'A' + 10);
  return -1;
}

// One character, in a form that means itself anywhere.
std::string Literal(char32_t c) {
  if (IsAlpha(c) || IsDigit(c) || c == '_') return std::string(1, static_cast<char>(c));
  // A lone half of a surrogate pair is in no UTF-8 text, and PCRE2 refuses it: a noncharacter stands for it.
  if (c >= 0xD800 && c <= 0xDFFF) return "\\x{fffe}";
  return fmt::format("\\x{{{:x}}}", static_cast<uint32_t>(c));
}

// A set of characters as PCRE2 text.
struct Set {
  std::string inside;   // what stands between the brackets; "": see general
  std::string general;  // an expression that matches one character

  static Set Of(std::string inside) { return {std::move(inside), {}}; }
  static Set General(std::string expression) { return {{}, std::move(expression)}; }
  std::string Expression() const { return inside.empty() ? general : "[" + inside + "]"; }

  Set Or(const Set& other) const {
    if (!inside.empty() && !other.inside.empty()) return Of(inside + other.inside);
    return General("(?:" + Expression() + "|" + other.Expression() + ")");
  }
  Set And(const Set& other) const { return General("(?:(?=" + Expression() + ")" + other.Expression() + ")"); }
  Set Not() const { return General(inside.empty() ? "(?:(?!" + general + ")\\p{Any})" : "[^" + inside + "]"); }
};

std::optional<std::u32string> Decode(std::string_view s) {
  std::u32string out;
  for (size_t i = 0; i < s.size();) {
    auto c = static_cast<unsigned char>(s[i]);
    int more = c < 0x80 ? 0 : c >= 0xC2 && c <= 0xDF ? 1 : (c & 0xF0) == 0xE0 ? 2 : c >= 0xF0 && c <= 0xF4 ? 3 : -1;
    if (more < 0 || i + static_cast<size_t>(more) >= s.size()) return std::nullopt;
    char32_t cp = more == 0 ? c : c & (0x3Fu >> more);
    for (int k = 1; k <= more; ++k) {
      auto d = static_cast<unsigned char>(s[i + static_cast<size_t>(k)]);
      if ((d & 0xC0) != 0x80) return std::nullopt;
      cp = cp << 6 | (d & 0x3Fu);
    }
    if ((more == 2 && (cp < 0x800 || (cp >= 0xD800 && cp <= 0xDFFF))) ||
        (more == 3 && (cp < 0x10000 || cp > 0x10FFFF))) {
      return std::nullopt;
    }
    out.push_back(cp);
    i += static_cast<size_t>(more) + 1;
  }
  return out;
}

// \Q...\E as Java takes it away before parsing: what is quoted gets a backslash where it needs one.
std::u32string WithoutQuotes(const std::u32string& p) {
  size_t i = 0;
  while (i + 1 < p.size() && !(p[i] == '\\' && p[i + 1] == 'Q')) i += p[i] == '\\' ? 2 : 1;
  if (i + 1 >= p.size()) return p;
  std::u32string out = p.substr(0, i);
  i += 2;
  bool quoted = true;
  bool begin = true;
  auto at = [&](size_t k) { return k < p.size() ? p[k] : U'\0'; };
  while (i < p.size()) {
    char32_t c = p[i++];
    if (c > 127 || IsAlpha(c)) {
      out += c;
    } else if (IsDigit(c)) {
      if (begin) out += U"\\x3";  // so that an escape before the quote cannot take the digit
      out += c;
    } else if (c != '\\') {
      if (quoted) out += U'\\';
      out += c;
    } else if (quoted) {
      if (at(i) == 'E') {
        ++i;
        quoted = false;
      } else {
        out += U"\\\\";
      }
    } else if (at(i) == 'Q') {
      ++i;
      quoted = begin = true;
      continue;
    } else {
      out += c;
      if (i < p.size()) out += p[i++];
    }
    begin = false;
  }
  return out;
}

class Parser {
 public:
  // `groups`: how many capturing groups the whole pattern has, when that is known; -1: not yet.
  Parser(std::u32string pattern, int groups) : temp_(std::move(pattern)), length_(temp_.size()), total_(groups) {
    temp_ += U'\0';
    temp_ += U'\0';
  }

  JavaRegexTranslation Parse() {
    JavaRegexTranslation out;
    out.pcre = Alternatives();
    if (cursor_ != length_) {
      if (Peek() == ')') Fail("Unmatched closing ')'");
      Fail("Unexpected internal error");
    }
    out.groups = count_;
    out.names = std::move(names_);
    return out;
  }

 private:
  [[noreturn]] void Fail(std::string why) const { throw SyntaxError{std::move(why), static_cast<int>(cursor_) - 1}; }
  bool Has(unsigned flag) const { return (flags_ & flag) != 0; }

  // ---- moving through the pattern, as Java does; beyond the end everything is 0

  char32_t At(size_t i) const { return i < temp_.size() ? temp_[i] : U'\0'; }
  char32_t Peek() { return Has(kComments) ? PeekPastSpace(At(cursor_)) : At(cursor_); }
  char32_t Read() {
    char32_t c = At(cursor_++);
    return Has(kComments) ? ParsePastSpace(c) : c;
  }
  char32_t Next() {
    char32_t c = At(++cursor_);
    return Has(kComments) ? PeekPastSpace(c) : c;
  }
  char32_t NextEscaped() { return At(++cursor_); }
  char32_t Skip() {
    char32_t c = At(cursor_ + 1);
    cursor_ += 2;
    return c;
  }
  void Unread() { --cursor_; }

  bool IsLineSeparator(char32_t c) const {
    if (Has(kUnixLines)) return c == '\n';
    return c == '\n' || c == '\r' || (c | 1) == 0x2029 || c == 0x85;
  }
  char32_t PeekPastSpace(char32_t c) {
    while (true) {
      while (IsSpace(c)) c = At(++cursor_);
      if (c != '#') return c;
      c = At(++cursor_);
      while (c != 0 && !IsLineSeparator(c)) c = At(++cursor_);
    }
  }
  char32_t ParsePastSpace(char32_t c) {
    while (true) {
      while (IsSpace(c)) c = At(cursor_++);
      if (c != '#') return c;
      c = At(cursor_++);
      while (c != 0 && !IsLineSeparator(c)) c = At(cursor_++);
    }
  }
  void Accept(char32_t expected, const char* why) {
    char32_t c = At(cursor_++);
    if (Has(kComments)) c = ParsePastSpace(c);
    if (c != expected) Fail(why);
  }

  // ---- the grammar

  std::string Alternatives() {
    if (++depth_ > kMaxDepth) Fail("Groups are nested too deeply");
    std::string out = Sequence();
    while (Peek() == '|') {
      Next();
      out += '|';
      out += Sequence();
    }
    --depth_;
    return out;
  }

  std::string Sequence() {
    std::string out;
    while (true) {
      std::string node;
      char32_t c = Peek();
      switch (c) {
        case '(':
          if (std::optional<std::string> group = Group()) out += *group;
          continue;  // its quantifier is read
        case '[': node = Class(true).Expression(); break;
        case '^':
          Next();
          node = !Has(kMultiline) ? "(?:\\A)" : Has(kUnixLines) ? kUnixLineBegin : kLineBegin;
          break;
        case '$':
          Next();
          node = Dollar(Has(kMultiline));
          break;
        case '.':
          Next();
          node = Has(kDotAll) ? "." : Has(kUnixLines) ? "[^\\n]" : kNotTerminator;
          break;
        case '|':
        case ')': return out;
        case '?':
        case '*':
        case '+': Next(); Fail(fmt::format("Dangling meta character '{}'", static_cast<char>(c)));
        case '\\': {
          char32_t escaped = NextEscaped();
          if (escaped == 'p' || escaped == 'P') {
            node = Family(escaped == 'P').Expression();
          } else {
            Unread();
            node = Atom();
          }
          break;
        }
        case 0:
          if (cursor_ >= length_) return out;
          node = Atom();
          break;
        default: node = Atom();
      }
      out += Quantified(node);
    }
  }

  std::string Dollar(bool multiline) const {
    if (Has(kUnixLines)) return std::string(multiline ? kUnixLineEnd : kUnixEnd);
    return std::string(multiline ? kLineEnd : kEnd);
  }

  // One character or escape. Before "{" there is nothing: Java repeats the empty text.
  std::string Atom() {
    char32_t c = Peek();
    if (c == '{') return "(?:)";
    if (c != '\\') {
      Next();
      return Single(c);
    }
    std::string special;
    std::optional<char32_t> ch = Escape(false, false, &special, nullptr);
    return ch ? Single(*ch) : special;
  }

  std::string Single(char32_t c) const {
    if (!Has(kIgnoreCase)) return Literal(c);
    if (IsAlpha(c)) {
      std::string s = fmt::format("[{}{}]", static_cast<char>(c | 0x20), static_cast<char>(c & ~0x20u));
      return Has(kUnicodeCase) ? "(?i:" + s + ")" : s;
    }
    return Has(kUnicodeCase) && c > 127 ? "(?i:" + Literal(c) + ")" : Literal(c);
  }

  std::string Quantified(const std::string& node) {
    char32_t c = Peek();
    switch (c) {
      case '?':
      case '*':
      case '+': {
        std::string out = node;
        out += static_cast<char>(c);
        Next();
        return out + Mode();
      }
      case '{': {
        std::string out = node + Counted();
        return out + Mode();
      }
      default: return node;
    }
  }

  std::string Mode() {
    char32_t c = Peek();
    if (c != '?' && c != '+') return {};
    Next();
    return std::string(1, static_cast<char>(c));
  }

  std::string Counted() {
    char32_t c = Skip();
    if (!IsDigit(c)) Fail("Illegal repetition");
    int64_t min = 0;
    auto digit = [&](int64_t* n) {
      *n = *n * 10 + static_cast<int64_t>(c - '0');
      if (*n > 0x7FFFFFFF) Fail("Illegal repetition range");
      c = Read();
    };
    while (IsDigit(c)) digit(&min);
    int64_t max = min;
    bool open_end = false;
    if (c == ',') {
      c = Read();
      open_end = c == '}';
      max = open_end ? 0x7FFFFFFF : 0;
      while (IsDigit(c)) digit(&max);
    }
    if (c != '}') Fail("Unclosed counted closure");
    if (max < min) Fail("Illegal repetition range");
    if (min > 65535 || (!open_end && max > 65535)) Fail("Repetitions of more than 65535 are not supported");
    if (open_end) return fmt::format("{{{},}}", min);
    return max == min ? fmt::format("{{{}}}", min) : fmt::format("{{{},{}}}", min, max);
  }

  // ---- groups

  // nullopt: it only set flags.
  std::optional<std::string> Group() {
    unsigned saved = flags_;
    std::string open = "(";
    char32_t c = Next();
    if (c == '?') {
      c = Skip();
      switch (c) {
        case ':': open = "(?:"; break;
        case '=': open = "(?="; break;
        case '!': open = "(?!"; break;
        case '>': open = "(?>"; break;
        case '<':
          c = Read();
          if (c == '=' || c == '!') {
            open = c == '=' ? "(?<=" : "(?<!";
          } else {
            std::string name = GroupName(c);
            if (names_.contains(name)) Fail(fmt::format("Named capturing group <{}> is already defined", name));
            names_[name] = ++count_;
          }
          break;
        case '$':
        case '@': Fail("Unknown group type");
        default:
          Unread();
          AddFlags();
          c = Read();
          if (c == ')') return std::nullopt;
          if (c != ':') Fail("Unknown inline modifier");
          open = "(?:";
      }
    } else {
      ++count_;
    }
    bool look = open != "(" && open != "(?:" && open != "(?>";
    bool outer = unbounded_;
    if (look) unbounded_ = false;
    std::string body = Alternatives();
    if (look) {
      if (unbounded_ && open.starts_with("(?<")) Fail("Look-behind group does not have an obvious maximum length");
      unbounded_ = outer;
    }
    Accept(')', "Unclosed group");
    flags_ = saved;
    // PCRE2 does not repeat every look-around, Java does.
    std::string node = open + body + ")";
    char32_t repeat = Peek();
    unbounded_ = unbounded_ || repeat == '*' || repeat == '+';
    return Quantified(look ? "(?:" + node + ")" : node);
  }

  std::string GroupName(char32_t c) {
    if (!IsAlpha(c)) Fail("capturing group name does not start with a Latin letter");
    std::string name;
    do {
      name += static_cast<char>(c);
      c = Read();
    } while (IsAlpha(c) || IsDigit(c));
    if (c != '>') Fail("named capturing group is missing trailing '>'");
    return name;
  }

  static unsigned FlagOf(char32_t c) {
    switch (c) {
      case 'i': return kIgnoreCase;
      case 'm': return kMultiline;
      case 's': return kDotAll;
      case 'd': return kUnixLines;
      case 'u': return kUnicodeCase;
      case 'x': return kComments;
      case 'U': return kUnicodeClasses | kUnicodeCase;
      default: return 0;
    }
  }

  void AddFlags() {
    bool on = true;
    for (char32_t c = Peek();; c = Next()) {
      if (c == '-' && on) {
        on = false;
        continue;
      }
      if (c == 'c') Fail("Canonical equivalence is not supported");
      unsigned flag = FlagOf(c);
      if (flag == 0) return;
      flags_ = on ? flags_ | flag : flags_ & ~flag;
    }
  }

  // ---- escapes

  // After the backslash. The character that is meant, or nullopt with `special` or, inside brackets, `set`.
  std::optional<char32_t> Escape(bool in_class, bool is_range, std::string* special, Set* set) {
    char32_t c = Skip();
    bool u = Has(kUnicodeClasses);
    auto put = [&](Set s) {
      if (in_class) {
        *set = std::move(s);
      } else {
        *special = s.Expression();
      }
      return std::nullopt;
    };
    auto is = [&](std::string_view text) {
      *special = text;
      return std::nullopt;
    };
    switch (c) {
      case '0': return Octal();
      case 'd': return put(Set::Of(u ? "\\p{Nd}" : "0-9"));
      case 'D': return put(Set::Of(u ? "\\P{Nd}" : "\\D"));
      case 's': return put(Set::Of(u ? "\\p{White_Space}" : "\\s"));
      case 'S': return put(Set::Of(u ? "\\P{White_Space}" : "\\S"));
      case 'w': return put(Set::Of(u ? std::string(kUnicodeWord) : "\\w"));
      case 'W': return put(u ? Set::Of(std::string(kUnicodeWord)).Not() : Set::Of("\\W"));
      case 'h': return put(Set::Of("\\h"));
      case 'H': return put(Set::Of("\\H"));
      case 'v':
        if (is_range) return U'\v';
        return put(Set::Of("\\v"));
      case 'V': return put(Set::Of("\\V"));
      case 'a': return 7;
      case 'e': return 27;
      case 'f': return 12;
      case 'n': return 10;
      case 'r': return 13;
      case 't': return 9;
      case 'c': {
        if (cursor_ >= length_) Fail("Illegal control escape sequence");
        return Read() ^ 64u;
      }
      case 'u': return Unicode();
      case 'x': return Hexadecimal();
      case 'N': Fail("Characters by name (\\N) are not supported");
      default: break;
    }
    if (!in_class) {
      switch (c) {
        case 'A': return is("(?:\\A)");
        case 'z': return is("(?:\\z)");
        case 'Z': return is(Dollar(false));
        case 'G': return is("(?:\\G)");
        case 'R': return is("(?:\\r\\n|[\\n\\x0b\\f\\r\\x{85}\\x{2028}\\x{2029}])");
        case 'X': return is("\\X");
        case 'B': return is(u ? kNoUnicodeBoundary : kNoBoundary);
        case 'b':
          if (Peek() == '{') Fail("Grapheme boundaries (\\b{g}) are not supported");
          return is(u ? kUnicodeBoundary : kBoundary);
        case 'k': {
          if (Read() != '<') Fail("\\k is not followed by '<' for named capturing group");
          std::string name = GroupName(Read());
          auto it = names_.find(name);
          if (it == names_.end()) Fail(fmt::format("named capturing group <{}> does not exist", name));
          return is(Reference(it->second));
        }
        default: break;
      }
      if (c >= '1' && c <= '9') return is(NumberedReference(static_cast<int>(c - '0')));
    }
    if (IsAlpha(c) || IsDigit(c)) Fail("Illegal/unsupported escape sequence");
    return c;
  }

  // More digits belong to the number as long as there are that many groups so far.
  std::string NumberedReference(int number) {
    while (IsDigit(Peek())) {
      int longer = number * 10 + static_cast<int>(Peek() - '0');
      if (longer > count_) break;
      number = longer;
      Read();
    }
    return Reference(number);
  }

  // A reference to a group that does not exist matches nothing.
  std::string Reference(int group) {
    unbounded_ = true;
    if (total_ >= 0 && group > total_) return "(?!)";
    std::string reference = fmt::format("\\g{{{}}}", group);
    return Has(kIgnoreCase) ? "(?i:" + reference + ")" : reference;
  }

  char32_t Octal() {
    auto octal = [](char32_t c) { return c >= '0' && c <= '7'; };
    char32_t n = Read();
    if (!octal(n)) Fail("Illegal octal escape sequence");
    char32_t m = Read();
    if (!octal(m)) {
      Unread();
      return n - '0';
    }
    char32_t o = Read();
    if (octal(o) && n <= '3') return (n - '0') * 64 + (m - '0') * 8 + (o - '0');
    Unread();
    return (n - '0') * 8 + (m - '0');
  }

  char32_t Hexadecimal() {
    char32_t n = Read();
    if (HexValue(n) >= 0) {
      char32_t m = Read();
      if (HexValue(m) >= 0) return static_cast<char32_t>(HexValue(n) * 16 + HexValue(m));
    } else if (n == '{' && HexValue(Peek()) >= 0) {
      char32_t ch = 0;
      while (HexValue(n = Read()) >= 0) {
        ch = (ch << 4) + static_cast<char32_t>(HexValue(n));
        if (ch > 0x10FFFF) Fail("Hexadecimal codepoint is too big");
      }
      if (n != '}') Fail("Unclosed hexadecimal escape sequence");
      return ch;
    }
    Fail("Illegal hexadecimal escape sequence");
  }

  char32_t UnicodeUnit() {
    char32_t n = 0;
    for (int i = 0; i < 4; ++i) {
      int d = HexValue(Read());
      if (d < 0) Fail("Illegal Unicode escape sequence");
      n = n * 16 + static_cast<char32_t>(d);
    }
    return n;
  }

  char32_t Unicode() {
    char32_t n = UnicodeUnit();
    if (n < 0xD800 || n > 0xDBFF) return n;
    size_t saved = cursor_;
    if (Read() == '\\' && Read() == 'u') {
      char32_t low = UnicodeUnit();
      if (low >= 0xDC00 && low <= 0xDFFF) return 0x10000 + ((n - 0xD800) << 10) + (low - 0xDC00);
    }
    cursor_ = saved;
    return n;
  }

  // ---- sets

  // At the p or P of \p.
  Set Family(bool complement) {
    char32_t c = Next();
    bool one_letter = c != '{';
    std::string name;
    if (one_letter) {
      AppendUtf8(c, &name);
      if (cursor_ >= length_) {
        ++cursor_;
        Fail("Unknown character property name {" + name + "}");
      }
      Read();
    } else {
      ++cursor_;
      size_t begin = cursor_;
      while (cursor_ < length_ && At(cursor_) != '}') AppendUtf8(At(cursor_++), &name);
      bool closed = cursor_ < length_;
      ++cursor_;
      if (!closed) Fail("Unclosed character family");
      if (cursor_ - begin <= 1) Fail("Empty character family");
    }
    std::string inside = JavaProperty(name, Has(kIgnoreCase), Has(kUnicodeClasses));
    if (inside.empty()) {
      size_t equals = name.find('=');
      if (name.starts_with("In")) {
        Fail(fmt::format("Unicode blocks are not supported {{{}}}", name));
      } else if (equals != std::string::npos) {
        std::string key = name.substr(0, equals);
        for (char& k : key) k = static_cast<char>(k >= 'A' && k <= 'Z' ? k + 32 : k);
        Fail(fmt::format("Unknown Unicode property {{name=<{}>, value=<{}>}}", key, name.substr(equals + 1)));
      }
      Fail(fmt::format("Unknown character property name {{{}}}", name));
    }
    Set set = Set::Of(std::move(inside));
    return complement ? set.Not() : set;
  }

  static void AppendUtf8(char32_t c, std::string* out) {
    if (c < 0x80) {
      *out += static_cast<char>(c);
    } else if (c < 0x800) {
      *out += static_cast<char>(0xC0 | c >> 6);
      *out += static_cast<char>(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
      *out += static_cast<char>(0xE0 | c >> 12);
      *out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
      *out += static_cast<char>(0x80 | (c & 0x3F));
    } else {
      *out += static_cast<char>(0xF0 | c >> 18);
      *out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
      *out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
      *out += static_cast<char>(0x80 | (c & 0x3F));
    }
  }

  // At the opening bracket. Without `consume` the closing one is left: the right side of && ends where the class does.
  Set Class(bool consume) {
    if (++depth_ > kMaxDepth) Fail("Character classes are nested too deeply");
    std::optional<Set> all;
    auto add = [&](Set s) { all = all ? all->Or(s) : std::move(s); };
    bool negated = false;
    char32_t c = Next();
    if (c == '^' && At(cursor_ - 1) == '[') {
      c = Next();
      negated = true;
    }
    Set last;
    while (true) {
      if (c == '[') {
        last = Class(true);
        add(last);
        c = Peek();
        continue;
      }
      if (c == '&') {
        c = Next();
        if (c == '&') {
          c = Next();
          std::optional<Set> right;
          while (c != ']' && c != '&') {
            if (c == '[') {
              Set nested = Class(true);
              right = right ? right->Or(nested) : nested;
            } else {
              Unread();
              right = Class(false);
            }
            c = Peek();
          }
          if (right) last = *right;
          if (!all && !right) Fail("Bad class syntax");
          all = all ? all->And(last) : *right;
          continue;
        }
        Unread();
      } else if (c == 0 && cursor_ >= length_) {
        Fail("Unclosed character class");
      } else if (c == ']' && all) {
        if (consume) Next();
        --depth_;
        return negated ? all->Not() : *all;
      }
      last = Range();
      add(last);
      c = Peek();
    }
  }

  Set Range() {
    char32_t c = Peek();
    if (c == '\\') {
      c = NextEscaped();
      if (c == 'p' || c == 'P') return Family(c == 'P');
      bool is_range = At(cursor_ + 1) == '-';
      Unread();
      Set set;
      std::optional<char32_t> ch = Escape(true, is_range, nullptr, &set);
      if (!ch) return set;
      c = *ch;
    } else {
      Next();
    }
    if (Peek() != '-') return OneOf(c, c);
    char32_t after = At(cursor_ + 1);
    if (after == '[' || after == ']') return OneOf(c, c);
    Next();
    char32_t m = Peek();
    if (m == '\\') {
      Set set;
      std::optional<char32_t> ch = Escape(true, true, nullptr, &set);
      if (!ch) Fail("Illegal character range");
      m = *ch;
    } else {
      Next();
    }
    if (m < c) Fail("Illegal character range");
    return OneOf(c, m);
  }

  Set OneOf(char32_t from, char32_t to) const {
    std::string inside = from == to ? Literal(from) : RangeText(from, to);
    if (!Has(kIgnoreCase)) return Set::Of(std::move(inside));
    if (Has(kUnicodeCase)) return Set::General("(?i:[" + inside + "])");
    auto within = [&](char32_t c) { return c >= from && c <= to; };
    for (char32_t c = 'a'; c <= 'z'; ++c) {
      char32_t upper = c - 32;
      if (within(c) && !within(upper)) inside += static_cast<char>(upper);
      if (within(upper) && !within(c)) inside += static_cast<char>(c);
    }
    return Set::Of(std::move(inside));
  }

  // PCRE2 refuses halves of surrogate pairs; no text has them.
  static std::string RangeText(char32_t from, char32_t to) {
    auto surrogate = [](char32_t c) { return c >= 0xD800 && c <= 0xDFFF; };
    if (surrogate(from)) from = 0xE000;
    if (surrogate(to)) to = 0xD7FF;
    if (from > to) return "\\x{fffe}";
    return Literal(from) + "-" + Literal(to);
  }

  std::u32string temp_;
  size_t length_;
  int total_;
  size_t cursor_ = 0;
  unsigned flags_ = 0;
  int depth_ = 0;
  int count_ = 0;
  // Since the last look-around began there was a repeated group or a reference, for which Java knows no longest text.
  bool unbounded_ = false;
  std::map<std::string, int, std::less<>> names_;
};

}  // namespace

std::string PatternSyntaxMessage(std::string_view why, int index, std::string_view pattern) {
  std::string out(why);
  if (index >= 0) out += fmt::format(" near index {}", index);
  out += '\n';
  out += pattern;
  size_t length = 0;
  for (char c : pattern) {  // in Java's units: two for what UTF-8 writes in four bytes
    auto byte = static_cast<unsigned char>(c);
    length += byte >= 0xF0 ? 2 : (byte & 0xC0) != 0x80 ? 1 : 0;
  }
  if (index >= 0 && static_cast<size_t>(index) < length)
    out += "\n" + std::string(static_cast<size_t>(index), ' ') + "^";
  return out;
}

Result<JavaRegexTranslation> TranslateJavaRegex(std::string_view pattern) {
  if (pattern.size() > kMaxPattern) {
    return Status::Config(fmt::format("The pattern has {} bytes, more than {}", pattern.size(), kMaxPattern));
  }
  std::optional<std::u32string> text = Decode(pattern);
  if (!text) return Status::Config("The pattern is not UTF-8");
  std::u32string plain = WithoutQuotes(*text);
  try {
    // Once to count the groups, once to know which references lead nowhere.
    int groups = Parser(plain, -1).Parse().groups;
    return Parser(plain, groups).Parse();
  } catch (const SyntaxError& e) {
    return Status::Config(PatternSyntaxMessage(e.why, e.index, pattern));
  }
}

}  // namespace millrace::internal
