// SPDX-License-Identifier: Apache-2.0
#include "base/status.h"

namespace millrace {

std::string_view CodeName(Code code) {
  switch (code) {
    case Code::kOk: return "OK";
    case Code::kRetriable: return "RETRIABLE";
    case Code::kData: return "DATA";
    case Code::kConfig: return "CONFIG";
    case Code::kFatal: return "FATAL";
    case Code::kCancelled: return "CANCELLED";
    case Code::kTimeout: return "TIMEOUT";
    case Code::kUnsupported: return "UNSUPPORTED";
    case Code::kNotFound: return "NOT_FOUND";
    case Code::kAuth: return "AUTH";
    case Code::kBadRequest: return "BAD_REQUEST";
    case Code::kConflict: return "CONFLICT";
    case Code::kAlreadyExists: return "ALREADY_EXISTS";
    case Code::kUnprocessable: return "UNPROCESSABLE";
    case Code::kUnavailable: return "UNAVAILABLE";
  }
  return "UNKNOWN";
}

const std::string& Status::message() const {
  static const std::string empty;
  return rep_ ? rep_->message : empty;
}

const std::vector<ErrorDetail>& Status::details() const {
  static const std::vector<ErrorDetail> empty;
  return rep_ ? rep_->details : empty;
}

std::string_view Status::detail(std::string_view key) const {
  for (const ErrorDetail& d : details()) {
    if (d.key == key) return d.value;
  }
  return {};
}

Status& Status::AddDetail(std::string key, std::string value) {
  if (rep_) rep_->details.push_back({std::move(key), std::move(value)});
  return *this;
}

Status Status::Context(std::string_view doing) const {
  if (ok()) return *this;
  Status s(*this);
  s.rep_->message = std::string(doing) + ": " + s.rep_->message;
  return s;
}

std::string Status::ToString() const {
  if (ok()) return "OK";
  return std::string(CodeName(code())) + ": " + message();
}

}  // namespace millrace
