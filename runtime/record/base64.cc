// SPDX-License-Identifier: Apache-2.0
#include "record/base64.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

#include "record/utf8.h"

namespace millrace::record {

namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr int kInvalid = -1, kPadding = -2;

constexpr std::array<int8_t, 256> kValues = [] {
  std::array<int8_t, 256> t{};
  t.fill(kInvalid);
  for (int8_t i = 0; i < 64; ++i) t[static_cast<unsigned char>(kAlphabet[i])] = i;
  t['='] = kPadding;
  return t;
}();

constexpr std::string_view kVariant =
    "base64 variant 'MIME-NO-LINEFEEDS' expects padding (one or more '=' characters) at the end. This Base64Variant "
    "might "
    "have been incorrectly configured";

}  // namespace

char* WriteBase64(std::string_view bytes, char* out) {
  const auto at = [&bytes](size_t i) { return uint32_t{static_cast<unsigned char>(bytes[i])}; };
  size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const uint32_t w = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    *out++ = kAlphabet[w >> 18];
    *out++ = kAlphabet[w >> 12 & 63];
    *out++ = kAlphabet[w >> 6 & 63];
    *out++ = kAlphabet[w & 63];
  }
  if (const size_t rest = bytes.size() - i; rest > 0) {
    const uint32_t w = at(i) << 16 | (rest == 2 ? at(i + 1) << 8 : 0);
    *out++ = kAlphabet[w >> 18];
    *out++ = kAlphabet[w >> 12 & 63];
    *out++ = rest == 2 ? kAlphabet[w >> 6 & 63] : '=';
    *out++ = '=';
  }
  return out;
}

std::string Base64Encode(std::string_view bytes) {
  std::string out(Base64Length(bytes.size()), '\0');
  WriteBase64(bytes, out.data());
  return out;
}

bool Base64Decode(std::string_view text, std::string* bytes, std::string* error) {
  bytes->clear();
  bytes->reserve(text.size() / 4 * 3 + 3);
  size_t i = 0;
  const auto value = [&](size_t at) { return kValues[static_cast<unsigned char>(text[at])]; };
  const auto end = [&] {
    *error = fmt::format("Unexpected end of base64-encoded String: {}", kVariant);
    return false;
  };
  const auto bad = [&](size_t at, size_t index, std::string_view why) {
    const auto c = static_cast<unsigned char>(text[at]);
    std::string head;
    if (c <= 0x20) {
      head = fmt::format(
          "Illegal white space character (code 0x{:x}) as character #{} of 4-char base64 unit: can only used between "
          "units",
          c, index + 1);
    } else if (c == '=') {
      head = fmt::format(
          "Unexpected padding character ('=') as character #{} of 4-char base64 unit: padding only legal as 3rd or 4th "
          "character",
          index + 1);
    } else {
      const Utf8Step step = NextUtf8(text.data() + at, text.data() + text.size());
      const uint32_t code = step.code > 0xFFFF ? 0xD800 + ((step.code - 0x10000) >> 10) : step.code;
      // A control character or half a pair cannot be shown by itself.
      if (code < 0x20 || (code >= 0x7F && code < 0xA0)) {
        head = fmt::format("Illegal character (code 0x{:x}) in base64 content", code);
      } else {
        std::string shown;
        if (step.code > 0xFFFF) {
          shown = "?";
        } else {
          AppendUtf8(code, &shown);
        }
        head = fmt::format("Illegal character '{}' (code 0x{:x}) in base64 content", shown, code);
      }
    }
    *error = why.empty() ? head : fmt::format("{}: {}", head, why);
    return false;
  };
  while (i < text.size()) {
    if (static_cast<unsigned char>(text[i]) <= ' ') {
      ++i;
      continue;
    }
    uint32_t w = 0;
    size_t k = 0;
    for (; k < 4; ++k, ++i) {
      if (i == text.size()) return end();
      const int v = value(i);
      if (v < 0) {
        if (v == kPadding && k >= 2) break;
        return bad(i, k, "");
      }
      w = w << 6 | static_cast<uint32_t>(v);
    }
    if (k == 4) {
      bytes->push_back(static_cast<char>(w >> 16));
      bytes->push_back(static_cast<char>(w >> 8));
      bytes->push_back(static_cast<char>(w));
      continue;
    }
    ++i;  // the padding
    if (k == 2) {
      if (i == text.size()) return end();
      if (value(i) != kPadding) return bad(i, 3, "expected padding character '='");
      ++i;
      bytes->push_back(static_cast<char>(w >> 4));
    } else {
      bytes->push_back(static_cast<char>(w >> 10));
      bytes->push_back(static_cast<char>(w >> 2));
    }
  }
  return true;
}

}  // namespace millrace::record
