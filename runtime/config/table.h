// SPDX-License-Identifier: Apache-2.0
//
// The compact form in which the framework's own definitions are written down. Internal to runtime/config.
#pragma once

#include <initializer_list>
#include <span>

#include "config/config_def.h"

namespace millrace::config {

inline constexpr const char kRequiredMark[] = "";
// In the place of a default: the setting has none and must be given. (nullptr: the default is null.)
inline constexpr const char* kRequired = kRequiredMark;

struct TableRow {
  const char* name;
  Type type;
  Importance importance;
  const char* default_value;
  const char* validator;
  const char* documentation;
  // for definitions that are shown in groups
  const char* group = nullptr;
  int order = -1;
  Width width = Width::kNone;
  const char* display_name = "";
};

inline ConfigDef MakeDefinition(std::initializer_list<std::span<const TableRow>> parts) {
  ConfigDef def;
  for (std::span<const TableRow> rows : parts) {
    for (const TableRow& r : rows) {
      ConfigKey key;
      key.name = r.name;
      key.type = r.type;
      key.importance = r.importance;
      key.required = r.default_value == kRequired;
      if (!key.required && r.default_value != nullptr) key.default_value = r.default_value;
      key.validator = r.validator;
      key.documentation = r.documentation;
      if (r.group != nullptr) key.group = r.group;
      key.order = r.order;
      key.width = r.width;
      key.display_name = r.display_name;
      def.Add(std::move(key));
    }
  }
  return def;
}

}  // namespace millrace::config
