// SPDX-License-Identifier: Apache-2.0
//
// The settings of the built-in transforms and predicates, as their Java classes define them. Static.
#pragma once

#include <string_view>

#include "millrace/abi.h"

namespace millrace::transforms {

// By the simple name of the class, without $Key and $Value. A programmer's error if there is none.
const mr_config_table* ConfigTable(std::string_view simple_name);

}  // namespace millrace::transforms
