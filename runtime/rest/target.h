// SPDX-License-Identifier: Apache-2.0
//
// The request target as the worker understands it: path segments, decoded one by one, and the query.
//
// What an HTTP server in front of Kafka Connect's REST API refuses is refused here too, because two parsers that
// disagree about where a segment ends are how access rules are got around: encoded slashes, backslashes and percent
// signs, encoded dots, empty segments, control characters, escapes that are not hexadecimal or not UTF-8. Matrix
// parameters (";x=1") are dropped. Pure functions, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace millrace::rest {

struct Target {
  std::vector<std::string> segments;  // of "/connectors/a%20b/": {"connectors", "a b"}
  std::vector<std::pair<std::string, std::string>> query;

  // The first value of a query parameter.
  std::optional<std::string_view> Query(std::string_view name) const;
  std::vector<std::string_view> QueryAll(std::string_view name) const;
};

// kBadRequest with the reason of the error page.
Result<Target> ParseTarget(std::string_view raw);

// The path of a resource in a Location header: `segment` with what a path cannot hold escaped. Slashes and escapes
// that are there already stay, as in Kafka Connect.
std::string EncodePath(std::string_view segment);

}  // namespace millrace::rest
