// SPDX-License-Identifier: Apache-2.0
//
// WorkerConfig: the worker's settings, checked and typed. The table is that of Kafka Connect 4.1's StandaloneConfig
// and DistributedConfig, and connector.client.config.override.allowlist of Kafka 4.2 (docs/configuration.md lists them
// all and says which defaults differ). Every known key is honoured or warned about by name; unknown keys are warned
// about too, except below the client prefixes (producer., consumer., admin.), which the Kafka module judges.
// Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/config_def.h"
#include "config/file.h"
#include "config/properties.h"

namespace millrace::config {

enum class Mode { kStandalone, kDistributed };

struct WorkerConfig {
  Mode mode = Mode::kStandalone;
  Properties originals;  // everything, as given

  std::string bootstrap_servers;         // "embedded": the development broker
  Properties client;                     // worker-level client settings (security., sasl., ssl., bootstrap.servers ...)
  Properties producer, consumer, admin;  // below their prefixes

  // Class name and settings of the default converters ("key.converter" and what is below "key.converter.").
  std::string key_converter, value_converter, header_converter;
  std::string key_converter_version, value_converter_version, header_converter_version;  // "": the newest
  Properties key_converter_config, value_converter_config, header_converter_config;

  std::vector<std::string> listeners;        // "http://127.0.0.1:8083"; "http://:8083" = all interfaces
  bool listeners_given = false;              // false: the loopback default
  std::vector<std::string> admin_listeners;  // empty list with given=true: admin endpoints off
  bool admin_listeners_given = false;
  std::string rest_advertised_host, rest_advertised_listener;
  int rest_advertised_port = 0;  // 0: not set
  std::string access_control_allow_origin, access_control_allow_methods, response_http_headers;

  std::vector<std::string> plugin_path;
  std::string plugin_discovery;  // only_scan, hybrid_warn, hybrid_fail, service_load
  // All, None, Principal, Allowlist, or the Java class names; see override_policy.h.
  std::string override_policy = "Allowlist";
  std::vector<std::string> override_allowlist;

  std::string offset_storage_file;
  int64_t offset_flush_interval_ms = 60000;
  int64_t offset_flush_timeout_ms = 5000;
  int64_t task_shutdown_graceful_timeout_ms = 5000;
  bool topic_creation_enable = true;
  bool topic_tracking_enable = true, topic_tracking_allow_reset = true;

  // The table for a mode, for validation and the docs.
  static const ConfigDef& Definition(Mode mode);
  // Checks a loaded file. Errors and warnings (with file:line) go to `problems`; nullopt when there was an error.
  static std::optional<WorkerConfig> Make(Mode mode, const File& file, std::vector<Problem>* problems);
};

}  // namespace millrace::config
