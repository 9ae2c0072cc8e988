// SPDX-License-Identifier: Apache-2.0
//
// Values as org.apache.kafka.connect.data.Values.convertToString prints them: JSON-like, texts in quotes when inside
// of something. Pure functions.
#pragma once

#include <string>

#include "millrace/abi.h"

namespace millrace::converters {

// `schema` gives a STRUCT its field names and defaults; may be NULL for all else.
void AppendValuesText(const mr_schema* schema, const mr_value& v, bool embedded, std::string* out);

}  // namespace millrace::converters
