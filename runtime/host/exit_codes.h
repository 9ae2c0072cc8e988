// SPDX-License-Identifier: Apache-2.0
//
// How the programs end. Scripts and units depend on these numbers (docs/commands.md); they never change.
#pragma once

namespace millrace::host {

enum ExitCode : int {
  kExitOk = 0,        // done; for a worker: asked to stop, and everything was flushed and committed
  kExitFailed = 1,    // could not do what was asked (a file not readable, a port taken, a stop that was not clean)
  kExitBadInput = 2,  // command line or configuration: nothing was started
  kExitForced = 3,    // a second signal: stopped at once, without waiting for tasks
};

}  // namespace millrace::host
