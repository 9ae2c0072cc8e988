// SPDX-License-Identifier: Apache-2.0
#include <cassert>

#include "config/config_def.h"

namespace millrace::config {

Result<ParsedConfig> ParsedConfig::Make(const ConfigDef& def, const Properties& props, const ClassNames& classes,
                                        Report report) {
  ParsedConfig out;
  std::string problems;
  for (ConfigValue& v : def.Validate(props, classes)) {
    for (const std::string& error : v.errors) {
      if (report == Report::kFirst) return Status::Config(error);
      if (!problems.empty()) problems += '\n';
      problems += error;
    }
    out.values_[v.name] = std::move(v.parsed);
  }
  if (!problems.empty()) return Status::Config(std::move(problems));
  out.originals_ = props;
  return out;
}

const Value& ParsedConfig::Get(std::string_view key) const {
  static const Value null;
  auto it = values_.find(key);
  assert(it != values_.end() && "a setting that the definition does not have");
  return it == values_.end() ? null : it->second;
}

bool ParsedConfig::GetBool(std::string_view key) const {
  const bool* v = std::get_if<bool>(&Get(key));
  return v != nullptr && *v;
}

int64_t ParsedConfig::GetInt(std::string_view key) const {
  const int64_t* v = std::get_if<int64_t>(&Get(key));
  return v == nullptr ? 0 : *v;
}

double ParsedConfig::GetDouble(std::string_view key) const {
  const double* v = std::get_if<double>(&Get(key));
  return v == nullptr ? 0 : *v;
}

std::string ParsedConfig::GetString(std::string_view key) const {
  const std::string* v = std::get_if<std::string>(&Get(key));
  return v == nullptr ? std::string() : *v;
}

bool ParsedConfig::IsNull(std::string_view key) const { return std::holds_alternative<std::monostate>(Get(key)); }

std::vector<std::string> ParsedConfig::GetList(std::string_view key) const {
  const auto* v = std::get_if<std::vector<std::string>>(&Get(key));
  return v == nullptr ? std::vector<std::string>() : *v;
}

}  // namespace millrace::config
