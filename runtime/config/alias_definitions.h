// SPDX-License-Identifier: Apache-2.0
//
// ConnectorConfig.enrich: the settings that exist once per alias of `transforms` and `predicates`, whose definitions
// come from the classes that the configuration itself names. Internal to runtime/config; thread-safe as the catalog.
#pragma once

#include "config/connector_config.h"

namespace millrace::config {

// Adds them to `def`. A class that cannot be used leaves only its type and version keys, whose checks say why.
// `config` and `catalog` must outlive the use of the definition.
void AddAliasDefinitions(const RawConfig& config, const ClassCatalog& catalog, ConfigDef* def);

// Fills in recommended values and visibility of those keys.
void RecommendForAliases(const RawConfig& config, const ClassCatalog& catalog, std::vector<ConfigValue>* values);

// The value of a key that is there and not null.
std::optional<std::string> GetRaw(const RawConfig& config, std::string_view key);

}  // namespace millrace::config
