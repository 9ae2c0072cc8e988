// SPDX-License-Identifier: Apache-2.0
//
// The bundle: its classes, and what it is called. The manifest is made from this table.
#include <millrace/cpp/bundle.h>

#include "config.h"
#include "task.h"

namespace {

constexpr mr_class kClasses[] = {
    millrace::sdk::SourceClass<example::ExampleSource>({
        .name = "example.ExampleSourceConnector",
        .version = VERSION,
        .doc = "Publishes numbered records",
        .config = &example::kConfig,
    }),
};

}  // namespace

MILLRACE_BUNDLE(kClasses, .name = "example", .version = VERSION, .licence = "Apache-2.0");
