// SPDX-License-Identifier: Apache-2.0
//
// The bundle: its classes, and what it is called. The manifest is made from this table.
#include <millrace/cpp/bundle.h>

#include "config.h"
#include "task.h"

namespace {

constexpr mr_class kClasses[] = {
    millrace::sdk::SinkClass<example::ExampleSink>({
        .name = "example.ExampleSinkConnector",
        .version = VERSION,
        .doc = "Appends values to a file",
        .config = &example::kConfig,
    }),
};

}  // namespace

MILLRACE_BUNDLE(kClasses, .name = "example", .version = VERSION, .licence = "Apache-2.0");
