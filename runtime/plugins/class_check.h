// SPDX-License-Identifier: Apache-2.0
//
// Checks of the tables that a bundle hands over, before anything of them is believed. Tables are read only as far as
// their size says; what is not there counts as absent. An error names the member that is wrong.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "millrace/abi.h"

namespace millrace::plugins {

// "source", "header_converter" ...; "" for what is not known. And back: 0 for what is not known.
std::string_view RoleName(int role);
int RoleFromName(std::string_view name);

// One class: its name, role, create and the table of its role with the functions that the role cannot do without.
Status CheckClass(const mr_class& c);
// What mr_plugin_open returned, and every class in it.
Status CheckPlugin(const mr_plugin* plugin);

// A class name can be up to this long, and is printable text without spaces.
constexpr size_t kMaxClassName = 1024;
Status CheckClassName(std::string_view name);

}  // namespace millrace::plugins
