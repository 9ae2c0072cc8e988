// SPDX-License-Identifier: Apache-2.0
//
// Request bodies, read with the leniency and the strictness of the Java worker: numbers and booleans in a
// configuration become their text, null stays a null value, unknown members are refused, the last duplicate counts.
// An empty body is null. Errors are kData and become a 500, as there. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "config/properties.h"
#include "herder/herder.h"

namespace millrace::rest {

// A map of text to text: a connector's configuration, a patch, a log level. nullopt: null.
Result<std::optional<config::RawConfig>> ParseConfigBody(std::string_view body);

struct CreateBody {
  std::optional<std::string> name;
  std::optional<config::RawConfig> config;
  std::optional<worker::TargetState> initial_state;
};
Result<std::optional<CreateBody>> ParseCreateBody(std::string_view body);

struct OffsetsBody {
  std::vector<herder::OffsetEntry> offsets;  // empty: absent, null or empty
};
Result<std::optional<OffsetsBody>> ParseOffsetsBody(std::string_view body);

}  // namespace millrace::rest
