// SPDX-License-Identifier: Apache-2.0
//
// Content negotiation: which of what a client sends and accepts this server speaks. It speaks application/json.
// Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::rest {

struct MediaType {
  std::string type, subtype;                                    // lower case; "*" matches all
  std::vector<std::pair<std::string, std::string>> parameters;  // names in lower case; without q
  double quality = 1;

  bool Matches(std::string_view type, std::string_view subtype) const;
};

// One media type with parameters; nullopt: malformed.
std::optional<MediaType> ParseMediaType(std::string_view text);

// The Content-Type of the answer for an Accept header (empty: none was sent): the best acceptable form of
// application/json, with the parameters asked for. nullopt: nothing acceptable (406).
std::optional<std::string> NegotiateJson(std::string_view accept);

}  // namespace millrace::rest
