// SPDX-License-Identifier: Apache-2.0
//
// millrace/cpp/config_table.h: declaring the settings of a class, as one constexpr table. The host validates with it,
// REST answers from it, and the option tables of the documentation are printed from it.
//
//   constexpr mr_config_key kKeys[] = {
//       sdk::Key("file", MR_T_STRING).NullDefault().Importance(MR_IMPORTANCE_HIGH).Doc("Source filename."),
//       sdk::Key("topic", MR_T_STRING).Validator("non-empty").Importance(MR_IMPORTANCE_HIGH).Doc("..."),
//   };
//   constexpr mr_config_table kTable = sdk::ConfigTable(kKeys);
//
// A key without Default or NullDefault is required.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "millrace/abi.h"
#include "millrace/cpp/text.h"

namespace millrace::sdk {

class Key {
 public:
  constexpr Key(std::string_view name, uint8_t type) {
    key_.name = Str(name);
    key_.doc = key_.group = key_.display = key_.validator = Str("");
    key_.type = type;
    key_.importance = MR_IMPORTANCE_MEDIUM;
    key_.required = 1;
    key_.order = -1;
  }
  constexpr Key& Default(std::string_view value) {
    key_.dflt = Str(value);
    key_.required = 0;
    return *this;
  }
  constexpr Key& NullDefault() {
    key_.dflt = mr_str{};
    key_.required = 0;
    return *this;
  }
  constexpr Key& Doc(std::string_view text) { return Set(&mr_config_key::doc, text); }
  // The expression language of mr_config_key.validator.
  constexpr Key& Validator(std::string_view expression) { return Set(&mr_config_key::validator, expression); }
  constexpr Key& Display(std::string_view text) { return Set(&mr_config_key::display, text); }
  constexpr Key& Group(std::string_view name, int32_t order) {
    key_.order = order;
    return Set(&mr_config_key::group, name);
  }
  constexpr Key& Importance(uint8_t importance) {
    key_.importance = importance;
    return *this;
  }
  constexpr Key& Width(uint8_t width) {
    key_.width = width;
    return *this;
  }
  // Static arrays of the keys that depend on this one, and of recommended values.
  template <size_t N>
  constexpr Key& Dependents(const mr_str (&names)[N]) {
    key_.dependents = names;
    key_.n_dependents = N;
    return *this;
  }
  template <size_t N>
  constexpr Key& Recommended(const mr_str (&values)[N]) {
    key_.recommended = values;
    key_.n_recommended = N;
    return *this;
  }
  constexpr operator mr_config_key() const { return key_; }  // NOLINT: implicit by design, for arrays

 private:
  constexpr Key& Set(mr_str mr_config_key::*member, std::string_view text) {
    key_.*member = Str(text);
    return *this;
  }
  mr_config_key key_{};
};

template <size_t N>
constexpr mr_config_table ConfigTable(const mr_config_key (&keys)[N]) {
  return mr_config_table{static_cast<uint32_t>(N), sizeof(mr_config_key), keys};
}

}  // namespace millrace::sdk
