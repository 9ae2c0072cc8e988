// SPDX-License-Identifier: Apache-2.0
//
// millrace/cpp/java_text.h: AppendJavaText, the text that Java's String.valueOf gives for a Connect value: what a
// connector writes that is a drop-in for one that relied on toString.
//
// Struct{a=1,b=x}; [1, 2]; {k=v, l=w} with the entries in the order of java.util.HashMap, which is what converters
// make; 1.0E10 for numbers with a fraction (as printed since JDK 19: the shortest digits that read back); BigDecimal's
// form; Date.toString in the local time zone for the three logical times. Bytes are appended as they are, since the
// identity hash that Java prints ("[B@6d06d69c") tells nobody anything. Pure functions.
#pragma once

#include <time.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/abi.h"
#include "millrace/cpp/error.h"
#include "millrace/cpp/text.h"
#include "millrace/cpp/value.h"

namespace millrace::sdk {

namespace internal {

// "digits" with the decimal point after digits[point - 1]; point may lie outside of the digits.
struct Decimals {
  std::string digits;
  int point = 0;
};

template <class Float>
Decimals ShortestDigits(Float positive) {
  char text[64];
  const char* end = std::to_chars(text, text + sizeof text, positive, std::chars_format::scientific).ptr;
  if (text[1] == 'e') {
    // Java prints two digits at least, and when one would do, the two that are nearest: 4.9E-324, not 5.0E-324.
    end = std::to_chars(text, text + sizeof text, positive, std::chars_format::scientific, 1).ptr;
  }
  const std::string_view s(text, static_cast<size_t>(end - text));
  const size_t e = s.find('e');
  Decimals d;
  for (const char c : s.substr(0, e)) {
    if (c != '.') d.digits.push_back(c);
  }
  int exponent = 0;
  const std::string_view power = s.substr(e + (s[e + 1] == '+' ? 2 : 1));
  std::from_chars(power.data(), power.data() + power.size(), exponent);
  d.point = exponent + 1;
  return d;
}

// Double.toString, Float.toString.
template <class Float>
void AppendJavaFloat(std::string& out, Float v) {
  if (std::isnan(v)) {
    out += "NaN";
    return;
  }
  if (std::signbit(v)) out += '-';
  const Float a = std::fabs(v);
  if (std::isinf(a)) {
    out += "Infinity";
  } else if (a == 0) {
    out += "0.0";
  } else {
    Decimals d = ShortestDigits(a);
    if (a >= Float(1e-3) && a < Float(1e7)) {
      if (d.digits.back() == '0') d.digits.pop_back();  // the second of two digits
      if (d.point <= 0) {
        d.digits.insert(0, static_cast<size_t>(1 - d.point), '0');
        d.point = 1;
      }
      if (static_cast<int>(d.digits.size()) <= d.point) {
        d.digits.append(static_cast<size_t>(d.point) + 1 - d.digits.size(), '0');
      }
      out.append(d.digits, 0, static_cast<size_t>(d.point)).append(".").append(d.digits, static_cast<size_t>(d.point));
    } else {
      out.append(d.digits, 0, 1).append(".").append(d.digits, 1).append("E");
      AppendPiece(out, d.point - 1);
    }
  }
}

// The decimal digits of a big-endian two's complement number, with '-' in front of a negative one.
inline std::string BigIntegerText(std::string_view big_endian) {
  constexpr size_t kLimit = 16 * 1024;  // the conversion is quadratic
  if (big_endian.empty()) return "0";
  if (big_endian.size() > kLimit) throw Error(MR_DATA, Cat("a decimal of ", big_endian.size(), " bytes is too long"));
  const bool negative = (static_cast<uint8_t>(big_endian[0]) & 0x80) != 0;
  std::vector<uint8_t> magnitude(big_endian.begin(), big_endian.end());
  if (negative) {
    unsigned carry = 1;
    for (size_t i = magnitude.size(); i-- > 0;) {
      const unsigned sum = static_cast<uint8_t>(~magnitude[i]) + carry;
      magnitude[i] = static_cast<uint8_t>(sum);
      carry = sum >> 8;
    }
    if (carry != 0) magnitude.insert(magnitude.begin(), 1);
  }
  std::vector<uint32_t> billions;  // least significant first
  for (const uint8_t byte : magnitude) {
    uint64_t carry = byte;
    for (uint32_t& limb : billions) {
      const uint64_t x = uint64_t{limb} * 256 + carry;
      limb = static_cast<uint32_t>(x % 1'000'000'000);
      carry = x / 1'000'000'000;
    }
    if (carry != 0) billions.push_back(static_cast<uint32_t>(carry));
  }
  if (billions.empty()) return "0";
  std::string out = negative ? "-" : "";
  AppendPiece(out, billions.back());
  for (size_t i = billions.size() - 1; i-- > 0;) {
    const std::string limb = Cat(billions[i]);
    out.append(9 - limb.size(), '0').append(limb);
  }
  return out;
}

// BigDecimal.toString.
inline void AppendJavaDecimal(std::string& out, std::string_view unscaled, int scale) {
  std::string digits = BigIntegerText(unscaled);
  if (digits[0] == '-') {
    out += '-';
    digits.erase(0, 1);
  }
  const int n = static_cast<int>(digits.size());
  const int adjusted = n - 1 - scale;
  if (scale == 0) {
    out += digits;
  } else if (scale > 0 && adjusted >= -6) {
    if (n <= scale) digits.insert(0, static_cast<size_t>(scale - n + 1), '0');
    const size_t point = digits.size() - static_cast<size_t>(scale);
    out.append(digits, 0, point).append(".").append(digits, point);
  } else {
    out.append(digits, 0, 1);
    if (n > 1) out.append(".").append(digits, 1);
    if (adjusted != 0) {
      out += adjusted > 0 ? "E+" : "E";
      AppendPiece(out, adjusted);
    }
  }
}

// java.util.Date.toString.
inline void AppendJavaDate(std::string& out, int64_t ms) {
  const time_t seconds = ms >= 0 ? ms / 1000 : -((999 - ms) / 1000);
  tm parts{};
  char text[80];
  if (localtime_r(&seconds, &parts) == nullptr || strftime(text, sizeof text, "%a %b %d %H:%M:%S %Z %Y", &parts) == 0) {
    throw Error(MR_DATA, Cat("the time ", ms, " ms has no calendar date"));
  }
  out += text;
}

// Object.hashCode of the values that are map keys.
inline uint32_t JavaHash(const mr_value& v) {
  const auto fold = [](uint64_t bits) { return static_cast<uint32_t>(bits ^ (bits >> 32)); };
  switch (v.kind) {
    case MR_BOOL: return v.u.i != 0 ? 1231 : 1237;
    case MR_I64: return fold(static_cast<uint64_t>(v.u.i));
    case MR_I8:
    case MR_I16:
    case MR_I32: return static_cast<uint32_t>(v.u.i);
    case MR_F64: {
      uint64_t bits = 0;
      std::memcpy(&bits, &v.u.d, sizeof bits);
      return fold(bits);
    }
    case MR_F32: {
      const auto f = static_cast<float>(v.u.d);
      uint32_t bits = 0;
      std::memcpy(&bits, &f, sizeof bits);
      return bits;
    }
    case MR_STRING: {
      // Over UTF-16 units, so code points above U+FFFF count as two.
      uint32_t h = 0;
      const std::string_view s = View(v);
      for (size_t i = 0; i < s.size();) {
        const auto b = static_cast<uint8_t>(s[i]);
        const size_t n = b < 0x80 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
        uint32_t c = n == 1 ? b : b & (0x7FU >> n);
        for (size_t k = 1; k < n && i + k < s.size(); ++k) c = c << 6 | (static_cast<uint8_t>(s[i + k]) & 0x3FU);
        i += n;
        if (c >= 0x10000) {
          h = 31 * h + (0xD800 + ((c - 0x10000) >> 10));
          c = 0xDC00 + ((c - 0x10000) & 0x3FF);
        }
        h = 31 * h + c;
      }
      return h;
    }
    default: return 0;
  }
}

// The order in which a java.util.HashMap filled with the entries in turn gives them back.
inline std::vector<uint32_t> HashMapOrder(const mr_value& map) {
  uint32_t buckets = 16;
  while (map.n > buckets / 4 * 3) buckets *= 2;
  std::vector<uint32_t> bucket(map.n), order(map.n);
  for (uint32_t i = 0; i < map.n; ++i) {
    const uint32_t h = JavaHash(map.u.v[size_t{2} * i]);
    bucket[i] = (h ^ (h >> 16)) & (buckets - 1);
  }
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return bucket[a] < bucket[b]; });
  return order;
}

}  // namespace internal

// `schema` may be nullptr (schemaless), but a STRUCT needs one for its field names.
inline void AppendJavaText(std::string& out, const mr_value& v, const mr_schema* schema, int depth = 0) {
  if (depth > 64) throw Error(MR_DATA, "the value is nested more than 64 levels deep");
  const mr_schema* element = schema != nullptr ? schema->value : nullptr;
  switch (v.kind) {
    case MR_NULL: out += "null"; return;
    case MR_BOOL: out += v.u.i != 0 ? "true" : "false"; return;
    case MR_I8:
    case MR_I16:
    case MR_I32:
    case MR_I64:
      switch (v.logical) {
        case MR_L_DATE: internal::AppendJavaDate(out, v.u.i * 86'400'000); return;
        case MR_L_TIME:
        case MR_L_TIMESTAMP: internal::AppendJavaDate(out, v.u.i); return;
        default: internal::AppendPiece(out, v.u.i); return;
      }
    case MR_F32: internal::AppendJavaFloat(out, static_cast<float>(v.u.d)); return;
    case MR_F64: internal::AppendJavaFloat(out, v.u.d); return;
    case MR_STRING: out.append(View(v)); return;
    case MR_BYTES:
      if (v.logical == MR_L_DECIMAL) {
        internal::AppendJavaDecimal(out, View(v), v.scale);
      } else {
        out.append(View(v));
      }
      return;
    case MR_ARRAY:
      out += '[';
      for (uint32_t i = 0; i < v.n; ++i) {
        if (i != 0) out += ", ";
        AppendJavaText(out, v.u.v[i], element, depth + 1);
      }
      out += ']';
      return;
    case MR_MAP: {
      out += '{';
      bool first = true;
      for (const uint32_t i : internal::HashMapOrder(v)) {
        if (!first) out += ", ";
        first = false;
        AppendJavaText(out, v.u.v[size_t{2} * i], schema != nullptr ? schema->key : nullptr, depth + 1);
        out += '=';
        AppendJavaText(out, v.u.v[size_t{2} * i + 1], element, depth + 1);
      }
      out += '}';
      return;
    }
    case MR_STRUCT: {
      if (schema == nullptr || schema->n_fields < v.n) throw Error(MR_DATA, "a struct came without its schema");
      out += "Struct{";
      bool first = true;
      for (uint32_t i = 0; i < v.n; ++i) {
        if (IsNull(v.u.v[i])) continue;
        if (!first) out += ',';
        first = false;
        out.append(View(schema->fields[i].name)).append("=");
        AppendJavaText(out, v.u.v[i], schema->fields[i].schema, depth + 1);
      }
      out += '}';
      return;
    }
    default: throw Error(MR_DATA, Cat("a value of the unknown kind ", int{v.kind}));
  }
}

}  // namespace millrace::sdk
