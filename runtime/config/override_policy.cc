// SPDX-License-Identifier: Apache-2.0
#include "config/override_policy.h"

#include <fmt/format.h>

#include <array>

namespace millrace::config {

Result<OverridePolicy> OverridePolicy::Make(std::string_view policy, const std::vector<std::string>& allowlist) {
  constexpr std::array<std::string_view, 4> kNames = {"All", "None", "Principal", "Allowlist"};
  constexpr std::string_view kPackage = "org.apache.kafka.connect.connector.policy.";
  constexpr std::string_view kSuffix = "ConnectorClientConfigOverridePolicy";
  std::string_view name = policy;
  if (name.starts_with(kPackage)) name.remove_prefix(kPackage.size());
  if (name.ends_with(kSuffix)) name.remove_suffix(kSuffix.size());
  OverridePolicy out;
  for (std::string_view known : kNames) {
    if (name == known) out.name_ = known;
  }
  if (out.name_.empty()) {
    return Status::Config(
        fmt::format("there is no override policy {}; policies written in Java cannot be loaded", policy));
  }
  out.all_ = out.name_ == "All";
  if (out.name_ == "Principal") out.allowed_ = {"sasl.jaas.config", "sasl.mechanism", "security.protocol"};
  if (out.name_ == "Allowlist") out.allowed_.insert(allowlist.begin(), allowlist.end());
  return out;
}

bool OverridePolicy::Allows(std::string_view client_key) const { return all_ || allowed_.contains(client_key); }

std::string OverridePolicy::Refusal(std::string_view client_key) const {
  return fmt::format("The '{}' policy does not allow '{}' to be overridden in the connector configuration.", name_,
                     client_key);
}

}  // namespace millrace::config
