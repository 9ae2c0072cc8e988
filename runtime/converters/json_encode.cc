// SPDX-License-Identifier: Apache-2.0
#include "converters/json_encode.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "converters/json_schema.h"
#include "converters/logical.h"
#include "converters/support.h"
#include "record/base64.h"
#include "record/decimal.h"
#include "record/json_writer.h"
#include "record/validate.h"
#include "record/value.h"

namespace millrace::converters {

using record::View;

void ArenaWriter::Append(std::string_view text) {
  char* p = Room(text.size());
  std::memcpy(p, text.data(), text.size());
  at_ = p + text.size();
}

void ArenaWriter::Grow(size_t n) {
  const auto used = static_cast<size_t>(at_ - start_);
  const size_t want = std::max<size_t>(used * 2, used + n + 256);
  char* p = arena_->Reserve(want);
  if (used > 0) std::memmove(p, start_, used);
  start_ = p;
  at_ = p + used;
  end_ = p + std::max(want, arena_->room());
}

mr_str ArenaWriter::Finish() {
  if (start_ == nullptr) Grow(0);
  const auto n = static_cast<size_t>(at_ - start_);
  arena_->Commit(start_, n);
  const mr_str out{start_, static_cast<uint32_t>(n), 0};
  start_ = at_;
  return out;
}

// Writes values along a plan (nullptr: schemaless, or names written as they come).
class ValueWriter {
 public:
  ValueWriter(const JsonFormat& format, const JsonEncoder::Plan* plan, ArenaWriter* out)
      : format_(format), plan_(plan), out_(out) {}

  Status Write(const mr_schema* schema, const mr_value& v) {
    if (v.kind == MR_NULL) return WriteNull(schema);
    if (schema == nullptr) return WriteSchemaless(v);
    if (schema->logical != MR_L_NONE) return WriteLogical(*schema, v);
    if (v.kind != schema->kind || v.logical != MR_L_NONE) return Mismatch(*schema, v);
    return WriteKind(schema, v);
  }

 private:
  Status WriteNull(const mr_schema* schema) {
    if (schema != nullptr) {
      if (schema->has_default && format_.replace_null_with_default) return Write(schema, schema->dflt);
      if (!schema->optional) {
        return DataError("Conversion error: null value for field that is required and has no default value");
      }
    }
    out_->Append("null");
    return {};
  }

  Status WriteSchemaless(const mr_value& v) {
    if (v.logical != MR_L_NONE) {
      return DataError(
          fmt::format("Java class class {} does not have corresponding schema type.", record::JavaClassName(v)));
    }
    if (v.kind == MR_STRUCT) return DataError("Mismatching schema.");
    return WriteKind(nullptr, v);
  }

  static Status Mismatch(const mr_schema& schema, const mr_value& v) {
    if (schema.kind == MR_BYTES) {
      return DataError(fmt::format("Invalid type for bytes type: class {}", record::JavaClassName(v)));
    }
    return DataError(
        fmt::format("Invalid type for {}: class {}", record::TypeName(schema.kind), record::JavaClassName(v)));
  }

  Status WriteLogical(const mr_schema& schema, const mr_value& v) {
    if (schema.logical == MR_L_DECIMAL) {
      if (v.logical != MR_L_DECIMAL) {
        return DataError(
            fmt::format("Invalid type for Decimal, expected BigDecimal but was class {}", record::JavaClassName(v)));
      }
      if (format_.decimal_numeric) {
        out_->Append(record::Decimal::FromBytes(View(v), v.scale).ToString());
        return {};
      }
      const Result<int32_t> scale = DecimalScale(schema);
      if (!scale.ok()) return scale.status();
      if (*scale != v.scale) {
        return DataError(
            fmt::format("Decimal value has mismatching scale for given Decimal schema. Schema has scale {}, value "
                        "has scale {}.",
                        *scale, v.scale));
      }
      WriteBytes(MinimalBytes(v));
      return {};
    }
    if (!IsDate(v)) {
      constexpr std::string_view kNames[] = {"", "", "Date", "Time", "Timestamp"};
      return DataError(fmt::format("Invalid type for {}, expected Date but was class {}", kNames[schema.logical],
                                   record::JavaClassName(v)));
    }
    const Result<int64_t> number = FromLogicalDate(schema.logical, v);
    if (!number.ok()) return number.status();
    out_->Took(record::WriteInt64(*number, out_->Room(record::kInt64Max)));
    return {};
  }

  Status WriteKind(const mr_schema* schema, const mr_value& v) {
    switch (v.kind) {
      case MR_BOOL: out_->Append(v.u.i != 0 ? "true" : "false"); return {};
      case MR_F32:
        out_->Took(record::WriteJsonFloat(static_cast<float>(v.u.d), out_->Room(record::kJsonDoubleMax)));
        return {};
      case MR_F64: out_->Took(record::WriteJsonDouble(v.u.d, out_->Room(record::kJsonDoubleMax))); return {};
      case MR_STRING: WriteText(View(v)); return {};
      case MR_BYTES: WriteBytes(View(v)); return {};
      case MR_ARRAY: return WriteArray(schema, v);
      case MR_MAP: return WriteMap(schema, v);
      case MR_STRUCT: return WriteStruct(*schema, v);
      default: out_->Took(record::WriteInt64(v.u.i, out_->Room(record::kInt64Max))); return {};
    }
  }

  void WriteText(std::string_view text) {
    out_->Took(record::WriteJsonString(text, out_->Room(record::JsonStringMax(text.size()))));
  }

  void WriteBytes(std::string_view bytes) {
    char* p = out_->Room(record::Base64Length(bytes.size()) + 2);
    *p++ = '"';
    p = record::WriteBase64(bytes, p);
    *p++ = '"';
    out_->Took(p);
  }

  Status WriteArray(const mr_schema* schema, const mr_value& v) {
    const mr_schema* element = schema == nullptr ? nullptr : schema->value;
    out_->Append('[');
    for (uint32_t i = 0; i < v.n; ++i) {
      if (i > 0) out_->Append(',');
      MILLRACE_RETURN_IF_ERROR(Write(element, v.u.v[i]));
    }
    out_->Append(']');
    return {};
  }

  // Maps whose keys are texts are objects, others arrays of pairs.
  Status WriteMap(const mr_schema* schema, const mr_value& v) {
    bool object = true;
    const mr_schema* key = nullptr;
    const mr_schema* value = nullptr;
    if (schema != nullptr) {
      key = schema->key;
      value = schema->value;
      object = key != nullptr && key->kind == MR_STRING;
    } else {
      for (uint32_t i = 0; i < v.n && object; ++i) object = v.u.v[2 * i].kind == MR_STRING;
    }
    out_->Append(object ? '{' : '[');
    for (uint32_t i = 0; i < v.n; ++i) {
      if (i > 0) out_->Append(',');
      if (object) {
        MILLRACE_RETURN_IF_ERROR(WriteKey(key, v.u.v[2 * i]));
        out_->Append(':');
        MILLRACE_RETURN_IF_ERROR(Write(value, v.u.v[2 * i + 1]));
      } else {
        out_->Append('[');
        MILLRACE_RETURN_IF_ERROR(Write(key, v.u.v[2 * i]));
        out_->Append(',');
        MILLRACE_RETURN_IF_ERROR(Write(value, v.u.v[2 * i + 1]));
        out_->Append(']');
      }
    }
    out_->Append(object ? '}' : ']');
    return {};
  }

  // The text of a key; null is the text "null".
  Status WriteKey(const mr_schema* schema, const mr_value& v) {
    const mr_value* text = &v;
    if (v.kind == MR_NULL && schema != nullptr) {
      if (schema->has_default && format_.replace_null_with_default) {
        text = &schema->dflt;
      } else if (!schema->optional) {
        return DataError("Conversion error: null value for field that is required and has no default value");
      } else {
        WriteText("null");
        return {};
      }
    }
    if (text->kind != MR_STRING) return schema == nullptr ? DataError("a key is not a text") : Mismatch(*schema, *text);
    WriteText(View(*text));
    return {};
  }

  Status WriteStruct(const mr_schema& schema, const mr_value& v) {
    if (v.n != schema.n_fields) return DataError("Mismatching schema.");
    const std::vector<std::string>* names = nullptr;
    if (plan_ != nullptr) {
      if (const auto found = plan_->names.find(&schema); found != plan_->names.end()) names = &found->second;
    }
    out_->Append('{');
    for (uint32_t i = 0; i < v.n; ++i) {
      if (names != nullptr) {
        out_->Append((*names)[i]);
      } else {
        if (i > 0) out_->Append(',');
        WriteText(View(schema.fields[i].name));
        out_->Append(':');
      }
      MILLRACE_RETURN_IF_ERROR(Write(schema.fields[i].schema, v.u.v[i]));
    }
    out_->Append('}');
    return {};
  }

  const JsonFormat& format_;
  const JsonEncoder::Plan* plan_;
  ArenaWriter* out_;
};

void JsonEncoder::CollectNames(const mr_schema* schema, Plan* plan) {
  if (schema == nullptr || plan->names.contains(schema)) return;
  CollectNames(schema->key, plan);
  CollectNames(schema->value, plan);
  if (schema->kind != MR_STRUCT) return;
  std::vector<std::string> names;
  for (uint32_t i = 0; i < schema->n_fields; ++i) {
    std::string text = i > 0 ? "," : "";
    record::AppendJsonString(View(schema->fields[i].name), &text);
    names.push_back(text + ":");
  }
  plan->names.emplace(schema, std::move(names));
  for (uint32_t i = 0; i < schema->n_fields; ++i) CollectNames(schema->fields[i].schema, plan);
}

Result<const JsonEncoder::Plan*> JsonEncoder::PlanFor(const mr_schema* schema) {
  if (last_ != nullptr && last_->schema.get() == schema) [[likely]] {
    return last_;
  }
  if (const auto found = plans_.find(schema); found != plans_.end()) {
    last_ = found->second.get();
    return last_;
  }
  auto plan = std::make_unique<Plan>();
  if (envelope_) {
    plan->head = "{\"schema\":";
    MILLRACE_RETURN_IF_ERROR(AppendJsonSchema(schema, format_, &plan->head));
    plan->head += ",\"payload\":";
  }
  CollectNames(schema, plan.get());
  if (schema != nullptr) {
    record::RetainSchema(schema);
    plan->schema = record::SchemaRef(schema);
  }
  // Schemas that come and go must not pile up.
  if (plans_.size() >= max_plans_) {
    last_ = nullptr;
    plans_.clear();
  }
  last_ = plan.get();
  plans_.emplace(schema, std::move(plan));
  return last_;
}

Status JsonEncoder::Encode(const mr_schema* schema, const mr_value& value, ArenaWriter* out) {
  const Result<const Plan*> plan = PlanFor(schema);
  if (!plan.ok()) return plan.status();
  if (envelope_) out->Append((*plan)->head);
  const Status s = ValueWriter(format_, *plan, out).Write(schema, value);
  if (!s.ok()) {
    out->Drop();
    return s;
  }
  if (envelope_) out->Append('}');
  return {};
}

Status AppendJsonValue(const mr_schema* schema, const mr_value& value, const JsonFormat& format, std::string* out) {
  record::Arena arena(4096);
  ArenaWriter writer(&arena);
  MILLRACE_RETURN_IF_ERROR(ValueWriter(format, nullptr, &writer).Write(schema, value));
  out->append(View(writer.Finish()));
  return {};
}

}  // namespace millrace::converters
