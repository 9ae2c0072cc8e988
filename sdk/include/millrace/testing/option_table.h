// SPDX-License-Identifier: Apache-2.0
//
// millrace/testing/option_table.h: OptionTable, the settings of a class as a Markdown table. A test that finds it in
// the README keeps documentation and code together.
#pragma once

#include <cstdint>
#include <string>

#include "millrace/abi.h"
#include "millrace/cpp/text.h"

namespace millrace::sdk::testing {

inline std::string OptionTable(const mr_config_table& table) {
  static constexpr const char* kTypes[] = {"boolean", "string", "int",   "short",   "long",
                                           "double",  "list",   "class", "password"};
  static constexpr const char* kImportance[] = {"high", "medium", "low"};
  std::string out = "| key | type | default | valid | importance | |\n|---|---|---|---|---|---|\n";
  for (uint32_t i = 0; i < table.n_keys; ++i) {
    const mr_config_key& key = *MR_AT(const mr_config_key, table.keys, table.key_size, i);
    const std::string dflt = key.required != 0 ? "required" : key.dflt.p == nullptr ? "null" : Cat("`", key.dflt, "`");
    out += Cat("| `", key.name, "` | ", kTypes[key.type], " | ", dflt, " | ", key.validator, " | ",
               kImportance[key.importance], " | ", key.doc, " |\n");
  }
  return out;
}

}  // namespace millrace::sdk::testing
