// SPDX-License-Identifier: Apache-2.0
//
// SchemaTable: interned schemas. Equal schemas are one object with one address, counted by reference; the object goes
// when the last reference does. Intern and release may be called on any thread; retain is one atomic add.
// Equality is that of Kafka Connect's ConnectSchema: type, optional, default, name, version, doc, parameters (in any
// order), fields, key and value schema.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "base/status.h"
#include "millrace/abi.h"

namespace millrace::record {

class SchemaTable {
 public:
  // Bounds on one schema with all below it.
  static constexpr uint32_t kMaxDepth = 1000;
  static constexpr size_t kMaxText = size_t{1} << 20;
  static constexpr uint32_t kMaxFields = 65536;

  SchemaTable();
  ~SchemaTable();  // references that abandoned tasks leaked stay valid
  SchemaTable(const SchemaTable&) = delete;
  SchemaTable& operator=(const SchemaTable&) = delete;

  // The schema equal to the description, with one reference for the caller. Field, key and value schemas of the
  // description must be interned in this table. The logical type follows from the name, whatever the description
  // says. An invalid description (unknown kind, duplicate field name, default that does not fit, more than kMaxText
  // of text ...) is a kData error.
  Result<const mr_schema*> Intern(const mr_schema& description);
  size_t size() const;

  struct Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

void RetainSchema(const mr_schema* schema);
void ReleaseSchema(const mr_schema* schema);  // nullptr is fine

// A description to fill in: required, no version, no name.
inline mr_schema DescribeSchema(uint8_t kind) {
  mr_schema s{};
  s.size = sizeof(mr_schema);
  s.kind = kind;
  s.version = -1;
  return s;
}

// A reference that is let go at the end of the scope.
class SchemaRef {
 public:
  SchemaRef() = default;
  explicit SchemaRef(const mr_schema* adopted) : schema_(adopted) {}
  SchemaRef(SchemaRef&& o) noexcept : schema_(o.schema_) { o.schema_ = nullptr; }
  SchemaRef(const SchemaRef& o) : schema_(o.schema_) {
    if (schema_) RetainSchema(schema_);
  }
  SchemaRef& operator=(SchemaRef o) noexcept {
    std::swap(schema_, o.schema_);
    return *this;
  }
  ~SchemaRef() {
    if (schema_) ReleaseSchema(schema_);
  }
  const mr_schema* get() const { return schema_; }
  const mr_schema* operator->() const { return schema_; }

 private:
  const mr_schema* schema_ = nullptr;
};

}  // namespace millrace::record
