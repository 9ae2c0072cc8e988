// SPDX-License-Identifier: Apache-2.0
//
// millrace/cpp/schema.h: Schema, a reference to an interned schema, and SchemaBuilder, which makes one.
//
// The host interns: equal schemas are one pointer, so compare and cache by pointer. A Schema holds one reference; a
// task keeps those it uses in its members and puts the raw pointer into records. Thread-safe, but for the builder.
//
//   Schema row = SchemaBuilder::Struct().Name("row").Field("id", Schema::Int64()).Field("text", optional).Build();
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "millrace/abi.h"
#include "millrace/cpp/error.h"
#include "millrace/cpp/host.h"
#include "millrace/cpp/text.h"
#include "millrace/cpp/value.h"

namespace millrace::sdk {

class Schema {
 public:
  Schema() = default;
  // Takes over a reference.
  explicit Schema(const mr_schema* adopted) : schema_(adopted) {}
  // Adds a reference to somebody else's.
  static Schema Share(const mr_schema* schema) {
    if (schema != nullptr) Host().schema_retain(schema);
    return Schema(schema);
  }
  Schema(const Schema& o) : Schema(Share(o.schema_)) {}
  Schema(Schema&& o) noexcept : schema_(std::exchange(o.schema_, nullptr)) {}
  Schema& operator=(Schema o) noexcept {
    std::swap(schema_, o.schema_);
    return *this;
  }
  ~Schema() {
    if (schema_ != nullptr) Host().schema_release(schema_);
  }

  const mr_schema* get() const { return schema_; }
  const mr_schema* operator->() const { return schema_; }
  explicit operator bool() const { return schema_ != nullptr; }

  // The plain ones, required; SchemaBuilder makes the others.
  static Schema Of(uint8_t kind);
  static Schema Boolean() { return Of(MR_BOOL); }
  static Schema Int32() { return Of(MR_I32); }
  static Schema Int64() { return Of(MR_I64); }
  static Schema Float64() { return Of(MR_F64); }
  static Schema String() { return Of(MR_STRING); }
  static Schema Bytes() { return Of(MR_BYTES); }

 private:
  const mr_schema* schema_ = nullptr;
};

// Texts and default values are borrowed until Build.
class SchemaBuilder {
 public:
  explicit SchemaBuilder(uint8_t kind) {
    d_.size = sizeof d_;
    d_.kind = kind;
    d_.version = -1;
  }
  static SchemaBuilder Struct() { return SchemaBuilder(MR_STRUCT); }
  static SchemaBuilder ArrayOf(Schema element) { return std::move(SchemaBuilder(MR_ARRAY).Parts({}, element)); }
  static SchemaBuilder MapOf(Schema key, Schema value) { return std::move(SchemaBuilder(MR_MAP).Parts(key, value)); }
  static SchemaBuilder Decimal(std::string_view scale_text) {
    return std::move(SchemaBuilder(MR_BYTES)
                         .Logical(MR_L_DECIMAL, "org.apache.kafka.connect.data.Decimal")
                         .Param("scale", scale_text));
  }
  static SchemaBuilder Date() {
    return std::move(SchemaBuilder(MR_I32).Logical(MR_L_DATE, "org.apache.kafka.connect.data.Date"));
  }
  static SchemaBuilder Time() {
    return std::move(SchemaBuilder(MR_I32).Logical(MR_L_TIME, "org.apache.kafka.connect.data.Time"));
  }
  static SchemaBuilder Timestamp() {
    return std::move(SchemaBuilder(MR_I64).Logical(MR_L_TIMESTAMP, "org.apache.kafka.connect.data.Timestamp"));
  }

  SchemaBuilder& Optional() {
    d_.optional = 1;
    return *this;
  }
  SchemaBuilder& Name(std::string_view name) {
    d_.name = Str(name);
    return *this;
  }
  SchemaBuilder& Version(int32_t version) {
    d_.version = version;
    return *this;
  }
  SchemaBuilder& Doc(std::string_view doc) {
    d_.doc = Str(doc);
    return *this;
  }
  SchemaBuilder& Default(const mr_value& value) {
    d_.has_default = 1;
    d_.dflt = value;
    return *this;
  }
  SchemaBuilder& Param(std::string_view key, std::string_view value) {
    params_.push_back({Str(key), Str(value)});
    return *this;
  }
  SchemaBuilder& Field(std::string_view name, Schema schema) {
    fields_.push_back({Str(name), schema.get()});
    parts_.push_back(std::move(schema));
    return *this;
  }

  // Throws what the host says of an invalid description (a duplicate field, a default that does not fit ...).
  Schema Build() {
    d_.fields = fields_.data();
    d_.n_fields = static_cast<uint32_t>(fields_.size());
    d_.params = params_.data();
    d_.n_params = static_cast<uint32_t>(params_.size());
    const mr_schema* schema = Host().schema_intern(&d_, internal::call_error);
    if (schema == nullptr) throw Error::Reported(MR_DATA);
    return Schema(schema);
  }

 private:
  SchemaBuilder& Parts(Schema key, Schema value) {
    d_.key = key.get();
    d_.value = value.get();
    parts_.push_back(std::move(key));
    parts_.push_back(std::move(value));
    return *this;
  }
  SchemaBuilder& Logical(uint8_t logical, std::string_view name) {
    d_.logical = logical;
    d_.version = 1;
    return Name(name);
  }

  mr_schema d_{};
  std::vector<mr_field> fields_;
  std::vector<mr_kv> params_;
  std::vector<Schema> parts_;  // keeps the parts alive until the whole holds them
};

inline Schema Schema::Of(uint8_t kind) { return SchemaBuilder(kind).Build(); }

}  // namespace millrace::sdk
