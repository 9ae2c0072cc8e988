// SPDX-License-Identifier: Apache-2.0
#include "record/validate.h"

#include <fmt/format.h>

#include "record/value.h"

namespace millrace::record {

namespace {

constexpr std::string_view kLogicalNames[] = {
    "", "org.apache.kafka.connect.data.Decimal", "org.apache.kafka.connect.data.Date",
    "org.apache.kafka.connect.data.Time", "org.apache.kafka.connect.data.Timestamp"};

// A place in the words of the Java class, made only when it is needed.
struct Location {
  enum class Part { kSelf, kElement, kKey, kValue };
  const Location* parent = nullptr;
  Part part = Part::kSelf;
  std::string_view field;

  std::string Text() const {
    switch (part) {
      case Part::kSelf: return field.data() == nullptr ? "value" : fmt::format("field: \"{}\"", field);
      case Part::kElement: return "element of array " + parent->Text();
      case Part::kKey: return "key of map " + parent->Text();
      case Part::kValue: return "value of map " + parent->Text();
    }
    return {};
  }
};

// Java looks at the class of the object, and the name of a schema decides about it before its type does.
bool ClassFits(const mr_schema& schema, const mr_value& v) {
  switch (LogicalFromName(View(schema.name))) {
    case MR_L_DECIMAL: return v.logical == MR_L_DECIMAL;
    case MR_L_DATE:
    case MR_L_TIME:
    case MR_L_TIMESTAMP: return v.logical == MR_L_DATE || v.logical == MR_L_TIME || v.logical == MR_L_TIMESTAMP;
    default: return v.logical == MR_L_NONE && v.kind == schema.kind;
  }
}

Status Validate(const mr_schema& schema, const mr_value& v, const Location& where) {
  if (v.kind == MR_NULL) {
    if (schema.optional) return {};
    return Status::Data(
        fmt::format("Invalid value: null used for required {}, schema type: {}", where.Text(), TypeName(schema.kind)));
  }
  if (!ClassFits(schema, v)) {
    return Status::Data(fmt::format("Invalid Java object for schema{} with type {}: class {} for {}",
                                    schema.name.p ? fmt::format(" \"{}\"", View(schema.name)) : std::string(),
                                    TypeName(schema.kind), JavaClassName(v), where.Text()));
  }
  switch (v.kind) {
    case MR_STRUCT:
      if (v.n != schema.n_fields) return Status::Data("Struct schemas do not match.");
      for (uint32_t i = 0; i < v.n; ++i) {
        // A field that is missing is filled by its default later.
        const mr_schema& field = *schema.fields[i].schema;
        if (v.u.v[i].kind == MR_NULL && field.has_default) continue;
        MILLRACE_RETURN_IF_ERROR(
            Validate(field, v.u.v[i], {nullptr, Location::Part::kSelf, View(schema.fields[i].name)}));
      }
      return {};
    case MR_ARRAY: {
      const Location element{&where, Location::Part::kElement, {}};
      if (schema.value == nullptr) return Status::Data("No schema defined for " + element.Text());
      for (uint32_t i = 0; i < v.n; ++i) MILLRACE_RETURN_IF_ERROR(Validate(*schema.value, v.u.v[i], element));
      return {};
    }
    case MR_MAP: {
      const Location key{&where, Location::Part::kKey, {}}, value{&where, Location::Part::kValue, {}};
      if (schema.key == nullptr) return Status::Data("No schema defined for " + key.Text());
      if (schema.value == nullptr) return Status::Data("No schema defined for " + value.Text());
      for (uint32_t i = 0; i < v.n; ++i) {
        MILLRACE_RETURN_IF_ERROR(Validate(*schema.key, v.u.v[2 * i], key));
        MILLRACE_RETURN_IF_ERROR(Validate(*schema.value, v.u.v[2 * i + 1], value));
      }
      return {};
    }
    default: return {};
  }
}

}  // namespace

std::string_view JavaClassName(const mr_value& value) {
  switch (value.logical) {
    case MR_L_DECIMAL: return "java.math.BigDecimal";
    case MR_L_DATE:
    case MR_L_TIME:
    case MR_L_TIMESTAMP: return "java.util.Date";
    default: break;
  }
  constexpr std::string_view kNames[] = {"null",
                                         "java.lang.Boolean",
                                         "java.lang.Byte",
                                         "java.lang.Short",
                                         "java.lang.Integer",
                                         "java.lang.Long",
                                         "java.lang.Float",
                                         "java.lang.Double",
                                         "java.lang.String",
                                         "[B",
                                         "java.util.ArrayList",
                                         "java.util.HashMap",
                                         "org.apache.kafka.connect.data.Struct"};
  return value.kind <= MR_STRUCT ? kNames[value.kind] : "java.lang.Object";
}

std::string_view LogicalName(uint8_t logical) {
  return logical <= MR_L_TIMESTAMP ? kLogicalNames[logical] : std::string_view();
}

uint8_t LogicalFromName(std::string_view name) {
  constexpr std::string_view kPackage = "org.apache.kafka.connect.data.";
  if (!name.starts_with(kPackage)) return MR_L_NONE;
  for (uint8_t l = MR_L_DECIMAL; l <= MR_L_TIMESTAMP; ++l) {
    if (name == kLogicalNames[l]) return l;
  }
  return MR_L_NONE;
}

uint8_t LogicalKind(uint8_t logical) {
  constexpr uint8_t kKinds[] = {MR_NULL, MR_BYTES, MR_I32, MR_I32, MR_I64};
  return logical <= MR_L_TIMESTAMP ? kKinds[logical] : static_cast<uint8_t>(MR_NULL);
}

Status ValidateValue(const mr_schema& schema, const mr_value& value, std::string_view field) {
  return Validate(schema, value, {nullptr, Location::Part::kSelf, field});
}

}  // namespace millrace::record
