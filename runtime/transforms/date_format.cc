// SPDX-License-Identifier: Apache-2.0
#include "transforms/date_format.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

#include "converters/java_text.h"
#include "converters/logical.h"

namespace millrace::transforms {

using converters::CivilTime;
using converters::DaysOfJavaDate;

namespace {

constexpr std::string_view kLetters = "GyMdkHmsSEDFwWahKzZYuXL";
constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; }

bool StartsWithIgnoringCase(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (size_t i = 0; i < prefix.size(); ++i) {
    if (Lower(text[i]) != Lower(prefix[i])) return false;
  }
  return true;
}

// The index of the name that the text begins with, in full or by its first three letters; -1: none.
template <size_t N>
int MatchName(const std::array<std::string_view, N>& names, std::string_view text, size_t* length) {
  for (const bool full : {true, false}) {
    for (size_t i = 0; i < N; ++i) {
      const std::string_view name = full ? names[i] : names[i].substr(0, 3);
      if (!StartsWithIgnoringCase(text, name)) continue;
      *length = name.size();
      return static_cast<int>(i);
    }
  }
  return -1;
}

int64_t DayOfYear(const CivilTime& t) {
  return DaysOfJavaDate(t.year, t.month, t.day) - DaysOfJavaDate(t.year, 1, 1) + 1;
}

// Weeks begin on Sunday, and the first one may be short.
int64_t WeekOf(int64_t day_index, int weekday) {
  return (day_index - 1 + (7 + weekday - (day_index - 1) % 7) % 7) / 7 + 1;
}

int64_t CurrentYear() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return converters::ToCivil(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()).year;
}

// "+hhmm", "-hh:mm" ... in milliseconds; false when the text begins with no offset.
bool ReadOffset(std::string_view text, size_t* length, int64_t* millis) {
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return false;
  size_t i = 1;
  const auto digits = [&](int most) {
    int64_t v = 0;
    int n = 0;
    for (; n < most && i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i, ++n) v = v * 10 + (text[i] - '0');
    return n == 0 ? -1 : v;
  };
  const int64_t hours = digits(2);
  if (hours < 0) return false;
  if (i < text.size() && text[i] == ':') ++i;
  int64_t minutes = digits(2);
  if (minutes < 0) minutes = 0;
  *millis = (hours * 60 + minutes) * 60000 * (text[0] == '-' ? -1 : 1);
  *length = i;
  return true;
}

}  // namespace

struct DateFormat::Fields {
  int64_t year = 1970, month = 1, day = 1, day_of_year = 0, hour = 0, minute = 0, second = 0, millis = 0, offset = 0;
  int64_t half_hour = -1;  // the hour of a half day, when that is what was read
  bool afternoon = false, before_christ = false;
};

bool DateFormat::Numeric(const Item& item) {
  if (item.letter == 'M' || item.letter == 'L') return item.count <= 2;
  return std::string_view("ydkHmsSDFwWhKYu").find(item.letter) != std::string_view::npos && item.letter != 0;
}

Result<DateFormat> DateFormat::Compile(std::string_view pattern) {
  DateFormat f;
  f.pattern_ = pattern;
  const auto literal = [&f](char c) {
    if (f.items_.empty() || f.items_.back().letter != 0) f.items_.push_back({0, 0, {}});
    f.items_.back().text += c;
  };
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\'') {
      if (i + 1 < pattern.size() && pattern[i + 1] == '\'') {
        literal('\'');
        ++i;
        continue;
      }
      for (++i;; ++i) {
        if (i >= pattern.size()) return Status::Config("Unterminated quote");
        if (pattern[i] != '\'') {
          literal(pattern[i]);
        } else if (i + 1 < pattern.size() && pattern[i + 1] == '\'') {
          literal('\'');
          ++i;
        } else {
          break;
        }
      }
      continue;
    }
    if ((c | 32) < 'a' || (c | 32) > 'z') {
      literal(c);
      continue;
    }
    if (kLetters.find(c) == std::string_view::npos)
      return Status::Config(fmt::format("Illegal pattern character '{}'", c));
    size_t n = 1;
    while (i + n < pattern.size() && pattern[i + n] == c) ++n;
    if (c == 'X' && n > 3) return Status::Config("invalid ISO 8601 format: length=" + std::to_string(n));
    f.items_.push_back({c, static_cast<int>(n), {}});
    i += n - 1;
  }
  return f;
}

std::string DateFormat::Format(int64_t millis) const {
  const CivilTime t = converters::ToCivil(millis);
  const int64_t year = t.year > 0 ? t.year : 1 - t.year;
  std::string out;
  const auto number = [&out](int64_t v, int width) { out += fmt::format("{:0{}}", v, width); };
  for (const Item& item : items_) {
    switch (item.letter) {
      case 0: out += item.text; break;
      case 'G': out += t.year > 0 ? "AD" : "BC"; break;
      case 'y':
      case 'Y': {
        int64_t y = year;
        // The last days of a year belong to the week of the first of January.
        if (item.letter == 'Y' && t.month == 12 && t.day - t.weekday >= 26) ++y;
        if (item.count == 2) {
          number(y % 100, 2);
        } else {
          number(y, item.count);
        }
        break;
      }
      case 'M':
      case 'L':
        if (item.count >= 3) {
          out += item.count > 3 ? kMonths[static_cast<size_t>(t.month - 1)]
                                : kMonths[static_cast<size_t>(t.month - 1)].substr(0, 3);
        } else {
          number(t.month, item.count);
        }
        break;
      case 'd': number(t.day, item.count); break;
      case 'k': number(t.hour == 0 ? 24 : t.hour, item.count); break;
      case 'H': number(t.hour, item.count); break;
      case 'K': number(t.hour % 12, item.count); break;
      case 'h': number(t.hour % 12 == 0 ? 12 : t.hour % 12, item.count); break;
      case 'm': number(t.minute, item.count); break;
      case 's': number(t.second, item.count); break;
      case 'S': number(t.millis, item.count); break;
      case 'E':
        out +=
            item.count > 3 ? kDays[static_cast<size_t>(t.weekday)] : kDays[static_cast<size_t>(t.weekday)].substr(0, 3);
        break;
      case 'u': number(t.weekday == 0 ? 7 : t.weekday, item.count); break;
      case 'D': number(DayOfYear(t), item.count); break;
      case 'F': number((t.day - 1) / 7 + 1, item.count); break;
      case 'W': number((t.day - 1 + (t.weekday - (t.day - 1) % 7 + 7) % 7) / 7 + 1, item.count); break;
      case 'w': {
        const bool next = t.month == 12 && t.day - t.weekday >= 26;
        number(next ? 1 : WeekOf(DayOfYear(t), t.weekday), item.count);
        break;
      }
      case 'a': out += t.hour < 12 ? "AM" : "PM"; break;
      case 'z': out += item.count >= 4 ? "Coordinated Universal Time" : "UTC"; break;
      case 'Z': out += "+0000"; break;
      default: out += 'Z'; break;  // X
    }
  }
  return out;
}

bool DateFormat::ParseItem(const Item& item, bool fixed_width, std::string_view text, size_t* at, Fields* f) {
  while (*at < text.size() && (text[*at] == ' ' || text[*at] == '\t')) ++*at;
  if (*at >= text.size()) return false;
  const std::string_view rest = text.substr(*at);
  size_t length = 0;
  if (!Numeric(item)) {
    int index = -1;
    switch (item.letter) {
      case 'M':
      case 'L':
        index = MatchName(kMonths, rest, &length);
        f->month = index + 1;
        break;
      case 'E': index = MatchName(kDays, rest, &length); break;
      case 'a':
        index = StartsWithIgnoringCase(rest, "AM") ? 0 : StartsWithIgnoringCase(rest, "PM") ? 1 : -1;
        f->afternoon = index == 1;
        length = 2;
        break;
      case 'G':
        index = StartsWithIgnoringCase(rest, "BC") ? 0 : StartsWithIgnoringCase(rest, "AD") ? 1 : -1;
        f->before_christ = index == 0;
        length = 2;
        break;
      default:  // z Z X
        if (item.letter == 'X' && rest[0] == 'Z') {
          index = 0;
          length = 1;
        } else if (ReadOffset(rest, &length, &f->offset)) {
          index = 0;
        } else if (item.letter != 'X' && (StartsWithIgnoringCase(rest, "UTC") || StartsWithIgnoringCase(rest, "GMT"))) {
          index = 0;
          length = 3;
          size_t more = 0;
          if (ReadOffset(rest.substr(3), &more, &f->offset)) length += more;
        }
        break;
    }
    if (index < 0) return false;
    *at += length;
    return true;
  }
  if (fixed_width && rest.size() < static_cast<size_t>(item.count)) return false;
  const size_t end = fixed_width ? static_cast<size_t>(item.count) : rest.size();
  size_t i = 0;
  const bool negative = rest[0] == '-';
  if (negative) ++i;
  const size_t first = i;
  int64_t v = 0;
  for (; i < end && rest[i] >= '0' && rest[i] <= '9'; ++i) {
    if (i - first < 18) v = v * 10 + (rest[i] - '0');
  }
  if (i == first) return false;
  v = converters::JavaField(negative ? -v : v, i - first);
  switch (item.letter) {
    case 'y':
    case 'Y':
      // Two digits mean the year that lies between 80 years ago and 20 years from now.
      if (item.count <= 2 && i == 2 && !negative) {
        const int64_t start = CurrentYear() - 80;
        v += start / 100 * 100 + (v < start % 100 ? 100 : 0);
      }
      f->year = v;
      break;
    case 'M':
    case 'L': f->month = v; break;
    case 'd': f->day = v; break;
    case 'D': f->day_of_year = v; break;
    case 'k': f->hour = v == 24 ? 0 : v; break;
    case 'H': f->hour = v; break;
    case 'K': f->half_hour = v; break;
    case 'h': f->half_hour = v == 12 ? 0 : v; break;
    case 'm': f->minute = v; break;
    case 's': f->second = v; break;
    case 'S': f->millis = v; break;
    default: break;
  }
  *at += i;
  return true;
}

std::optional<int64_t> DateFormat::Parse(std::string_view text) const {
  Fields f;
  size_t at = 0;
  for (size_t i = 0; i < items_.size(); ++i) {
    const Item& item = items_[i];
    if (item.letter == 0) {
      if (text.substr(at, item.text.size()) != item.text) return std::nullopt;
      at += item.text.size();
      continue;
    }
    // Digits that run into each other are cut by the number of letters.
    const bool fixed = i + 1 < items_.size() && items_[i + 1].letter != 0 && Numeric(items_[i + 1]);
    if (!ParseItem(item, fixed, text, &at, &f)) return std::nullopt;
  }
  if (at == 0) return std::nullopt;
  if (f.half_hour >= 0) f.hour = f.half_hour + (f.afternoon ? 12 : 0);
  if (f.before_christ) f.year = 1 - f.year;
  const int64_t days =
      f.day_of_year != 0 ? DaysOfJavaDate(f.year, 1, 1) + f.day_of_year - 1 : DaysOfJavaDate(f.year, f.month, f.day);
  return converters::JavaMillis(days, ((f.hour * 60 + f.minute) * 60 + f.second) * 1000 + f.millis - f.offset);
}

}  // namespace millrace::transforms
