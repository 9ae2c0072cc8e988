// SPDX-License-Identifier: Apache-2.0
//
// Does a value fit a schema? The rules and the texts of org.apache.kafka.connect.data.ConnectSchema.validateValue.
// Pure functions. Recursion is as deep as the value, which its reader has bounded.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "millrace/abi.h"

namespace millrace::record {

// "java.lang.Long", "java.util.ArrayList", "[B" ...: the class of the Java object that a value stands for.
std::string_view JavaClassName(const mr_value& value);

// "org.apache.kafka.connect.data.Decimal" ... for a logical type, "" for none.
std::string_view LogicalName(uint8_t logical);
// MR_L_* for the name of a schema; any other name is MR_L_NONE.
uint8_t LogicalFromName(std::string_view name);
// The kind that values of a logical type have.
uint8_t LogicalKind(uint8_t logical);

// kData in Java's words when `value` cannot be used with `schema`. `field` names the place: empty for a value by
// itself.
Status ValidateValue(const mr_schema& schema, const mr_value& value, std::string_view field = {});

}  // namespace millrace::record
