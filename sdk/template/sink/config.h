// SPDX-License-Identifier: Apache-2.0
//
// The settings of ExampleSink: one table, from which the host validates, answers REST and prints documentation.
#pragma once

#include <millrace/cpp/config_table.h>

namespace example {

inline constexpr mr_config_key kKeys[] = {
    millrace::sdk::Key("path", MR_T_STRING)
        .Validator("non-empty")
        .Importance(MR_IMPORTANCE_HIGH)
        .Doc("The file to append to"),
    millrace::sdk::Key("skip.nulls", MR_T_BOOLEAN).Default("true").Doc("Leave out records without a value"),
};
inline constexpr mr_config_table kConfig = millrace::sdk::ConfigTable(kKeys);

}  // namespace example
