// SPDX-License-Identifier: Apache-2.0
//
// Dates and times in the three fixed ISO formats that Values recognises, read as leniently as SimpleDateFormat does
// (2020-13-01 is January 2021; what follows the last field is not looked at). UTC. Pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "millrace/abi.h"

namespace millrace::converters {

// A DATE, TIME or TIMESTAMP slot for a text that has the length of one of the formats and parses.
std::optional<mr_value> ParseTemporal(std::string_view text);

}  // namespace millrace::converters
