// SPDX-License-Identifier: Apache-2.0
//
// Status and Result<T>: how every function of the host says that something failed.
//
// A Status is a code and a message for a person: what was being done, to what, why it failed, what to do. A caller
// that adds context does it once per layer with Context(). Errors of the environment are returned; errors of the
// programmer are asserts. No exception leaves the function that called the throwing library.
//
//   Result<File> file = File::Open(path);
//   if (!file.ok()) return file.status().Context("reading the offset file");
#pragma once

#include <cassert>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

// What kind of failure it is, which decides what the host does with it. The first ten are those of the plugin ABI
// (mr_status) with the same numbers; the rest exist inside the host only.
enum class Code : int {
  kOk = 0,
  kRetriable = 1,
  kData = 2,
  kConfig = 3,
  kFatal = 4,
  kCancelled = 5,
  kTimeout = 6,
  kUnsupported = 7,
  kNotFound = 8,
  kAuth = 9,
  // inside the host
  kBadRequest = 20,     // REST 400
  kConflict = 21,       // REST 409
  kAlreadyExists = 22,  // REST 409 at creation
  kUnprocessable = 23,  // REST 422
  kUnavailable = 24,    // REST 503
};

std::string_view CodeName(Code code);

// A detail that travels with an error: see mr_error in abi.h for the keys that are understood.
struct ErrorDetail {
  std::string key, value;
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message) : rep_(code == Code::kOk ? nullptr : new Rep{code, std::move(message), {}}) {}
  Status(const Status& other) : rep_(other.rep_ ? new Rep(*other.rep_) : nullptr) {}
  Status(Status&&) noexcept = default;
  Status& operator=(const Status& other) {
    if (this != &other) rep_.reset(other.rep_ ? new Rep(*other.rep_) : nullptr);
    return *this;
  }
  Status& operator=(Status&&) noexcept = default;

  static Status Retriable(std::string m) { return {Code::kRetriable, std::move(m)}; }
  static Status Data(std::string m) { return {Code::kData, std::move(m)}; }
  static Status Config(std::string m) { return {Code::kConfig, std::move(m)}; }
  static Status Fatal(std::string m) { return {Code::kFatal, std::move(m)}; }
  static Status Cancelled(std::string m) { return {Code::kCancelled, std::move(m)}; }
  static Status Timeout(std::string m) { return {Code::kTimeout, std::move(m)}; }
  static Status Unsupported(std::string m) { return {Code::kUnsupported, std::move(m)}; }
  static Status NotFound(std::string m) { return {Code::kNotFound, std::move(m)}; }
  static Status BadRequest(std::string m) { return {Code::kBadRequest, std::move(m)}; }
  static Status Conflict(std::string m) { return {Code::kConflict, std::move(m)}; }

  bool ok() const { return rep_ == nullptr; }
  Code code() const { return rep_ ? rep_->code : Code::kOk; }
  bool retriable() const { return code() == Code::kRetriable || code() == Code::kTimeout; }
  const std::string& message() const;
  const std::vector<ErrorDetail>& details() const;
  // The value of a detail, "" when absent.
  std::string_view detail(std::string_view key) const;
  Status& AddDetail(std::string key, std::string value);

  // The same error with "what was being done: " in front.
  Status Context(std::string_view doing) const;
  // "CODE: message", for logs and tests.
  std::string ToString() const;

 private:
  struct Rep {
    Code code;
    std::string message;
    std::vector<ErrorDetail> details;
  };
  std::unique_ptr<Rep> rep_;
};

// A T or the reason why there is none.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}                                  // NOLINT: implicit by design
  Result(Status status) : status_(std::move(status)) { assert(!status_.ok()); }  // NOLINT: implicit by design

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }
  T& value() & {
    assert(ok());
    return *value_;
  }
  const T& value() const& {
    assert(ok());
    return *value_;
  }
  T&& value() && {
    assert(ok());
    return *std::move(value_);
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::optional<T> value_;
  Status status_;
};

#define MILLRACE_RETURN_IF_ERROR(expr)                                \
  do {                                                                \
    if (::millrace::Status mr_s_ = (expr); !mr_s_.ok()) return mr_s_; \
  } while (0)

}  // namespace millrace
