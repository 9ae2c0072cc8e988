// SPDX-License-Identifier: Apache-2.0
//
// The recordings in test/golden/connect, and a catalog of classes made from the recorded definitions, so that what is
// under test is compared with Kafka Connect and not with itself.
#pragma once

#include <rapidjson/document.h>

#include <map>
#include <string>
#include <vector>

#include "config/connector_config.h"

namespace millrace::config {

// MILLRACE_SOURCE_ROOT/test/golden/connect/<name>, parsed; one document per line for .jsonl.
std::vector<rapidjson::Document> GoldenLines(const std::string& name);
rapidjson::Document Golden(const std::string& name);

// A definition of config-defs.json ("transform/Cast").
ConfigDef RecordedDefinition(const rapidjson::Value& definitions, const std::string& name);

// The FileStream connectors and the built-in converters, transforms and predicates of Kafka Connect 4.1.2.
class RecordedCatalog : public ClassCatalog {
 public:
  RecordedCatalog();
  std::vector<Class> Find(int role, std::string_view name_or_alias) const override;
  std::vector<Class> All(int role) const override;
  Result<ConfigDef> Definition(const Class& c) const override;

  // One more version of a class.
  void Add(Class c, ConfigDef def);

 private:
  std::vector<std::pair<Class, ConfigDef>> classes_;
};

}  // namespace millrace::config
