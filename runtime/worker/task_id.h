// SPDX-License-Identifier: Apache-2.0
//
// TaskId: which task of which connector; and the states it can be in.
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace millrace::worker {

struct TaskId {
  std::string connector;
  int task = 0;
  auto operator<=>(const TaskId&) const = default;
  std::string ToString() const { return connector + "-" + std::to_string(task); }
};

enum class State { kUnassigned, kRunning, kPaused, kStopped, kFailed, kRestarting };
std::string_view StateName(State state);  // "RUNNING"
enum class TargetState { kStarted, kPaused, kStopped };

}  // namespace millrace::worker
