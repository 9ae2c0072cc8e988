// SPDX-License-Identifier: Apache-2.0
#include "record/utf8.h"

#include <cstring>

namespace millrace::record {

namespace {

constexpr uint64_t kHighs = 0x8080808080808080ULL;
constexpr uint32_t kReplacement = 0xFFFD;

unsigned At(const char* p) { return static_cast<unsigned char>(*p); }
bool Continues(const char* p) { return (At(p) & 0xC0) == 0x80; }

// The first byte at or after p that is not ASCII.
const char* SkipAscii(const char* p, const char* end) {
  for (; end - p >= 32; p += 32) {
    uint64_t w[4];
    std::memcpy(w, p, 32);
    if (((w[0] | w[1] | w[2] | w[3]) & kHighs) != 0) break;
  }
  for (; end - p >= 8; p += 8) {
    uint64_t w;
    std::memcpy(&w, p, 8);
    if ((w & kHighs) != 0) return p + __builtin_ctzll(w & kHighs) / 8;
  }
  while (p != end && At(p) < 0x80) ++p;
  return p;
}

}  // namespace

Utf8Step NextUtf8(const char* p, const char* end) {
  const unsigned a = At(p);
  const ptrdiff_t left = end - p;
  const auto bad = [](uint32_t bytes) { return Utf8Step{kReplacement, bytes, false}; };
  if (a < 0x80) return {a, 1, true};
  if (a < 0xC2 || a > 0xF4) return bad(1);
  if (a < 0xE0) {
    if (left < 2 || !Continues(p + 1)) return bad(1);
    return {(a & 0x1F) << 6 | (At(p + 1) & 0x3F), 2, true};
  }
  if (a < 0xF0) {
    if (left < 2 || !Continues(p + 1) || (a == 0xE0 && At(p + 1) < 0xA0)) return bad(1);
    if (left < 3 || !Continues(p + 2)) return bad(2);
    const uint32_t code = (a & 0x0F) << 12 | (At(p + 1) & 0x3F) << 6 | (At(p + 2) & 0x3F);
    // Java sees the three bytes of a surrogate as one malformed sequence.
    if (code >= 0xD800 && code <= 0xDFFF) return bad(3);
    return {code, 3, true};
  }
  if (left < 2 || !Continues(p + 1) || (a == 0xF0 && At(p + 1) < 0x90) || (a == 0xF4 && At(p + 1) > 0x8F))
    return bad(1);
  if (left < 3 || !Continues(p + 2)) return bad(2);
  if (left < 4 || !Continues(p + 3)) return bad(3);
  return {(a & 0x07) << 18 | (At(p + 1) & 0x3F) << 12 | (At(p + 2) & 0x3F) << 6 | (At(p + 3) & 0x3F), 4, true};
}

bool IsAscii(std::string_view text) {
  const char* end = text.data() + text.size();
  return SkipAscii(text.data(), end) == end;
}

const char* SkipValidUtf8(const char* p, const char* end) {
  while (p != end) {
    if (end - p >= 8) {
      uint64_t w;
      std::memcpy(&w, p, 8);
      if ((w & kHighs) == 0) {
        p = SkipAscii(p + 8, end);
        continue;
      }
    }
    // Letters of one and two bytes are usually mixed, so a few are taken one by one before words are tried again.
    const char* const stop = end - p > 16 ? p + 16 : end;
    while (p < stop) {
      const unsigned a = At(p);
      if (a < 0x80) {
        ++p;
      } else if (a >= 0xC2 && a < 0xE0 && end - p >= 2 && Continues(p + 1)) {
        p += 2;
      } else {
        const Utf8Step step = NextUtf8(p, end);
        if (!step.valid) return p;
        p += step.bytes;
      }
    }
  }
  return p;
}

bool IsValidUtf8(std::string_view text) {
  const char* const end = text.data() + text.size();
  return SkipValidUtf8(text.data(), end) == end;
}

std::string ReplaceMalformedUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 8);
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p != end) {
    const Utf8Step step = NextUtf8(p, end);
    if (step.valid) {
      out.append(p, step.bytes);
    } else {
      out.append(kReplacementUtf8, 3);
    }
    p += step.bytes;
  }
  return out;
}

char* WriteUtf8(uint32_t code, char* out) {
  const auto put = [&out](uint32_t b) { *out++ = static_cast<char>(b); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
  return out;
}

void AppendUtf8(uint32_t code, std::string* out) {
  char text[4];
  out->append(text, static_cast<size_t>(WriteUtf8(code, text) - text));
}

}  // namespace millrace::record
