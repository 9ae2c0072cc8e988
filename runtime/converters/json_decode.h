// SPDX-License-Identifier: Apache-2.0
//
// From a JsonReader's tree to slots under a schema, with the rules and error texts of JsonConverter.convertToConnect.
#pragma once

#include "base/status.h"
#include "converters/json_format.h"
#include "millrace/abi.h"
#include "record/arena.h"

namespace millrace::converters {

// `schema` NULL: schemaless. The tree's slots may be changed, and the value may point into the tree and to defaults of
// the schema. `tree` may be null where Java has no node at all.
Status JsonToValue(const mr_schema* schema, const mr_value& tree, const JsonFormat& format, record::Arena* arena,
                   mr_value* out);

}  // namespace millrace::converters
