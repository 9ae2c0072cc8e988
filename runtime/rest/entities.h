// SPDX-License-Identifier: Apache-2.0
//
// The JSON of Kafka Connect's REST entities: members and their order as Kafka Connect 4.1 writes them. Text that is
// not UTF-8 is made so. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "config/config_def.h"
#include "herder/herder.h"

namespace millrace::rest {

std::string ErrorJson(int code, std::string_view message);
std::string MessageJson(std::string_view message);
std::string ServerInfoJson(std::string_view version, std::string_view commit, const std::string* cluster_id);
std::string WorkerStatusJson(std::string_view status, std::string_view message);
std::string NamesJson(const std::vector<std::string>& names);
std::string ConfigJson(const config::Properties& config);
std::string ConnectorInfoJson(const herder::ConnectorInfo& info);
std::string ConnectorStatusJson(const herder::ConnectorStatus& status);
std::string TasksJson(const std::vector<herder::TaskInfo>& tasks);
std::string TaskStateJson(const herder::TaskStateInfo& task);
std::string TopicsJson(const std::string& connector, const std::vector<std::string>& topics);
std::string OffsetsJson(const std::vector<herder::OffsetEntry>& offsets);
std::string PluginsJson(const std::vector<herder::PluginInfo>& plugins);
std::string ConfigKeysJson(const std::vector<config::ConfigKey>& keys);
std::string ConfigInfosJson(const config::ConfigInfos& infos);
std::string LoggersJson(const std::vector<Log::LoggerLevel>& loggers);
std::string LoggerJson(const Log::LoggerLevel& logger);

// GET /connectors?expand=...: by connector, the JSON of each expansion.
struct Expanded {
  std::string connector;
  std::vector<std::pair<std::string, std::string>> expansions;
};
std::string ExpandedJson(const std::vector<Expanded>& connectors);

}  // namespace millrace::rest
