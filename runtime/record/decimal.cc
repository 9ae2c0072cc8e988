// SPDX-License-Identifier: Apache-2.0
#include "record/decimal.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace millrace::record {

namespace {

constexpr uint32_t kBillion = 1000000000;

using Magnitude = std::vector<uint32_t>;

void Trim(Magnitude* m) {
  while (!m->empty() && m->back() == 0) m->pop_back();
}

void MultiplyAdd(Magnitude* m, uint32_t factor, uint32_t add) {
  uint64_t carry = add;
  for (uint32_t& w : *m) {
    carry += uint64_t{w} * factor;
    w = static_cast<uint32_t>(carry);
    carry >>= 32;
  }
  if (carry != 0) m->push_back(static_cast<uint32_t>(carry));
}

// m / divisor; returns the remainder.
uint32_t Divide(Magnitude* m, uint32_t divisor) {
  uint64_t rest = 0;
  for (size_t i = m->size(); i-- > 0;) {
    rest = rest << 32 | (*m)[i];
    (*m)[i] = static_cast<uint32_t>(rest / divisor);
    rest %= divisor;
  }
  Trim(m);
  return static_cast<uint32_t>(rest);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

uint64_t Low64(const Magnitude& m) { return (m.empty() ? 0 : m[0]) | (m.size() < 2 ? 0 : uint64_t{m[1]} << 32); }

template <class T>
T ParseFloating(std::string_view text, T (*slow)(const char*, char**)) {
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  T value{};
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc()) return value;
  // Out of range: strtod knows on which side, and what lies below the smallest normal number.
  return slow(std::string(text).c_str(), nullptr);
}

}  // namespace

Decimal::Decimal(int64_t value, int32_t scale) : negative_(value < 0), scale_(scale) {
  const uint64_t m = negative_ ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  magnitude_ = {static_cast<uint32_t>(m), static_cast<uint32_t>(m >> 32)};
  Trim(&magnitude_);
}

std::optional<Decimal> Decimal::Parse(std::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  Decimal d;
  if (p != end && (*p == '-' || *p == '+')) d.negative_ = *p++ == '-';
  int64_t scale = 0;
  size_t digits = 0;
  bool point = false;
  uint32_t chunk = 0, factor = 1;
  for (; p != end; ++p) {
    if (*p == '.' && !point) {
      point = true;
      continue;
    }
    if (!IsDigit(*p)) break;
    ++digits;
    if (point) ++scale;
    chunk = chunk * 10 + static_cast<uint32_t>(*p - '0');
    factor *= 10;
    if (factor == kBillion) {
      MultiplyAdd(&d.magnitude_, factor, chunk);
      chunk = 0;
      factor = 1;
    }
  }
  if (digits == 0) return std::nullopt;
  if (factor != 1) MultiplyAdd(&d.magnitude_, factor, chunk);
  Trim(&d.magnitude_);
  if (p != end) {
    if (*p != 'e' && *p != 'E') return std::nullopt;
    ++p;
    bool negative = false;
    if (p != end && (*p == '-' || *p == '+')) negative = *p++ == '-';
    if (p == end) return std::nullopt;
    int64_t exponent = 0;
    for (; p != end; ++p) {
      if (!IsDigit(*p)) return std::nullopt;
      exponent = exponent * 10 + (*p - '0');
      if (exponent > 9999999999) return std::nullopt;
    }
    scale -= negative ? -exponent : exponent;
  }
  if (scale != static_cast<int32_t>(scale)) return std::nullopt;
  d.scale_ = static_cast<int32_t>(scale);
  if (d.magnitude_.empty()) d.negative_ = false;
  return d;
}

Decimal Decimal::FromBytes(std::string_view bytes, int32_t scale) {
  Decimal d;
  d.scale_ = scale;
  d.negative_ = !bytes.empty() && (bytes[0] & 0x80) != 0;
  d.magnitude_.assign((bytes.size() + 3) / 4, 0);
  uint32_t carry = d.negative_ ? 1 : 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    uint32_t b = static_cast<unsigned char>(bytes[bytes.size() - 1 - i]);
    if (d.negative_) {
      b = (~b & 0xFF) + carry;
      carry = b >> 8;
    }
    d.magnitude_[i / 4] |= (b & 0xFF) << 8 * (i % 4);
  }
  // -2^(8n): all bytes zero after the sign.
  if (carry != 0 && !bytes.empty()) d.magnitude_.push_back(1);
  Trim(&d.magnitude_);
  return d;
}

std::string Decimal::UnscaledBytes() const {
  if (magnitude_.empty()) return std::string(1, '\0');
  std::string out;
  uint32_t carry = 1;
  for (size_t i = 0; i < magnitude_.size() * 4; ++i) {
    uint32_t b = magnitude_[i / 4] >> 8 * (i % 4) & 0xFF;
    if (negative_) {
      b = (~b & 0xFF) + carry;
      carry = b >> 8;
    }
    out.push_back(static_cast<char>(b & 0xFF));
  }
  const char sign = negative_ ? '\xFF' : '\0';
  out.push_back(sign);
  while (out.size() > 1 && out.back() == sign && ((out[out.size() - 2] ^ sign) & 0x80) == 0) out.pop_back();
  std::reverse(out.begin(), out.end());
  return out;
}

std::string Decimal::Digits() const {
  if (magnitude_.empty()) return "0";
  Magnitude m = magnitude_;
  std::string out;
  while (!m.empty()) {
    uint32_t part = Divide(&m, kBillion);
    for (int i = 0; i < 9 && (part != 0 || !m.empty()); ++i, part /= 10)
      out.push_back(static_cast<char>('0' + part % 10));
  }
  std::reverse(out.begin(), out.end());
  return out;
}

std::string Decimal::UnscaledText() const { return (negative_ ? "-" : "") + Digits(); }

std::string Decimal::ToString() const {
  std::string digits = Digits();
  if (scale_ == 0) return (negative_ ? "-" : "") + digits;
  const auto n = static_cast<int64_t>(digits.size());
  const int64_t adjusted = n - 1 - scale_;
  std::string out = negative_ ? "-" : "";
  if (scale_ > 0 && adjusted >= -6) {
    if (n > scale_) {
      digits.insert(static_cast<size_t>(n - scale_), ".");
      return out + digits;
    }
    return out + "0." + std::string(static_cast<size_t>(scale_ - n), '0') + digits;
  }
  out += digits[0];
  if (n > 1) out.append(".").append(digits, 1);
  if (adjusted != 0) {
    out += adjusted > 0 ? "E+" : "E";
    out += std::to_string(adjusted);
  }
  return out;
}

std::optional<std::string> Decimal::ToPlainString(size_t max_digits) const {
  std::string digits = Digits();
  const size_t size = digits.size() + static_cast<size_t>(std::abs(int64_t{scale_}));
  if (size > max_digits) return std::nullopt;
  const std::string sign = negative_ ? "-" : "";
  if (scale_ == 0) return sign + digits;
  if (scale_ < 0) {
    if (magnitude_.empty()) return "0";
    return sign + digits + std::string(static_cast<size_t>(-int64_t{scale_}), '0');
  }
  const auto scale = static_cast<size_t>(scale_);
  if (digits.size() > scale) {
    digits.insert(digits.size() - scale, ".");
    return sign + digits;
  }
  return sign + "0." + std::string(scale - digits.size(), '0') + digits;
}

int64_t Decimal::ToInt64() const {
  Magnitude m = magnitude_;
  if (scale_ <= -64) return 0;  // 2^64 divides 10^64
  for (int32_t i = scale_; i < 0; ++i) MultiplyAdd(&m, 10, 0);
  for (int32_t i = scale_; i > 0 && !m.empty();) {
    const int32_t step = std::min(i, 9);
    uint32_t divisor = 1;
    for (int32_t k = 0; k < step; ++k) divisor *= 10;
    Divide(&m, divisor);
    i -= step;
  }
  const uint64_t low = Low64(m);
  return static_cast<int64_t>(negative_ ? 0 - low : low);
}

std::optional<int64_t> Decimal::ToInt64Exact() const {
  if (magnitude_.empty()) return 0;
  Magnitude m = magnitude_;
  if (scale_ < -19) return std::nullopt;
  for (int32_t i = scale_; i < 0; ++i) MultiplyAdd(&m, 10, 0);
  for (int32_t i = scale_; i > 0; --i) {
    if (m.empty() || Divide(&m, 10) != 0) return std::nullopt;
  }
  const uint64_t low = Low64(m);
  const uint64_t limit = uint64_t{1} << 63;
  if (m.size() > 2 || low > limit || (low == limit && !negative_)) return std::nullopt;
  return static_cast<int64_t>(negative_ ? 0 - low : low);
}

double Decimal::ToDouble() const { return ParseDouble(ToString()); }
float Decimal::ToFloat() const { return ParseFloat(ToString()); }

double ParseDouble(std::string_view text) { return ParseFloating<double>(text, std::strtod); }
float ParseFloat(std::string_view text) { return ParseFloating<float>(text, std::strtof); }

}  // namespace millrace::record
