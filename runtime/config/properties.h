// SPDX-License-Identifier: Apache-2.0
//
// Properties: a configuration in its flat form, key -> text, as Kafka Connect stores and shows it. Whatever file
// format it came from, this is what the rest of the host sees.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::config {

using Properties = std::map<std::string, std::string, std::less<>>;
// A configuration as it came over REST: null values are still there, and are errors of their own.
using RawConfig = std::map<std::string, std::optional<std::string>, std::less<>>;

// The entries below `prefix`, without it ("key.converter." -> "schemas.enable").
Properties WithPrefix(const Properties& all, std::string_view prefix);

// The value of a key, or `fallback`.
std::string_view GetOr(const Properties& all, std::string_view key, std::string_view fallback);

}  // namespace millrace::config
