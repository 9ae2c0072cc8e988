// SPDX-License-Identifier: Apache-2.0
#include "converters/charset.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "record/utf8.h"

namespace millrace::converters {

using record::AppendUtf8;
using record::NextUtf8;
using record::Utf8Step;

namespace {

struct Name {
  std::string_view name;
  Charset charset;
};

// In lower case.
constexpr Name kNames[] = {
    {"utf-8", Charset::kUtf8},
    {"utf8", Charset::kUtf8},
    {"unicode-1-1-utf-8", Charset::kUtf8},
    {"us-ascii", Charset::kAscii},
    {"ascii", Charset::kAscii},
    {"ascii7", Charset::kAscii},
    {"iso646-us", Charset::kAscii},
    {"646", Charset::kAscii},
    {"us", Charset::kAscii},
    {"ansi_x3.4-1968", Charset::kAscii},
    {"ansi_x3.4-1986", Charset::kAscii},
    {"iso_646.irv:1991", Charset::kAscii},
    {"iso_646.irv:1983", Charset::kAscii},
    {"iso-ir-6", Charset::kAscii},
    {"ibm367", Charset::kAscii},
    {"cp367", Charset::kAscii},
    {"csascii", Charset::kAscii},
    {"default", Charset::kAscii},
    {"iso-8859-1", Charset::kLatin1},
    {"iso8859-1", Charset::kLatin1},
    {"iso8859_1", Charset::kLatin1},
    {"8859_1", Charset::kLatin1},
    {"iso_8859-1", Charset::kLatin1},
    {"iso_8859_1", Charset::kLatin1},
    {"iso_8859-1:1987", Charset::kLatin1},
    {"iso-ir-100", Charset::kLatin1},
    {"latin1", Charset::kLatin1},
    {"l1", Charset::kLatin1},
    {"ibm819", Charset::kLatin1},
    {"ibm-819", Charset::kLatin1},
    {"cp819", Charset::kLatin1},
    {"819", Charset::kLatin1},
    {"csisolatin1", Charset::kLatin1},
    {"iso-8859-15", Charset::kLatin9},
    {"iso8859-15", Charset::kLatin9},
    {"iso8859_15", Charset::kLatin9},
    {"8859_15", Charset::kLatin9},
    {"iso_8859-15", Charset::kLatin9},
    {"latin9", Charset::kLatin9},
    {"latin-9", Charset::kLatin9},
    {"l9", Charset::kLatin9},
    {"windows-1252", Charset::kWindows1252},
    {"cp1252", Charset::kWindows1252},
    {"cp5348", Charset::kWindows1252},
    {"ibm-1252", Charset::kWindows1252},
    {"ibm1252", Charset::kWindows1252},
    {"utf-16", Charset::kUtf16},
    {"utf16", Charset::kUtf16},
    {"utf_16", Charset::kUtf16},
    {"unicode", Charset::kUtf16},
    {"unicodebig", Charset::kUtf16},
    {"utf-16be", Charset::kUtf16Be},
    {"utf_16be", Charset::kUtf16Be},
    {"unicodebigunmarked", Charset::kUtf16Be},
    {"iso-10646-ucs-2", Charset::kUtf16Be},
    {"x-utf-16be", Charset::kUtf16Be},
    {"utf-16le", Charset::kUtf16Le},
    {"utf_16le", Charset::kUtf16Le},
    {"unicodelittleunmarked", Charset::kUtf16Le},
    {"x-utf-16le", Charset::kUtf16Le},
    {"utf-32", Charset::kUtf32},
    {"utf32", Charset::kUtf32},
    {"utf_32", Charset::kUtf32},
    {"iso-10646-ucs-4", Charset::kUtf32},
    {"utf-32be", Charset::kUtf32Be},
    {"utf_32be", Charset::kUtf32Be},
    {"x-utf-32be", Charset::kUtf32Be},
    {"utf-32le", Charset::kUtf32Le},
    {"utf_32le", Charset::kUtf32Le},
    {"x-utf-32le", Charset::kUtf32Le},
};

constexpr uint32_t kReplacement = 0xFFFD;

// 0x80 to 0x9F of windows-1252.
constexpr std::array<uint16_t, 32> kWindows = {0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                               0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD,
                                               0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                               0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};

uint32_t FromByte(Charset charset, unsigned b) {
  switch (charset) {
    case Charset::kAscii: return b < 0x80 ? b : kReplacement;
    case Charset::kWindows1252: return b >= 0x80 && b < 0xA0 ? kWindows[b - 0x80] : b;
    case Charset::kLatin9:
      switch (b) {
        case 0xA4: return 0x20AC;
        case 0xA6: return 0x160;
        case 0xA8: return 0x161;
        case 0xB4: return 0x17D;
        case 0xB8: return 0x17E;
        case 0xBC: return 0x152;
        case 0xBD: return 0x153;
        case 0xBE: return 0x178;
        default: return b;
      }
    default: return b;
  }
}

char ToByte(Charset charset, uint32_t code) {
  if (code < 0x80) return static_cast<char>(code);
  for (unsigned b = 0x80; b < 0x100; ++b) {
    if (const uint32_t c = FromByte(charset, b); c == code && c != kReplacement) return static_cast<char>(b);
  }
  return '?';
}

bool Wide(Charset c) { return c >= Charset::kUtf16; }
size_t Width(Charset c) { return c >= Charset::kUtf32 ? 4 : 2; }

void PutUnit(uint32_t unit, size_t width, bool big, std::string* out) {
  for (size_t i = 0; i < width; ++i) out->push_back(static_cast<char>(unit >> 8 * (big ? width - 1 - i : i)));
}

std::string DecodeWide(Charset charset, std::string_view in) {
  const size_t width = Width(charset);
  bool big = charset != Charset::kUtf16Le && charset != Charset::kUtf32Le;
  size_t i = 0;
  const auto unit = [&](size_t at) {
    uint32_t u = 0;
    for (size_t b = 0; b < width; ++b) {
      u |= uint32_t{static_cast<unsigned char>(in[at + b])} << 8 * (big ? width - 1 - b : b);
    }
    return u;
  };
  if ((charset == Charset::kUtf16 || charset == Charset::kUtf32) && in.size() >= width) {
    if (unit(0) == 0xFEFF) {
      i = width;
    } else {
      big = false;
      if (unit(0) == 0xFEFF) {
        i = width;
      } else {
        big = true;
      }
    }
  }
  std::string out;
  for (; i + width <= in.size(); i += width) {
    uint32_t c = unit(i);
    if (width == 2 && c >= 0xD800 && c < 0xE000) {
      if (c < 0xDC00 && i + 4 > in.size()) {
        // Half a pair at the end, with whatever bytes follow it.
        AppendUtf8(kReplacement, &out);
        return out;
      }
      const uint32_t low = c < 0xDC00 ? unit(i + 2) : 0;
      if (low >= 0xDC00 && low < 0xE000) {
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        i += 2;
      } else {
        c = kReplacement;
      }
    }
    if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) c = kReplacement;
    AppendUtf8(c, &out);
  }
  if (i != in.size()) AppendUtf8(kReplacement, &out);
  return out;
}

}  // namespace

std::optional<Charset> CharsetByName(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; });
  const auto* found =
      std::find_if(std::begin(kNames), std::end(kNames), [&lower](const Name& n) { return n.name == lower; });
  if (found == std::end(kNames)) return std::nullopt;
  return found->charset;
}

std::string EncodeText(Charset charset, std::string_view utf8) {
  if (charset == Charset::kUtf8) return record::ReplaceMalformedUtf8(utf8);
  std::string out;
  const char* p = utf8.data();
  const char* const end = p + utf8.size();
  const bool big = charset != Charset::kUtf16Le && charset != Charset::kUtf32Le;
  if (charset == Charset::kUtf16 && p != end) PutUnit(0xFEFF, 2, true, &out);
  while (p != end) {
    const Utf8Step step = NextUtf8(p, end);
    p += step.bytes;
    if (!Wide(charset)) {
      out.push_back(charset == Charset::kAscii && step.code >= 0x80 ? '?' : ToByte(charset, step.code));
    } else if (Width(charset) == 2 && step.code > 0xFFFF) {
      PutUnit(0xD800 + ((step.code - 0x10000) >> 10), 2, big, &out);
      PutUnit(0xDC00 + (step.code & 0x3FF), 2, big, &out);
    } else {
      PutUnit(step.code, Width(charset), big, &out);
    }
  }
  return out;
}

std::string DecodeText(Charset charset, std::string_view bytes) {
  if (charset == Charset::kUtf8) return record::ReplaceMalformedUtf8(bytes);
  if (Wide(charset)) return DecodeWide(charset, bytes);
  std::string out;
  for (const char c : bytes) AppendUtf8(FromByte(charset, static_cast<unsigned char>(c)), &out);
  return out;
}

}  // namespace millrace::converters
