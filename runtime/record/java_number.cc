// SPDX-License-Identifier: Apache-2.0
//
// Java before 19 makes digits one by one (Steele and White, "How to print floating-point numbers accurately") until
// what was printed lies within half a unit in the last place, always prints at least two digits in exponent form, and
// takes a shortcut for numbers that are whole. The number is d = B / S * 10^exponent, M is half a unit in its last
// place on the scale of B. What decides about the last digit is how the comparisons are done, so they follow Java's:
// in 64 bits "B + M > 10 S", beyond "B + M >= 10 S".
#include "record/java_number.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <compare>
#include <cstdint>
#include <cstring>

namespace millrace::record {

namespace {

constexpr int kFractionBits = 52;
constexpr std::array<uint64_t, 28> kPow5 = [] {
  std::array<uint64_t, 28> p{1};
  for (size_t i = 1; i < p.size(); ++i) p[i] = p[i - 1] * 5;
  return p;
}();

// Bits that 5^n needs, as Java estimates them.
int BitsOfPow5(int n) {
  return n < static_cast<int>(kPow5.size()) ? (n == 0 ? 0 : std::bit_width(kPow5[static_cast<size_t>(n)])) : n * 3;
}

// The digits of a number and where its point is: 0.d1d2d3... * 10^exponent.
struct Digits {
  char text[24];
  int n = 0;
  int exponent = 0;

  void Push(int digit) { text[n++] = static_cast<char>('0' + digit); }
  void RoundUp() {
    int i = n - 1;
    while (i > 0 && text[i] == '9') text[i--] = '0';
    if (text[i] == '9') {
      text[0] = '1';
      ++exponent;
    } else {
      ++text[i];
    }
  }
};

// Unsigned integers of up to 1216 bits: enough for the smallest and the largest double, scaled.
class Big {
 public:
  Big(uint64_t value, int pow5, int pow2) {
    word_[0] = static_cast<uint32_t>(value);
    word_[1] = static_cast<uint32_t>(value >> 32);
    n_ = 2;
    for (; pow5 >= 13; pow5 -= 13) Multiply(1220703125);
    Multiply(static_cast<uint32_t>(kPow5[static_cast<size_t>(pow5)]));
    ShiftLeft(pow2);
    Trim();
  }
  void Multiply(uint32_t factor) {
    uint64_t carry = 0;
    for (int i = 0; i < n_; ++i) {
      carry += uint64_t{word_[i]} * factor;
      word_[i] = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) word_[n_++] = static_cast<uint32_t>(carry);
  }
  void ShiftLeft(int bits) {
    const int words = bits / 32, rest = bits % 32;
    if (words > 0) {
      std::memmove(word_ + words, word_, static_cast<size_t>(n_) * 4);
      std::memset(word_, 0, static_cast<size_t>(words) * 4);
      n_ += words;
    }
    if (rest > 0) Multiply(uint32_t{1} << rest);
  }
  // this / divisor, which is less than 10; the remainder stays.
  int DivideSmall(const Big& divisor) {
    int q = 0;
    while (Compare(divisor) != std::strong_ordering::less) {
      Subtract(divisor);
      ++q;
    }
    return q;
  }
  std::strong_ordering Compare(const Big& o) const {
    if (n_ != o.n_) return n_ <=> o.n_;
    for (int i = n_ - 1; i >= 0; --i) {
      if (word_[i] != o.word_[i]) return word_[i] <=> o.word_[i];
    }
    return std::strong_ordering::equal;
  }
  void Add(const Big& o) {
    uint64_t carry = 0;
    const int n = std::max(n_, o.n_);
    for (int i = 0; i < n; ++i) {
      carry += uint64_t{i < n_ ? word_[i] : 0} + (i < o.n_ ? o.word_[i] : 0);
      word_[i] = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    n_ = n;
    if (carry != 0) word_[n_++] = 1;
  }

 private:
  void Subtract(const Big& o) {
    int64_t borrow = 0;
    for (int i = 0; i < n_; ++i) {
      borrow += int64_t{word_[i]} - (i < o.n_ ? int64_t{o.word_[i]} : 0);
      word_[i] = static_cast<uint32_t>(borrow);
      borrow >>= 32;
    }
    Trim();
  }
  void Trim() {
    while (n_ > 0 && word_[n_ - 1] == 0) --n_;
  }

  uint32_t word_[38];
  int n_;
};

// Where digit making stopped: is what is left within M of zero (low) or of the next digit (high), and on which side
// of the middle.
struct Stop {
  bool low = false, high = false;
  std::strong_ordering middle = std::strong_ordering::equal;
};

struct Scaled {
  uint64_t fraction;
  int b2, b5, s2, s5, m2, m5;
};

// At least two digits are printed in exponent form, so the first may not be the last there.
bool FormNeedsMore(int exponent) { return exponent < -3 || exponent >= 8; }

// All numbers of the division fit the type. Java computes with signed ints and longs where these are wide enough, and
// M may overflow there: U and S are the unsigned and signed type, so that the same happens here.
template <class U, class S>
Stop MakeDigits(const Scaled& x, int* exponent, Digits* out) {
  constexpr bool kWide = sizeof(U) > 8;  // stands for Java's big integers
  const auto pow5 = [](int n) {
    U p = 1;
    for (; n >= 27; n -= 27) p *= static_cast<U>(kPow5[27]);
    return static_cast<U>(p * static_cast<U>(kPow5[static_cast<size_t>(n)]));
  };
  U b = static_cast<U>(static_cast<U>(x.fraction) * pow5(x.b5)) << x.b2;
  const U s = pow5(x.s5) << x.s2;
  U m = pow5(x.m5) << x.m2;
  const U tens = s * 10;
  Stop stop;
  const auto next = [&](bool first) {
    const int q = static_cast<int>(b / s);
    b = 10 * (b % s);
    m *= 10;
    if (first || static_cast<S>(m) > 0) {
      const S sum = static_cast<S>(b + m);
      stop.low = static_cast<S>(b) < static_cast<S>(m);
      stop.high = kWide ? sum >= static_cast<S>(tens) : sum > static_cast<S>(tens);
    } else {
      stop.low = stop.high = true;
    }
    return q;
  };
  const int first = next(true);
  if (first == 0 && !stop.high) {
    --*exponent;
  } else {
    out->Push(first);
  }
  if (FormNeedsMore(*exponent)) stop.low = stop.high = false;
  while (!stop.low && !stop.high) out->Push(next(false));
  const S distance = static_cast<S>(static_cast<U>(b << 1) - tens);
  stop.middle = distance <=> S{0};
  return stop;
}

Stop MakeDigitsBig(const Scaled& x, int* exponent, Digits* out) {
  Big b(x.fraction, x.b5, x.b2);
  const Big s(1, x.s5, x.s2);
  Big m(1, x.m5, x.m2);
  Big tens = s;
  tens.Multiply(10);
  Stop stop;
  const auto next = [&] {
    const int q = b.DivideSmall(s);
    b.Multiply(10);
    m.Multiply(10);
    Big sum = b;
    sum.Add(m);
    stop.low = b.Compare(m) == std::strong_ordering::less;
    stop.high = sum.Compare(tens) != std::strong_ordering::less;
    return q;
  };
  const int first = next();
  if (first == 0 && !stop.high) {
    --*exponent;
  } else {
    out->Push(first);
  }
  if (FormNeedsMore(*exponent)) stop.low = stop.high = false;
  while (!stop.low && !stop.high) out->Push(next());
  b.Multiply(2);
  stop.middle = b.Compare(tens);
  return stop;
}

// A whole number; digits that a float cannot tell apart are rounded away.
Digits WholeDigits(uint64_t value, int insignificant) {
  Digits d;
  if (insignificant > 0) {
    uint64_t pow10 = kPow5[static_cast<size_t>(insignificant)] << insignificant;
    const uint64_t residue = value % pow10;
    value = value / pow10 + (residue >= pow10 / 2 ? 1 : 0);
  }
  int trailing = insignificant;
  while (value % 10 == 0) {
    value /= 10;
    ++trailing;
  }
  char reversed[20];
  int n = 0;
  for (; value != 0; value /= 10) reversed[n++] = static_cast<char>('0' + value % 10);
  for (int i = n; i-- > 0;) d.text[d.n++] = reversed[i];
  d.exponent = n + trailing;
  return d;
}

// The estimate of the decimal exponent is part of the result: it is corrected in one direction only.
int EstimateExponent(uint64_t fraction, int bin_exp) {
  const double d2 = std::bit_cast<double>(0x3FF0000000000000ULL | (fraction & 0xFFFFFFFFFFFFFULL));
  return static_cast<int>(std::floor((d2 - 1.5) * 0.289529654 + 0.176091259 + bin_exp * 0.301029995663981));
}

// `fraction` has its highest bit at kFractionBits; the number is fraction * 2^(bin_exp - kFractionBits).
Digits MakeDigits(int bin_exp, uint64_t fraction, int significant_bits) {
  const int zeros = std::countr_zero(fraction);
  const int fraction_bits = kFractionBits + 1 - zeros;
  const int tiny_bits = std::max(0, fraction_bits - bin_exp - 1);
  if (bin_exp <= 62 && bin_exp >= -21 && tiny_bits == 0) {
    int insignificant = 0;
    if (const int excess = bin_exp - significant_bits - 1; bin_exp > significant_bits && excess > 1) {
      insignificant = excess * 30103 / 100000;
    }
    const uint64_t whole =
        bin_exp >= kFractionBits ? fraction << (bin_exp - kFractionBits) : fraction >> (kFractionBits - bin_exp);
    return WholeDigits(whole, insignificant);
  }
  int exponent = EstimateExponent(fraction, bin_exp);
  Scaled x{};
  x.b5 = std::max(0, -exponent);
  x.b2 = x.b5 + tiny_bits + bin_exp;
  x.s5 = std::max(0, exponent);
  x.s2 = x.s5 + tiny_bits;
  x.m5 = x.b5;
  x.m2 = x.b2 - significant_bits;
  x.fraction = fraction >> zeros;
  x.b2 -= fraction_bits - 1;
  const int common = std::min(x.b2, x.s2);
  x.b2 -= common;
  x.s2 -= common;
  x.m2 -= common;
  // Below a power of two the numbers are twice as close.
  if (fraction_bits == 1) --x.m2;
  if (x.m2 < 0) {
    x.b2 -= x.m2;
    x.s2 -= x.m2;
    x.m2 = 0;
  }
  const int b_bits = fraction_bits + x.b2 + BitsOfPow5(x.b5);
  const int tens_bits = x.s2 + 1 + BitsOfPow5(x.s5 + 1);
  Digits out;
  Stop stop;
  if (b_bits < 32 && tens_bits < 32) {
    stop = MakeDigits<uint32_t, int32_t>(x, &exponent, &out);
  } else if (b_bits < 64 && tens_bits < 64) {
    stop = MakeDigits<uint64_t, int64_t>(x, &exponent, &out);
  } else if (b_bits < 120 && tens_bits < 120) {
    stop = MakeDigits<unsigned __int128, __int128>(x, &exponent, &out);
  } else {
    stop = MakeDigitsBig(x, &exponent, &out);
  }
  out.exponent = exponent + 1;
  if (stop.high && (!stop.low || stop.middle == std::strong_ordering::greater ||
                    (stop.middle == std::strong_ordering::equal && (out.text[out.n - 1] & 1) != 0))) {
    out.RoundUp();
  }
  return out;
}

char* Print(bool negative, const Digits& d, char* out) {
  const auto put = [&out](const char* p, int n) {
    std::memcpy(out, p, static_cast<size_t>(n));
    out += n;
  };
  if (negative) *out++ = '-';
  if (d.exponent > 0 && d.exponent < 8) {
    const int whole = std::min(d.n, d.exponent);
    put(d.text, whole);
    put("0000000", d.exponent - whole);
    *out++ = '.';
    if (d.n > whole) {
      put(d.text + whole, d.n - whole);
    } else {
      *out++ = '0';
    }
    return out;
  }
  if (d.exponent <= 0 && d.exponent > -3) {
    put("0.", 2);
    put("00", -d.exponent);
    put(d.text, d.n);
    return out;
  }
  *out++ = d.text[0];
  *out++ = '.';
  if (d.n > 1) {
    put(d.text + 1, d.n - 1);
  } else {
    *out++ = '0';
  }
  *out++ = 'E';
  int e = d.exponent - 1;
  if (e < 0) {
    *out++ = '-';
    e = -e;
  }
  if (e >= 100) *out++ = static_cast<char>('0' + e / 100);
  if (e >= 10) *out++ = static_cast<char>('0' + e / 10 % 10);
  *out++ = static_cast<char>('0' + e % 10);
  return out;
}

char* PrintSpecial(bool negative, bool nan, bool zero, char* out) {
  const char* text = nan ? "NaN" : zero ? (negative ? "-0.0" : "0.0") : negative ? "-Infinity" : "Infinity";
  const size_t n = std::strlen(text);
  std::memcpy(out, text, n);
  return out + n;
}

}  // namespace

char* WriteJavaDouble(double d, char* out) {
  const auto bits = std::bit_cast<uint64_t>(d);
  const bool negative = bits >> 63 != 0;
  uint64_t fraction = bits & 0xFFFFFFFFFFFFFULL;
  int exponent = static_cast<int>(bits >> kFractionBits & 0x7FF);
  if (exponent == 0x7FF || d == 0) return PrintSpecial(negative, std::isnan(d), d == 0, out);
  int significant = kFractionBits + 1;
  if (exponent == 0) {
    const int zeros = std::countl_zero(fraction);
    const int shift = zeros - (63 - kFractionBits);
    fraction <<= shift;
    exponent = 1 - shift;
    significant = 64 - zeros;
  } else {
    fraction |= uint64_t{1} << kFractionBits;
  }
  return Print(negative, MakeDigits(exponent - 1023, fraction, significant), out);
}

char* WriteJavaFloat(float f, char* out) {
  constexpr int kBits = 23;
  const auto bits = std::bit_cast<uint32_t>(f);
  const bool negative = bits >> 31 != 0;
  uint32_t fraction = bits & 0x7FFFFF;
  int exponent = static_cast<int>(bits >> kBits & 0xFF);
  if (exponent == 0xFF || f == 0) return PrintSpecial(negative, std::isnan(f), f == 0, out);
  int significant = kBits + 1;
  if (exponent == 0) {
    const int zeros = std::countl_zero(fraction);
    const int shift = zeros - (31 - kBits);
    fraction <<= shift;
    exponent = 1 - shift;
    significant = 32 - zeros;
  } else {
    fraction |= uint32_t{1} << kBits;
  }
  return Print(negative, MakeDigits(exponent - 127, uint64_t{fraction} << (kFractionBits - kBits), significant), out);
}

std::string JavaDouble(double d) {
  char text[kJavaDoubleMax];
  return {text, WriteJavaDouble(d, text)};
}

std::string JavaFloat(float f) {
  char text[kJavaDoubleMax];
  return {text, WriteJavaFloat(f, text)};
}

}  // namespace millrace::record
