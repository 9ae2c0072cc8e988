// SPDX-License-Identifier: Apache-2.0
#include "converters/temporal.h"

#include <cstdint>

#include "converters/java_text.h"
#include "converters/logical.h"

namespace millrace::converters {

namespace {

constexpr std::string_view kDate = "y-M-d";
constexpr std::string_view kTime = "H:m:s.SZ";
constexpr std::string_view kTimestamp = "y-M-dTH:m:s.SZ";

struct Fields {
  int64_t year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, millis = 0;

  int64_t* Of(char letter) {
    switch (letter) {
      case 'y': return &year;
      case 'M': return &month;
      case 'd': return &day;
      case 'H': return &hour;
      case 'm': return &minute;
      case 's': return &second;
      case 'S': return &millis;
      default: return nullptr;
    }
  }
};

// A field takes as many digits as there are, after blanks and a minus sign.
bool ReadNumber(std::string_view* text, int64_t* out) {
  size_t i = 0;
  while (i < text->size() && ((*text)[i] == ' ' || (*text)[i] == '\t')) ++i;
  const bool negative = i < text->size() && (*text)[i] == '-';
  if (negative) ++i;
  const size_t first = i;
  int64_t value = 0;
  for (; i < text->size() && (*text)[i] >= '0' && (*text)[i] <= '9'; ++i) {
    if (i - first < 18) value = value * 10 + ((*text)[i] - '0');
  }
  if (i == first) return false;
  *out = JavaField(negative ? -value : value, i - first);
  text->remove_prefix(i);
  return true;
}

std::optional<int64_t> Parse(std::string_view text, std::string_view pattern) {
  Fields f;
  for (const char letter : pattern) {
    if (int64_t* field = f.Of(letter)) {
      if (!ReadNumber(&text, field)) return std::nullopt;
    } else {
      if (text.empty() || text[0] != letter) return std::nullopt;
      text.remove_prefix(1);
    }
  }
  return JavaMillis(DaysOfJavaDate(f.year, f.month, f.day),
                    ((f.hour * 60 + f.minute) * 60 + f.second) * 1000 + f.millis);
}

}  // namespace

std::optional<mr_value> ParseTemporal(std::string_view text) {
  switch (text.size()) {
    case 10:
      if (const auto ms = Parse(text, kDate)) return DateValue(*ms / kMillisPerDay);
      return std::nullopt;
    case 13:
      if (const auto ms = Parse(text, kTime)) return TimeValue(*ms);
      return std::nullopt;
    case 24:
      if (const auto ms = Parse(text, kTimestamp)) return TimestampValue(*ms);
      return std::nullopt;
    default: return std::nullopt;
  }
}

}  // namespace millrace::converters
