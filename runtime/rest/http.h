// SPDX-License-Identifier: Apache-2.0
//
// One HTTP exchange as the handlers see it, free of the server's library. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rest/target.h"

namespace millrace::rest {

struct Request {
  std::string method;
  std::string raw_target;
  std::string body;
  std::string host;  // of the Host header
  std::optional<std::string> accept, content_type, origin, requested_method;
};

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Response {
  int status = 200;
  std::string content_type;  // "": no body
  std::string body;
  Headers headers;
};

// {"error_code":status,"message":message}
Response JsonError(int status, std::string_view message);
// What the HTTP server itself refuses, before any resource is asked.
Response ErrorPage(int status, std::string_view reason);
std::string_view ReasonPhrase(int status);

}  // namespace millrace::rest
