// SPDX-License-Identifier: Apache-2.0
//
// Values as Java's toString prints the object that they stand for: what StringConverter writes. Pure functions.
#pragma once

#include <string>

#include "millrace/abi.h"

namespace millrace::converters {

// `schema` gives a STRUCT its field names; may be NULL for all else. Byte arrays have no text of their own in Java
// (it prints an address): here always "[B@0".
void AppendJavaText(const mr_schema* schema, const mr_value& v, std::string* out);
std::string JavaText(const mr_schema* schema, const mr_value& v);

// A calendar date, UTC, in the calendar that Java uses: Gregorian, but Julian before 1582-10-15.
struct CivilTime {
  int64_t year;                                  // 0 is 1 BC
  int month, day, hour, minute, second, millis;  // month and day from 1
  int weekday;                                   // 0: Sunday
};
CivilTime ToCivil(int64_t millis);
// Days since the epoch; fields beyond their range carry over.
int64_t DaysOfJavaDate(int64_t year, int64_t month, int64_t day);
// A number of so many digits as a field of SimpleDateFormat: an int, cut from a long or, beyond one, at its ends.
int64_t JavaField(int64_t value, size_t digits);
// Days and milliseconds together, with Java's overflow.
int64_t JavaMillis(int64_t days, int64_t millis);

}  // namespace millrace::converters
