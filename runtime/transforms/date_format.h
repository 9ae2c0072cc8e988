// SPDX-License-Identifier: Apache-2.0
//
// DateFormat: java.text.SimpleDateFormat in UTC and the en_US locale: formatting with every pattern letter, lenient
// parsing with those that say a date or a time (week letters are read over, as they decide nothing beside a date).
// Immutable once compiled.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace millrace::transforms {

class DateFormat {
 public:
  // The error is the message of Java's IllegalArgumentException.
  static Result<DateFormat> Compile(std::string_view pattern);

  std::string Format(int64_t millis) const;
  // nullopt where Java throws a ParseException. What follows the last field is not looked at.
  std::optional<int64_t> Parse(std::string_view text) const;
  const std::string& pattern() const { return pattern_; }

 private:
  struct Item {
    char letter;  // 0: literal text
    int count;
    std::string text;
  };
  struct Fields;
  static bool Numeric(const Item& item);
  static bool ParseItem(const Item& item, bool fixed_width, std::string_view text, size_t* at, Fields* fields);

  std::string pattern_;
  std::vector<Item> items_;
};

}  // namespace millrace::transforms
