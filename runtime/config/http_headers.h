// SPDX-License-Identifier: Apache-2.0
//
// The rules of response.http.headers.config: "set X-Frame-Options: DENY, \"add Cache-Control: no-cache, no-store\"".
// Plain data; REST applies them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace millrace::config {

struct HttpHeaderRule {
  std::string action;  // "set", "add", "setDate", "addDate"
  std::string name, value;
};

// Kafka Connect's error texts. A blank text has no rules.
Result<std::vector<HttpHeaderRule>> ParseHttpHeaderRules(std::string_view text);

}  // namespace millrace::config
