// SPDX-License-Identifier: Apache-2.0
//
// The settings of ExampleSource: one table, from which the host validates, answers REST and prints documentation.
#pragma once

#include <millrace/cpp/config_table.h>

namespace example {

inline constexpr mr_config_key kKeys[] = {
    millrace::sdk::Key("topic", MR_T_STRING)
        .Validator("non-empty")
        .Importance(MR_IMPORTANCE_HIGH)
        .Doc("The topic to publish to"),
    millrace::sdk::Key("interval.ms", MR_T_LONG)
        .Default("1000")
        .Validator("range(1,)")
        .Doc("The time between two records, in milliseconds"),
};
inline constexpr mr_config_table kConfig = millrace::sdk::ConfigTable(kKeys);

}  // namespace example
