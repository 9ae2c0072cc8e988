// SPDX-License-Identifier: Apache-2.0
//
// SchemaTable: interned schemas. Equal schemas are one object with one address, counted by reference; the object goes
// when the last reference does. Intern and release may be called on any thread; retain is one atomic add.
// Equality is that of Kafka Connect's ConnectSchema: type, optional, default, name, version, doc, parameters, fields,
// key and value schema.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/status.h"
#include "millrace/abi.h"

namespace millrace::record {

class SchemaTable {
 public:
  SchemaTable();
  ~SchemaTable();  // every reference must be gone, but for those leaked by abandoned tasks
  SchemaTable(const SchemaTable&) = delete;
  SchemaTable& operator=(const SchemaTable&) = delete;

  // The schema equal to the description, with one reference for the caller. Field, key and value schemas of the
  // description must be interned in this table. An invalid description (unknown kind, duplicate field name,
  // default that does not fit, more than 1 MiB of text ...) is a kData error.
  Result<const mr_schema*> Intern(const mr_schema& description);
  size_t size() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

void RetainSchema(const mr_schema* schema);
void ReleaseSchema(const mr_schema* schema);  // nullptr is fine

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
