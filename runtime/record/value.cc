// SPDX-License-Identifier: Apache-2.0
#include "record/value.h"

#include <bit>
#include <functional>

namespace millrace::record {

mr_value CopyValue(const mr_value& v, Arena* arena) {
  mr_value out = v;
  switch (v.kind) {
    case MR_STRING:
    case MR_BYTES: out.u.s = arena->Copy(View(v)).p; break;
    case MR_ARRAY:
    case MR_MAP:
    case MR_STRUCT: {
      const size_t n = SlotCount(v);
      auto* slots = arena->AllocArray<mr_value>(n);
      for (size_t i = 0; i < n; ++i) slots[i] = CopyValue(v.u.v[i], arena);
      out.u.v = slots;
      break;
    }
    default: break;
  }
  return out;
}

bool Equal(const mr_value& a, const mr_value& b) {
  if (a.kind != b.kind || a.logical != b.logical) return false;
  switch (a.kind) {
    case MR_NULL: return true;
    case MR_F32:
    case MR_F64: return std::bit_cast<uint64_t>(a.u.d) == std::bit_cast<uint64_t>(b.u.d);
    case MR_STRING:
    case MR_BYTES: return a.scale == b.scale && View(a) == View(b);
    case MR_ARRAY:
    case MR_MAP:
    case MR_STRUCT: {
      if (a.n != b.n) return false;
      for (size_t i = 0, n = SlotCount(a); i < n; ++i) {
        if (!Equal(a.u.v[i], b.u.v[i])) return false;
      }
      return true;
    }
    default: return a.u.i == b.u.i;
  }
}

uint64_t Hash(const mr_value& v) {
  const auto mix = [](uint64_t h, uint64_t x) {
    h = (h ^ x) * 0x9E3779B97F4A7C15ULL;
    return h ^ (h >> 29);
  };
  uint64_t h = mix(v.kind, v.logical);
  switch (v.kind) {
    case MR_NULL: return h;
    case MR_F32:
    case MR_F64: return mix(h, std::bit_cast<uint64_t>(v.u.d));
    case MR_STRING:
    case MR_BYTES: return mix(h, std::hash<std::string_view>()(View(v)));
    case MR_ARRAY:
    case MR_MAP:
    case MR_STRUCT:
      for (size_t i = 0, n = SlotCount(v); i < n; ++i) h = mix(h, Hash(v.u.v[i]));
      return h;
    default: return mix(h, static_cast<uint64_t>(v.u.i));
  }
}

std::string_view TypeName(uint8_t kind) {
  constexpr std::string_view kNames[] = {"NULL",    "BOOLEAN", "INT8",  "INT16", "INT32", "INT64", "FLOAT32",
                                         "FLOAT64", "STRING",  "BYTES", "ARRAY", "MAP",   "STRUCT"};
  return kind <= MR_STRUCT ? kNames[kind] : "UNKNOWN";
}

}  // namespace millrace::record
