// SPDX-License-Identifier: Apache-2.0
#include "worker/failure.h"

#include <fmt/format.h>

#include <vector>

namespace millrace::worker {
namespace {

struct Cause {
  std::string class_name, message;
};

std::vector<Cause> Causes(const Status& error) {
  std::vector<Cause> causes{{JavaClassOf(error), error.message()}};
  for (const ErrorDetail& d : error.details()) {
    if (d.key == "cause.class") causes.push_back({d.value, {}});
    if (d.key == "cause.message" && causes.size() > 1) causes.back().message = d.value;
  }
  return causes;
}

std::string Text(const Cause& cause) {
  return cause.message.empty() ? cause.class_name : cause.class_name + ": " + cause.message;
}

}  // namespace

std::string JavaClassOf(const Status& error) {
  if (const std::string_view name = error.detail("class"); !name.empty()) return std::string(name);
  switch (error.code()) {
    case Code::kRetriable:
    case Code::kTimeout: return "org.apache.kafka.connect.errors.RetriableException";
    case Code::kData: return "org.apache.kafka.connect.errors.DataException";
    case Code::kConfig: return "org.apache.kafka.common.config.ConfigException";
    case Code::kNotFound: return "org.apache.kafka.connect.errors.NotFoundException";
    default: return kConnectException;
  }
}

Status Because(std::string message, const Status& cause) {
  Status s = Status::Fatal(std::move(message));
  s.AddDetail("class", kConnectException);
  for (const Cause& c : Causes(cause)) {
    s.AddDetail("cause.class", c.class_name);
    s.AddDetail("cause.message", c.message);
  }
  return s;
}

std::string TraceText(const Status& error) {
  std::string text;
  for (const Cause& c : Causes(error)) {
    text += text.empty() ? "" : "Caused by: ";
    text += Text(c);
    text += '\n';
  }
  if (const std::string_view id = error.detail("id"); !id.empty()) {
    text += fmt::format("(more in the worker's log: {})\n", id);
  }
  return text;
}

std::string CauseChain(const Status& error) {
  std::string text;
  for (const Cause& c : Causes(error)) {
    text += text.empty() ? "" : "; caused by ";
    text += Text(c);
  }
  return text;
}

}  // namespace millrace::worker
