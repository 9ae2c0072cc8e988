// SPDX-License-Identifier: Apache-2.0
//
// How the handles of instance.h make a call; for the source files of this module only.
#pragma once

#include <utility>
#include <vector>

#include "plugins/instance.h"

namespace millrace::plugins {

// Views of the entries, valid as long as `cfg`.
std::vector<mr_kv> AbiConfig(const config::Properties& cfg);

template <class C>
uint32_t Count(const C& c) {
  return static_cast<uint32_t>(c.size());
}

template <class F>
Status Instance::Call(const char* function, F&& call, ErrorSink* errors, record::Arena* arena) {
  if (abandoned()) return Status::Cancelled(name_ + " " + function + ": the instance was given up");
  ErrorSink own;
  ErrorSink* sink = errors != nullptr ? errors : &own;
  mr_status returned = MR_OK;
  CallFrame frame(bundle_.c_str(), name_, function, &call_, arena);
  MILLRACE_RETURN_IF_ERROR(Guard(frame, [&] { returned = call(sink->abi()); }));
  if (returned == MR_OK && sink->quiet()) [[likely]] {
    return {};
  }
  return sink->Finish(returned, name_ + " " + function);
}

template <class F>
void Instance::CallVoid(const char* function, F&& call, bool beside) {
  if (abandoned()) return;
  CallFrame frame(bundle_.c_str(), name_, function, beside ? &beside_ : &call_);
  if (Status s = Guard(frame, std::forward<F>(call)); !s.ok()) {
    HostApi::LogFault(context_ != nullptr ? context_->log_context() : std::string(), s.message());
  }
}

}  // namespace millrace::plugins
