// SPDX-License-Identifier: Apache-2.0
//
// Built-in connector classes for tests of the herder, steered by the test: each call is noted, may fail, and may hang
// until it is released, deaf to cancel.
//   test.ControlledSourceConnector, test.ControlledSinkConnector, test.Nested$Key (a transformation)
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "plugins/registry.h"

namespace millrace::herder {

class Control {
 public:
  // [plugin] The call `what` of connector `name`, noted as "name what".
  mr_status Enter(const std::string& name, const std::string& what, mr_error* error);

  void Hang(const std::string& call);  // "a start"
  void Release();
  void Fail(const std::string& call, const std::string& why);
  void SetTasks(const std::string& name, int tasks);  // generated whatever tasks.max is; otherwise one
  int Tasks(const std::string& name);
  void WaitFor(const std::string& call);  // has begun; fails the test after a while
  std::vector<std::string> TakeCalls();
  void Forget();

  // The context of the instance that was made last, to ask the host from outside.
  mr_ctx* last_context = nullptr;
  const mr_host* host = nullptr;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> hanging_;
  std::map<std::string, std::string> failing_;
  std::map<std::string, int> tasks_;
  std::vector<std::string> calls_, begun_;
};

// The one that the classes report to.
Control& TheControl();
void AddControlledClasses(plugins::ClassRegistry* classes);

}  // namespace millrace::herder
