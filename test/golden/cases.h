// SPDX-License-Identifier: Apache-2.0
//
// Running single cases of the golden files against the built-in classes, through the tables of the plugin ABI.
#pragma once

#include <rapidjson/document.h>

#include <string>

#include "plugins/host_api.h"
#include "plugins/registry.h"
#include "record/schema_table.h"

namespace millrace::golden {

struct Setup {
  plugins::ClassRegistry* classes;
  record::SchemaTable* schemas;
};

// What differs from the recording, "" when nothing does.
std::string RunConverterCase(const Setup& setup, const rapidjson::Value& c);
std::string RunTransformCase(const Setup& setup, const rapidjson::Value& c);
std::string RunPredicateCase(const Setup& setup, const rapidjson::Value& c);

// Does a failure match the recorded one? The text is compared where the recording says that it is Java's own.
std::string CompareError(const rapidjson::Value& expected, const Status& got);

}  // namespace millrace::golden
