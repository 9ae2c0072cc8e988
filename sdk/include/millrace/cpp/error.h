// SPDX-License-Identifier: Apache-2.0
//
// millrace/cpp/error.h: Error, the exception by which a connector says that a call failed.
//
// It never crosses the ABI: the thunks around every call turn it into an mr_status and a text in the host's error
// sink (thunk.h). Any other std::exception becomes MR_FATAL with its own text. What the host does with each status
// is in sdk/doc/errors.md.
//
//   throw sdk::Error(MR_RETRIABLE, sdk::Cat("cannot write to ", path, ": ", reason));
#pragma once

#include <cerrno>
#include <exception>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "millrace/abi.h"
#include "millrace/cpp/text.h"

namespace millrace::sdk {

class Error : public std::exception {
 public:
  // The message says what was being done, to what, why it failed, and what to do.
  Error(mr_status status, std::string message) : status_(status), message_(std::move(message)) {}

  // A detail for the host, see mr_error in abi.h: "class", "cause.class", "cause.message", "key", "sqlstate".
  Error& With(std::string key, std::string value) & {
    details_.emplace_back(std::move(key), std::move(value));
    return *this;
  }
  Error&& With(std::string key, std::string value) && { return std::move(With(std::move(key), std::move(value))); }

  // The host's error sink has been filled already, by a host function that failed with this status.
  static Error Reported(mr_status status) {
    Error e(status, "reported by the host");
    e.reported_ = true;
    return e;
  }

  mr_status status() const { return status_; }
  bool reported() const { return reported_; }
  const std::string& message() const { return message_; }
  const std::vector<std::pair<std::string, std::string>>& details() const { return details_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  mr_status status_;
  bool reported_ = false;
  std::string message_;
  std::vector<std::pair<std::string, std::string>> details_;
};

// "No such file or directory"; the thread-safe strerror.
inline std::string ErrnoText(int error) { return std::generic_category().message(error); }

}  // namespace millrace::sdk
