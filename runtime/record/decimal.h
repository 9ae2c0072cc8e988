// SPDX-License-Identifier: Apache-2.0
//
// Decimal: java.math.BigDecimal as far as records need it: an unscaled integer of any size and a scale; texts, bytes
// and numbers as Java makes them. A value type.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::record {

class Decimal {
 public:
  Decimal() = default;
  explicit Decimal(int64_t value, int32_t scale = 0);

  // The texts that new BigDecimal(String) takes; nullopt where it throws.
  static std::optional<Decimal> Parse(std::string_view text);
  // Big-endian two's complement, as in a DECIMAL slot. No bytes: zero.
  static Decimal FromBytes(std::string_view bytes, int32_t scale);

  int32_t scale() const { return scale_; }
  int signum() const { return magnitude_.empty() ? 0 : negative_ ? -1 : 1; }
  // The unscaled value, as few bytes as it needs.
  std::string UnscaledBytes() const;
  std::string UnscaledText() const;
  // BigDecimal.toString: with an exponent where the scale is negative or the number very small.
  std::string ToString() const;
  // BigDecimal.toPlainString: never with an exponent. nullopt beyond max_digits.
  std::optional<std::string> ToPlainString(size_t max_digits) const;
  // The integer part's low 64 bits (BigDecimal.longValue).
  int64_t ToInt64() const;
  // The integer part if that is all there is and it fits.
  std::optional<int64_t> ToInt64Exact() const;
  double ToDouble() const;
  float ToFloat() const;

 private:
  using Magnitude = std::vector<uint32_t>;  // least significant first, no leading zeros
  std::string Digits() const;

  bool negative_ = false;
  int32_t scale_ = 0;
  Magnitude magnitude_;
};

// Double.parseDouble and Float.parseFloat of a decimal number's text.
double ParseDouble(std::string_view text);
float ParseFloat(std::string_view text);

}  // namespace millrace::record
