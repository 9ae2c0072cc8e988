// SPDX-License-Identifier: Apache-2.0
//
// ClientFactory: where tasks get their Kafka clients from; the seam for tests. And the settings those clients have.
// Thread-safe.
#pragma once

#include <memory>
#include <string>

#include "base/log.h"
#include "base/status.h"
#include "config/connector_config.h"
#include "config/worker_config.h"
#include "kafka/admin.h"
#include "kafka/client_config.h"
#include "kafka/consumer.h"
#include "kafka/producer.h"

namespace millrace::worker {

class ClientFactory {
 public:
  virtual ~ClientFactory() = default;
  virtual Result<std::shared_ptr<kafka::Producer>> Producer(const kafka::ClientConfig& config) = 0;
  virtual Result<std::unique_ptr<kafka::Consumer>> Consumer(const kafka::ClientConfig& config,
                                                            kafka::Consumer::Listener* listener) = 0;
  virtual Result<std::unique_ptr<kafka::Admin>> Admin(const kafka::ClientConfig& config) = 0;
};

// Clients of a real Kafka; producers with equal settings are shared through the pool.
std::unique_ptr<ClientFactory> MakeKafkaClients(kafka::ProducerPool* producers, Log* log);

// The settings of a connector's clients, later ones winning: Kafka Connect's defaults, the worker's, those below the
// worker's prefix for the role, the connector's overrides as far as the worker's policy allows them. Producers get no
// client.id of their own, since tasks share them.
config::Properties ClientSettings(kafka::ClientRole role, const config::WorkerConfig& worker,
                                  const config::ConnectorConfig& connector, const std::string& bootstrap_servers);

// Translated for librdkafka; what has no meaning there is logged.
Result<kafka::ClientConfig> TranslateLogged(kafka::ClientRole role, const config::Properties& settings,
                                            const Logger& logger);

}  // namespace millrace::worker
