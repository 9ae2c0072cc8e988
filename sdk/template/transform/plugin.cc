// SPDX-License-Identifier: Apache-2.0
//
// The bundle: its classes, and what it is called. The manifest is made from this table.
#include <millrace/cpp/bundle.h>

#include "config.h"
#include "transform.h"

namespace {

constexpr mr_class kClasses[] = {
    millrace::sdk::TransformClass<example::ExampleTransform>({
        .name = "example.ExampleTransform",
        .version = VERSION,
        .doc = "Puts a prefix in front of text values",
        .config = &example::kConfig,
    }),
};

}  // namespace

MILLRACE_BUNDLE(kClasses, .name = "example", .version = VERSION, .licence = "Apache-2.0");
