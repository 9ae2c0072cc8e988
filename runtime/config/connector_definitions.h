// SPDX-License-Identifier: Apache-2.0
//
// Definitions behind connector_config.h that its users need not see. Internal to runtime/config.
#pragma once

#include <string>

#include "config/config_def.h"

namespace millrace::config {

// ConnectorConfig: what sources and sinks have in common.
const ConfigDef& CommonDefinition();

struct TopicCreationDefaults {
  int replication_factor = -1, partitions = -1;
};
// The settings of one group of topic.creation.groups, which fall back to those of the default group; without
// `defaults`: the default group's own.
ConfigDef TopicCreationDefinition(const std::string& group, const TopicCreationDefaults* defaults);

// The names in a list setting ("transforms", "topic.creation.groups"), each once, in order.
std::vector<std::string> Aliases(const std::optional<std::string>& list);

}  // namespace millrace::config
