// SPDX-License-Identifier: Apache-2.0
//
// MaskField$Key and $Value: the empty value of its type, or a given one, in place of fields.
#include <fmt/format.h>

#include <algorithm>

#include "converters/logical.h"
#include "record/decimal.h"
#include "record/validate.h"
#include "transforms/factories.h"

namespace millrace::transforms {

using record::JavaClassName;
using record::View;

namespace {

constexpr char kPurpose[] = "mask fields";

class MaskField : public TransformImpl {
 public:
  using TransformImpl::TransformImpl;

  Status Configure(const Settings& settings) override {
    const Result<std::string> fields = settings.Required("fields");
    if (!fields.ok()) return fields.status();
    fields_ = settings.List("fields");
    if (fields_.empty()) return converters::InvalidSetting("fields", "[]", "Empty list");
    replacing_ = settings.Has("replacement");
    replacement_ = settings.Text("replacement", "");
    if (replacing_ && replacement_.empty()) {
      return converters::InvalidSetting("replacement", "", "String must be non-empty");
    }
    const Result<bool> replace = settings.Bool(kReplaceNull, true);
    if (!replace.ok()) return replace.status();
    replace_null_ = *replace;
    return {};
  }

  Status Apply(const Call& call, mr_record* r) override {
    const mr_value v = value(*r);
    if (schema(*r) == nullptr) {
      MILLRACE_RETURN_IF_ERROR(RequireMap(v, kPurpose));
      MapEdit edit(v, static_cast<uint32_t>(fields_.size()), call.arena);
      for (const std::string& f : fields_) {
        const mr_value* found = MapFind(v, f);
        mr_value masked = record::Null();
        if (found != nullptr) MILLRACE_RETURN_IF_ERROR(Mask(call, *found, &masked));
        edit.Put(View(call.arena->Copy(f)), masked);
      }
      Set(r, nullptr, edit.Finish());
      return {};
    }
    MILLRACE_RETURN_IF_ERROR(RequireStruct(v, kPurpose));
    const mr_schema& s = *schema(*r);
    auto* slots = call.arena->AllocArray<mr_value>(v.n);
    for (uint32_t i = 0; i < v.n; ++i) {
      slots[i] = WithDefault(v.u.v[i], *s.fields[i].schema, replace_null_);
      if (std::find(fields_.begin(), fields_.end(), View(s.fields[i].name)) != fields_.end()) {
        MILLRACE_RETURN_IF_ERROR(Mask(call, mr_value(slots[i]), &slots[i]));
      }
      MILLRACE_RETURN_IF_ERROR(CheckField(s.fields[i], slots[i]));
    }
    Set(r, &s, record::Composite(MR_STRUCT, slots, v.n));
    return {};
  }

 private:
  Status Mask(const Call& call, const mr_value& v, mr_value* out) const {
    if (v.kind == MR_NULL) {
      *out = v;
      return {};
    }
    return replacing_ ? Replace(call, v, out) : Empty(v, out);
  }

  static Status Empty(const mr_value& v, mr_value* out) {
    mr_value empty = v;
    if (v.logical == MR_L_DECIMAL) {
      empty.u.s = "\0";
      empty.n = 1;
      empty.scale = 0;
    } else if (v.kind == MR_BYTES || v.kind == MR_STRUCT) {
      return DataError(fmt::format("Cannot mask value of type: class {}", JavaClassName(v)));
    } else if (v.kind == MR_STRING) {
      empty = record::Text("");
    } else if (v.kind == MR_ARRAY || v.kind == MR_MAP) {
      empty = record::Composite(v.kind, nullptr, 0);
    } else if (v.kind == MR_F32 || v.kind == MR_F64) {
      empty.u.d = 0;
    } else {
      empty.u.i = 0;
    }
    *out = empty;
    return {};
  }

  Status Replace(const Call& call, const mr_value& v, mr_value* out) const {
    const bool number = v.logical == MR_L_NONE && v.kind >= MR_I8 && v.kind <= MR_F64;
    if (!number && v.logical != MR_L_DECIMAL && v.kind != MR_STRING) {
      return DataError(fmt::format("Cannot mask value of type class {} with custom replacement.", JavaClassName(v)));
    }
    if (v.kind == MR_STRING) {
      *out = record::Text(View(call.arena->Copy(replacement_)));
      return {};
    }
    const std::optional<record::Decimal> d = record::Decimal::Parse(replacement_);
    if (!d) {
      return converters::CausedBy(
          DataError(v.logical == MR_L_DECIMAL
                        ? fmt::format("Unable to convert {} (class java.lang.String) to number", replacement_)
                        : fmt::format("Unable to convert {} (class java.lang.String) to a number", replacement_)),
          "java.lang.NumberFormatException", "Character array is not a number");
    }
    const int64_t i = d->ToInt64();
    switch (v.kind) {
      case MR_I8: *out = record::Int(MR_I8, static_cast<int8_t>(i)); break;
      case MR_I16: *out = record::Int(MR_I16, static_cast<int16_t>(i)); break;
      case MR_I32: *out = record::Int(MR_I32, static_cast<int32_t>(i)); break;
      case MR_I64: *out = record::Int(MR_I64, i); break;
      case MR_F32: *out = record::Double(MR_F32, static_cast<double>(static_cast<float>(d->ToDouble()))); break;
      case MR_F64: *out = record::Double(MR_F64, d->ToDouble()); break;
      default:
        if (d->scale() != static_cast<int16_t>(d->scale()))
          return DataError("a scale is beyond what a record can hold");
        *out = record::Bytes(View(call.arena->Copy(d->UnscaledBytes())));
        out->logical = MR_L_DECIMAL;
        out->scale = static_cast<int16_t>(d->scale());
        break;
    }
    return {};
  }

  std::vector<std::string> fields_;
  bool replacing_ = false, replace_null_ = true;
  std::string replacement_;
};

}  // namespace

std::unique_ptr<TransformImpl> MakeMaskField(const mr_host* host, int part) {
  return std::make_unique<MaskField>(host, part);
}

}  // namespace millrace::transforms
