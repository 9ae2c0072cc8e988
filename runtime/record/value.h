// SPDX-License-Identifier: Apache-2.0
//
// Small helpers over mr_value and mr_str, and the check that a batch that came from a plugin is what it claims to be.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/status.h"
#include "millrace/abi.h"
#include "record/arena.h"

namespace millrace::record {

inline std::string_view View(const mr_str& s) { return s.p ? std::string_view(s.p, s.n) : std::string_view(); }
inline std::string_view View(const mr_value& v) { return {v.u.s, v.n}; }
inline mr_str Str(std::string_view s) { return {s.data() ? s.data() : "", static_cast<uint32_t>(s.size()), 0}; }
inline mr_value Null() { return mr_value{}; }
inline mr_value Int(uint8_t kind, int64_t i) {
  mr_value v{};
  v.kind = kind;
  v.u.i = i;
  return v;
}
inline mr_value Bool(bool b) { return Int(MR_BOOL, b ? 1 : 0); }
inline mr_value Double(uint8_t kind, double d) {
  mr_value v{};
  v.kind = kind;
  v.u.d = d;
  return v;
}
inline mr_value Text(std::string_view s) {
  mr_value v{};
  v.kind = MR_STRING;
  v.n = static_cast<uint32_t>(s.size());
  v.u.s = s.data() ? s.data() : "";
  return v;
}
inline mr_value Bytes(std::string_view s) {
  mr_value v = Text(s);
  v.kind = MR_BYTES;
  return v;
}
// ARRAY and STRUCT of n slots, MAP of n entries (2n slots).
inline mr_value Composite(uint8_t kind, const mr_value* slots, uint32_t n) {
  mr_value v{};
  v.kind = kind;
  v.n = n;
  v.u.v = slots;
  return v;
}
// How many slots a composite value points to; 0 for all others.
inline size_t SlotCount(const mr_value& v) {
  if (v.kind == MR_MAP) return size_t{2} * v.n;
  return v.kind == MR_ARRAY || v.kind == MR_STRUCT ? v.n : 0;
}

// Deep copy of a value (and all it points to) into an arena.
mr_value CopyValue(const mr_value& v, Arena* arena);
// Structural equality; doubles by bits.
bool Equal(const mr_value& a, const mr_value& b);
// Equal values have equal hashes.
uint64_t Hash(const mr_value& v);

// "STRUCT", "INT64" ...: the name of org.apache.kafka.connect.data.Schema.Type.
std::string_view TypeName(uint8_t kind);

struct BatchLimits {
  uint32_t max_records = 1'000'000;
  uint32_t max_depth = 64;
  uint32_t max_elements = 1U << 24;    // of one array, map or struct, and headers of one record
  uint32_t max_bytes = 1'000'000'000;  // of one text
};
// Checks a batch from a plugin before anything of it is believed: counts, stride, kinds, indices, null pointers,
// nesting, and that a struct has the fields of its schema. Constant work per record for flat values. kFatal with the
// offending record and member.
Status CheckBatch(const mr_batch& batch, const BatchLimits& limits);
// The same for a single value that came with a schema (NULL: schemaless).
Status CheckValue(const mr_value& v, const mr_schema* schema, const BatchLimits& limits);

}  // namespace millrace::record
