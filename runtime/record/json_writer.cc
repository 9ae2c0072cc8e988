// SPDX-License-Identifier: Apache-2.0
#include "record/json_writer.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "record/java_number.h"
#include "record/utf8.h"

namespace millrace::record {

namespace {

constexpr uint64_t kOnes = 0x0101010101010101ULL;
constexpr uint64_t kHighs = 0x8080808080808080ULL;

// The high bit of every byte that cannot be copied as it is: control characters, quote, backslash, not ASCII. A byte
// after such a one may be marked wrongly, the first one marked never is.
uint64_t Special(uint64_t w) {
  const uint64_t control = w - kOnes * 0x20;
  const uint64_t quote = (w ^ (kOnes * '"')) - kOnes;
  const uint64_t backslash = (w ^ (kOnes * '\\')) - kOnes;
  return (control | quote | backslash | w) & kHighs;
}

// What follows the backslash for a control character, 0: the long form.
constexpr std::array<char, 32> kShort = [] {
  std::array<char, 32> t{};
  t['\b'] = 'b';
  t['\t'] = 't';
  t['\n'] = 'n';
  t['\f'] = 'f';
  t['\r'] = 'r';
  return t;
}();

// \uXXXX
char* WriteUnit(uint32_t unit, char* out) {
  constexpr char kHex[] = "0123456789ABCDEF";
  *out++ = '\\';
  *out++ = 'u';
  for (int shift = 12; shift >= 0; shift -= 4) *out++ = kHex[unit >> shift & 15];
  return out;
}

char* Quoted(char* out, char* (*write)(double, char*), double d) {
  if (std::isfinite(d)) return write(d, out);
  *out++ = '"';
  out = write(d, out);
  *out++ = '"';
  return out;
}

}  // namespace

char* WriteJsonString(std::string_view text, char* out) {
  const char* p = text.data();
  const char* const end = p + text.size();
  *out++ = '"';
  while (p != end) {
    if (end - p >= 8) {
      uint64_t w;
      std::memcpy(&w, p, 8);
      const uint64_t special = Special(w);
      std::memcpy(out, p, 8);  // there is room: six bytes for each one read
      if (special == 0) {
        p += 8;
        out += 8;
        continue;
      }
      const int plain = __builtin_ctzll(special) / 8;
      p += plain;
      out += plain;
    }
    const auto c = static_cast<unsigned char>(*p);
    if (c >= 0xC2 && c < 0xE0 && end - p >= 2 && (static_cast<unsigned char>(p[1]) & 0xC0) == 0x80) {
      std::memcpy(out, p, 2);
      out += 2;
      p += 2;
      continue;
    }
    if (c >= 0x80) {
      const Utf8Step step = NextUtf8(p, end);
      if (step.valid && step.code > 0xFFFF) {
        out = WriteUnit(0xD800 + ((step.code - 0x10000) >> 10), out);
        out = WriteUnit(0xDC00 + (step.code & 0x3FF), out);
      } else if (step.valid) {
        std::memcpy(out, p, step.bytes);
        out += step.bytes;
      } else {
        std::memcpy(out, kReplacementUtf8, 3);
        out += 3;
      }
      p += step.bytes;
      continue;
    }
    ++p;
    if (c >= 0x20 && c != '"' && c != '\\') {
      *out++ = static_cast<char>(c);
    } else if (c < 0x20 && kShort[c] == 0) {
      out = WriteUnit(c, out);
    } else {
      *out++ = '\\';
      *out++ = c < 0x20 ? kShort[c] : static_cast<char>(c);
    }
  }
  *out++ = '"';
  return out;
}

char* WriteInt64(int64_t value, char* out) { return std::to_chars(out, out + kInt64Max, value).ptr; }

char* WriteJsonDouble(double d, char* out) { return Quoted(out, WriteJavaDouble, d); }

char* WriteJsonFloat(float f, char* out) {
  return Quoted(
      out, [](double d, char* o) { return WriteJavaFloat(static_cast<float>(d), o); }, f);
}

void AppendJsonString(std::string_view text, std::string* out) {
  const size_t at = out->size();
  out->resize(at + JsonStringMax(text.size()));
  out->resize(static_cast<size_t>(WriteJsonString(text, out->data() + at) - out->data()));
}

}  // namespace millrace::record
