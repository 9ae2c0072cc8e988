// SPDX-License-Identifier: Apache-2.0
//
// Client settings as a connector's configuration may bring them: one key=value per line after a byte that chooses the
// client. Translation answers, and what it accepts librdkafka accepts too.
#include "kafka/client_config.h"

#include <cstddef>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using millrace::kafka::ClientRole;
  if (size == 0) return 0;
  const ClientRole roles[] = {ClientRole::kProducer, ClientRole::kConsumer, ClientRole::kAdmin};
  millrace::config::Properties settings;
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    const size_t equals = line.find('=');
    if (equals != std::string_view::npos) {
      std::string key(line.substr(0, equals));
      // Stores are opened; keep to files that are not there.
      const bool is_path = key.find("location") != std::string::npos;
      settings[std::move(key)] = is_path ? "/nonexistent" : std::string(line.substr(equals + 1));
    }
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  const auto config = millrace::kafka::Translate(roles[data[0] % 3], settings);
  if (config.ok()) (void)config->SharingKey();
  return 0;
}
