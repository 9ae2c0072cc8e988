// SPDX-License-Identifier: Apache-2.0
//
// Validator: the expression language of mr_config_key.validator (described in millrace/abi.h), with the texts of the
// Java validators that each term stands for. Immutable; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "config/config_def.h"

namespace millrace::config {

class Validator {
 public:
  // "" is valid and accepts everything. The error says what is wrong with the expression.
  static Result<Validator> Parse(std::string_view expression);

  // The message of the first term that refuses the value, or nullopt.
  std::optional<std::string> Check(std::string_view name, const Value& value, Type type) const;
  // How the Java validator describes itself ("[1,...]"); "" for none. It is the "valid values" of documentation.
  std::string Describe() const;

 private:
  struct Term {
    std::string name;
    std::string argument;                // the text between the parentheses
    std::vector<std::string> arguments;  // the same, split at commas
    bool optional = false;               // null is accepted
  };
  static std::optional<std::string> CheckTerm(const Term& term, std::string_view name, const Value& value, Type type);
  static std::string DescribeTerm(const Term& term);
  std::vector<Term> terms_;
};

}  // namespace millrace::config
