// SPDX-License-Identifier: Apache-2.0
#include "config/http_headers.h"

#include <fmt/format.h>
#include <strings.h>

#include <array>

#include "config/config_value.h"

namespace millrace::config {
namespace {

// Comma-separated values; double quotes hold commas together and are dropped, a backslash takes the next character.
std::vector<std::string> SplitCsv(std::string_view text) {
  std::vector<std::string> out;
  std::string value;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quoted && c == '\\' && i + 1 < text.size()) {
      value += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      out.emplace_back(JavaTrim(value));
      value.clear();
    } else {
      value += c;
    }
  }
  if (!value.empty()) out.emplace_back(JavaTrim(value));
  return out;
}

Result<HttpHeaderRule> ParseRule(const std::string& text) {
  constexpr std::array<std::string_view, 4> kActions = {"set", "add", "setDate", "addDate"};
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  std::string_view trimmed = JavaTrim(text);
  size_t space = trimmed.find_first_of(kSpace);
  if (space == std::string_view::npos) {
    return Status::Config(
        fmt::format("Invalid format of header config '{}'. Expected: '[action] [header name]:[header value]'", text));
  }
  std::string action(trimmed.substr(0, space));
  std::string_view header = trimmed.substr(trimmed.find_first_not_of(kSpace, space));
  HttpHeaderRule rule;
  for (std::string_view known : kActions) {
    if (strcasecmp(action.c_str(), std::string(known).c_str()) == 0) rule.action = known;
  }
  if (rule.action.empty()) {
    return Status::Config(
        fmt::format("Invalid header config action: '{}'. Expected one of [set, add, setDate, addDate]", action));
  }
  size_t colon = header.find(':');
  bool one_colon = colon != std::string_view::npos && header.find(':', colon + 1) == std::string_view::npos;
  if (!one_colon || colon + 1 == header.size()) {
    return Status::Config(fmt::format(
        "Invalid format of header name and header value pair '{}'. Expected: '[header name]:[header value]'", header));
  }
  rule.name = JavaTrim(header.substr(0, colon));
  rule.value = JavaTrim(header.substr(colon + 1));
  if (rule.name.empty() || rule.name.find_first_of(kSpace) != std::string::npos) {
    return Status::Config(
        fmt::format("Invalid header name '{}'. The '[header name]' cannot contain whitespace", rule.name));
  }
  return rule;
}

}  // namespace

Result<std::vector<HttpHeaderRule>> ParseHttpHeaderRules(std::string_view text) {
  std::vector<HttpHeaderRule> rules;
  if (IsBlank(text)) return rules;
  for (const std::string& part : SplitCsv(text)) {
    Result<HttpHeaderRule> rule = ParseRule(part);
    if (!rule.ok()) return rule.status();
    rules.push_back(*std::move(rule));
  }
  return rules;
}

}  // namespace millrace::config
