// SPDX-License-Identifier: Apache-2.0
#include "host/process.h"

#include <utility>

#include "host/version.h"
#include "rest/api.h"
#include "rest/listeners.h"

namespace millrace::host {

ClassHost::ClassHost(Log* log)
    : api_(log, &schemas_, nullptr), converters_(api_.table()), transforms_(api_.table()), classes_(&api_, log) {}

void ClassHost::Scan(const std::vector<std::string>& plugin_path) {
  classes_.AddBuiltIn(converters_.classes().data(), converters_.classes().size());
  classes_.AddBuiltIn(transforms_.classes().data(), transforms_.classes().size());
  classes_.Scan(plugin_path);
}

Process::Process(const config::WorkerConfig* config, Log* log)
    : config_(config), log_(log), logger_(log->Get("org.apache.kafka.connect.runtime.Connect")), host_(log) {
  host_.Scan(config->plugin_path);
}

Process::~Process() { (void)Stop(); }

void Process::Validate(const std::vector<ConnectorFile>& connectors, std::vector<config::Problem>* problems) {
  for (const ConnectorFile& connector : connectors) {
    const config::RawConfig raw = config::ToRaw(connector.file.values);
    AddValidationProblems(connector, config::ValidateConnector(raw, *host_.classes(), *config_), problems);
  }
}

Status Process::StartRest() {
  Result<std::vector<rest::Listener>> listeners = rest::Listeners(*config_);
  if (!listeners.ok()) return listeners.status();
  Result<std::vector<config::HttpHeaderRule>> headers = config::ParseHttpHeaderRules(config_->response_http_headers);
  if (!headers.ok()) return Status::Config(headers.status().message());

  rest::ApiServices services;
  services.herder = herder_.get();
  services.log = log_;
  services.clock = &Clock::System();
  services.version = kKafkaConnectVersion;
  services.commit = kCommit;
  services.topic_tracking = config_->topic_tracking_enable;
  services.topic_tracking_reset = config_->topic_tracking_allow_reset;
  api_ = std::make_unique<rest::Api>(services);

  rest::Options options;
  options.listeners = *listeners;
  options.allow_origin = config_->access_control_allow_origin;
  options.allow_methods = config_->access_control_allow_methods;
  options.headers = std::move(*headers);
  rest::Handler handler;
  handler.handle = [api = api_.get()](const rest::Request& r, rest::Surface s) { return api->Handle(r, s); };
  handler.may_wait = rest::Api::MayWait;
  Result<std::unique_ptr<rest::Server>> server = rest::Server::Start(std::move(options), std::move(handler), log_);
  if (!server.ok()) return server.status();
  rest_ = std::move(*server);

  std::string host = config_->rest_advertised_host;
  if (host.empty() && !listeners->empty()) host = listeners->front().host;
  if (host.empty()) host = "localhost";
  const int port = config_->rest_advertised_port != 0 ? config_->rest_advertised_port
                   : listeners->empty()               ? 0
                                                      : rest_->port(0);
  herder_->SetWorkerId(host + ":" + std::to_string(port));
  return {};
}

Status Process::Start(const std::vector<ConnectorFile>& connectors) {
  if (Status s = host_.classes()->CheckDiscovery(config_->plugin_discovery); !s.ok()) return s;
  worker::WorkerServices services;
  services.config = config_;
  services.log = log_;
  services.clock = &Clock::System();
  services.host = host_.api();
  services.classes = host_.classes();
  services.bootstrap_servers = config_->bootstrap_servers;

  if (config_->bootstrap_servers == "embedded") {
    Result<std::unique_ptr<kafka::EmbeddedBroker>> broker = kafka::EmbeddedBroker::Start();
    if (!broker.ok()) return broker.status().Context("starting the embedded broker");
    embedded_ = std::move(*broker);
    services.embedded = embedded_.get();
    services.bootstrap_servers = embedded_->bootstrap_servers();
    logger_.Warn(
        "the embedded broker listens on {} (kcat -b {} -L); it is for trying things out: its data dies with "
        "this process, and it takes at most {} records or {} MB a topic, framing included",
        services.bootstrap_servers, services.bootstrap_servers, kafka::EmbeddedBroker::kMaxRecords,
        kafka::EmbeddedBroker::kMaxBytes / 1'000'000);
  }
  offsets_ = std::make_unique<storage::FileOffsetStore>(config_->offset_storage_file);
  if (Status s = offsets_->Start(); !s.ok()) return s;
  services.offsets = offsets_.get();
  producers_ = std::make_unique<kafka::ProducerPool>(log_);
  services.producers = producers_.get();
  herder_ = std::make_unique<herder::StandaloneHerder>(
      services, "", [&](worker::TaskListener* listener) { return worker::Worker::Make(services, listener); });
  if (Status s = StartRest(); !s.ok()) return s;
  herder_->Start();
  for (const ConnectorFile& connector : connectors) {
    const Result<herder::Herder::Put> put =
        herder_->PutConnector(connector.name, config::ToRaw(connector.file.values), connector.initial_state, false);
    if (!put.ok()) return put.status().Context("creating connector " + connector.name + " of " + connector.file.path);
  }
  return {};
}

Status Process::Stop() {
  if (rest_) rest_->Close();
  Status stopped = herder_ ? herder_->Shutdown() : Status();
  rest_ = nullptr;
  // Threads that were abandoned in a plugin may still come back to it.
  if (!stopped.ok()) (void)herder_.release();
  herder_ = nullptr;
  return stopped;
}

}  // namespace millrace::host
