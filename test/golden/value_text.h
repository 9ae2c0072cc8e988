// SPDX-License-Identifier: Apache-2.0
//
// The JSON encoding of schemas and values in the golden files (README.md), to and from slots. A value that cannot be
// put into slots is reported by ok() of the result.
#pragma once

#include <rapidjson/document.h>

#include <string>
#include <vector>

#include "base/status.h"
#include "millrace/abi.h"
#include "record/arena.h"
#include "record/schema_table.h"

namespace millrace::golden {

class Codec {
 public:
  explicit Codec(record::SchemaTable* table) : table_(table) {}

  // null: none. The schema lives as long as the codec.
  Result<const mr_schema*> ReadSchema(const rapidjson::Value& json);
  Result<mr_value> ReadValue(const rapidjson::Value& json, const mr_schema* schema);

  // The canonical text of either: members in one order, maps sorted, so that equal things have equal texts.
  static std::string SchemaText(const mr_schema* schema);
  static std::string ValueText(const mr_value& value, const mr_schema* schema);
  // The same of what a golden file says.
  Result<std::string> SchemaText(const rapidjson::Value& json);
  Result<std::string> ValueText(const rapidjson::Value& json, const mr_schema* schema);

  // Bytes in one of the forms {"s":..}, {"b":..}, null (nullptr data).
  static Result<bool> ReadBytes(const rapidjson::Value& json, std::string* out);
  static std::string Quote(std::string_view bytes);

  record::Arena* arena() { return &arena_; }

 private:
  Result<const mr_schema*> Intern(const mr_schema& d);
  record::SchemaTable* table_;
  record::Arena arena_;
  std::vector<record::SchemaRef> refs_;
};

}  // namespace millrace::golden
