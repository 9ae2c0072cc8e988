// SPDX-License-Identifier: Apache-2.0
#include "converters/logical.h"

#include <fmt/format.h>

#include <charconv>

#include "converters/support.h"

namespace millrace::converters {

namespace {

mr_value Logical(uint8_t kind, uint8_t logical, int64_t i) {
  mr_value v = record::Int(kind, i);
  v.logical = logical;
  return v;
}

}  // namespace

Result<int32_t> DecimalScale(const mr_schema& schema) {
  if (schema.n_params == 0) {
    return JavaError(Code::kData, "java.lang.NullPointerException",
                     "Cannot invoke \"java.util.Map.get(Object)\" because the return value of "
                     "\"org.apache.kafka.connect.data.Schema.parameters()\" is null");
  }
  for (uint32_t i = 0; i < schema.n_params; ++i) {
    if (record::View(schema.params[i].k) != "scale" || schema.params[i].v.p == nullptr) continue;
    const std::string_view text = record::View(schema.params[i].v);
    std::string_view digits = text;
    if (digits.starts_with('+')) digits.remove_prefix(1);
    int32_t scale = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), scale);
    if (error == std::errc() && end == digits.data() + digits.size() && !digits.empty()) return scale;
    return CausedBy(DataError("Invalid scale parameter found in Decimal schema: "), "java.lang.NumberFormatException",
                    fmt::format("For input string: \"{}\"", text));
  }
  return DataError("Invalid Decimal schema: scale parameter not found.");
}

std::string_view MinimalBytes(const mr_value& decimal) {
  std::string_view b = record::View(decimal);
  while (b.size() > 1 && (b[0] == '\0' || b[0] == '\xFF') && ((b[0] ^ b[1]) & 0x80) == 0) b.remove_prefix(1);
  return b;
}

Result<int64_t> FromLogicalDate(uint8_t logical, const mr_value& date) {
  const int64_t millis = DateMillis(date);
  switch (logical) {
    case MR_L_DATE:
      if (millis % kMillisPerDay != 0) {
        return DataError("Kafka Connect Date type should not have any time fields set to non-zero values.");
      }
      return static_cast<int32_t>(millis / kMillisPerDay);
    case MR_L_TIME:
      if (millis < 0 || millis > kMillisPerDay) {
        return DataError("Kafka Connect Time type should not have any date fields set to non-zero values.");
      }
      return millis;
    default: return millis;
  }
}

Status CheckTimeRange(int64_t millis) {
  if (millis >= 0 && millis <= kMillisPerDay) return {};
  return DataError("Time values must use number of milliseconds greater than 0 and less than 86400000");
}

mr_value DateValue(int64_t days) { return Logical(MR_I32, MR_L_DATE, static_cast<int32_t>(days)); }
mr_value TimeValue(int64_t millis) { return Logical(MR_I32, MR_L_TIME, static_cast<int32_t>(millis)); }
mr_value TimestampValue(int64_t millis) { return Logical(MR_I64, MR_L_TIMESTAMP, millis); }

}  // namespace millrace::converters
