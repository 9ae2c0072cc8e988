// SPDX-License-Identifier: Apache-2.0
//
// The logical types' own rules, as org.apache.kafka.connect.data.Decimal, Date, Time and Timestamp have them. Where
// Java has a java.util.Date, a slot may be a DATE, a TIME or a TIMESTAMP whatever its schema says. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/status.h"
#include "millrace/abi.h"

namespace millrace::converters {

constexpr int64_t kMillisPerDay = 86400000;

inline bool IsDate(const mr_value& v) { return v.logical >= MR_L_DATE && v.logical <= MR_L_TIMESTAMP; }
// Milliseconds since the epoch of a DATE, TIME or TIMESTAMP.
inline int64_t DateMillis(const mr_value& v) { return v.logical == MR_L_DATE ? v.u.i * kMillisPerDay : v.u.i; }

// The parameter "scale" of a Decimal's schema.
Result<int32_t> DecimalScale(const mr_schema& schema);
// The bytes of a DECIMAL slot without superfluous sign bytes.
std::string_view MinimalBytes(const mr_value& decimal);
// The days, or milliseconds, that a date is written as in a schema of this logical type.
Result<int64_t> FromLogicalDate(uint8_t logical, const mr_value& date);

mr_value DateValue(int64_t days);
mr_value TimeValue(int64_t millis);
mr_value TimestampValue(int64_t millis);
Status CheckTimeRange(int64_t millis);

}  // namespace millrace::converters
