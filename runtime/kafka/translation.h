// SPDX-License-Identifier: Apache-2.0
//
// The table of translations from Java client settings to librdkafka's, and what a rule works on. Internal to
// runtime/kafka; client_config.h is the way in.
//
// A rule handles one Java key. Settings that only mean something together (SASL, SSL, compression) are put together
// by the Finish... functions after every key had its turn.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/properties.h"
#include "kafka/client_config.h"

namespace millrace::kafka {

// The state of one translation.
class Translation {
 public:
  Translation(ClientRole role, const config::Properties& settings) : settings_(settings) { out.role = role; }

  // Sets one of librdkafka's keys on behalf of a Java key.
  void Set(std::string_view native, std::string value, std::string_view java);
  // Sets it if no Java key has.
  void SetDefault(std::string_view native, std::string value);
  void Error(std::string_view java, std::string_view why);
  void Warn(std::string_view java, std::string_view why);
  // The user's value, trimmed; "" when absent.
  std::string_view Get(std::string_view java) const;
  bool Has(std::string_view java) const { return settings_.find(java) != settings_.end(); }
  // The Java key that set a native one ("" when it is a default).
  std::string_view JavaKeyOf(std::string_view native) const;

  ClientConfig out;
  std::vector<std::string> errors;

 private:
  const config::Properties& settings_;
  std::map<std::string, std::string, std::less<>> java_of_;
};

enum RoleMask : uint8_t { kP = 1, kC = 2, kA = 4, kPC = 3, kAll = 7 };

struct Rule {
  std::string_view java;
  uint8_t roles;
  std::string_view native;  // "" when it becomes none of librdkafka's keys
  void (*apply)(const Rule&, std::string_view value, Translation&);
  std::string_view note;              // for the documentation
  int64_t low = 0, high = INT32_MAX;  // what librdkafka takes; a Java value outside is brought inside, with a warning
};

// Sorted by key.
std::span<const Rule> Rules();

// security.cc
void FinishSecurity(Translation& t);
// A key whose value is never shown.
bool IsSecretKey(std::string_view java);

}  // namespace millrace::kafka
