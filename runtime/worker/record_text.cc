// SPDX-License-Identifier: Apache-2.0
#include "worker/record_text.h"

#include <fmt/format.h>

#include "record/java_number.h"
#include "record/value.h"

namespace millrace::worker {
namespace {

constexpr size_t kMaxText = 4096;
constexpr int kMaxDepth = 16;

void Append(const mr_value& v, const mr_schema* schema, int depth, std::string* out);

void AppendSlots(const mr_value& v, const mr_schema* schema, int depth, std::string* out) {
  const bool is_map = v.kind == MR_MAP;
  const bool is_struct = v.kind == MR_STRUCT && schema != nullptr;
  *out += is_struct ? "Struct{" : v.kind == MR_ARRAY ? "[" : "{";
  bool first = true;
  for (uint32_t i = 0; i < v.n && out->size() < kMaxText; ++i) {
    const mr_value& slot = v.u.v[is_map ? 2 * i + 1 : i];
    if (is_struct && slot.kind == MR_NULL) continue;
    if (!first) *out += is_struct ? "," : ", ";
    first = false;
    if (is_map) {
      Append(v.u.v[size_t{2} * i], schema != nullptr ? schema->key : nullptr, depth - 1, out);
      *out += '=';
    } else if (is_struct) {
      *out += record::View(schema->fields[i].name);
      *out += '=';
    }
    const mr_schema* below = schema == nullptr ? nullptr : is_struct ? schema->fields[i].schema : schema->value;
    Append(slot, below, depth - 1, out);
  }
  *out += v.kind == MR_ARRAY ? ']' : '}';
}

void Append(const mr_value& v, const mr_schema* schema, int depth, std::string* out) {
  if (depth == 0) {
    *out += "...";
    return;
  }
  switch (v.kind) {
    case MR_NULL: *out += "null"; break;
    case MR_BOOL: *out += v.u.i != 0 ? "true" : "false"; break;
    case MR_I8:
    case MR_I16:
    case MR_I32:
    case MR_I64: *out += std::to_string(v.u.i); break;
    case MR_F32: *out += record::JavaFloat(static_cast<float>(v.u.d)); break;
    case MR_F64: *out += record::JavaDouble(v.u.d); break;
    case MR_STRING: *out += record::View(v).substr(0, kMaxText); break;
    case MR_BYTES: *out += fmt::format("[B({} bytes)", v.n); break;
    case MR_ARRAY:
    case MR_MAP:
    case MR_STRUCT: AppendSlots(v, schema, depth, out); break;
    default: *out += '?';
  }
}

std::string SchemaText(const mr_schema* schema) {
  if (schema == nullptr) return "null";
  const std::string_view name = record::View(schema->name);
  return name.empty() ? fmt::format("Schema{{{}}}", record::TypeName(schema->kind))
                      : fmt::format("Schema{{{}:{}}}", name, record::TypeName(schema->kind));
}

}  // namespace

std::string ValueText(const mr_value& value, const mr_schema* schema) {
  std::string text;
  Append(value, schema, kMaxDepth, &text);
  if (text.size() > kMaxText) {
    text.resize(kMaxText);
    text += "...";
  }
  return text;
}

std::string SourceRecordText(const mr_batch& batch, const mr_record& r) {
  const bool placed = r.src_partition < batch.n_src_partitions;
  std::string headers;
  for (uint32_t i = 0; i < r.n_headers && headers.size() < kMaxText; ++i) {
    headers +=
        fmt::format("{}ConnectHeader(key={}, value={}, schema={})", i == 0 ? "" : ", ", record::View(r.headers[i].key),
                    ValueText(r.headers[i].value, r.headers[i].schema), SchemaText(r.headers[i].schema));
  }
  return fmt::format(
      "SourceRecord{{sourcePartition={}, sourceOffset={}}} ConnectRecord{{topic='{}', kafkaPartition={}, key={}, "
      "keySchema={}, value={}, valueSchema={}, timestamp={}, headers=ConnectHeaders(headers={})}}",
      placed ? ValueText(batch.src_partitions[r.src_partition], nullptr) : "null", ValueText(r.src_offset, nullptr),
      record::View(batch.topics[r.topic]), r.partition < 0 ? "null" : std::to_string(r.partition),
      ValueText(r.key, r.key_schema), SchemaText(r.key_schema), ValueText(r.value, r.value_schema),
      SchemaText(r.value_schema), (r.flags & MR_REC_HAS_TS) != 0 ? std::to_string(r.timestamp) : "null", headers);
}

}  // namespace millrace::worker
