// SPDX-License-Identifier: Apache-2.0
//
// CheckBatch of value.h: nothing that a plugin hands over is believed before it passed here.
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "record/validate.h"
#include "record/value.h"

namespace millrace::record {

namespace {

// What is wrong, nullptr: nothing.
using Fault = const char*;

bool InRange(const mr_value& v) {
  switch (v.kind) {
    case MR_BOOL: return v.u.i == 0 || v.u.i == 1;
    case MR_I8: return v.u.i == static_cast<int8_t>(v.u.i);
    case MR_I16: return v.u.i == static_cast<int16_t>(v.u.i);
    default: return v.u.i == static_cast<int32_t>(v.u.i);
  }
}

bool IsFloat(double d) {
  if (!std::isfinite(d)) return true;
  return std::fabs(d) <= std::numeric_limits<float>::max() && static_cast<double>(static_cast<float>(d)) == d;
}

Fault Check(const mr_value& v, const mr_schema* schema, const BatchLimits& limits, uint32_t depth);

Fault CheckSlots(const mr_value& v, const mr_schema* schema, const BatchLimits& limits, uint32_t depth) {
  if (v.n > limits.max_elements) return "has more elements than the host takes";
  if (v.n > 0 && v.u.v == nullptr) return "has elements but a null pointer to them";
  if (depth == 0) return "is nested deeper than the host takes";
  if (v.kind == MR_STRUCT) {
    if (schema == nullptr || schema->kind != MR_STRUCT) return "is a STRUCT but its schema is not";
    if (schema->n_fields != v.n) return "is a STRUCT whose number of slots is not that of its schema's fields";
    for (uint32_t i = 0; i < v.n; ++i) {
      if (Fault f = Check(v.u.v[i], schema->fields[i].schema, limits, depth - 1)) return f;
    }
    return nullptr;
  }
  const bool same = schema != nullptr && schema->kind == v.kind;
  const mr_schema* value = same ? schema->value : nullptr;
  const mr_schema* key = same ? schema->key : nullptr;
  for (uint32_t i = 0; i < v.n; ++i) {
    if (v.kind == MR_ARRAY) {
      if (Fault f = Check(v.u.v[i], value, limits, depth - 1)) return f;
    } else {
      if (Fault f = Check(v.u.v[2 * size_t{i}], key, limits, depth - 1)) return f;
      if (Fault f = Check(v.u.v[2 * size_t{i} + 1], value, limits, depth - 1)) return f;
    }
  }
  return nullptr;
}

Fault Check(const mr_value& v, const mr_schema* schema, const BatchLimits& limits, uint32_t depth) {
  if (v.logical != MR_L_NONE && (v.logical > MR_L_TIMESTAMP || LogicalKind(v.logical) != v.kind)) {
    return "has a logical type that its kind cannot have";
  }
  switch (v.kind) {
    case MR_NULL: return nullptr;
    case MR_BOOL:
    case MR_I8:
    case MR_I16:
    case MR_I32: return InRange(v) ? nullptr : "has a number outside of its kind";
    case MR_I64:
    case MR_F64: return nullptr;
    case MR_F32: return IsFloat(v.u.d) ? nullptr : "is an F32 with a value that no float has";
    case MR_STRING:
    case MR_BYTES:
      if (v.n > limits.max_bytes) return "is longer than the host takes";
      if (v.u.s == nullptr && v.n > 0) return "has a length but a null pointer";
      if (v.logical == MR_L_DECIMAL && v.n == 0) return "is a DECIMAL without a byte";
      return nullptr;
    case MR_ARRAY:
    case MR_MAP:
    case MR_STRUCT: return CheckSlots(v, schema, limits, depth);
    default: return "has a kind that does not exist";
  }
}

bool TextOk(const mr_str& s, const BatchLimits& limits) {
  return (s.p != nullptr || s.n == 0) && s.n <= limits.max_bytes;
}

Status Broken(std::string_view what) {
  return Status::Fatal(
      fmt::format("the plugin handed over a malformed batch: {}; this is a defect of the plugin", what));
}

Status Broken(uint32_t record, std::string_view member, Fault fault) {
  return Broken(fmt::format("record {}: {} {}", record, member, fault));
}

}  // namespace

Status CheckValue(const mr_value& v, const mr_schema* schema, const BatchLimits& limits) {
  if (Fault f = Check(v, schema, limits, limits.max_depth)) return Broken(fmt::format("a value {}", f));
  return {};
}

Status CheckBatch(const mr_batch& batch, const BatchLimits& limits) {
  // Up to here the struct must reach; what a later version appends is not needed.
  constexpr size_t kLeast = offsetof(mr_batch, owner) + sizeof(batch.owner);
  if (batch.n == 0) return {};
  if (batch.size < kLeast) return Broken(fmt::format("size {} is less than {}", batch.size, kLeast));
  if (batch.n > limits.max_records) {
    return Broken(fmt::format("it claims {} records, more than the {} the host takes", batch.n, limits.max_records));
  }
  if (batch.records == nullptr) return Broken("it has records but a null pointer to them");
  if (batch.stride < sizeof(mr_record) || batch.stride % alignof(mr_record) != 0) {
    return Broken(fmt::format("a stride of {} bytes, where a record has {}", batch.stride, sizeof(mr_record)));
  }
  if (batch.release == nullptr) return Broken("it has records but no release function");
  if (batch.n_topics > 0 && batch.topics == nullptr) return Broken("it has topics but a null pointer to them");
  if (batch.n_topics > 65536) return Broken("it has more than 65536 topics");
  for (uint32_t i = 0; i < batch.n_topics; ++i) {
    if (batch.topics[i].p == nullptr || batch.topics[i].n == 0 || batch.topics[i].n > 65535) {
      return Broken(fmt::format("topic {} has no name", i));
    }
  }
  if (batch.n_src_partitions > 0 && batch.src_partitions == nullptr) {
    return Broken("it has source partitions but a null pointer to them");
  }
  if (batch.n_src_partitions > limits.max_records) return Broken("it has more source partitions than the host takes");
  for (uint32_t i = 0; i < batch.n_src_partitions; ++i) {
    if (Fault f = Check(batch.src_partitions[i], nullptr, limits, 4)) {
      return Broken(fmt::format("source partition {} {}", i, f));
    }
  }
  for (uint32_t i = 0; i < batch.n; ++i) {
    const mr_record& r = *MR_AT(const mr_record, batch.records, batch.stride, i);
    if (r.topic >= batch.n_topics) return Broken(i, "topic", "is not in the batch's table");
    if (Fault f = Check(r.key, r.key_schema, limits, limits.max_depth)) return Broken(i, "key", f);
    if (Fault f = Check(r.value, r.value_schema, limits, limits.max_depth)) return Broken(i, "value", f);
    if (r.src_offset.kind != MR_NULL) {
      if (r.src_offset.kind != MR_MAP) return Broken(i, "src_offset", "is not a MAP");
      if (Fault f = Check(r.src_offset, nullptr, limits, 4)) return Broken(i, "src_offset", f);
      if (r.src_partition >= batch.n_src_partitions) return Broken(i, "src_partition", "is not in the batch's table");
    }
    if (r.partition < MR_NO_PARTITION) return Broken(i, "partition", "is negative");
    if (r.n_headers > 0) {
      if (r.headers == nullptr) return Broken(i, "headers", "are counted but null");
      if (r.n_headers > limits.max_elements) return Broken(i, "headers", "are more than the host takes");
      for (uint32_t h = 0; h < r.n_headers; ++h) {
        if (r.headers[h].key.p == nullptr || !TextOk(r.headers[h].key, limits)) {
          return Broken(i, "a header", "has no name");
        }
        if (Fault f = Check(r.headers[h].value, r.headers[h].schema, limits, limits.max_depth)) {
          return Broken(i, "a header's value", f);
        }
      }
    }
  }
  return {};
}

}  // namespace millrace::record
