// SPDX-License-Identifier: Apache-2.0
//
// millrace/cpp/value.h: making and reading mr_value slots. Makers borrow: text, bytes and element arrays must live as
// long as the slot, which for a record means in its batch's arena or in something the batch keeps.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "millrace/abi.h"
#include "millrace/cpp/text.h"

namespace millrace::sdk {

constexpr mr_value Null() { return mr_value{}; }

namespace internal {

constexpr mr_value IntSlot(uint8_t kind, int64_t i, uint8_t logical = MR_L_NONE) {
  mr_value v{};
  v.kind = kind;
  v.logical = logical;
  v.u.i = i;
  return v;
}
constexpr mr_value SlotSlot(uint8_t kind, uint32_t n, const mr_value* slots) {
  mr_value v{};
  v.kind = kind;
  v.n = n;
  v.u.v = slots;
  return v;
}
constexpr mr_value TextSlot(uint8_t kind, std::string_view s) {
  mr_value v{};
  v.kind = kind;
  v.n = static_cast<uint32_t>(s.size());
  v.u.s = s.empty() ? "" : s.data();
  return v;
}
constexpr mr_value DoubleSlot(uint8_t kind, double d) {
  mr_value v{};
  v.kind = kind;
  v.u.d = d;
  return v;
}

}  // namespace internal

constexpr mr_value Bool(bool b) { return internal::IntSlot(MR_BOOL, b ? 1 : 0); }
constexpr mr_value Int8(int8_t i) { return internal::IntSlot(MR_I8, i); }
constexpr mr_value Int16(int16_t i) { return internal::IntSlot(MR_I16, i); }
constexpr mr_value Int32(int32_t i) { return internal::IntSlot(MR_I32, i); }
constexpr mr_value Int64(int64_t i) { return internal::IntSlot(MR_I64, i); }
constexpr mr_value Float32(float f) { return internal::DoubleSlot(MR_F32, f); }
constexpr mr_value Float64(double d) { return internal::DoubleSlot(MR_F64, d); }
constexpr mr_value Text(std::string_view s) { return internal::TextSlot(MR_STRING, s); }
constexpr mr_value Bytes(std::string_view s) { return internal::TextSlot(MR_BYTES, s); }
constexpr mr_value Date(int32_t days) { return internal::IntSlot(MR_I32, days, MR_L_DATE); }
constexpr mr_value Time(int32_t ms_of_day) { return internal::IntSlot(MR_I32, ms_of_day, MR_L_TIME); }
constexpr mr_value Timestamp(int64_t ms) { return internal::IntSlot(MR_I64, ms, MR_L_TIMESTAMP); }
// `unscaled`: big-endian two's complement.
constexpr mr_value Decimal(std::string_view unscaled, int16_t scale) {
  mr_value v = internal::TextSlot(MR_BYTES, unscaled);
  v.logical = MR_L_DECIMAL;
  v.scale = scale;
  return v;
}
constexpr mr_value Array(std::span<const mr_value> elements) {
  return internal::SlotSlot(MR_ARRAY, static_cast<uint32_t>(elements.size()), elements.data());
}
// key, value, key, value ...
constexpr mr_value Map(std::span<const mr_value> slots) {
  return internal::SlotSlot(MR_MAP, static_cast<uint32_t>(slots.size() / 2), slots.data());
}
// One slot per field, in the schema's order.
constexpr mr_value Struct(std::span<const mr_value> fields) {
  return internal::SlotSlot(MR_STRUCT, static_cast<uint32_t>(fields.size()), fields.data());
}

constexpr bool IsNull(const mr_value& v) { return v.kind == MR_NULL; }
// Text or bytes of a STRING or BYTES slot.
constexpr std::string_view View(const mr_value& v) { return {v.u.s, v.n}; }
// The slots of an ARRAY or STRUCT; of a MAP, alternating keys and values.
constexpr std::span<const mr_value> Slots(const mr_value& v) {
  return {v.u.v, v.kind == MR_MAP ? size_t{2} * v.n : size_t{v.n}};
}
// The value under a text key of a MAP; nullptr: no such key.
constexpr const mr_value* Find(const mr_value& map, std::string_view key) {
  if (map.kind != MR_MAP) return nullptr;
  for (uint32_t i = 0; i < map.n; ++i) {
    const mr_value& k = map.u.v[size_t{2} * i];
    if (k.kind == MR_STRING && View(k) == key) return &map.u.v[size_t{2} * i + 1];
  }
  return nullptr;
}
// The index of a field in a STRUCT schema, -1: none. Look it up once per schema, not once per record.
constexpr int FieldIndex(const mr_schema& schema, std::string_view name) {
  for (uint32_t i = 0; i < schema.n_fields; ++i) {
    if (View(schema.fields[i].name) == name) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace millrace::sdk
