// SPDX-License-Identifier: Apache-2.0
//
// The settings listeners and admin.listeners as addresses, each with what it serves. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "config/worker_config.h"
#include "rest/api.h"

namespace millrace::rest {

struct Listener {
  std::string host;   // "": every interface
  uint16_t port = 0;  // 0: any free one
  Surface surface;

  std::string ToString() const;  // "http://127.0.0.1:8083"
};

// What the worker listens on. Without admin.listeners every listener serves all; with it, /admin moves there, and an
// empty list switches it off. The error (kConfig) says what to write instead.
Result<std::vector<Listener>> Listeners(const config::WorkerConfig& config);

}  // namespace millrace::rest
