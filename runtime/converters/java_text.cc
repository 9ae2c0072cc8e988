// SPDX-License-Identifier: Apache-2.0
#include "converters/java_text.h"

#include <fmt/format.h>

#include "converters/logical.h"
#include "record/decimal.h"
#include "record/java_number.h"
#include "record/utf8.h"
#include "record/value.h"

namespace millrace::converters {

using record::View;

namespace {

// java.util.Date.toString in UTC; years before Christ count backwards without a sign.
std::string DateText(int64_t millis) {
  constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const CivilTime t = ToCivil(millis);
  return fmt::format("{} {} {:02} {:02}:{:02}:{:02} UTC {}", kDays[t.weekday], kMonths[t.month - 1], t.day, t.hour,
                     t.minute, t.second, t.year > 0 ? t.year : 1 - t.year);
}

const mr_schema* Below(const mr_schema* schema, uint8_t kind, bool key) {
  if (schema == nullptr || schema->kind != kind) return nullptr;
  return key ? schema->key : schema->value;
}

void AppendStruct(const mr_schema* schema, const mr_value& v, std::string* out) {
  *out += "Struct{";
  bool first = true;
  for (uint32_t i = 0; schema != nullptr && i < v.n && i < schema->n_fields; ++i) {
    if (v.u.v[i].kind == MR_NULL) continue;
    if (!first) *out += ',';
    first = false;
    out->append(View(schema->fields[i].name));
    *out += '=';
    AppendJavaText(schema->fields[i].schema, v.u.v[i], out);
  }
  *out += '}';
}

}  // namespace

void AppendJavaText(const mr_schema* schema, const mr_value& v, std::string* out) {
  if (v.logical == MR_L_DECIMAL) {
    *out += record::Decimal::FromBytes(View(v), v.scale).ToString();
    return;
  }
  if (IsDate(v)) {
    *out += DateText(DateMillis(v));
    return;
  }
  switch (v.kind) {
    case MR_NULL: *out += "null"; return;
    case MR_BOOL: *out += v.u.i != 0 ? "true" : "false"; return;
    case MR_F32: *out += record::JavaFloat(static_cast<float>(v.u.d)); return;
    case MR_F64: *out += record::JavaDouble(v.u.d); return;
    case MR_STRING:
      if (record::IsValidUtf8(View(v))) {
        out->append(View(v));
      } else {
        *out += record::ReplaceMalformedUtf8(View(v));
      }
      return;
    case MR_BYTES: *out += "[B@0"; return;
    case MR_ARRAY:
      *out += '[';
      for (uint32_t i = 0; i < v.n; ++i) {
        if (i > 0) *out += ", ";
        AppendJavaText(Below(schema, MR_ARRAY, false), v.u.v[i], out);
      }
      *out += ']';
      return;
    case MR_MAP:
      *out += '{';
      for (uint32_t i = 0; i < v.n; ++i) {
        if (i > 0) *out += ", ";
        AppendJavaText(Below(schema, MR_MAP, true), v.u.v[2 * i], out);
        *out += '=';
        AppendJavaText(Below(schema, MR_MAP, false), v.u.v[2 * i + 1], out);
      }
      *out += '}';
      return;
    case MR_STRUCT: AppendStruct(schema != nullptr && schema->kind == MR_STRUCT ? schema : nullptr, v, out); return;
    default: *out += std::to_string(v.u.i); return;
  }
}

std::string JavaText(const mr_schema* schema, const mr_value& v) {
  std::string out;
  AppendJavaText(schema, v, &out);
  return out;
}

namespace {

constexpr int64_t kCutover = -141427;  // 1582-10-15, the first day of the Gregorian calendar

int64_t FloorDiv(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// Years are counted from March here, so that the leap day is the last; days before the month, from March.
int64_t DayOfYear(int64_t month) { return (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5; }

int64_t GregorianDays(int64_t year, int64_t month, int64_t day) {
  const int64_t y = year - (month <= 2 ? 1 : 0);
  return 365 * y + FloorDiv(y, 4) - FloorDiv(y, 100) + FloorDiv(y, 400) + DayOfYear(month) + day - 1 - 719468;
}

int64_t JulianDays(int64_t year, int64_t month, int64_t day) {
  const int64_t y = year - (month <= 2 ? 1 : 0);
  return 365 * y + FloorDiv(y, 4) + DayOfYear(month) + day - 1 - 719470;
}

}  // namespace

CivilTime ToCivil(int64_t millis) {
  const int64_t days = FloorDiv(millis, kMillisPerDay);
  const int64_t rest = millis - days * kMillisPerDay;
  CivilTime t{};
  t.weekday = static_cast<int>((days + 4) - FloorDiv(days + 4, 7) * 7);
  const auto of = days >= kCutover ? GregorianDays : JulianDays;
  // The year by its mean length is off by one at most.
  int64_t year = 1970 + FloorDiv(days * 10000, days >= kCutover ? 3652425 : 3652500);
  while (of(year + 1, 1, 1) <= days) ++year;
  while (of(year, 1, 1) > days) --year;
  int month = 12;
  while (of(year, month, 1) > days) --month;
  t.year = year;
  t.month = month;
  t.day = static_cast<int>(days - of(year, month, 1) + 1);
  t.millis = static_cast<int>(rest % 1000);
  t.second = static_cast<int>(rest / 1000 % 60);
  t.minute = static_cast<int>(rest / 60000 % 60);
  t.hour = static_cast<int>(rest / 3600000);
  return t;
}

int64_t DaysOfJavaDate(int64_t year, int64_t month, int64_t day) {
  year += FloorDiv(month - 1, 12);
  month -= FloorDiv(month - 1, 12) * 12;
  const int64_t gregorian = GregorianDays(year, month, day);
  return gregorian >= kCutover ? gregorian : JulianDays(year, month, day);
}

int64_t JavaField(int64_t value, size_t digits) {
  if (digits > 18) return value < 0 ? INT32_MIN : INT32_MAX;
  return static_cast<int32_t>(value);
}

int64_t JavaMillis(int64_t days, int64_t millis) {
  return static_cast<int64_t>(static_cast<uint64_t>(days) * static_cast<uint64_t>(kMillisPerDay) +
                              static_cast<uint64_t>(millis));
}

}  // namespace millrace::converters
