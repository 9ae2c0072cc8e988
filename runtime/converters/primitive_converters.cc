// SPDX-License-Identifier: Apache-2.0
#include "converters/primitive_converters.h"

#include <fmt/format.h>

#include <bit>

#include "record/validate.h"
#include "record/value.h"

namespace millrace::converters {

using record::JavaClassName;
using record::TypeName;
using record::View;

void PrimitiveConverter::ToConnect(mr_batch* batch, int part, const mr_str* bytes, record::Arena* arena,
                                   Reporter* report) {
  if (schema_.get() == nullptr) {
    mr_schema d = record::DescribeSchema(kind_);
    d.optional = 1;
    Result<record::SchemaRef> schema = Intern(d, report->abi());
    if (!schema.ok()) {
      ForEachRecord(*batch, [&](uint32_t i, const mr_record&) { report->Record(i, schema.status()); });
      return;
    }
    schema_ = *std::move(schema);
  }
  host()->arena_keep_schema(arena->abi(), schema_.get());
  ForEachRecord(*batch, [&](uint32_t i, mr_record& r) {
    mr_value v = record::Null();
    if (bytes[i].p != nullptr) {
      if (const Status s = Read(View(bytes[i]), &v); !s.ok()) {
        report->Record(i, s);
        return;
      }
    }
    SetSlot(&r, part, schema_.get(), v);
  });
}

// ---------------------------------------------------------------- bytes

void ByteArrayConverter::FromConnect(const mr_batch& batch, int part, record::Arena*, mr_str* bytes, Reporter* report) {
  ForEachRecord(batch, [&](uint32_t i, const mr_record& r) {
    const auto [v, schema] = SlotOf(r, part);
    bytes[i] = {};
    if (schema != nullptr && schema->kind != MR_BYTES) {
      report->Record(i,
                     DataError(fmt::format("Invalid schema type for ByteArrayConverter: {}", TypeName(schema->kind))));
    } else if (v->kind != MR_NULL && (v->kind != MR_BYTES || v->logical != MR_L_NONE)) {
      report->Record(i, DataError(fmt::format("ByteArrayConverter is not compatible with objects of type class {}",
                                              JavaClassName(*v))));
    } else if (v->kind != MR_NULL) {
      bytes[i] = record::Str(View(*v));
    }
  });
}

Status ByteArrayConverter::Read(std::string_view bytes, mr_value* out) const {
  *out = record::Bytes(bytes);
  return {};
}

// ---------------------------------------------------------------- boolean

void BooleanConverter::FromConnect(const mr_batch& batch, int part, record::Arena*, mr_str* bytes, Reporter* report) {
  static constexpr char kBytes[] = {0, 1};
  ForEachRecord(batch, [&](uint32_t i, const mr_record& r) {
    const auto [v, schema] = SlotOf(r, part);
    bytes[i] = {};
    if (schema != nullptr && schema->kind != MR_BOOL) {
      report->Record(i, DataError(fmt::format("Invalid schema type for BooleanConverter: {}", TypeName(schema->kind))));
    } else if (v->kind != MR_NULL && v->kind != MR_BOOL) {
      report->Record(i, DataError(fmt::format("BooleanConverter is not compatible with objects of type class {}",
                                              JavaClassName(*v))));
    } else if (v->kind == MR_BOOL) {
      bytes[i] = {&kBytes[v->u.i != 0 ? 1 : 0], 1, 0};
    }
  });
}

Status BooleanConverter::Read(std::string_view bytes, mr_value* out) const {
  const auto failed = [](std::string_view why) {
    return CausedBy(DataError("Failed to deserialize boolean: "), kSerializationException, why);
  };
  if (bytes.size() != 1) return failed("Size of data received by BooleanDeserializer is not 1");
  if (bytes[0] != 0 && bytes[0] != 1) {
    return failed(fmt::format("Unexpected byte received by BooleanDeserializer: {}",
                              static_cast<int>(static_cast<int8_t>(bytes[0]))));
  }
  *out = record::Bool(bytes[0] != 0);
  return {};
}

// ---------------------------------------------------------------- numbers

void NumberConverter::FromConnect(const mr_batch& batch, int part, record::Arena* arena, mr_str* bytes,
                                  Reporter* report) {
  ForEachRecord(batch, [&](uint32_t i, const mr_record& r) {
    const mr_value& v = *SlotOf(r, part).value;
    bytes[i] = {};
    if (v.kind == MR_NULL) return;
    if (v.kind != kind() || v.logical != MR_L_NONE) {
      report->Record(i, Misfit(v));
      return;
    }
    uint64_t bits = static_cast<uint64_t>(v.u.i);
    if (kind() == MR_F64) bits = std::bit_cast<uint64_t>(v.u.d);
    if (kind() == MR_F32) bits = std::bit_cast<uint32_t>(static_cast<float>(v.u.d));
    char* p = static_cast<char*>(arena->Alloc(width_, 1));
    for (size_t b = 0; b < width_; ++b) p[b] = static_cast<char>(bits >> 8 * (width_ - 1 - b));
    bytes[i] = {p, static_cast<uint32_t>(width_), 0};
  });
}

// Java casts, first to Number and then to the class itself.
Status NumberConverter::Misfit(const mr_value& v) const {
  const std::string_view from = JavaClassName(v);
  const bool number = v.logical == MR_L_DECIMAL || (v.logical == MR_L_NONE && v.kind >= MR_I8 && v.kind <= MR_F64);
  const std::string to = number ? fmt::format("java.lang.{}", java_name_) : "java.lang.Number";
  std::string where = fmt::format("{} and {} are in module java.base of loader 'bootstrap'", from, to);
  if (v.kind == MR_STRUCT) {
    where = fmt::format("{} is in unnamed module of loader 'app'; {} is in module java.base of loader 'bootstrap'",
                        from, to);
  }
  return CausedBy(DataError(fmt::format("Failed to serialize to {} (was class {}): ", name_, from)),
                  "java.lang.ClassCastException",
                  fmt::format("class {} cannot be cast to class {} ({})", from, to, where));
}

Status NumberConverter::Read(std::string_view bytes, mr_value* out) const {
  if (bytes.size() != width_) {
    // Only these two deserializers spell the size out differently.
    const bool plain = kind() != MR_F32 && kind() != MR_F64;
    return CausedBy(DataError(fmt::format("Failed to deserialize {}: ", name_)), kSerializationException,
                    plain ? fmt::format("Size of data received by {}Deserializer is not {}", java_name_, width_)
                          : fmt::format("Size of data received by Deserializer is not {}", width_));
  }
  uint64_t bits = 0;
  for (const char c : bytes) bits = bits << 8 | static_cast<unsigned char>(c);
  switch (kind()) {
    case MR_I16: *out = record::Int(MR_I16, static_cast<int16_t>(bits)); break;
    case MR_I32: *out = record::Int(MR_I32, static_cast<int32_t>(bits)); break;
    case MR_I64: *out = record::Int(MR_I64, static_cast<int64_t>(bits)); break;
    case MR_F32:
      *out = record::Double(MR_F32, static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(bits))));
      break;
    default: *out = record::Double(MR_F64, std::bit_cast<double>(bits)); break;
  }
  return {};
}

}  // namespace millrace::converters
