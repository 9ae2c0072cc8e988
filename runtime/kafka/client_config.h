// SPDX-License-Identifier: Apache-2.0
//
// ClientConfig: Java client settings translated to librdkafka's. The only place that knows both vocabularies; the
// table of translations (translation.h) is the source of docs/kafka-clients.md. A Java key that has no meaning here is
// a warning that names it, an unknown key likewise; a value that cannot be honoured is an error that names the key.
// Secrets never appear in messages.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "config/properties.h"

namespace millrace::kafka {

enum class ClientRole { kProducer, kConsumer, kAdmin };

struct ClientConfig {
  ClientRole role = ClientRole::kProducer;
  std::map<std::string, std::string> native;  // librdkafka's keys
  // What Connect's own clients decide outside librdkafka:
  int64_t buffer_memory = 32 << 20;      // producer: bytes in flight, records and their bookkeeping together
  int64_t max_poll_records = 500;        // consumer
  int64_t metadata_max_age_ms = 300000;  // consumer: how often a topic regex is matched again
  bool exclude_internal_topics = true;   // consumer: a topic regex never matches __consumer_offsets and its like
  int64_t api_timeout_ms = 60000;     // consumer, admin: default.api.timeout.ms, for calls without their own deadline
  std::vector<std::string> warnings;  // each names the key

  // Two clients with equal keys may share one producer. client.id counts (quotas hang on it), so who wants sharing
  // leaves it out. Includes secrets: never log it.
  std::string SharingKey() const;
};

// Translates Java settings. `defaults` of Kafka Connect for the role are applied by the caller beforehand (see
// ConnectDefaults); later entries of `settings` win over them. All errors are in one message, one per line.
Result<ClientConfig> Translate(ClientRole role, const config::Properties& settings);

// What the Java worker sets for the data clients of tasks before user settings (docs/internal-formats.md, section 7).
config::Properties ConnectDefaults(ClientRole role);

// docs/kafka-clients.md: every Java key that is known, what it becomes and how.
std::string ClientSettingsMarkdown();

}  // namespace millrace::kafka
