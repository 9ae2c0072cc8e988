// SPDX-License-Identifier: Apache-2.0
#include "worker/worker.h"

namespace millrace::worker {

std::string_view StateName(State state) {
  switch (state) {
    case State::kUnassigned: return "UNASSIGNED";
    case State::kRunning: return "RUNNING";
    case State::kPaused: return "PAUSED";
    case State::kStopped: return "STOPPED";
    case State::kFailed: return "FAILED";
    case State::kRestarting: return "RESTARTING";
  }
  return "UNASSIGNED";
}

}  // namespace millrace::worker
