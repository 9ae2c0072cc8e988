// SPDX-License-Identifier: Apache-2.0
//
// The herder's questions and answers: waiting with a deadline, states, plugins. What changes a connector is in
// standalone_connectors.cc, offsets are in standalone_offsets.cc.
#include "herder/standalone_herder.h"

#include <algorithm>
#include <utility>

#include "plugins/instance.h"

namespace millrace::herder {

using worker::State;
using worker::TargetState;

StandaloneHerder::StandaloneHerder(const worker::WorkerServices& services, std::string worker_id,
                                   const MakeWorker& make_worker)
    : services_(services),
      logger_(services.log->Get("org.apache.kafka.connect.runtime.standalone.StandaloneHerder")),
      worker_(make_worker(this)),
      worker_id_(std::move(worker_id)) {}

StandaloneHerder::~StandaloneHerder() { (void)Shutdown(); }

void StandaloneHerder::Start() { ready_ = true; }

void StandaloneHerder::SetWorkerId(std::string worker_id) {
  const Lock lock(mutex_);
  worker_id_ = std::move(worker_id);
}

Status StandaloneHerder::Ready() const {
  if (ready_ && !stopping_) return {};
  return {Code::kUnavailable, stopping_ ? "Worker is stopping" : "Worker is still starting up."};
}

Result<std::string> StandaloneHerder::KafkaClusterId() {
  {
    const Lock lock(mutex_);
    if (!cluster_id_.empty()) return cluster_id_;
  }
  const Result<std::unique_ptr<kafka::Admin>> admin = MakeAdmin(config::ConnectorConfig());
  if (!admin.ok()) return admin.status();
  constexpr int64_t kPatience = 5'000 * kNanosPerMilli;
  const Result<std::string> id = (*admin)->ClusterId(services_.clock->MonotonicNanos() + kPatience);
  if (id.ok()) {
    const Lock lock(mutex_);
    cluster_id_ = *id;
  }
  return id;
}

void StandaloneHerder::Tell(const std::string& name, std::function<void()> op) {
  // Posted under the lock, so that a strand that is forgotten has nothing to do.
  const Lock lock(mutex_);
  std::shared_ptr<Strand>& strand = strands_[name];
  if (!strand) strand = Strand::Make();
  strand->Post([this, name, op = std::move(op), self = strand.get()] {
    const LogContext context("[" + name + "|worker] ");
    op();
    ForgetStrand(name, self);
  });
}

// A name without a connector, which anybody may ask for, leaves nothing behind.
void StandaloneHerder::ForgetStrand(const std::string& name, const Strand* strand) {
  const Lock lock(mutex_);
  const auto it = strands_.find(name);
  if (it == strands_.end() || it->second.get() != strand || connectors_.contains(name)) return;
  if (it->second->QueueEmpty()) strands_.erase(it);
}

void StandaloneHerder::Unblock(const std::string& name, bool leave) {
  std::shared_ptr<Strand> old;
  std::shared_ptr<ConnectorInstance> instance;
  {
    const Lock lock(mutex_);
    const auto it = connectors_.find(name);
    if (it == connectors_.end()) return;
    instance = it->second->in_use.lock();
    if (!instance || instance->plugin->current_call().since_ns == 0) return;
    if (leave) {
      // What still runs holds the old object, which from now on nobody looks at.
      *it->second->left = true;
      it->second = it->second->WithoutInstance();
      old = std::exchange(strands_[name], Strand::Make());
    }
  }
  const plugins::CallInfo call = instance->plugin->current_call();
  if (!leave) {
    instance->plugin->Cancel();
    return;
  }
  instance->plugin->Abandon();
  logger_.Error("{} does not come back from {} of {} ({}); going on without this instance, its thread is lost", name,
                call.function, call.class_name, call.bundle);
  const Lock lock(mutex_);
  for (Strand::Task& task : old->TakeQueued()) strands_[name]->Post(std::move(task));
}

StandaloneHerder::ManagedPtr StandaloneHerder::Find(const std::string& name) const {
  const Lock lock(mutex_);
  const auto it = connectors_.find(name);
  return it == connectors_.end() ? nullptr : it->second;
}

Result<StandaloneHerder::ManagedPtr> StandaloneHerder::Need(const std::string& name) const {
  ManagedPtr c = Find(name);
  if (!c) return Status::NotFound("Connector " + name + " not found");
  return c;
}

ConnectorInfo StandaloneHerder::InfoLocked(const ManagedConnector& c) const {
  ConnectorInfo info{c.name, c.config, {}, c.type == config::ConnectorType::kSource ? "source" : "sink"};
  for (size_t i = 0; i < c.tasks.size(); ++i) info.tasks.push_back({c.name, static_cast<int>(i)});
  return info;
}

ConnectorStatus StandaloneHerder::StatusLocked(const ManagedConnector& c) const {
  ConnectorStatus status{c.name, c.type == config::ConnectorType::kSource ? "source" : "sink", c.state, {}};
  status.connector.worker_id = worker_id_;
  for (size_t i = 0; i < c.tasks.size(); ++i) {
    TaskStateInfo task{{c.tasks[i].state}, static_cast<int>(i)};
    task.worker_id = worker_id_;
    status.tasks.push_back(std::move(task));
  }
  return status;
}

Result<std::vector<std::string>> StandaloneHerder::Connectors() {
  const Lock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, c] : connectors_) names.push_back(name);
  return names;
}

Result<ConnectorInfo> StandaloneHerder::Connector(const std::string& name) {
  const Lock lock(mutex_);
  const auto it = connectors_.find(name);
  if (it == connectors_.end()) return Status::NotFound("Connector " + name + " not found");
  return InfoLocked(*it->second);
}

Result<ConnectorStatus> StandaloneHerder::ConnectorState(const std::string& name) {
  const Lock lock(mutex_);
  const auto it = connectors_.find(name);
  if (it == connectors_.end()) return Status::NotFound("No status found for connector " + name);
  return StatusLocked(*it->second);
}

Result<std::vector<TaskInfo>> StandaloneHerder::Tasks(const std::string& name) {
  const Lock lock(mutex_);
  const auto it = connectors_.find(name);
  if (it == connectors_.end()) return Status::NotFound("Connector " + name + " not found");
  std::vector<TaskInfo> tasks;
  for (size_t i = 0; i < it->second->tasks.size(); ++i) {
    tasks.push_back({{name, static_cast<int>(i)}, it->second->tasks[i].config});
  }
  return tasks;
}

Result<TaskStateInfo> StandaloneHerder::TaskState(const std::string& name, int task) {
  const Lock lock(mutex_);
  const auto it = connectors_.find(name);
  if (it == connectors_.end() || task < 0 || static_cast<size_t>(task) >= it->second->tasks.size()) {
    return Status::NotFound("No status found for task " + name + "-" + std::to_string(task));
  }
  return StatusLocked(*it->second).tasks[static_cast<size_t>(task)];
}

Result<std::vector<std::string>> StandaloneHerder::ActiveTopics(const std::string& name) {
  const Lock lock(mutex_);
  const auto it = topics_.find(name);
  if (it == topics_.end()) return std::vector<std::string>();
  return std::vector<std::string>(it->second.begin(), it->second.end());
}

Status StandaloneHerder::ResetActiveTopics(const std::string& name) {
  const Lock lock(mutex_);
  topics_.erase(name);
  return {};
}

void StandaloneHerder::OnTaskState(const worker::TaskId& id, uint64_t generation, State state, const Status& error) {
  const Lock lock(mutex_);
  const auto it = connectors_.find(id.connector);
  if (it == connectors_.end() || static_cast<size_t>(id.task) >= it->second->tasks.size()) return;
  ManagedTask& task = it->second->tasks[static_cast<size_t>(id.task)];
  if (task.generation != generation) return;
  task.state.state = state;
  task.state.version = error.detail("version") == "none" ? "" : it->second->version;
  task.state.trace = error.ok() ? "" : error.message();
}

void StandaloneHerder::OnTopicUsed(const std::string& connector, const std::string& topic) {
  if (!services_.config->topic_tracking_enable) return;
  const Lock lock(mutex_);
  topics_[connector].insert(topic);
}

namespace {

// Classes that every Kafka Connect has and whose settings it does not tell.
constexpr std::string_view kWithoutSettings[] = {
    "org.apache.kafka.common.config.provider.FileConfigProvider",
    "org.apache.kafka.common.config.provider.DirectoryConfigProvider",
    "org.apache.kafka.common.config.provider.EnvVarConfigProvider",
    "org.apache.kafka.connect.connector.policy.AllConnectorClientConfigOverridePolicy",
    "org.apache.kafka.connect.connector.policy.NoneConnectorClientConfigOverridePolicy",
    "org.apache.kafka.connect.connector.policy.PrincipalConnectorClientConfigOverridePolicy",
    "org.apache.kafka.connect.connector.policy.AllowlistConnectorClientConfigOverridePolicy"};

Result<std::vector<config::ConfigKey>> PluginSettings(plugins::ClassRegistry* classes, const std::string& plugin,
                                                      const std::string& version) {
  const Result<plugins::ClassInfo> found = classes->Resolve(0, plugin, version);
  if ((found.ok() && found->role == MR_ROLE_CONFIG_PROVIDER) ||
      std::find(std::begin(kWithoutSettings), std::end(kWithoutSettings), plugin) != std::end(kWithoutSettings)) {
    return Status::BadRequest("Invalid plugin class " + plugin +
                              ". Valid types are sink, source, converter, header_converter, transformation, "
                              "predicate.");
  }
  if (!found.ok()) {
    if (!classes->Find(0, plugin).empty()) return Status::BadRequest(found.status().message());  // no such version
    for (const plugins::ClassInfo& c : classes->Classes()) {
      // The class around two plugins (InsertField of InsertField$Key) is there in Java, but abstract.
      if (c.name.starts_with(plugin + "$")) return Status::Fatal("Instantiation error");
    }
    return Status::NotFound("Unknown plugin " + plugin + ".");
  }
  const Result<config::ConfigDef> own = classes->Definition({found->name, found->version, found->role});
  if (!own.ok()) return Status::Fatal(own.status().message());
  config::ConfigDef all;
  if (found->role == MR_ROLE_SOURCE || found->role == MR_ROLE_SINK) {
    all.AddAll(config::BaseDefinition(found->role == MR_ROLE_SOURCE ? config::ConnectorType::kSource
                                                                    : config::ConnectorType::kSink));
  }
  all.AddAll(*own);
  std::vector<config::ConfigKey> keys;
  for (const config::ConfigKey& key : all.keys()) {
    if (key.internal) continue;
    keys.push_back(key);
    // Without a version asked for, the newest runs; Kafka Connect shows that as the default.
    if (key.name == "connector.plugin.version") keys.back().default_value = found->version;
  }
  return keys;
}

}  // namespace

std::vector<PluginInfo> StandaloneHerder::Plugins(bool connectors_only) {
  struct Kind {
    int role;
    const char* type;
    bool connector;
  };
  // A converter serves as header converter too.
  static constexpr Kind kinds[] = {
      {MR_ROLE_SINK, "sink", true},
      {MR_ROLE_SOURCE, "source", true},
      {MR_ROLE_CONVERTER, "converter", false},
      {MR_ROLE_CONVERTER, "header_converter", false},
      {MR_ROLE_HEADER_CONVERTER, "header_converter", false},
      {MR_ROLE_TRANSFORM, "transformation", false},
      {MR_ROLE_PREDICATE, "predicate", false},
  };
  std::vector<PluginInfo> plugins;
  const std::vector<plugins::ClassInfo> classes = services_.classes->Classes();
  for (const Kind& kind : kinds) {
    if (connectors_only && !kind.connector) continue;
    for (const plugins::ClassInfo& c : classes) {
      if (c.role == kind.role) plugins.push_back({c.name, kind.type, c.version});
    }
  }
  std::sort(plugins.begin(), plugins.end(), [](const PluginInfo& a, const PluginInfo& b) {
    return std::tie(a.class_name, a.type, a.version) < std::tie(b.class_name, b.type, b.version);
  });
  return plugins;
}

Result<std::vector<config::ConfigKey>> StandaloneHerder::PluginConfig(const std::string& plugin,
                                                                      const std::string& version) {
  // Loading a bundle runs its code.
  return AskElsewhere<Result<std::vector<config::ConfigKey>>>(
      &elsewhere_, kRequestTimeoutNanos,
      [classes = services_.classes, plugin, version] { return PluginSettings(classes, plugin, version); });
}

Result<config::ConfigInfos> StandaloneHerder::ValidateConfig(const RawConfig& config) {
  // Plugins are asked on a thread of their own: one that hangs costs that thread, not the answer of this request. It
  // may outlive this object, so it is given what it needs and no more.
  return AskElsewhere<Result<config::ConfigInfos>>(&elsewhere_, kRequestTimeoutNanos, [services = services_, config] {
    const auto own = [&services](const config::ClassCatalog::Class& connector,
                                 const config::Properties& properties) -> Result<std::vector<config::PluginProblem>> {
      const Result<const mr_class*> type = services.classes->Load(connector.role, connector.name, connector.version);
      if (!type.ok()) return type.status();
      const auto name = properties.find("name");
      ConnectorContext context(name == properties.end() ? connector.name : name->second, services.offsets,
                               {[] {}, [](const Status&) {}});
      const Result<std::unique_ptr<plugins::Connector>> plugin = plugins::Connector::Make(*type, &context);
      if (!plugin.ok()) return plugin.status();
      std::vector<std::pair<std::string, std::string>> found;
      if (const Status s = (*plugin)->Validate(properties, &found); !s.ok()) return s;
      std::vector<config::PluginProblem> problems;
      for (auto& [key, message] : found) problems.push_back({std::move(key), std::move(message)});
      return problems;
    };
    return config::ValidateConnector(config, *services.classes, *services.config, own);
  });
}

Result<config::ConfigInfos> StandaloneHerder::Validate(const std::string& plugin, const RawConfig& config) {
  const auto given = config.find("connector.class");
  const auto normalized = [](std::string_view name) {
    constexpr std::string_view kSuffix = "Connector";
    if (name.size() > kSuffix.size() && name.ends_with(kSuffix)) name.remove_suffix(kSuffix.size());
    return name;
  };
  if (given != config.end() && given->second && !normalized(*given->second).ends_with(normalized(plugin))) {
    return Status::BadRequest("Included connector type " + *given->second + " does not match request type " + plugin);
  }
  Result<config::ConfigInfos> answer = ValidateConfig(config);
  if (answer.ok() || answer.status().code() == Code::kTimeout) return answer;
  // Here, unlike at creation, Kafka Connect answers 500 and names the exception.
  const std::string_view java = answer.status().detail("class");
  return Status::Fatal((java.empty() ? "" : std::string(java) + ": ") + answer.status().message());
}

Result<std::unique_ptr<kafka::Admin>> StandaloneHerder::MakeAdmin(const config::ConnectorConfig& connector) {
  const Result<kafka::ClientConfig> settings =
      kafka::Translate(kafka::ClientRole::kAdmin, worker_->ClientSettings(kafka::ClientRole::kAdmin, connector));
  if (!settings.ok()) return settings.status();
  if (services_.clients != nullptr) return services_.clients->Admin(*settings);
  return kafka::Admin::Make(*settings, services_.log);
}

}  // namespace millrace::herder
