// SPDX-License-Identifier: Apache-2.0
//
// Process: the objects that a worker process is made of, in the order of their dependence, and the order in which they
// end. Nothing else wires anything; there are no globals.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/status.h"
#include "config/worker_config.h"
#include "converters/built_in.h"
#include "herder/standalone_herder.h"
#include "host/check_files.h"
#include "kafka/embedded_broker.h"
#include "kafka/producer.h"
#include "plugins/host_api.h"
#include "plugins/registry.h"
#include "record/schema_table.h"
#include "rest/api.h"
#include "rest/server.h"
#include "storage/file_offset_store.h"
#include "transforms/built_in.h"

namespace millrace::host {

// What can list and describe classes: enough for the commands that start nothing.
class ClassHost {
 public:
  explicit ClassHost(Log* log);
  // Built-in classes and those of the bundles in these directories.
  void Scan(const std::vector<std::string>& plugin_path);
  plugins::HostApi* api() { return &api_; }
  plugins::ClassRegistry* classes() { return &classes_; }

 private:
  record::SchemaTable schemas_;
  plugins::HostApi api_;
  converters::BuiltInConverters converters_;
  transforms::BuiltInTransforms transforms_;
  plugins::ClassRegistry classes_;
};

// A standalone worker.
class Process {
 public:
  // `config` and `log` outlive the process. Nothing runs yet.
  Process(const config::WorkerConfig* config, Log* log);
  ~Process();

  // What the herder would say to these files.
  void Validate(const std::vector<ConnectorFile>& connectors, std::vector<config::Problem>* problems);
  // Reads offsets, starts the embedded broker if wanted, the herder and REST, then creates the connectors.
  Status Start(const std::vector<ConnectorFile>& connectors);
  // Stops REST, then connectors and tasks. An error says which tasks had to be abandoned.
  Status Stop();

 private:
  Status StartRest();

  const config::WorkerConfig* config_;
  Log* log_;
  Logger logger_;
  ClassHost host_;
  std::unique_ptr<kafka::EmbeddedBroker> embedded_;
  std::unique_ptr<storage::FileOffsetStore> offsets_;
  std::unique_ptr<kafka::ProducerPool> producers_;
  std::unique_ptr<herder::StandaloneHerder> herder_;
  std::unique_ptr<rest::Api> api_;
  std::unique_ptr<rest::Server> rest_;
};

}  // namespace millrace::host
