// SPDX-License-Identifier: Apache-2.0
//
// FieldPath: a field by name (V1), or through nested structs and maps by a dotted path with backticks (V2), as
// org.apache.kafka.connect.transforms.field.SingleFieldPath. Immutable once parsed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "millrace/abi.h"

namespace millrace::transforms {

class FieldPath {
 public:
  static Result<FieldPath> Parse(std::string_view text, bool v2);

  // The field's schema; nullptr when there is none. Stepping into what is no struct is an error, as in Java.
  Result<const mr_schema*> SchemaOf(const mr_schema& schema) const;
  // The field's value in a struct of that schema, or in a schemaless map. NULL where a step leads nowhere.
  Result<mr_value> ValueIn(const mr_value& v, const mr_schema& schema, bool with_default) const;
  Result<mr_value> ValueIn(const mr_value& map) const;

 private:
  Status CheckSteps() const;
  std::vector<std::string> steps_;
};

}  // namespace millrace::transforms
