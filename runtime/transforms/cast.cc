// SPDX-License-Identifier: Apache-2.0
//
// Cast$Key and $Value: fields, or the whole value, to another primitive type.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "converters/java_text.h"
#include "converters/logical.h"
#include "converters/values_text.h"
#include "record/base64.h"
#include "record/decimal.h"
#include "record/validate.h"
#include "transforms/factories.h"

namespace millrace::transforms {

using record::JavaClassName;
using record::View;

namespace {

constexpr char kPurpose[] = "cast types";
constexpr char kNumberFormat[] = "java.lang.NumberFormatException";
constexpr std::string_view kInputs = "[INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING, BYTES]";
constexpr std::string_view kOutputs = "[INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING]";

std::string_view Trim(std::string_view s) {
  while (!s.empty() && static_cast<unsigned char>(s.front()) <= ' ') s.remove_prefix(1);
  while (!s.empty() && static_cast<unsigned char>(s.back()) <= ' ') s.remove_suffix(1);
  return s;
}

// A Java number's conversion to an integer: towards zero, held at the ends.
template <class T>
T Saturate(double d) {
  if (std::isnan(d)) return 0;
  if (d >= static_cast<double>(std::numeric_limits<T>::max())) return std::numeric_limits<T>::max();
  if (d <= static_cast<double>(std::numeric_limits<T>::min())) return std::numeric_limits<T>::min();
  return static_cast<T>(d);
}

Result<uint8_t> ParseType(std::string_view text) {
  std::string upper(Trim(text));
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); });
  for (uint8_t k = MR_BOOL; k <= MR_STRUCT; ++k) {
    if (record::TypeName(k) != upper) continue;
    if (k <= MR_STRING) return k;
    return converters::JavaError(
        Code::kConfig, converters::kConfigException,
        fmt::format("Cast transformation does not support casting to {}; supported types are {}", upper, kOutputs));
  }
  return converters::InvalidSetting(
      fmt::format("Invalid type found in casting spec: {}", Trim(text)),
      fmt::format("java.lang.IllegalArgumentException: No enum constant org.apache.kafka.connect.data.Schema.Type.{}",
                  upper),
      "null");
}

// Java's split(":"): empty parts at the end do not count.
std::vector<std::string_view> Split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t colon = text.find(':');
    parts.push_back(text.substr(0, colon));
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
  }
  while (parts.size() > 1 && parts.back().empty()) parts.pop_back();
  return parts;
}

class Cast : public TransformImpl {
 public:
  using TransformImpl::TransformImpl;

  Status Configure(const Settings& settings) override {
    const Result<std::string> spec = settings.Required("spec");
    if (!spec.ok()) return spec.status();
    const std::vector<std::string> mappings = settings.List("spec");
    const auto fail = [](std::string text) {
      return converters::JavaError(Code::kConfig, converters::kConfigException, std::move(text));
    };
    if (mappings.empty()) return fail("Must specify at least one field to cast.");
    for (const std::string& mapping : mappings) {
      const std::vector<std::string_view> parts = Split(mapping);
      if (parts.size() > 2) {
        return converters::InvalidSetting("renames", fmt::format("[{}]", fmt::join(mappings, ", ")),
                                          "Invalid rename mapping: " + mapping);
      }
      const Result<uint8_t> type = ParseType(parts.back());
      if (!type.ok()) return type.status();
      if (parts.size() == 1) {
        whole_ = *type;
      } else {
        fields_[std::string(Trim(parts[0]))] = *type;
      }
    }
    if (whole_ && mappings.size() > 1) {
      return fail(
          "Cast transformations that specify a type to cast the entire value to may only specify a single cast in "
          "their spec");
    }
    const Result<bool> replace = settings.Bool(kReplaceNull, true);
    if (!replace.ok()) return replace.status();
    replace_null_ = *replace;
    return {};
  }

  Status Apply(const Call& call, mr_record* r) override {
    if (value(*r).kind == MR_NULL) return {};
    return schema(*r) == nullptr ? Schemaless(call, r) : WithSchema(call, r);
  }

 private:
  struct Plan {
    record::SchemaRef to;
    std::vector<uint8_t> targets;  // per field, MR_NULL: as it is
  };

  Status Schemaless(const Call& call, mr_record* r) {
    const mr_value v = value(*r);
    if (whole_) {
      mr_value out;
      MILLRACE_RETURN_IF_ERROR(To(nullptr, v, *whole_, call.arena, &out));
      Set(r, nullptr, out);
      return {};
    }
    MILLRACE_RETURN_IF_ERROR(RequireMap(v, kPurpose));
    MapEdit edit(v, static_cast<uint32_t>(fields_.size()), call.arena);
    for (const auto& [name, type] : fields_) {
      const mr_value* found = MapFind(v, name);
      mr_value out = record::Null();
      if (found != nullptr) MILLRACE_RETURN_IF_ERROR(To(nullptr, *found, type, call.arena, &out));
      edit.Put(View(call.arena->Copy(name)), out);
    }
    Set(r, nullptr, edit.Finish());
    return {};
  }

  Status WithSchema(const Call& call, mr_record* r) {
    const mr_value v = value(*r);
    const mr_schema& from = *schema(*r);
    const Result<const Plan*> plan = plans_.Get(&from, [&](Plan* p) { return MakePlan(call, from, p); });
    if (!plan.ok()) return plan.status();
    if (whole_) {
      mr_value out;
      MILLRACE_RETURN_IF_ERROR(To(&from, v, *whole_, call.arena, &out));
      Set(r, call.Keep((*plan)->to), out);
      return {};
    }
    MILLRACE_RETURN_IF_ERROR(RequireStruct(v, kPurpose));
    const mr_schema& to = *(*plan)->to.get();
    auto* slots = call.arena->AllocArray<mr_value>(v.n);
    for (uint32_t i = 0; i < v.n; ++i) {
      const mr_schema& field = *from.fields[i].schema;
      slots[i] = WithDefault(v.u.v[i], field, replace_null_);
      if (const uint8_t target = (*plan)->targets[i]; target != MR_NULL) {
        MILLRACE_RETURN_IF_ERROR(To(&field, mr_value(slots[i]), target, call.arena, &slots[i]));
      }
      MILLRACE_RETURN_IF_ERROR(CheckField(to.fields[i], slots[i]));
    }
    Set(r, call.Keep((*plan)->to), record::Composite(MR_STRUCT, slots, v.n));
    return {};
  }

  Status MakePlan(const Call& call, const mr_schema& from, Plan* plan) const {
    record::Arena scratch(1024);
    SchemaDraft draft(whole_ ? *whole_ : static_cast<uint8_t>(MR_STRUCT));
    draft.CopyBasics(from);
    std::vector<record::SchemaRef> own;
    if (!whole_) {
      if (from.kind != MR_STRUCT) return NotAStruct("list");
      for (uint32_t i = 0; i < from.n_fields; ++i) {
        const std::string_view name = View(from.fields[i].name);
        const mr_schema* field = from.fields[i].schema;
        const auto found = fields_.find(name);
        plan->targets.push_back(found == fields_.end() ? static_cast<uint8_t>(MR_NULL) : found->second);
        if (found != fields_.end()) {
          SchemaDraft leaf(found->second);
          leaf.description().optional = field->optional;
          MILLRACE_RETURN_IF_ERROR(CastDefault(*field, found->second, &scratch, &leaf));
          Result<record::SchemaRef> schema = leaf.Build(call);
          if (!schema.ok()) return schema.status();
          own.push_back(*std::move(schema));
          field = own.back().get();
        }
        MILLRACE_RETURN_IF_ERROR(draft.Add(name, field));
      }
    }
    draft.description().optional = from.optional;
    MILLRACE_RETURN_IF_ERROR(CastDefault(from, draft.description().kind, &scratch, &draft));
    Result<record::SchemaRef> to = draft.Build(call);
    if (!to.ok()) return to.status();
    plan->to = *std::move(to);
    return {};
  }

  static Status CastDefault(const mr_schema& from, uint8_t target, record::Arena* scratch, SchemaDraft* draft) {
    if (!from.has_default) return {};
    mr_value v;
    MILLRACE_RETURN_IF_ERROR(To(&from, from.dflt, target, scratch, &v));
    return draft->SetDefault(v);
  }

  // castValueToType. `schema` may be NULL.
  static Status To(const mr_schema* schema, const mr_value& v, uint8_t target, record::Arena* arena, mr_value* out) {
    *out = record::Null();
    if (v.kind == MR_NULL) return {};
    if (schema == nullptr && v.logical != MR_L_NONE) {
      return DataError(
          fmt::format("Cast transformation was passed a value of type class {} which is not supported by Connect's "
                      "data API",
                      JavaClassName(v)));
    }
    const uint8_t type = schema == nullptr ? v.kind : schema->kind;
    if (type > MR_BYTES) {
      return DataError(fmt::format("Cast transformation does not support casting from {}; supported types are {}",
                                   record::TypeName(type), kInputs));
    }
    if (target == MR_STRING) {
      *out = record::Text(View(arena->Copy(Printed(schema, v))));
      return {};
    }
    mr_value number = v;
    if (schema != nullptr && schema->logical >= MR_L_DATE && converters::IsDate(v)) {
      const Result<int64_t> encoded = converters::FromLogicalDate(schema->logical, v);
      if (!encoded.ok()) return encoded.status();
      number = record::Int(MR_I64, *encoded);
    }
    if (number.kind == MR_STRING) return FromText(View(number), target, out);
    if (number.logical == MR_L_DECIMAL) return FromDecimal(record::Decimal::FromBytes(View(v), v.scale), target, out);
    if (number.logical != MR_L_NONE || number.kind > MR_F64) {
      return DataError(fmt::format("Unexpected type in Cast transformation: class {}", JavaClassName(number)));
    }
    FromNumber(number, target, out);
    return {};
  }

  static std::string Printed(const mr_schema* schema, const mr_value& v) {
    std::string text;
    if (converters::IsDate(v)) {
      converters::AppendValuesText(schema, v, false, &text);
    } else if (v.kind == MR_BYTES && v.logical == MR_L_NONE) {
      text = record::Base64Encode(View(v));
    } else {
      converters::AppendJavaText(schema, v, &text);
    }
    return text;
  }

  static void FromNumber(const mr_value& v, uint8_t target, mr_value* out) {
    const bool floating = v.kind == MR_F32 || v.kind == MR_F64;
    // Java goes by way of int for bytes and shorts.
    const int64_t wide = floating ? Saturate<int64_t>(v.u.d) : v.u.i;
    const int32_t narrow = floating ? Saturate<int32_t>(v.u.d) : static_cast<int32_t>(v.u.i);
    const double d = floating ? v.u.d : static_cast<double>(v.u.i);
    switch (target) {
      case MR_BOOL: *out = record::Bool(wide != 0); break;
      case MR_I8: *out = record::Int(MR_I8, static_cast<int8_t>(narrow)); break;
      case MR_I16: *out = record::Int(MR_I16, static_cast<int16_t>(narrow)); break;
      case MR_I32: *out = record::Int(MR_I32, narrow); break;
      case MR_I64: *out = record::Int(MR_I64, wide); break;
      case MR_F32:
        *out =
            record::Double(MR_F32, static_cast<double>(floating ? static_cast<float>(d) : static_cast<float>(v.u.i)));
        break;
      default: *out = record::Double(MR_F64, d); break;
    }
  }

  static Status FromDecimal(const record::Decimal& d, uint8_t target, mr_value* out) {
    if (target == MR_F32) {
      *out = record::Double(MR_F32, static_cast<double>(d.ToFloat()));
    } else if (target == MR_F64) {
      *out = record::Double(MR_F64, d.ToDouble());
    } else {
      FromNumber(record::Int(MR_I64, d.ToInt64()), target, out);
    }
    return {};
  }

  static Status OutOfRange(std::string_view text, std::string_view why) {
    return converters::CausedBy(DataError(fmt::format("Value ({}) was out of range for requested data type", text)),
                                kNumberFormat, why);
  }

  static Status FromText(std::string_view text, uint8_t target, mr_value* out) {
    if (target == MR_BOOL) {
      std::string lower(text);
      std::transform(lower.begin(), lower.end(), lower.begin(),
                     [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
      *out = record::Bool(lower == "true");
      return {};
    }
    const std::string input = fmt::format("For input string: \"{}\"", text);
    if (target == MR_F32 || target == MR_F64) return FromFloatText(text, input, target, out);
    std::string_view digits = text;
    if (digits.starts_with('+')) digits.remove_prefix(1);
    int64_t v = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), v);
    const bool whole = error == std::errc() && end == digits.data() + digits.size() && !digits.empty() &&
                       (digits.data() == text.data() || digits[0] != '-');
    if (!whole || (target != MR_I64 && v != static_cast<int32_t>(v))) return OutOfRange(text, input);
    if ((target == MR_I8 && v != static_cast<int8_t>(v)) || (target == MR_I16 && v != static_cast<int16_t>(v))) {
      return OutOfRange(text, fmt::format("Value out of range. Value:\"{}\" Radix:10", text));
    }
    *out = record::Int(target, v);
    return {};
  }

  // Float.parseFloat and Double.parseDouble: blanks around, a type letter behind, NaN and Infinity.
  static Status FromFloatText(std::string_view text, const std::string& input, uint8_t target, mr_value* out) {
    std::string_view s = Trim(text);
    if (s.empty()) return OutOfRange(text, "empty String");
    std::string_view body = s;
    const bool negative = body.starts_with('-');
    if (negative || body.starts_with('+')) body.remove_prefix(1);
    const double sign = negative ? -1 : 1;
    double d = 0;
    if (body == "NaN") {
      d = std::numeric_limits<double>::quiet_NaN();
    } else if (body == "Infinity") {
      d = sign * std::numeric_limits<double>::infinity();
    } else {
      if (!body.empty() && std::string_view("fFdD").find(body.back()) != std::string_view::npos) s.remove_suffix(1);
      if (!record::Decimal::Parse(s)) return OutOfRange(text, input);
      d = target == MR_F32 ? static_cast<double>(record::ParseFloat(s)) : record::ParseDouble(s);
    }
    *out = record::Double(target, d);
    return {};
  }

  std::map<std::string, uint8_t, std::less<>> fields_;
  std::optional<uint8_t> whole_;
  bool replace_null_ = true;
  PlanCache<Plan> plans_;
};

}  // namespace

std::unique_ptr<TransformImpl> MakeCast(const mr_host* host, int part) { return std::make_unique<Cast>(host, part); }

}  // namespace millrace::transforms
