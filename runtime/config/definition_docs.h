// SPDX-License-Identifier: Apache-2.0
//
// The tables of settings in docs/configuration.md, written from the definitions themselves.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "config/config_def.h"

namespace millrace::config {

// A table in markdown: name, type, default, valid values, description; in definition order.
std::string MarkdownTable(const ConfigDef& def);

// `document` with what stands between "<!-- settings: NAME -->" and "<!-- end -->" replaced by the table of that name:
// worker, standalone, distributed, connector, source, sink, topic-creation. Another name, or a missing end, is an
// error.
Result<std::string> UpdateSettings(std::string_view document);

}  // namespace millrace::config
