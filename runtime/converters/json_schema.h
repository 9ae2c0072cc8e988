// SPDX-License-Identifier: Apache-2.0
//
// Schemas as JsonConverter writes and reads them in its envelope: the rules, the member order and the error texts of
// JsonConverter.asJsonSchema and asConnectSchema. Pure functions but for the interning of what is read.
#pragma once

#include <functional>
#include <string>

#include "base/status.h"
#include "converters/json_format.h"
#include "millrace/abi.h"
#include "record/arena.h"
#include "record/schema_table.h"

namespace millrace::converters {

// Appends the schema's JSON text ("null" for none).
Status AppendJsonSchema(const mr_schema* schema, const JsonFormat& format, std::string* out);

// Interns a described schema.
using InternFn = std::function<Result<record::SchemaRef>(const mr_schema&)>;
// The schema that a tree of a JsonReader describes; an empty reference for JSON null. `scratch` holds what the
// description points to.
Result<record::SchemaRef> SchemaFromJson(const mr_value& tree, const JsonFormat& format, const InternFn& intern,
                                         record::Arena* scratch);

}  // namespace millrace::converters
