// SPDX-License-Identifier: Apache-2.0
#include "record/json_text.h"

#include <fmt/format.h>

#include "record/base64.h"
#include "record/json_reader.h"
#include "record/json_writer.h"
#include "record/validate.h"
#include "record/value.h"

namespace millrace::record {

namespace {

constexpr size_t kMaxOffsetText = size_t{16} << 20;

Status CheckOffset(const mr_value& map) {
  if (map.kind == MR_NULL) return {};
  if (map.kind != MR_MAP) return Status::Data("Offsets must be specified as a Map");
  for (uint32_t i = 0; i < map.n; ++i) {
    const mr_value& key = map.u.v[2 * i];
    const mr_value& value = map.u.v[2 * i + 1];
    if (key.kind != MR_STRING) return Status::Data("Offsets may only use String keys");
    if (value.logical != MR_L_NONE) {
      return Status::Data(
          fmt::format("Offsets may only contain primitive types as values, but field {} contains class {}", View(key),
                      JavaClassName(value)));
    }
    if (value.kind > MR_BYTES) {
      return Status::Data(fmt::format("Offsets may only contain primitive types as values, but field {} contains {}",
                                      View(key), TypeName(value.kind)));
    }
  }
  return {};
}

void AppendPrimitive(const mr_value& v, std::string* out) {
  char number[kJsonDoubleMax];
  switch (v.kind) {
    case MR_NULL: *out += "null"; return;
    case MR_BOOL: *out += v.u.i != 0 ? "true" : "false"; return;
    case MR_F32: out->append(number, WriteJsonFloat(static_cast<float>(v.u.d), number)); return;
    case MR_F64: out->append(number, WriteJsonDouble(v.u.d, number)); return;
    case MR_STRING: AppendJsonString(View(v), out); return;
    case MR_BYTES:
      *out += '"';
      *out += Base64Encode(View(v));
      *out += '"';
      return;
    default: out->append(number, WriteInt64(v.u.i, number)); return;
  }
}

Result<mr_value> ReadTree(std::string_view json, Arena* arena) {
  if (json.size() > kMaxOffsetText) return Status::Data(fmt::format("an offset of {} bytes is too long", json.size()));
  JsonReader reader;
  mr_value tree;
  // Texts of the tree point into what was read, so that must live as long.
  if (!reader.Read(View(arena->Copy(json)), arena, &tree)) {
    return Status::Data(fmt::format("an offset is not JSON: {}", reader.error_message()));
  }
  ToSchemaless(&tree);
  return tree;
}

}  // namespace

Result<std::string> OffsetToJson(const mr_value& map) {
  MILLRACE_RETURN_IF_ERROR(CheckOffset(map));
  if (map.kind == MR_NULL) return std::string("null");
  std::string out = "{";
  for (uint32_t i = 0; i < map.n; ++i) {
    if (i > 0) out += ',';
    AppendJsonString(View(map.u.v[2 * i]), &out);
    out += ':';
    AppendPrimitive(map.u.v[2 * i + 1], &out);
  }
  out += '}';
  return out;
}

Result<std::string> OffsetKeyToJson(std::string_view connector, const mr_value& partition) {
  Result<std::string> map = OffsetToJson(partition);
  if (!map.ok()) return map.status();
  std::string out = "[";
  AppendJsonString(connector, &out);
  return out + ',' + *map + ']';
}

Result<mr_value> OffsetFromJson(std::string_view json, Arena* arena) {
  Result<mr_value> tree = ReadTree(json, arena);
  if (!tree.ok()) return tree.status();
  MILLRACE_RETURN_IF_ERROR(CheckOffset(*tree));
  return tree;
}

Result<OffsetKey> OffsetKeyFromJson(std::string_view json, Arena* arena) {
  Result<mr_value> tree = ReadTree(json, arena);
  if (!tree.ok()) return tree.status();
  if (tree->kind != MR_ARRAY || tree->n != 2 || tree->u.v[0].kind != MR_STRING) {
    return Status::Data("the key of an offset is not of the form [\"connector\",{...}]");
  }
  MILLRACE_RETURN_IF_ERROR(CheckOffset(tree->u.v[1]));
  return OffsetKey{std::string(View(tree->u.v[0])), tree->u.v[1]};
}

}  // namespace millrace::record
