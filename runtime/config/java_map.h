// SPDX-License-Identifier: Apache-2.0
//
// The order of java.util.HashMap, which depends on the hashes of the keys: messages of Kafka Connect print
// configurations in it, and lists in REST answers follow it. Free functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/properties.h"

namespace millrace::config {

// "{name=x, connector.class=null}", as a HashMap that was copied from another map prints itself.
std::string JavaMapText(const RawConfig& config);

// The order in which a HashMap iterates over keys that were put into it one by one: indexes into `keys`.
std::vector<size_t> JavaHashOrder(const std::vector<std::string_view>& keys);

}  // namespace millrace::config
