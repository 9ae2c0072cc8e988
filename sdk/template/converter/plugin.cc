// SPDX-License-Identifier: Apache-2.0
//
// The bundle: its classes, and what it is called. The manifest is made from this table.
#include <millrace/cpp/bundle.h>

#include "config.h"
#include "converter.h"

namespace {

constexpr mr_class kClasses[] = {
    millrace::sdk::ConverterClass<example::ExampleConverter>({
        .name = "example.ExampleConverter",
        .version = VERSION,
        .doc = "Values as hexadecimal digits",
        .config = &example::kConfig,
    }),
};

}  // namespace

MILLRACE_BUNDLE(kClasses, .name = "example", .version = VERSION, .licence = "Apache-2.0");
