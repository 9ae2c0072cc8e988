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

// Deep copy of a value (and all it points to) into an arena.
mr_value CopyValue(const mr_value& v, Arena* arena);
// Structural equality; doubles by bits.
bool Equal(const mr_value& a, const mr_value& b);

// "STRUCT", "INT64" ...: the name of org.apache.kafka.connect.data.Schema.Type.
std::string_view TypeName(uint8_t kind);

struct BatchLimits {
  uint32_t max_records = 1'000'000;
  uint32_t max_depth = 64;
};
// Checks a batch from a plugin before anything of it is believed: counts, stride, kinds, indices, null pointers,
// nesting. Constant work per record for flat values. kFatal with the offending record and member.
Status CheckBatch(const mr_batch& batch, const BatchLimits& limits);

}  // namespace millrace::record
