// SPDX-License-Identifier: Apache-2.0
#include "config/problems.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "config/config_value.h"
#include "config/validator.h"

namespace millrace::config {
namespace {

std::string Fix(const ConfigKey& key, bool missing) {
  std::string example = key.default_value.value_or("");
  std::string for_example = example.empty() ? "" : fmt::format(", for example {}", example);
  if (missing) return fmt::format("add {}=...", key.name);
  constexpr std::string_view kIn = "in(";
  constexpr std::string_view kInIgnoreCase = "in-ignore-case(";
  for (std::string_view kind : {kIn, kInIgnoreCase}) {
    if (std::string_view(key.validator).starts_with(kind)) {
      std::string_view choices = std::string_view(key.validator).substr(kind.size());
      return fmt::format("write one of {}", choices.substr(0, choices.size() - 1));
    }
  }
  switch (key.type) {
    case Type::kBoolean: return "write true or false";
    case Type::kInt:
    case Type::kShort:
    case Type::kLong: {
      std::string_view unit = key.name.ends_with(".ms")      ? " of milliseconds"
                              : key.name.ends_with(".bytes") ? " of bytes"
                                                             : "";
      return fmt::format("write a whole number{}{}", unit, for_example);
    }
    case Type::kDouble: return fmt::format("write a number{}", for_example);
    case Type::kClass: return "write a class name or an alias; millrace plugins lists them";
    default: return example.empty() ? "" : fmt::format("write for example {}", example);
  }
}

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

// The known name that few changes make out of `key`; "": none is near.
std::string_view Nearest(std::string_view key, const std::vector<std::string_view>& known) {
  std::string_view nearest;
  size_t best = std::min<size_t>(key.size() / 4 + 1, 5);
  for (std::string_view k : known) {
    if (k.size() > key.size() + best || key.size() > k.size() + best) continue;
    size_t d = EditDistance(key, k);
    if (d > 0 && d < best) {
      best = d;
      nearest = k;
    }
  }
  return nearest;
}

// The message without the name and the value, which the problem shows itself.
std::string WithoutPrefix(const std::string& message, std::string_view key) {
  if (!message.starts_with("Invalid value ")) return message;
  std::string mark = fmt::format(" for configuration {}: ", key);
  size_t at = message.find(mark);
  if (at == std::string::npos) return message;
  std::string why = message.substr(at + mark.size());
  if (why.size() > 1 && why[0] >= 'A' && why[0] <= 'Z' && why[1] >= 'a' && why[1] <= 'z') {
    why[0] = static_cast<char>(why[0] + 32);
  }
  return why;
}

Problem Make(Problem::Severity severity, const File& file, std::string_view key, std::string why, std::string fix) {
  Problem p;
  p.severity = severity;
  p.file = file.path;
  p.at = file.At(key);
  p.key = key;
  auto it = file.values.find(key);
  if (it != file.values.end()) p.value = LooksSecret(key) ? std::string(kHidden) : it->second;
  p.why = std::move(why);
  p.fix = std::move(fix);
  return p;
}

}  // namespace

bool LooksSecret(std::string_view key) {
  constexpr std::array<std::string_view, 9> kMarks = {
      "password", "secret", "jaas", "passphrase", "token", "private.key", "credential", "keystore.key", "api.key"};
  std::string lower(key);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return std::any_of(kMarks.begin(), kMarks.end(),
                     [&](std::string_view mark) { return lower.find(mark) != std::string::npos; });
}

void AddProblem(const ConfigKey& key, const ConfigValue& value, const File& file, std::vector<Problem>* problems) {
  if (value.errors.empty()) return;
  bool missing = key.required && !file.values.contains(key.name);
  std::string why = missing ? "it is required and has no default" : WithoutPrefix(value.errors.front(), key.name);
  Problem p = Make(Problem::Severity::kError, file, key.name, std::move(why), Fix(key, missing));
  if (key.type == Type::kPassword && !p.value.empty()) p.value = kHidden;
  problems->push_back(std::move(p));
}

void AddUnknown(std::string_view key, const std::vector<std::string_view>& known, const File& file,
                std::vector<Problem>* problems) {
  std::string_view nearest = Nearest(key, known);
  AddWarning(file, key, "no such setting is known; it has no effect",
             nearest.empty() ? "remove it, or check its name" : fmt::format("did you mean {}?", nearest), problems);
}

void AddMisspelt(std::string_view key, const std::vector<std::string_view>& known, const File& file,
                 std::vector<Problem>* problems) {
  std::string_view nearest = Nearest(key, known);
  if (nearest.empty()) return;
  AddWarning(file, key, "neither Kafka Connect nor the class knows this setting",
             fmt::format("did you mean {}?", nearest), problems);
}

void AddError(const File& file, std::string_view key, std::string why, std::string fix,
              std::vector<Problem>* problems) {
  problems->push_back(Make(Problem::Severity::kError, file, key, std::move(why), std::move(fix)));
}

void AddWarning(const File& file, std::string_view key, std::string why, std::string fix,
                std::vector<Problem>* problems) {
  problems->push_back(Make(Problem::Severity::kWarning, file, key, std::move(why), std::move(fix)));
}

}  // namespace millrace::config
