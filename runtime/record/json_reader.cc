// SPDX-License-Identifier: Apache-2.0
#include "record/json_reader.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <unordered_map>

#include "record/decimal.h"
#include "record/utf8.h"
#include "record/value.h"

namespace millrace::record {

namespace {

constexpr int kMaxDepth = 1000;
constexpr size_t kMaxNumber = 1000;
constexpr size_t kMaxName = 50000;
constexpr size_t kMaxString = 20000000;

constexpr uint64_t kOnes = 0x0101010101010101ULL;
constexpr uint64_t kHighs = 0x8080808080808080ULL;

// The high bit of each byte that ends the simple part of a text: quote, backslash, control, not ASCII.
uint64_t Special(uint64_t w) {
  const uint64_t control = w - kOnes * 0x20;
  const uint64_t quote = (w ^ (kOnes * '"')) - kOnes;
  const uint64_t backslash = (w ^ (kOnes * '\\')) - kOnes;
  return (control | quote | backslash | w) & kHighs;
}

// The first byte from p on that is not simple text.
const char* SkipPlain(const char* p, const char* end) {
  for (; end - p >= 8; p += 8) {
    uint64_t w;
    std::memcpy(&w, p, 8);
    if (const uint64_t special = Special(w); special != 0) return p + __builtin_ctzll(special) / 8;
  }
  for (; p != end; ++p) {
    const auto c = static_cast<unsigned char>(*p);
    if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\') break;
  }
  return p;
}

bool IsDigit(int c) { return c >= '0' && c <= '9'; }

mr_value Number(uint8_t kind, const char* from, const char* to) {
  mr_value v = Text({from, static_cast<size_t>(to - from)});
  v.kind = kind;
  return v;
}

// Finds the place of a key that was there before. Most objects are small and have no such key: one word of bits then
// answers without a comparison.
class KeySet {
 public:
  // The index of an equal key among the first n of entries (key, value, ...), or n.
  size_t Find(const mr_value* entries, size_t n, std::string_view key) {
    const uint64_t bit = uint64_t{1} << (Mix(key) & 63);
    if (n < kIndexed) {
      const bool maybe = (seen_ & bit) != 0;
      seen_ |= bit;
      if (!maybe) return n;
      for (size_t i = 0; i < n; ++i) {
        if (View(entries[2 * i]) == key) return i;
      }
      return n;
    }
    if (index_.empty()) {
      for (size_t i = 0; i < n; ++i) index_.emplace(View(entries[2 * i]), i);
    }
    return index_.emplace(key, n).first->second;
  }

 private:
  static constexpr size_t kIndexed = 48;
  static uint64_t Mix(std::string_view key) {
    if (key.empty()) return 0;
    const auto at = [&key](size_t i) { return static_cast<unsigned char>(key[i]); };
    return key.size() * 7 + at(0) * 31U + at(key.size() - 1) * 11U + at(key.size() / 2) * 5U;
  }
  uint64_t seen_ = 0;
  std::unordered_map<std::string_view, size_t> index_;
};

// Character.isJavaIdentifierPart for what stands in broken JSON: exact below U+0100; beyond it, letters are told from
// spaces, punctuation and symbols by block.
bool IsIdentifierPart(uint32_t c) {
  if (c < 0x80)
    return (c | 32) - 'a' < 26 || c - '0' < 10 || c == '_' || c == '$' || c < 9 || (c >= 0x0E && c <= 0x1B) ||
           c == 0x7F;
  if (c < 0xA0) return true;
  if (c < 0xC0) return (c >= 0xA2 && c <= 0xA5) || c == 0xAA || c == 0xAD || c == 0xB5 || c == 0xBA;
  if (c < 0x100) return c != 0xD7 && c != 0xF7;
  if (c >= 0x2000 && c <= 0x206F)
    return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || c >= 0x2060 || c == 0x203F || c == 0x2040 ||
           c == 0x2054;
  if (c >= 0x2190 && c <= 0x2BFF) return false;
  if (c >= 0x3000 && c <= 0x3004) return false;
  return !(c >= 0x3008 && c <= 0x3020) && !(c >= 0xD800 && c <= 0xF8FF) &&
         !(c >= 0xFF01 && c <= 0xFF0F && c != 0xFF04) && c != 0xFFFD;
}

bool IsIdentifierStart(uint32_t c) {
  if (c < 0x80) return (c | 32) - 'a' < 26 || c == '_' || c == '$';
  return c >= 0xA0 && c != 0xAD && IsIdentifierPart(c);
}

// What Java's messages say of a character.
std::string Describe(uint32_t code) {
  const uint32_t c = code & 0xFFFF;
  if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return fmt::format("(CTRL-CHAR, code {})", code);
  std::string text = "'";
  if (c >= 0xD800 && c <= 0xDFFF) {
    text += '?';
  } else {
    AppendUtf8(c, &text);
  }
  return code > 255 ? fmt::format("{}' (code {} / 0x{:x})", text, code, code)
                    : fmt::format("{}' (code {})", text, code);
}

// Why java.math.BigDecimal refuses a number that is well formed.
std::string_view ExponentFault(std::string_view number) {
  std::string_view digits = number.substr(number.find_first_of("eE") + 1);
  if (digits.starts_with('-') || digits.starts_with('+')) digits.remove_prefix(1);
  while (digits.size() > 1 && digits.starts_with('0')) digits.remove_prefix(1);
  if (digits.size() > 10) return "Too many nonzero exponent digits.";
  int64_t exponent = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  return exponent > INT32_MAX ? "Exponent overflow." : "Scale out of range.";
}

constexpr std::string_view kSource = "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); ";
constexpr std::string_view kValues = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
constexpr const char* kScopeName[] = {"root", "Array", "Object"};

}  // namespace

// ---------------------------------------------------------------- encodings

// Jackson looks at the first bytes; a text in UTF-16 or UTF-32 is brought to UTF-8 in the arena.
bool JsonReader::Decode(std::string_view text, Arena* arena) {
  begin_ = p_ = text.data();
  end_ = p_ + text.size();
  const auto at = [&text](size_t i) { return static_cast<unsigned char>(text[i]); };
  size_t skip = 0, width = 1;
  bool big = true;
  if (text.size() >= 4) {
    const uint32_t quad = uint32_t{at(0)} << 24 | uint32_t{at(1)} << 16 | uint32_t{at(2)} << 8 | at(3);
    if (quad == 0x0000FEFF || quad == 0xFFFE0000) {
      skip = 4, width = 4, big = quad == 0x0000FEFF;
    } else if (quad >> 16 == 0xFEFF || quad >> 16 == 0xFFFE) {
      skip = 2, width = 2, big = quad >> 16 == 0xFEFF;
    } else if (quad >> 8 == 0xEFBBBF) {
      skip = 3;
    } else if (quad >> 8 == 0 || (quad & 0xFFFFFF) == 0) {
      width = 4, big = quad >> 8 == 0;
    } else if (at(0) == 0 || at(1) == 0) {
      width = 2, big = at(0) == 0;
    }
  } else if (text.size() >= 2 && (at(0) == 0 || at(1) == 0)) {
    width = 2, big = at(0) == 0;
  }
  p_ += skip;
  if (width == 1) return true;
  const auto unit = [&](size_t i) {
    uint32_t u = 0;
    for (size_t b = 0; b < width; ++b) u |= uint32_t{at(i + b)} << 8 * (big ? width - 1 - b : b);
    return u;
  };
  char* out = arena->Reserve(text.size() * 2 + 4);
  char* to = out;
  for (size_t i = skip; i + width <= text.size(); i += width) {
    uint32_t c = unit(i);
    if (width == 2 && c >= 0xD800 && c < 0xDC00 && i + 4 <= text.size() && unit(i + 2) >= 0xDC00 &&
        unit(i + 2) < 0xE000) {
      c = 0x10000 + ((c - 0xD800) << 10) + (unit(i + 2) - 0xDC00);
      i += 2;
    }
    if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) c = 0xFFFD;
    to = WriteUtf8(c, to);
  }
  if ((text.size() - skip) % width != 0) to = WriteUtf8(0xFFFD, to);
  arena->Commit(out, static_cast<size_t>(to - out));
  begin_ = p_ = out;
  end_ = to;
  return true;
}

// ---------------------------------------------------------------- structure

bool JsonReader::Read(std::string_view text, Arena* arena, mr_value* out) {
  arena_ = arena;
  token_ = nullptr;
  stack_.clear();
  *out = mr_value{};
  out->kind = kJsonMissing;
  if (text.empty()) {
    begin_ = p_ = end_ = text.data();
    return true;
  }
  if (!Decode(text, arena)) return false;
  const int c = SkipBlanks();
  if (c == kEnd) return true;
  if (c == kFault) return false;
  if (c == ']' || c == '}') {
    const char close = static_cast<char>(c);
    return Fail(fmt::format("Unexpected close marker '{}': no open {} to close", close, c == '}' ? "Object" : "Array"),
                p_ - 1);
  }
  return Value(c, Scope::kRoot, 0, out);
}

bool JsonReader::ReadMember(std::string_view text, Arena* arena, mr_value* out) {
  arena_ = arena;
  token_ = nullptr;
  stack_.clear();
  begin_ = p_ = text.data();
  end_ = p_ + text.size();
  const int c = SkipBlanks();
  if (c < 0 || !Value(c, Scope::kObject, 1, out)) return false;
  if (SkipBlanks() < 0) return false;
  --p_;
  return true;
}

bool JsonReader::Value(int c, Scope scope, int depth, mr_value* out) {
  switch (c) {
    case '"': token_ = "VALUE_STRING"; return String(out);
    case '{': return Object(depth + 1, out);
    case '[': return Array(depth + 1, out);
    case 't': return Literal("true", Bool(true), out);
    case 'f': return Literal("false", Bool(false), out);
    case 'n': return Literal("null", Null(), out);
    case '-': return Number(true, c, scope, out);
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9': return Number(false, c, scope, out);
    default: return Unexpected(c, scope);
  }
}

bool JsonReader::Array(int depth, mr_value* out) {
  const char* const open = p_ - 1;
  if (depth > kMaxDepth) {
    return FailLimit(
        fmt::format("Document nesting depth ({}) exceeds the maximum allowed ({}, from "
                    "`StreamReadConstraints.getMaxNestingDepth()`)",
                    depth, kMaxDepth));
  }
  token_ = "START_ARRAY";
  const size_t base = stack_.size();
  int c = SkipBlanks();
  while (c != ']') {
    if (c == kFault) return false;
    if (c == kEnd) return FailEof(": expected close marker for Array (start marker at " + Position(open) + ")");
    if (c == '}') {
      return Fail("Unexpected close marker '}': expected ']' (for Array starting at " + Position(open) + ")", p_ - 1);
    }
    if (stack_.size() != base) {
      if (c != ',') return FailChar(c, "", "was expecting comma to separate Array entries", p_ - 1);
      c = SkipBlanks();
      if (c == kFault) return false;
      if (c == kEnd) return Fail("Unexpected end-of-input within/between Array entries", p_);
    }
    mr_value v;
    if (!Value(c, Scope::kArray, depth, &v)) return false;
    stack_.push_back(v);
    c = SkipBlanks();
  }
  token_ = "END_ARRAY";
  const size_t n = stack_.size() - base;
  auto* slots = arena_->AllocArray<mr_value>(n);
  if (n > 0) std::memcpy(slots, stack_.data() + base, n * sizeof(mr_value));
  stack_.resize(base);
  *out = Composite(MR_ARRAY, slots, static_cast<uint32_t>(n));
  return true;
}

bool JsonReader::Object(int depth, mr_value* out) {
  const char* const open = p_ - 1;
  if (depth > kMaxDepth) {
    return FailLimit(
        fmt::format("Document nesting depth ({}) exceeds the maximum allowed ({}, from "
                    "`StreamReadConstraints.getMaxNestingDepth()`)",
                    depth, kMaxDepth));
  }
  token_ = "START_OBJECT";
  const size_t base = stack_.size();
  KeySet keys;
  bool first = true;
  int c = SkipBlanks();
  while (c != '}') {
    if (c == kFault) return false;
    if (c == kEnd) return FailEof(": expected close marker for Object (start marker at " + Position(open) + ")");
    if (c == ']') {
      return Fail("Unexpected close marker ']': expected '}' (for Object starting at " + Position(open) + ")", p_ - 1);
    }
    if (!first) {
      if (c != ',') return FailChar(c, "", "was expecting comma to separate Object entries", p_ - 1);
      c = SkipBlanks();
      if (c == kFault) return false;
      if (c == kEnd) return Fail("Unexpected end-of-input within/between Object entries", p_);
    }
    first = false;
    mr_value key, value;
    if (!Name(c, &key)) return false;
    token_ = "FIELD_NAME";
    c = SkipColon();
    if (c == kFault) return false;
    if (!Value(c, Scope::kObject, depth, &value)) return false;
    const size_t n = (stack_.size() - base) / 2;
    if (const size_t at = keys.Find(stack_.data() + base, n, View(key)); at < n) {
      stack_[base + 2 * at + 1] = value;
    } else {
      stack_.push_back(key);
      stack_.push_back(value);
    }
    c = SkipBlanks();
  }
  token_ = "END_OBJECT";
  const size_t n = stack_.size() - base;
  auto* slots = arena_->AllocArray<mr_value>(n);
  if (n > 0) std::memcpy(slots, stack_.data() + base, n * sizeof(mr_value));
  stack_.resize(base);
  *out = Composite(MR_MAP, slots, static_cast<uint32_t>(n / 2));
  return true;
}

int JsonReader::SkipBlanks() {
  while (p_ != end_) {
    const auto c = static_cast<unsigned char>(*p_++);
    if (c > ' ') {
      if (c != '/') return c;
      FailChar('/', "",
               "maybe a (non-standard) comment? (not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for "
               "parser)",
               p_ - 1);
      return kFault;
    }
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
      std::string message =
          "Illegal character (" + Describe(c) + "): only regular white space (\\r, \\n, \\t) is allowed between tokens";
      if (c == 0x1E)
        message +=
            " (consider enabling `JsonReadFeature.ALLOW_RS_CONTROL_CHAR` to allow use of Record Separators (\\u001E))";
      Fail(message, p_);
      return kFault;
    }
  }
  return kEnd;
}

// The first byte of the value that belongs to a name.
int JsonReader::SkipColon() {
  for (int round = 0; round < 2; ++round) {
    const int c = SkipBlanks();
    if (c == kFault) return c;
    if (c == kEnd) {
      FailEof(" within/between Object entries");
      return kFault;
    }
    if (round == 1) return c;
    if (c != ':') {
      FailChar(c, "", "was expecting a colon to separate field name and value", p_ - 1);
      return kFault;
    }
  }
  return kFault;
}

// ---------------------------------------------------------------- texts

bool JsonReader::Name(int c, mr_value* out) {
  if (c != '"') {
    uint32_t code;
    if (!DecodeForError(c, &code)) return false;
    return FailChar(static_cast<int>(code & 0xFFFF), "", "was expecting double-quote to start field name", p_ - 1);
  }
  const char* const start = p_;
  const char* const q = SkipPlain(p_, end_);
  if (q != end_ && *q == '"' && static_cast<size_t>(q - start) <= kMaxName) [[likely]] {
    *out = Text({start, static_cast<size_t>(q - start)});
    p_ = q + 1;
    return true;
  }
  return SlowName(start, out);
}

bool JsonReader::String(mr_value* out) {
  const char* const start = p_;
  const char* q = SkipPlain(p_, end_);
  while (q != end_ && static_cast<unsigned char>(*q) >= 0x80) {
    const Utf8Step step = NextUtf8(q, end_);
    if (!step.valid) return SlowString(start, out);
    q = SkipPlain(q + step.bytes, end_);
  }
  if (q != end_ && *q == '"' && static_cast<size_t>(q - start) <= kMaxString) [[likely]] {
    *out = Text({start, static_cast<size_t>(q - start)});
    p_ = q + 1;
    return true;
  }
  return SlowString(start, out);
}

// Decodes as Jackson does, which takes sequences that are too long and lone surrogates: Java then has a text that
// UTF-8 cannot hold, and makes '?' of it when writing.
bool JsonReader::SlowString(const char* start, mr_value* out) {
  p_ = start;
  units_.clear();
  for (;;) {
    if (p_ == end_) return FailEof(" in VALUE_STRING", p_);
    const unsigned c = static_cast<unsigned char>(*p_++);
    if (c == '"') break;
    if (c == '\\') {
      uint32_t unit;
      if (!Escape(&unit)) return false;
      PutUnit(unit);
    } else if (c < 0x20) {
      return FailControl(c, "string value");
    } else if (c < 0x80) {
      PutUnit(c);
    } else {
      const int more = FollowingBytes(c);
      if (more == 0) return Fail(fmt::format("Invalid UTF-8 start byte 0x{:x}", c), p_);
      uint32_t code = c & (0x3FU >> more);
      for (int i = 0; i < more; ++i) {
        if (p_ == end_) return FailEof(" in VALUE_STRING", p_);
        const unsigned d = static_cast<unsigned char>(*p_++);
        if ((d & 0xC0) != 0x80) return Fail(fmt::format("Invalid UTF-8 middle byte 0x{:x}", d), p_);
        code = code << 6 | (d & 0x3F);
      }
      PutCode(code, more);
    }
  }
  if (units_.size() > kMaxString) {
    return FailLimit(fmt::format(
        "String value length ({}) exceeds the maximum allowed ({}, from `StreamReadConstraints.getMaxStringLength()`)",
        units_.size(), kMaxString));
  }
  *out = UnitsToText();
  return true;
}

// Names are taken as bytes up to the closing quote, and only then decoded.
bool JsonReader::SlowName(const char* start, mr_value* out) {
  p_ = start;
  bytes_.clear();
  for (;;) {
    if (p_ == end_) return FailEof(p_ == start ? ": was expecting closing '\"' for name" : " in field name", p_);
    const unsigned c = static_cast<unsigned char>(*p_++);
    if (c == '"') break;
    if (c == '\\') {
      uint32_t unit;
      if (!Escape(&unit)) return false;
      AppendUtf8(unit, &bytes_);
    } else if (c < 0x20) {
      return FailControl(c, "name");
    } else {
      bytes_ += static_cast<char>(c);
    }
  }
  if (bytes_.size() > kMaxName) {
    return FailLimit(fmt::format(
        "Name length ({}) exceeds the maximum allowed ({}, from `StreamReadConstraints.getMaxNameLength()`)",
        bytes_.size(), kMaxName));
  }
  units_.clear();
  for (size_t i = 0; i < bytes_.size();) {
    const unsigned c = static_cast<unsigned char>(bytes_[i++]);
    if (c < 0x80) {
      PutUnit(c);
      continue;
    }
    const int more = FollowingBytes(c);
    if (more == 0) return Fail(fmt::format("Invalid UTF-8 start byte 0x{:x}", c), p_);
    if (i + static_cast<size_t>(more) > bytes_.size()) return FailEof(" in field name", p_);
    uint32_t code = c & (0x3FU >> more);
    for (int k = 0; k < more; ++k, ++i) {
      const unsigned d = static_cast<unsigned char>(bytes_[i]);
      if ((d & 0xC0) != 0x80) {
        return Fail(fmt::format("Invalid UTF-8 middle byte 0x{:x}", k < 2 ? NameWord(i) : d), p_);
      }
      code = code << 6 | (d & 0x3F);
    }
    PutCode(code, more);
  }
  *out = UnitsToText();
  return true;
}

// What Jackson shows of a wrong byte in a name: it keeps names in words of four bytes and shifts, with the sign.
uint32_t JsonReader::NameWord(size_t at) const {
  const size_t first = at / 4 * 4;
  uint32_t word = 0;
  for (size_t i = first; i < first + 4; ++i)
    word = word << 8 | (i < bytes_.size() ? static_cast<unsigned char>(bytes_[i]) : 0);
  return static_cast<uint32_t>(static_cast<int32_t>(word) >> 8 * (3 - at % 4));
}

int JsonReader::FollowingBytes(unsigned c) {
  return c >= 0xC0 && c < 0xE0 ? 1 : c >= 0xE0 && c < 0xF0 ? 2 : c >= 0xF0 && c < 0xF8 ? 3 : 0;
}

void JsonReader::PutCode(uint32_t code, int more) {
  if (more == 3) {
    code -= 0x10000;
    PutUnit(0xD800 | (code >> 10 & 0x3FF));
    code = 0xDC00 | (code & 0x3FF);
  }
  PutUnit(code);
}

mr_value JsonReader::UnitsToText() {
  char* const text = arena_->Reserve(units_.size() * 3 + 1);
  char* to = text;
  for (size_t i = 0; i < units_.size(); ++i) {
    uint32_t u = units_[i];
    if (u >= 0xD800 && u < 0xE000) {
      const bool pair = u < 0xDC00 && i + 1 < units_.size() && units_[i + 1] >= 0xDC00 && units_[i + 1] < 0xE000;
      u = pair ? 0x10000 + ((u - 0xD800) << 10) + (units_[++i] - 0xDC00U) : '?';
    }
    to = WriteUtf8(u, to);
  }
  arena_->Commit(text, static_cast<size_t>(to - text));
  return Text({text, static_cast<size_t>(to - text)});
}

bool JsonReader::Escape(uint32_t* unit) {
  if (p_ == end_) return FailEof(" in character escape sequence");
  const unsigned c = static_cast<unsigned char>(*p_++);
  switch (c) {
    case 'b': *unit = '\b'; return true;
    case 't': *unit = '\t'; return true;
    case 'n': *unit = '\n'; return true;
    case 'f': *unit = '\f'; return true;
    case 'r': *unit = '\r'; return true;
    case '"':
    case '/':
    case '\\': *unit = c; return true;
    case 'u': break;
    default: {
      uint32_t code;
      if (!DecodeForError(static_cast<int>(c), &code)) return false;
      return Fail("Unrecognized character escape " + Describe(code & 0xFFFF), p_ - 1);
    }
  }
  *unit = 0;
  for (int i = 0; i < 4; ++i) {
    if (p_ == end_) return FailEof(" in character escape sequence");
    const unsigned h = static_cast<unsigned char>(*p_++);
    const unsigned lower = h | 32;
    uint32_t digit;
    if (h >= '0' && h <= '9') {
      digit = h - '0';
    } else if (lower >= 'a' && lower <= 'f') {
      digit = lower - 'a' + 10;
    } else {
      return FailChar(static_cast<int>(h), "", "expected a hex-digit for character escape sequence", p_ - 1);
    }
    *unit = *unit << 4 | digit;
  }
  return true;
}

// ---------------------------------------------------------------- numbers and literals

bool JsonReader::Number(bool negative, int c, Scope scope, mr_value* out) {
  const char* start = p_ - 1;
  if (negative) {
    if (p_ == end_) return FailEof(fmt::format(" in {}", token_ ? token_ : "null"));
    c = static_cast<unsigned char>(*p_++);
    if (c == '.') return Unexpected('.', scope);
    if (!IsDigit(c)) return BadNumberStart(c, true);
  }
  const char* digits = p_ - 1;
  while (p_ != end_ && IsDigit(*p_)) ++p_;
  // Leading zeros are taken, and do not count.
  while (p_ - digits > 1 && *digits == '0') ++digits;
  const auto n = static_cast<size_t>(p_ - digits);
  if (p_ != end_ && (*p_ == '.' || (*p_ | 32) == 'e')) {
    c = static_cast<unsigned char>(*p_++);
    return Fraction(c, scope, start, static_cast<int>(n), out);
  }
  if (scope == Scope::kRoot && p_ != end_ && !RootSpace(static_cast<unsigned char>(*p_))) return false;
  if (n > kMaxNumber) {
    return FailLimit(fmt::format(
        "Number value length ({}) exceeds the maximum allowed ({}, from `StreamReadConstraints.getMaxNumberLength()`)",
        n, kMaxNumber));
  }
  token_ = "VALUE_NUMBER_INT";
  if (n <= 18) [[likely]] {
    int64_t value = 0;
    for (const char* d = digits; d != p_; ++d) value = value * 10 + (*d - '0');
    if (negative) value = -value;
    *out = Int(value == static_cast<int32_t>(value) ? MR_I32 : MR_I64, value);
    return true;
  }
  uint64_t magnitude = 0;
  const auto [at, error] = std::from_chars(digits, p_, magnitude);
  const uint64_t limit = uint64_t{1} << 63;
  if (error != std::errc() || magnitude > limit || (magnitude == limit && !negative)) {
    char* text = static_cast<char*>(arena_->Alloc(n + 1, 1));
    char* to = text;
    if (negative) *to++ = '-';
    std::memcpy(to, digits, n);
    *out = record::Number(kJsonBigInt, text, to + n);
    return true;
  }
  *out = Int(MR_I64, static_cast<int64_t>(negative ? 0 - magnitude : magnitude));
  return true;
}

bool JsonReader::Fraction(int c, Scope scope, const char* start, int int_digits, mr_value* out) {
  size_t length = static_cast<size_t>(int_digits);
  bool end = false;
  if (c == '.') {
    const char* const first = p_;
    while (p_ != end_ && IsDigit(*p_)) ++p_;
    length += static_cast<size_t>(p_ - first);
    const bool none = p_ == first;
    end = p_ == end_;
    if (!end) c = static_cast<unsigned char>(*p_++);
    if (none) return FailChar(c, " in numeric value", "Decimal point not followed by a digit", p_ - 1);
  }
  if (!end && (c | 32) == 'e') {
    const auto next = [&] {
      if (p_ == end_) return FailEof(fmt::format(" in {}", token_ ? token_ : "null"));
      c = static_cast<unsigned char>(*p_++);
      return true;
    };
    if (!next()) return false;
    if ((c == '-' || c == '+') && !next()) return false;
    if (!IsDigit(c)) return FailChar(c, " in numeric value", "Exponent indicator not followed by a digit", p_ - 1);
    const char* const first = p_ - 1;
    while (p_ != end_ && IsDigit(*p_)) ++p_;
    length += static_cast<size_t>(p_ - first);
    end = p_ == end_;
    if (!end) c = static_cast<unsigned char>(*p_++);
  }
  if (!end) {
    --p_;
    if (scope == Scope::kRoot && !RootSpace(c)) return false;
  }
  if (length > kMaxNumber) {
    return FailLimit(fmt::format(
        "Number value length ({}) exceeds the maximum allowed ({}, from `StreamReadConstraints.getMaxNumberLength()`)",
        length, kMaxNumber));
  }
  token_ = "VALUE_NUMBER_FLOAT";
  *out = record::Number(kJsonDecimal, start, p_);
  if (Decimal::Parse(View(*out))) return true;
  error_class_ = "java.lang.NumberFormatException";
  error_message_ = fmt::format("Value \"{}\" can not be deserialized as `java.math.BigDecimal`, reason:  {}",
                               View(*out), ExponentFault(View(*out)));
  return false;
}

// A number by itself must be followed by a blank.
bool JsonReader::RootSpace(int c) {
  if (c == ' ' || c == '\t' || c == '\r' || c == '\n') return true;
  return FailChar(c, "", "Expected space separating root-level values", p_);
}

bool JsonReader::Literal(std::string_view word, mr_value value, mr_value* out) {
  if (static_cast<size_t>(end_ - p_) >= word.size() && std::memcmp(p_, word.data() + 1, word.size() - 1) == 0) {
    const auto next = static_cast<unsigned char>(p_[word.size() - 1]);
    if (next < '0' || (next | 32) == '}') [[likely]] {
      p_ += word.size() - 1;
    } else if (!MatchForError(word, 1)) {
      return false;
    }
  } else if (!MatchForError(word, 1)) {
    return false;
  }
  token_ = value.kind == MR_NULL ? "VALUE_NULL" : value.u.i != 0 ? "VALUE_TRUE" : "VALUE_FALSE";
  *out = value;
  return true;
}

// Takes the rest of a word, of which the first `from` bytes were taken; nothing that could belong to it may follow.
bool JsonReader::MatchForError(std::string_view word, size_t from) {
  for (size_t i = from; i < word.size(); ++i) {
    if (p_ == end_ || *p_ != word[i]) return FailToken(word.substr(0, i));
    ++p_;
  }
  if (p_ == end_) return true;
  const auto c = static_cast<unsigned char>(*p_);
  if (c < '0' || c == ']' || c == '}') return true;
  if (c < 0x80) return IsIdentifierPart(c) ? FailToken(word) : true;
  // Jackson has not taken the byte yet when it asks for those that follow it, and so sees it twice.
  if (c < 0xC0 || c >= 0xF8) return Fail(fmt::format("Invalid UTF-8 start byte 0x{:x}", c), p_);
  return Fail(fmt::format("Invalid UTF-8 middle byte 0x{:x}", c), p_ + 1);
}

bool JsonReader::Unexpected(int c, Scope scope) {
  switch (c) {
    case ']':
    case ',':
    case '}':
      if (c == ']' && scope != Scope::kArray) break;
      return FailChar(c, "", "expected a value", p_ - 1);
    case 'N':
      return MatchForError("NaN", 1) &&
             Fail("Non-standard token 'NaN': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow", p_);
    case 'I':
      return MatchForError("Infinity", 1) &&
             Fail("Non-standard token 'Infinity': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow", p_);
    case '+':
      if (p_ == end_) return FailEof(" in a Number value");
      return BadNumberStart(static_cast<unsigned char>(*p_++), false);
    default: break;
  }
  if (IsIdentifierStart(static_cast<uint32_t>(c))) {
    std::string matched;
    AppendUtf8(static_cast<uint32_t>(c), &matched);
    return FailToken(matched);
  }
  return FailChar(c, "", fmt::format("expected a valid value {}", kValues), p_ - 1);
}

// A sign that no digit follows.
bool JsonReader::BadNumberStart(int c, bool negative) {
  if (c == 'I') {
    if (p_ == end_) return FailEof(" in a Number value");
    c = static_cast<unsigned char>(*p_++);
    const std::string_view word = c == 'N' ? (negative ? "-INF" : "+INF") : negative ? "-Infinity" : "+Infinity";
    if (c == 'N' || c == 'n') {
      return MatchForError(word, 3) &&
             Fail(fmt::format("Non-standard token '{}': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow",
                              word),
                  p_);
    }
    if (c >= 0x80) c -= 0x100;  // a signed byte there
  }
  if (!negative) {
    return FailChar('+', " in numeric value",
                    "JSON spec does not allow numbers to have plus signs: enable "
                    "`JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow",
                    p_ - 1);
  }
  return FailChar(c, " in numeric value", "expected digit (0-9) to follow minus sign, for valid numeric value", p_ - 1);
}

// ---------------------------------------------------------------- errors

std::string JsonReader::Position(const char* at, const char* lines_to) const {
  // Line ends are only ever between tokens: in a text they are refused.
  size_t line = 1;
  const char* row = begin_;
  for (const char* p = begin_; p < lines_to; ++p) {
    if (*p == '\r' && p + 1 < lines_to && p[1] == '\n') ++p;
    if (*p == '\n' || *p == '\r') {
      ++line;
      row = p + 1;
    }
  }
  return fmt::format("{}line: {}, column: {}]", kSource, line, at - row + 1);
}

bool JsonReader::Fail(std::string_view message, const char* at) {
  error_class_ = "com.fasterxml.jackson.core.JsonParseException";
  error_message_ = fmt::format("{}\n at {}", message, Position(at));
  return false;
}

bool JsonReader::FailEof(std::string_view message, const char* at) {
  error_class_ = "com.fasterxml.jackson.core.io.JsonEOFException";
  error_message_ = fmt::format("Unexpected end-of-input{}\n at {}", message, Position(at));
  return false;
}

bool JsonReader::FailControl(unsigned c, std::string_view where) {
  return Fail(fmt::format("Illegal unquoted character ({}): has to be escaped using backslash to be included in {}",
                          Describe(c), where),
              p_ - 1);
}

bool JsonReader::FailLimit(std::string message) {
  error_class_ = "com.fasterxml.jackson.core.exc.StreamConstraintsException";
  error_message_ = std::move(message);
  return false;
}

bool JsonReader::FailChar(int code, std::string_view what, std::string_view comment, const char* at) {
  return Fail(fmt::format("Unexpected character ({}){}: {}", Describe(static_cast<uint32_t>(code)), what, comment), at);
}

bool JsonReader::FailToken(std::string_view matched) {
  constexpr size_t kMaxToken = 256;
  std::string token(matched);
  size_t length = matched.size();
  const char* lines_to = p_;  // a line end that is taken as part of the token is not counted
  while (p_ != end_) {
    uint32_t code;
    const int c = static_cast<unsigned char>(*p_++);
    if (!DecodeForError(c, &code)) return false;
    code &= 0xFFFF;
    if (code != '\n' && code != '\r') lines_to = p_;
    if (!IsIdentifierPart(code)) break;
    AppendUtf8(code, &token);
    if (++length >= kMaxToken) {
      token += "...";
      break;
    }
  }
  error_class_ = "com.fasterxml.jackson.core.JsonParseException";
  error_message_ =
      fmt::format("Unrecognized token '{}': was expecting {}\n at {}", token, kValues, Position(p_, lines_to));
  return false;
}

bool JsonReader::DecodeForError(int first, uint32_t* code) {
  uint32_t c = static_cast<uint32_t>(first);
  *code = c;
  if (c < 0x80) return true;
  const int more = (c & 0xE0) == 0xC0 ? 1 : (c & 0xF0) == 0xE0 ? 2 : (c & 0xF8) == 0xF0 ? 3 : 0;
  if (more == 0) return Fail(fmt::format("Invalid UTF-8 start byte 0x{:x}", c), p_);
  c &= 0x3FU >> more;
  for (int i = 0; i < more; ++i) {
    if (p_ == end_) return FailEof(fmt::format(" in {}", token_ ? token_ : "null"));
    const unsigned d = static_cast<unsigned char>(*p_++);
    if ((d & 0xC0) != 0x80) return Fail(fmt::format("Invalid UTF-8 middle byte 0x{:x}", d), p_);
    c = c << 6 | (d & 0x3F);
  }
  *code = c;
  return true;
}

// ---------------------------------------------------------------- what trees become

int64_t JsonToInt64(const mr_value& number) {
  switch (number.kind) {
    case MR_I32:
    case MR_I64: return number.u.i;
    case kJsonBigInt:
    case kJsonDecimal: return Decimal::Parse(View(number))->ToInt64();
    default: return 0;
  }
}

double JsonToDouble(const mr_value& number) {
  switch (number.kind) {
    case MR_I32:
    case MR_I64: return static_cast<double>(number.u.i);
    case kJsonBigInt:
    case kJsonDecimal: return ParseDouble(View(number));
    default: return 0;
  }
}

float JsonToFloat(const mr_value& number) {
  switch (number.kind) {
    case MR_I32:
    case MR_I64: return static_cast<float>(number.u.i);
    case kJsonBigInt:
    case kJsonDecimal: return ParseFloat(View(number));
    default: return 0;
  }
}

void ToSchemaless(mr_value* tree) {
  switch (tree->kind) {
    case MR_I32:
    case MR_I64: tree->kind = MR_I64; return;
    case kJsonBigInt: *tree = Int(MR_I64, JsonToInt64(*tree)); return;
    case kJsonDecimal: *tree = Double(MR_F64, JsonToDouble(*tree)); return;
    case kJsonMissing: *tree = Null(); return;
    case MR_ARRAY:
    case MR_MAP:
      // The slots are the reader's own, in the arena.
      for (size_t i = 0, n = SlotCount(*tree); i < n; ++i) ToSchemaless(const_cast<mr_value*>(&tree->u.v[i]));
      return;
    default: return;
  }
}

}  // namespace millrace::record
