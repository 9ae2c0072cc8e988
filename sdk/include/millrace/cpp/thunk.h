// SPDX-License-Identifier: Apache-2.0
//
// millrace/cpp/thunk.h: the edge between C++ and the ABI. Every function in a call table goes through Guard, which is
// noexcept: whatever the connector throws ends in the host's error sink and a status.
#pragma once

#include <exception>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "millrace/abi.h"
#include "millrace/cpp/error.h"
#include "millrace/cpp/host.h"
#include "millrace/cpp/text.h"

namespace millrace::sdk::internal {

// Calls `report` with message and details of an Error.
template <class F>
void WithDetails(const Error& e, F&& report) {
  std::vector<mr_kv> details;
  details.reserve(e.details().size());
  for (const auto& [key, value] : e.details()) details.push_back({Str(key), Str(value)});
  report(Str(e.message()), details.data(), static_cast<uint32_t>(details.size()));
}

inline mr_status SetError(mr_error* error, mr_status status, std::string_view message) noexcept {
  if (error != nullptr) Host().error_set(error, status, Str(message), nullptr, 0);
  return status;
}

// For a catch block: what is in flight becomes a status. One copy per bundle, not one per thunk.
[[gnu::noinline]] inline mr_status ReportCurrentException(mr_error* error) noexcept {
  try {
    try {
      throw;
    } catch (const Error& e) {
      const mr_status status = e.status() == MR_OK ? mr_status{MR_FATAL} : e.status();
      if (!e.reported() && error != nullptr) {
        WithDetails(e, [&](mr_str message, const mr_kv* details, uint32_t n) {
          Host().error_set(error, status, message, details, n);
        });
      }
      return status;
    } catch (const std::bad_alloc&) {
      return SetError(error, MR_RETRIABLE, "out of memory");
    } catch (const std::exception& e) {
      return SetError(error, MR_FATAL, e.what());
    } catch (...) {
      return SetError(error, MR_FATAL, "the connector threw something that is not a std::exception");
    }
  } catch (...) {
    return SetError(error, MR_FATAL, "out of memory while reporting an error");
  }
}

// Runs a call; call_error nests, as one class may call another's table.
template <class F>
mr_status Guard(mr_error* error, F&& call) noexcept {
  struct Scope {
    explicit Scope(mr_error* e) : previous(std::exchange(call_error, e)) {}
    ~Scope() { call_error = previous; }
    mr_error* previous;
  } scope(error);
  try {
    call();
    return MR_OK;
  } catch (...) {
    return ReportCurrentException(error);
  }
}

// For calls that have no way to report: what they throw is logged.
template <class F>
void GuardQuietly(const Context& context, std::string_view doing, F&& call) noexcept {
  try {
    call();
  } catch (const std::exception& e) {
    try {
      const std::string text = Cat(doing, " failed: ", e.what());
      Host().log(context.abi(), MR_LOG_ERROR, Str("millrace.sdk"), Str(text), nullptr, 0);
    } catch (...) {
      Host().log(context.abi(), MR_LOG_ERROR, Str("millrace.sdk"), Str(doing), nullptr, 0);
    }
  } catch (...) {
    Host().log(context.abi(), MR_LOG_ERROR, Str("millrace.sdk"), Str(doing), nullptr, 0);
  }
}

}  // namespace millrace::sdk::internal
