// SPDX-License-Identifier: Apache-2.0
#include "converters/json_decode.h"

#include <fmt/format.h>

#include <string>

#include "converters/logical.h"
#include "converters/map_slots.h"
#include "converters/support.h"
#include "record/base64.h"
#include "record/decimal.h"
#include "record/json_reader.h"
#include "record/validate.h"
#include "record/value.h"

namespace millrace::converters {

using record::View;

namespace {

constexpr char kInvalidFormat[] = "com.fasterxml.jackson.databind.exc.InvalidFormatException";
constexpr std::string_view kBrokenBase64 =
    "Cannot access contents of TextNode as binary due to broken Base64 encoding: ";

// The name of Jackson's JsonNodeType.
std::string_view NodeType(const mr_value& tree) {
  switch (tree.kind) {
    case MR_NULL: return "NULL";
    case MR_BOOL: return "BOOLEAN";
    case MR_STRING: return "STRING";
    case MR_ARRAY: return "ARRAY";
    case MR_MAP: return "OBJECT";
    case record::kJsonMissing: return "MISSING";
    default: return "NUMBER";
  }
}

bool IsNumber(const mr_value& v) {
  return v.kind == MR_I32 || v.kind == MR_I64 || v.kind == record::kJsonBigInt || v.kind == record::kJsonDecimal;
}

const mr_value kNoNode{};

class Decoder {
 public:
  Decoder(const JsonFormat& format, record::Arena* arena) : format_(format), arena_(arena) {}

  Status Decode(const mr_schema* schema, const mr_value& tree, mr_value* out) {
    if (schema == nullptr) {
      *out = tree;
      record::ToSchemaless(out);
      return {};
    }
    if (tree.kind == MR_NULL) return Absent(*schema, out);
    if (schema->logical != MR_L_NONE) return Logical(*schema, tree, out);
    switch (schema->kind) {
      case MR_BOOL: *out = record::Bool(tree.kind == MR_BOOL && tree.u.i != 0); return {};
      case MR_I8: *out = record::Int(MR_I8, static_cast<int8_t>(Integer(tree))); return {};
      case MR_I16: *out = record::Int(MR_I16, static_cast<int16_t>(Integer(tree))); return {};
      case MR_I32: *out = record::Int(MR_I32, static_cast<int32_t>(Integer(tree))); return {};
      case MR_I64: *out = record::Int(MR_I64, Integer(tree)); return {};
      case MR_F32: *out = record::Double(MR_F32, static_cast<double>(record::JsonToFloat(tree))); return {};
      case MR_F64: *out = record::Double(MR_F64, record::JsonToDouble(tree)); return {};
      case MR_STRING: *out = tree.kind == MR_STRING ? tree : Mismatch(); return {};
      case MR_BYTES: return Bytes(tree, out);
      case MR_ARRAY: return Array(*schema, tree, out);
      case MR_MAP: return Map(*schema, tree, out);
      default: return Struct(*schema, tree, out);
    }
  }

 private:
  Status Absent(const mr_schema& schema, mr_value* out) const {
    *out = record::Null();
    if (schema.has_default && format_.replace_null_with_default) {
      *out = schema.dflt;
    } else if (!schema.optional) {
      return DataError(fmt::format("Invalid null value for required {} field", record::TypeName(schema.kind)));
    }
    return {};
  }

  static int64_t Integer(const mr_value& tree) { return IsNumber(tree) ? record::JsonToInt64(tree) : 0; }

  // A null where the schema may not allow one: Java finds that out when the value is put into a struct.
  mr_value Mismatch() {
    doubtful_ = true;
    return record::Null();
  }

  Status Bytes(const mr_value& tree, mr_value* out) {
    if (tree.kind != MR_STRING) {
      *out = Mismatch();
      return {};
    }
    std::string error;
    if (!record::Base64Decode(View(tree), &buffer_, &error)) {
      return CausedBy(DataError("Invalid bytes field"), kInvalidFormat, std::string(kBrokenBase64) + error);
    }
    *out = record::Bytes(View(arena_->Copy(buffer_)));
    return {};
  }

  mr_value DecimalSlot(const record::Decimal& d) {
    mr_value v = record::Bytes(View(arena_->Copy(d.UnscaledBytes())));
    v.logical = MR_L_DECIMAL;
    v.scale = static_cast<int16_t>(d.scale());
    return v;
  }

  Status Logical(const mr_schema& schema, const mr_value& tree, mr_value* out) {
    switch (schema.logical) {
      case MR_L_DECIMAL: return Decimal(schema, tree, out);
      case MR_L_DATE:
        if (tree.kind != MR_I32) return WrongNode("Date", "integer", tree);
        *out = DateValue(tree.u.i);
        return {};
      case MR_L_TIME:
        if (tree.kind != MR_I32) return WrongNode("Time", "integer", tree);
        MILLRACE_RETURN_IF_ERROR(CheckTimeRange(tree.u.i));
        *out = TimeValue(tree.u.i);
        return {};
      default:
        if (tree.kind != MR_I32 && tree.kind != MR_I64 && tree.kind != record::kJsonBigInt) {
          return WrongNode("Timestamp", "integral", tree);
        }
        *out = TimestampValue(record::JsonToInt64(tree));
        return {};
    }
  }

  static Status WrongNode(std::string_view type, std::string_view wanted, const mr_value& tree) {
    return DataError(fmt::format("Invalid type for {}, underlying representation should be {} but was {}", type, wanted,
                                 NodeType(tree)));
  }

  Status Decimal(const mr_schema& schema, const mr_value& tree, mr_value* out) {
    if (tree.kind == MR_I32 || tree.kind == MR_I64) {
      *out = DecimalSlot(record::Decimal(tree.u.i));
      return {};
    }
    if (IsNumber(tree)) {
      const record::Decimal d = *record::Decimal::Parse(View(tree));
      if (d.scale() != static_cast<int16_t>(d.scale())) {
        return DataError(
            fmt::format("Invalid Decimal field: the scale {} is beyond what a record can hold", d.scale()));
      }
      *out = DecimalSlot(d);
      return {};
    }
    if (tree.kind != MR_STRING) return WrongNode("Decimal", "numeric or bytes", tree);
    const Status invalid = DataError("Invalid bytes for Decimal field");
    std::string error;
    if (!record::Base64Decode(View(tree), &buffer_, &error)) {
      return CausedBy(invalid, kInvalidFormat, std::string(kBrokenBase64) + error);
    }
    if (buffer_.empty()) return CausedBy(invalid, "java.lang.NumberFormatException", "Zero length BigInteger");
    const Result<int32_t> scale = DecimalScale(schema);
    if (!scale.ok()) return CausedBy(invalid, scale.status().detail("class"), scale.status().message());
    if (*scale != static_cast<int16_t>(*scale)) {
      return DataError(fmt::format("Invalid Decimal field: the scale {} is beyond what a record can hold", *scale));
    }
    *out = record::Bytes(View(arena_->Copy(buffer_)));
    out->u.s = MinimalBytes(*out).data();
    out->n = static_cast<uint32_t>(MinimalBytes(*out).size());
    out->logical = MR_L_DECIMAL;
    out->scale = static_cast<int16_t>(*scale);
    return {};
  }

  // Java iterates over whatever children the node has: those of an object count, a plain value has none.
  Status Array(const mr_schema& schema, const mr_value& tree, mr_value* out) {
    const uint32_t n = tree.kind == MR_ARRAY || tree.kind == MR_MAP ? tree.n : 0;
    const uint32_t step = tree.kind == MR_MAP ? 2 : 1;
    auto* slots = arena_->AllocArray<mr_value>(n);
    for (uint32_t i = 0; i < n; ++i) {
      MILLRACE_RETURN_IF_ERROR(Decode(schema.value, tree.u.v[step * i + step - 1], &slots[i]));
    }
    *out = record::Composite(MR_ARRAY, slots, n);
    return {};
  }

  Status Map(const mr_schema& schema, const mr_value& tree, mr_value* out) {
    if (schema.key != nullptr && schema.key->kind != MR_STRING) return PairMap(schema, tree, out);
    if (tree.kind != MR_MAP) {
      return DataError(
          fmt::format("Maps with string fields should be encoded as JSON objects, but found {}", NodeType(tree)));
    }
    auto* slots = arena_->AllocArray<mr_value>(size_t{2} * tree.n);
    for (uint32_t i = 0; i < tree.n; ++i) {
      slots[2 * i] = tree.u.v[2 * i];
      MILLRACE_RETURN_IF_ERROR(Decode(schema.value, tree.u.v[2 * i + 1], &slots[2 * i + 1]));
    }
    *out = record::Composite(MR_MAP, slots, tree.n);
    return {};
  }

  Status PairMap(const mr_schema& schema, const mr_value& tree, mr_value* out) {
    if (tree.kind != MR_ARRAY) {
      return DataError(fmt::format(
          "Maps with non-string fields should be encoded as JSON array of tuples, but found {}", NodeType(tree)));
    }
    MapSlots slots;
    for (uint32_t i = 0; i < tree.n; ++i) {
      const mr_value& pair = tree.u.v[i];
      if (pair.kind != MR_ARRAY) {
        return DataError(fmt::format("Found invalid map entry instead of array tuple: {}", NodeType(pair)));
      }
      if (pair.n != 2)
        return DataError(fmt::format("Found invalid map entry, expected length 2 but found :{}", pair.n));
      mr_value key, value;
      MILLRACE_RETURN_IF_ERROR(Decode(schema.key, pair.u.v[0], &key));
      MILLRACE_RETURN_IF_ERROR(Decode(schema.value, pair.u.v[1], &value));
      slots.Put(key, value);
    }
    *out = slots.Finish(arena_);
    return {};
  }

  Status Struct(const mr_schema& schema, const mr_value& tree, mr_value* out) {
    if (tree.kind != MR_MAP) {
      return DataError(fmt::format("Structs should be encoded as JSON objects, but found {}", NodeType(tree)));
    }
    auto* slots = arena_->AllocArray<mr_value>(schema.n_fields);
    uint32_t cursor = 0;
    for (uint32_t i = 0; i < schema.n_fields; ++i) {
      const mr_field& field = schema.fields[i];
      const bool before = doubtful_;
      doubtful_ = false;
      MILLRACE_RETURN_IF_ERROR(Decode(field.schema, Find(tree, View(field.name), &cursor), &slots[i]));
      if (doubtful_) {
        const Status fits = record::ValidateValue(*field.schema, slots[i], View(field.name));
        if (!fits.ok()) return AsDataError(fits);
      }
      doubtful_ = doubtful_ || before;
    }
    *out = record::Composite(MR_STRUCT, slots, schema.n_fields);
    return {};
  }

  // Members nearly always come in the order of the schema's fields.
  static const mr_value& Find(const mr_value& tree, std::string_view name, uint32_t* cursor) {
    for (uint32_t k = 0; k < tree.n; ++k) {
      uint32_t i = *cursor + k;
      if (i >= tree.n) i -= tree.n;
      if (View(tree.u.v[2 * i]) == name) {
        *cursor = i + 1 < tree.n ? i + 1 : 0;
        return tree.u.v[2 * i + 1];
      }
    }
    return kNoNode;
  }

  const JsonFormat& format_;
  record::Arena* arena_;
  bool doubtful_ = false;
  std::string buffer_;
};

}  // namespace

Status JsonToValue(const mr_schema* schema, const mr_value& tree, const JsonFormat& format, record::Arena* arena,
                   mr_value* out) {
  return Decoder(format, arena).Decode(schema, tree, out);
}

}  // namespace millrace::converters
