// SPDX-License-Identifier: Apache-2.0
#include "converters/support.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <vector>

namespace millrace::converters {

using record::Str;
using record::View;

namespace {

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return (x | 32) == (y | 32); });
}

std::string_view Trim(std::string_view s) {
  while (!s.empty() && static_cast<unsigned char>(s.front()) <= ' ') s.remove_prefix(1);
  while (!s.empty() && static_cast<unsigned char>(s.back()) <= ' ') s.remove_suffix(1);
  return s;
}

std::vector<mr_kv> Details(const Status& status) {
  std::vector<mr_kv> details;
  for (const ErrorDetail& d : status.details()) details.push_back({Str(d.key), Str(d.value)});
  return details;
}

mr_status AbiCode(const Status& status) { return static_cast<mr_status>(status.code()); }

ConverterImpl* Impl(void* self) { return static_cast<ConverterImpl*>(self); }

// Runs a call; what a library throws (memory, above all) becomes an error of the call.
template <class F>
mr_status Guard(ConverterImpl* impl, mr_error* error, F f) {
  Reporter report(impl->host(), error);
  try {
    return f(&report);
  } catch (const std::exception& e) {
    report.Call(Status::Fatal(fmt::format("a converter failed: {}", e.what())));
    return MR_FATAL;
  }
}

}  // namespace

Status JavaError(Code code, std::string_view java_class, std::string message) {
  Status s(code, std::move(message));
  s.AddDetail("class", std::string(java_class));
  return s;
}

Status InvalidSetting(std::string_view key, std::string_view value, std::string_view why) {
  return JavaError(Code::kConfig, kConfigException,
                   fmt::format("Invalid value {} for configuration {}: {}", value, key, why));
}

Status CausedBy(Status status, std::string_view cause_class, std::string_view cause_message) {
  status.AddDetail("cause.class", std::string(cause_class));
  status.AddDetail("cause.message", std::string(cause_message));
  return status;
}

Status AsDataError(const Status& status) {
  return status.detail("class").empty() ? DataError(status.message()) : status;
}

std::string_view Settings::Get(std::string_view key) const {
  for (uint32_t i = 0; i < n_; ++i) {
    if (View(cfg_[i].k) == key) return View(cfg_[i].v);
  }
  return {};
}

std::string Settings::Text(std::string_view key, std::string_view fallback) const {
  const std::string_view v = Get(key);
  return std::string(v.data() == nullptr ? fallback : Trim(v));
}

Result<std::string> Settings::Required(std::string_view key) const {
  const std::string_view v = Get(key);
  if (v.data() != nullptr) return std::string(Trim(v));
  return JavaError(Code::kConfig, kConfigException,
                   fmt::format("Missing required configuration \"{}\" which has no default value.", key));
}

std::vector<std::string> Settings::List(std::string_view key) const {
  std::vector<std::string> out;
  std::string_view rest = Trim(Get(key));
  if (rest.empty()) return out;
  for (;;) {
    const size_t comma = rest.find(',');
    out.emplace_back(Trim(rest.substr(0, comma)));
    if (comma == std::string_view::npos) return out;
    rest.remove_prefix(comma + 1);
  }
}

Result<bool> Settings::Bool(std::string_view key, bool fallback) const {
  const std::string_view v = Get(key);
  if (v.data() == nullptr) return fallback;
  if (EqualIgnoringCase(Trim(v), "true")) return true;
  if (EqualIgnoringCase(Trim(v), "false")) return false;
  return JavaError(
      Code::kConfig, kConfigException,
      fmt::format("Invalid value {} for configuration {}: Expected value to be either true or false", v, key));
}

Result<int> Settings::Int(std::string_view key, int fallback) const {
  const std::string_view v = Get(key);
  if (v.data() == nullptr) return fallback;
  std::string_view digits = Trim(v);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc() && end == digits.data() + digits.size()) return value;
  return InvalidSetting(key, v, "Not a number of type INT");
}

void Reporter::Record(uint32_t index, const Status& status) {
  any_ = true;
  const std::vector<mr_kv> details = Details(status);
  host_->error_record(error_, index, AbiCode(status), Str(status.message()), details.data(),
                      static_cast<uint32_t>(details.size()));
}

void Reporter::Call(const Status& status) {
  const std::vector<mr_kv> details = Details(status);
  host_->error_set(error_, AbiCode(status), Str(status.message()), details.data(),
                   static_cast<uint32_t>(details.size()));
}

Result<record::SchemaRef> ConverterImpl::Intern(const mr_schema& description, mr_error* error) const {
  const mr_schema* schema = host_->schema_intern(&description, error);
  if (schema == nullptr) return DataError("the host refused a schema");
  return record::SchemaRef(schema);
}

const mr_converter* ConverterTable() {
  static constexpr mr_converter kTable = [] {
    mr_converter t{};
    t.size = sizeof(mr_converter);
    t.configure = [](void* self, const mr_kv* cfg, uint32_t n, int32_t part, mr_error* error) {
      return Guard(Impl(self), error, [&](Reporter* report) -> mr_status {
        const Status s = Impl(self)->Configure(Settings(cfg, n), part);
        if (s.ok()) return MR_OK;
        report->Call(s);
        return AbiCode(s);
      });
    };
    t.from_connect = [](void* self, const mr_batch* batch, int32_t part, mr_arena* arena, mr_str* bytes,
                        mr_error* error) {
      return Guard(Impl(self), error, [&](Reporter* report) -> mr_status {
        Impl(self)->FromConnect(*batch, part, record::Arena::From(arena), bytes, report);
        return report->any() ? MR_DATA : MR_OK;
      });
    };
    t.to_connect = [](void* self, mr_batch* batch, int32_t part, const mr_str* bytes, mr_arena* arena,
                      mr_error* error) {
      return Guard(Impl(self), error, [&](Reporter* report) -> mr_status {
        Impl(self)->ToConnect(batch, part, bytes, record::Arena::From(arena), report);
        return report->any() ? MR_DATA : MR_OK;
      });
    };
    return t;
  }();
  return &kTable;
}

void DestroyConverter(void* self) { delete Impl(self); }

}  // namespace millrace::converters
