// SPDX-License-Identifier: Apache-2.0
//
// The life of a connector in the standalone herder: created, replaced, paused, resumed, stopped, restarted, deleted.
// Each public function checks what can be checked at once and leaves the rest to the connector's strand.
#include <algorithm>

#include "herder/ask.h"
#include "herder/standalone_herder.h"

namespace millrace::herder {

using config::ConnectorConfig;
using config::ConnectorType;
using config::Properties;
using worker::State;
using worker::TargetState;

Result<Herder::Put> StandaloneHerder::PutConnector(const std::string& name, const RawConfig& config,
                                                   std::optional<TargetState> initial, bool allow_replace) {
  if (const Status s = Ready(); !s.ok()) return s;
  const Result<config::ConfigInfos> infos = ValidateConfig(config);
  if (!infos.ok()) return infos.status();
  if (std::string errors = config::ErrorSummary(*infos); !errors.empty()) return Status::BadRequest(std::move(errors));
  Properties properties;
  for (const auto& [key, value] : config) {
    if (value) properties[key] = *value;
  }
  return Ask<Result<Put>>(name, allow_replace, [this, name, properties, initial, allow_replace] {
    return PutOnStrand(name, properties, initial, allow_replace);
  });
}

Result<Herder::Put> StandaloneHerder::PatchConnector(const std::string& name, const RawConfig& patch) {
  RawConfig merged;
  {
    const Result<ManagedPtr> c = Need(name);
    if (!c.ok()) return c.status();
    const Lock lock(mutex_);
    for (const auto& [key, value] : (*c)->config) merged[key] = value;
  }
  for (const auto& [key, value] : patch) {
    if (value) {
      merged[key] = value;
    } else {
      merged.erase(key);
    }
  }
  return PutConnector(name, merged, std::nullopt, true);
}

Result<Herder::Put> StandaloneHerder::PutOnStrand(const std::string& name, const Properties& config,
                                                  std::optional<TargetState> initial, bool allow_replace) {
  const auto class_name = config.find("connector.class");
  const auto version = config.find("connector.plugin.version");
  Result<plugins::ClassInfo> type = services_.classes->Resolve(
      MR_ROLE_SOURCE, class_name->second, version == config.end() ? std::string_view() : version->second);
  if (!type.ok()) {
    type = services_.classes->Resolve(MR_ROLE_SINK, class_name->second,
                                      version == config.end() ? std::string_view() : version->second);
  }
  if (!type.ok()) return type.status();

  ManagedPtr c = Find(name);
  const bool created = !c;
  if (c) {
    if (!allow_replace) return Status(Code::kAlreadyExists, "Connector " + name + " already exists");
    StopConnector(c);
  } else {
    c = std::make_shared<ManagedConnector>();
    c->name = name;
  }
  {
    const Lock lock(mutex_);
    c->config = config;
    c->type = type->role == MR_ROLE_SOURCE ? ConnectorType::kSource : ConnectorType::kSink;
    c->class_name = type->name;
    c->version = type->version;
    if (created) c->target = initial.value_or(TargetState::kStarted);
    connectors_[name] = c;
  }
  logger_.Info("{} connector {} of class {} {}", created ? "creating" : "reconfiguring", name, type->name,
               type->version);
  if (const Status s = StartConnector(c); !s.ok()) return s;
  if (const Status s = UpdateTasks(c); !s.ok()) return s;
  const Lock lock(mutex_);
  return Put{created, InfoLocked(*c)};
}

// Makes a new plugin instance and brings it to the connector's target state. A failure is the connector's state, and
// the error of the request that caused it.
Status StandaloneHerder::StartConnector(const ManagedPtr& c) {
  const Result<ConnectorConfig> parsed = ConnectorConfig::Make(c->type, c->config);
  if (!parsed.ok()) {
    c->version.clear();
    Fail(c, Status::Fatal(parsed.status().message()));
    return Status::Fatal(parsed.status().message());
  }
  const int role = c->type == ConnectorType::kSource ? MR_ROLE_SOURCE : MR_ROLE_SINK;
  const Result<const mr_class*> type = services_.classes->Load(role, c->class_name, c->version);
  if (!type.ok()) {
    Fail(c, type.status());
    return type.status();
  }
  const auto instance = std::make_shared<ConnectorInstance>();
  const std::string name = c->name;
  const std::weak_ptr<ConnectorInstance> weak = instance;
  // What an instance asks for after it was replaced is not asked any more.
  const auto current = [this, name, weak](const ManagedPtr& now) {
    const Lock lock(mutex_);
    return now && !weak.expired() && now->in_use.lock() == weak.lock();
  };
  instance->context =
      std::make_unique<ConnectorContext>(name, services_.offsets,
                                         ConnectorContext::Requests{[this, name, current] {
                                                                      Tell(name, [this, name, current] {
                                                                        const ManagedPtr now = Find(name);
                                                                        if (current(now)) (void)UpdateTasks(now);
                                                                      });
                                                                    },
                                                                    [this, name, current](Status why) {
                                                                      Tell(name, [this, name, current, why] {
                                                                        const ManagedPtr now = Find(name);
                                                                        if (current(now)) Fail(now, why);
                                                                      });
                                                                    }});
  Result<std::unique_ptr<plugins::Connector>> plugin = plugins::Connector::Make(*type, instance->context.get());
  if (!plugin.ok()) {
    Fail(c, plugin.status());
    return plugin.status();
  }
  instance->plugin = std::move(*plugin);
  c->instance = instance;
  c->running = false;
  TargetState target;
  {
    const Lock lock(mutex_);
    c->in_use = instance;
    target = c->target;
    c->state = StateInfo();
    c->state.version = c->version;
  }
  return SetTarget(c, target);
}

// Brings the connector side (not its tasks) to a state.
Status StandaloneHerder::SetTarget(const ManagedPtr& c, TargetState target) {
  {
    const Lock lock(mutex_);
    c->target = target;
    if (c->state.state == State::kFailed) return {};  // only a restart gets it out of there
  }
  if (!c->instance) return {};
  if (target == TargetState::kStarted && !c->running) {
    if (const Status s = c->instance->plugin->Start(c->config); !s.ok()) {
      if (*c->left) return s;
      Fail(c, s);
      // The status tells why.
      return Status::Fatal("Failed to transition connector " + c->name + " to state STARTED");
    }
    c->running = true;
  } else if (target != TargetState::kStarted && c->running) {
    c->instance->plugin->Stop();
    c->running = false;
  }
  const Lock lock(mutex_);
  c->state.state = target == TargetState::kStarted  ? State::kRunning
                   : target == TargetState::kPaused ? State::kPaused
                                                    : State::kStopped;
  c->state.version = c->version;
  return {};
}

void StandaloneHerder::Fail(const ManagedPtr& c, const Status& why) {
  if (c->running && c->instance) c->instance->plugin->Stop();
  c->running = false;
  logger_.Error("connector {} failed: {}", c->name, why.message());
  const Lock lock(mutex_);
  c->state = StateInfo();
  c->state.state = State::kFailed;
  c->state.version = c->version;
  c->state.trace = why.message();
}

// Asks a running connector for its task configurations and restarts the tasks when these, or the configuration that
// they were made from, have changed.
Status StandaloneHerder::UpdateTasks(const ManagedPtr& c) {
  if (!c->running || *c->left) return {};
  const Result<ConnectorConfig> parsed = ConnectorConfig::Make(c->type, c->config);
  if (!parsed.ok()) return parsed.status();
  Result<std::vector<Properties>> configs =
      c->instance->plugin->TaskConfigs(static_cast<uint32_t>(parsed->tasks_max), c->config);
  if (*c->left) return {};
  Status problem = configs.ok() ? Status() : configs.status();
  if (configs.ok() && parsed->tasks_max_enforce && configs->size() > static_cast<size_t>(parsed->tasks_max)) {
    problem = Status::Fatal("The connector " + c->name + " has generated " + std::to_string(configs->size()) +
                            " tasks, which is greater than " + std::to_string(parsed->tasks_max) +
                            ", the maximum number of tasks it is configured to create. This behaviour should be "
                            "considered a bug and is disallowed. If necessary, it can be permitted by reconfiguring "
                            "the connector with 'tasks.max.enforce' set to false; however, this option will be "
                            "removed in a future release of Kafka Connect.");
  }
  if (!problem.ok()) {
    Fail(c, problem);
    return Status::Fatal(problem.message());
  }
  for (Properties& task : *configs) {
    // Kafka Connect adds the class of the task; here a task is the class itself, so the name is only shown.
    if (!task.contains("task.class")) {
      std::string task_class = c->class_name;
      constexpr std::string_view kSuffix = "Connector";
      if (task_class.ends_with(kSuffix)) task_class.resize(task_class.size() - kSuffix.size());
      task["task.class"] = task_class + "Task";
    }
    for (const char* key : {"topics", "topics.regex"}) {
      const auto topics = c->config.find(key);
      if (c->type == ConnectorType::kSink && topics != c->config.end()) task[key] = topics->second;
    }
  }
  {
    const Lock lock(mutex_);
    const bool same =
        c->tasks_made_from == c->config && c->tasks.size() == configs->size() &&
        std::equal(c->tasks.begin(), c->tasks.end(), configs->begin(),
                   [](const ManagedTask& task, const Properties& config) { return task.config == config; });
    if (same) return {};
  }
  StopTasks(c);
  if (*c->left) return {};
  c->tasks_made_from = c->config;
  {
    const Lock lock(mutex_);
    c->tasks.clear();
    for (Properties& task : *configs) c->tasks.push_back({std::move(task), 0, {}});
  }
  for (size_t i = 0; i < configs->size(); ++i) StartTask(c, static_cast<int>(i));
  return {};
}

void StandaloneHerder::StartTask(const ManagedPtr& c, int task) {
  if (stopping_ || *c->left) return;
  worker::TaskSpec spec;
  {
    const Lock lock(mutex_);
    ManagedTask& t = c->tasks[static_cast<size_t>(task)];
    t.generation = next_generation_++;
    t.state = StateInfo();
    t.state.version = "";
    spec.id = {c->name, task};
    spec.generation = t.generation;
    spec.type = c->type;
    spec.connector_config = c->config;
    spec.task_config = t.config;
    spec.target = c->target;
  }
  worker_->StartTask(spec);
}

// Stops all tasks and forgets them.
void StandaloneHerder::StopTasks(const ManagedPtr& c) {
  std::vector<worker::TaskId> ids;
  {
    const Lock lock(mutex_);
    for (size_t i = 0; i < c->tasks.size(); ++i) ids.push_back({c->name, static_cast<int>(i)});
  }
  if (!ids.empty()) worker_->StopTasks(ids);
  const Lock lock(mutex_);
  c->tasks.clear();
}

// Stops the connector side and lets go of it; tasks stay.
void StandaloneHerder::StopConnector(const ManagedPtr& c) {
  if (c->running && c->instance) c->instance->plugin->Stop();
  c->running = false;
  c->instance = nullptr;
}

Status StandaloneHerder::DeleteConnector(const std::string& name) {
  return Ask<Status>(name, true, [this, name] {
    const Result<ManagedPtr> c = Need(name);
    if (!c.ok()) return c.status();
    logger_.Info("deleting connector {}", name);
    StopTasks(*c);
    StopConnector(*c);
    const Lock lock(mutex_);
    if (!*(*c)->left) connectors_.erase(name);
    return Status();
  });
}

Status StandaloneHerder::Pause(const std::string& name) {
  if (!Find(name)) return Status::NotFound("Unknown connector " + name);
  Tell(name, [this, name] {
    const ManagedPtr c = Find(name);
    if (!c) return;
    (void)SetTarget(c, TargetState::kPaused);
    for (size_t i = 0; i < c->tasks.size(); ++i) {
      worker_->SetTarget({name, static_cast<int>(i)}, TargetState::kPaused);
    }
  });
  return {};
}

Status StandaloneHerder::Resume(const std::string& name) {
  if (!Find(name)) return Status::NotFound("Unknown connector " + name);
  Tell(name, [this, name] {
    const ManagedPtr c = Find(name);
    if (!c) return;
    if (!SetTarget(c, TargetState::kStarted).ok()) return;
    (void)UpdateTasks(c);
    for (size_t i = 0; i < c->tasks.size(); ++i) {
      worker_->SetTarget({name, static_cast<int>(i)}, TargetState::kStarted);
    }
  });
  return {};
}

Status StandaloneHerder::Stop(const std::string& name) {
  return Ask<Status>(name, true, [this, name] {
    const ManagedPtr c = Find(name);
    if (!c) return Status::Fatal("No connector `" + name + "` configured");
    StopTasks(c);
    return SetTarget(c, TargetState::kStopped);
  });
}

Status StandaloneHerder::RestartConnector(const std::string& name) {
  return Ask<Status>(name, true, [this, name] {
    const ManagedPtr c = Find(name);
    if (!c) return Status::Fatal("Connector " + name + " not found");  // 500, as Kafka Connect's standalone mode
    StopConnector(c);
    if (const Status s = StartConnector(c); !s.ok()) return s;
    return UpdateTasks(c);
  });
}

Status StandaloneHerder::RestartTask(const std::string& name, int task) {
  return Ask<Status>(name, true, [this, name, task] {
    const ManagedPtr c = Find(name);
    const std::string id = name + "-" + std::to_string(task);
    if (!c) {
      return Status::Fatal("Failed to start task " + id + " since it is not a recognizable type (source or sink)");
    }
    if (task < 0 || static_cast<size_t>(task) >= c->tasks.size()) return Status::NotFound("Unknown task: " + id);
    worker_->StopTasks({{name, task}});
    StartTask(c, task);
    return Status();
  });
}

Result<ConnectorStatus> StandaloneHerder::RestartConnectorAndTasks(const std::string& name, bool only_failed,
                                                                   bool include_tasks) {
  return Ask<Result<ConnectorStatus>>(
      name, true, [this, name, only_failed, include_tasks]() -> Result<ConnectorStatus> {
        const ManagedPtr c = Find(name);
        if (!c) return Status::NotFound("Unknown connector: " + name);
        ConnectorStatus plan;
        {
          const Lock lock(mutex_);
          plan = StatusLocked(*c);
        }
        const auto wanted = [&](const StateInfo& s) { return !only_failed || s.state == State::kFailed; };
        const bool connector = wanted(plan.connector);
        if (connector) plan.connector.state = State::kRestarting;
        std::vector<worker::TaskId> tasks;
        for (TaskStateInfo& task : plan.tasks) {
          if (!include_tasks || !wanted(task)) continue;
          task.state = State::kRestarting;
          tasks.push_back({name, task.id});
        }
        // The answer says what will happen; it happens after.
        Tell(name, [this, name, connector, tasks] {
          const ManagedPtr now = Find(name);
          if (!now) return;
          if (connector) StopConnector(now);
          if (!tasks.empty()) worker_->StopTasks(tasks);
          if (connector) (void)StartConnector(now);
          for (const worker::TaskId& id : tasks) {
            if (static_cast<size_t>(id.task) < now->tasks.size()) StartTask(now, id.task);
          }
          if (connector) (void)UpdateTasks(now);
        });
        return plan;
      });
}

Status StandaloneHerder::Shutdown() {
  if (stopping_.exchange(true)) return {};
  std::vector<ManagedPtr> all;
  std::vector<std::shared_ptr<Strand>> strands;
  {
    const Lock lock(mutex_);
    for (const auto& [name, c] : connectors_) all.push_back(c);
  }
  // Tasks first and all together: they share the graceful timeout.
  worker_->StopTasks(worker_->Tasks());
  for (const ManagedPtr& c : all) {
    Tell(c->name, [this, c] { StopConnector(c); });
  }
  {
    const Lock lock(mutex_);
    for (const auto& [name, strand] : strands_) strands.push_back(strand);
  }
  const int64_t grace = services_.config->task_shutdown_graceful_timeout_ms * kNanosPerMilli;
  const int64_t deadline = services_.clock->MonotonicNanos() + grace;
  bool clean = true;
  for (const std::shared_ptr<Strand>& strand : strands) clean = strand->WaitIdle(deadline) && clean;
  if (clean) return {};
  std::string names;
  for (const ManagedPtr& c : all) {
    const std::shared_ptr<ConnectorInstance> instance = c->in_use.lock();
    if (!instance || instance->plugin->current_call().since_ns == 0) continue;
    instance->plugin->Cancel();
    names += (names.empty() ? "" : ", ") + c->name;
  }
  return Status::Timeout("these connectors did not stop within task.shutdown.graceful.timeout.ms: " + names);
}

}  // namespace millrace::herder
