// SPDX-License-Identifier: Apache-2.0
//
// The call gate: what a thread passes on its way into a bundle. While inside, the thread's CallFrame says which bundle,
// class and function it is in; the crash handler reads the frame of its own thread (async-signal-safe: plain memory),
// hang reports read the CallRecord of an instance from any thread. Passing costs a coarse clock read and a few stores.
//
// What a badly built bundle throws is caught here, as a last net: an exception that crosses a C function is a fault of
// the bundle and ends in a kFatal error that says so.
#pragma once

#include <cxxabi.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "millrace/abi.h"
#include "record/arena.h"

namespace millrace::plugins {

// The call of an instance that is going on; written by the thread in the call, read by anyone.
struct CallRecord {
  std::atomic<const char*> function{nullptr};  // nullptr: in no call
  std::atomic<int64_t> since_ns{0};            // CLOCK_MONOTONIC, coarse
};

// One call into a bundle, on the stack of the calling thread.
class CallFrame {
 public:
  // `bundle`, `class_name` and `function` outlive the frame. `record` and `arena` may be null.
  CallFrame(const char* bundle, std::string_view class_name, const char* function, CallRecord* record,
            record::Arena* arena = nullptr);
  ~CallFrame();
  CallFrame(const CallFrame&) = delete;
  CallFrame& operator=(const CallFrame&) = delete;

  // The innermost frame of this thread, nullptr outside of bundles.
  static CallFrame* Current();

  const char* bundle() const { return bundle_; }
  std::string_view class_name() const { return class_name_; }
  const char* function() const { return function_; }
  int64_t since_ns() const { return since_ns_; }
  record::Arena* arena() const { return arena_; }

  // Index of `name` in the topic table of the batch in hand; the table grows in the arena of this call.
  uint16_t TopicIndex(mr_batch* batch, mr_str name);
  // What a callback of the host could not do and could not say by its return value; makes the call fail.
  void Fail(std::string why);
  const std::string* failure() const { return failure_.get(); }

 private:
  struct Topics;
  const char* bundle_;
  std::string_view class_name_;
  const char* function_;
  CallRecord* record_;
  record::Arena* arena_;
  CallFrame* outer_;
  int64_t since_ns_;
  std::unique_ptr<Topics> topics_;
  std::unique_ptr<std::string> failure_;
};

// "std::runtime_error: text" of the exception being handled.
std::string DescribeCurrentException();

// Runs `call` inside `frame`. kFatal when it threw or when the host failed it, OK otherwise. Thread cancellation
// (pthread_exit and pthread_cancel unwind too) goes through.
template <class F>
Status Guard(CallFrame& frame, F&& call) {
  std::string thrown;
  try {
    call();
    if (frame.failure() == nullptr) [[likely]] {
      return {};
    }
  } catch (const abi::__forced_unwind&) {
    throw;
  } catch (...) {
    thrown = DescribeCurrentException();
  }
  std::string where(frame.class_name());
  where += where.empty() ? "" : " ";
  where += frame.function();
  if (!thrown.empty()) {
    return Status::Fatal(where + " let a C++ exception out of its bundle (" + thrown + ")")
        .AddDetail("bundle", frame.bundle());
  }
  return Status::Fatal(where + ": " + *frame.failure()).AddDetail("bundle", frame.bundle());
}

}  // namespace millrace::plugins
