// SPDX-License-Identifier: Apache-2.0
//
// java.util.HashMap.toString: messages of Kafka Connect print configurations in its order, which depends on the hashes
// of the keys. Free functions.
#pragma once

#include <string>

#include "config/properties.h"

namespace millrace::config {

// "{name=x, connector.class=null}", as a HashMap that was copied from another map prints itself.
std::string JavaMapText(const RawConfig& config);

}  // namespace millrace::config
