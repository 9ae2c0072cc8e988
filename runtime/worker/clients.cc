// SPDX-License-Identifier: Apache-2.0
#include "worker/clients.h"

#include "config/override_policy.h"
#include "kafka/embedded_broker.h"

namespace millrace::worker {
namespace {

class KafkaClients final : public ClientFactory {
 public:
  KafkaClients(kafka::ProducerPool* producers, Log* log) : producers_(producers), log_(log) {}
  Result<std::shared_ptr<kafka::Producer>> Producer(const kafka::ClientConfig& config) override {
    return producers_->Get(config);
  }
  Result<std::unique_ptr<kafka::Consumer>> Consumer(const kafka::ClientConfig& config,
                                                    kafka::Consumer::Listener* listener) override {
    return kafka::Consumer::Make(config, listener, log_);
  }
  Result<std::unique_ptr<kafka::Admin>> Admin(const kafka::ClientConfig& config) override {
    return kafka::Admin::Make(config, log_);
  }

 private:
  kafka::ProducerPool* const producers_;
  Log* const log_;
};

const config::Properties& WorkersOwn(kafka::ClientRole role, const config::WorkerConfig& worker) {
  switch (role) {
    case kafka::ClientRole::kProducer: return worker.producer;
    case kafka::ClientRole::kConsumer: return worker.consumer;
    case kafka::ClientRole::kAdmin: break;
  }
  return worker.admin;
}

const config::Properties& Overrides(kafka::ClientRole role, const config::ConnectorConfig& connector) {
  switch (role) {
    case kafka::ClientRole::kProducer: return connector.producer_override;
    case kafka::ClientRole::kConsumer: return connector.consumer_override;
    case kafka::ClientRole::kAdmin: break;
  }
  return connector.admin_override;
}

}  // namespace

std::unique_ptr<ClientFactory> MakeKafkaClients(kafka::ProducerPool* producers, Log* log) {
  return std::make_unique<KafkaClients>(producers, log);
}

config::Properties ClientSettings(kafka::ClientRole role, const config::WorkerConfig& worker,
                                  const config::ConnectorConfig& connector, const std::string& bootstrap_servers) {
  config::Properties settings = kafka::ConnectDefaults(role);
  const auto add = [&](const config::Properties& more) {
    for (const auto& [key, value] : more) settings.insert_or_assign(key, value);
  };
  if (worker.bootstrap_servers == "embedded") add(kafka::EmbeddedBroker::ClientSettings(role));
  if (role == kafka::ClientRole::kConsumer) settings["group.id"] = "connect-" + connector.name;
  add(worker.client);
  settings["bootstrap.servers"] = bootstrap_servers;
  add(WorkersOwn(role, worker));
  // A policy that cannot be made has been refused with the worker's configuration.
  const Result<config::OverridePolicy> policy =
      config::OverridePolicy::Make(worker.override_policy, worker.override_allowlist);
  for (const auto& [key, value] : Overrides(role, connector)) {
    if (policy.ok() && policy->Allows(key)) settings.insert_or_assign(key, value);
  }
  return settings;
}

Result<kafka::ClientConfig> TranslateLogged(kafka::ClientRole role, const config::Properties& settings,
                                            const Logger& logger) {
  Result<kafka::ClientConfig> config = kafka::Translate(role, settings);
  if (!config.ok()) return config;
  for (const std::string& warning : config->warnings) logger.Warn("{}", warning);
  return config;
}

}  // namespace millrace::worker
