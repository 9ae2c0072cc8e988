// SPDX-License-Identifier: Apache-2.0
//
// Listener: one URL of `listeners` or `admin.listeners`. Plain data.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace millrace::config {

struct Listener {
  bool tls = false;
  std::string host;  // "": all interfaces; an IPv6 address without its brackets
  int port = 8083;   // 0: any free one

  // Can only this machine reach it?
  bool loopback() const;
};

// "http://127.0.0.1:8083", "http://:8083", "HTTPS://[::1]:8443", "http://host" (port 8083). Java also takes a trailing
// slash and nothing after it.
Result<Listener> ParseListener(std::string_view url);

}  // namespace millrace::config
