// SPDX-License-Identifier: Apache-2.0
//
// The settings of ExampleTransform: one table, from which the host validates, answers REST and prints documentation.
#pragma once

#include <millrace/cpp/config_table.h>

namespace example {

inline constexpr mr_config_key kKeys[] = {
    millrace::sdk::Key("prefix", MR_T_STRING)
        .Validator("non-empty")
        .Importance(MR_IMPORTANCE_HIGH)
        .Doc("What to put in front of each text value"),
};
inline constexpr mr_config_table kConfig = millrace::sdk::ConfigTable(kKeys);

}  // namespace example
