// SPDX-License-Identifier: Apache-2.0
//
// The settings of ExampleConverter: one table, from which the host validates, answers REST and prints documentation.
#pragma once

#include <millrace/cpp/config_table.h>

namespace example {

inline constexpr mr_config_key kKeys[] = {
    millrace::sdk::Key("upper.case", MR_T_BOOLEAN).Default("false").Doc("Write A-F instead of a-f"),
};
inline constexpr mr_config_table kConfig = millrace::sdk::ConfigTable(kKeys);

}  // namespace example
