// SPDX-License-Identifier: Apache-2.0
//
// JaasEntry: one entry of sasl.jaas.config, read with the grammar of Kafka's JaasConfig class
// (java.io.StreamTokenizer):
//
//   org.apache.kafka.common.security.plain.PlainLoginModule required username="alice" password="s3cret";
//
// No class is ever loaded from it: the module's name selects one of the few mechanisms that the translation knows.
// Messages name the module and option keys, never option values.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/status.h"

namespace millrace::kafka {

struct JaasEntry {
  std::string module;
  std::map<std::string, std::string> options;
};

// Exactly one entry, as Java wants it for clients.
Result<JaasEntry> ParseJaas(std::string_view text);

}  // namespace millrace::kafka
