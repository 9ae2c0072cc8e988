// SPDX-License-Identifier: Apache-2.0
//
// StopSignals: SIGTERM and SIGINT as something to wait for. The first asks for a graceful stop, the second ends the
// process at once (kExitForced). Make it first thing in main, before any thread exists, so that all inherit the mask.
#pragma once

namespace millrace::host {

class StopSignals {
 public:
  StopSignals();
  // Blocks until the first signal and returns its number; from then on a second one ends the process.
  int Wait();
};

}  // namespace millrace::host
