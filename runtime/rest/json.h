// SPDX-License-Identifier: Apache-2.0
//
// JSON that came over the network, as a tree: strict syntax, numbers kept as they were written, nesting and size
// bounded, and no recursion while parsing. What follows a complete value is ignored, as Jackson does.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace millrace::rest {

struct Json {
  enum class Kind { kNull, kBool, kNumber, kString, kArray, kObject };
  Kind kind = Kind::kNull;
  std::string text;  // of a bool, number or string
  std::vector<Json> items;
  std::vector<std::pair<std::string, Json>> members;  // duplicates included, in order

  bool is_null() const { return kind == Kind::kNull; }
  bool is_scalar() const { return kind == Kind::kBool || kind == Kind::kNumber || kind == Kind::kString; }
};

struct JsonLimits {
  size_t depth = 64;
  size_t values = 100'000;
};

// kData with the place of the fault.
Result<Json> ParseJson(std::string_view text, const JsonLimits& limits = {});

// Compact text; of duplicate members the last counts, at the place of the first.
std::string WriteJson(const Json& json);

}  // namespace millrace::rest
