// SPDX-License-Identifier: Apache-2.0
//
// OverridePolicy: which client settings a connector may override with producer.override., consumer.override. and
// admin.override. (connector.client.config.override.policy); and the definitions of Kafka's clients, which give those
// settings their types. Immutable; thread-safe.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "config/config_def.h"

namespace millrace::config {

class OverridePolicy {
 public:
  // All, None, Principal, Allowlist, or their Java class names.
  static Result<OverridePolicy> Make(std::string_view policy, const std::vector<std::string>& allowlist);

  const std::string& name() const { return name_; }
  bool Allows(std::string_view client_key) const;
  // "The 'None' policy does not allow 'acks' to be overridden in the connector configuration."
  std::string Refusal(std::string_view client_key) const;

 private:
  std::string name_;
  bool all_ = false;
  std::set<std::string, std::less<>> allowed_;
};

enum class ClientKind { kProducer, kConsumer, kAdmin };
// ProducerConfig, ConsumerConfig and AdminClientConfig of Apache Kafka 4.1.2.
const ConfigDef& ClientDefinition(ClientKind kind);

}  // namespace millrace::config
