// SPDX-License-Identifier: Apache-2.0
//
// Offsets over REST in the standalone herder: those of sources are in the offset store, those of sinks in Kafka.
#include "herder/offset_requests.h"
#include "herder/standalone_herder.h"
#include "record/json_text.h"

namespace millrace::herder {

using config::ConnectorConfig;
using config::ConnectorType;

namespace {

constexpr int64_t kKafkaPatience = 30'000 * kNanosPerMilli;

std::string GroupOf(const ConnectorConfig& connector) {
  const auto given = connector.consumer_override.find("group.id");
  return given == connector.consumer_override.end() ? "connect-" + connector.name : given->second;
}

}  // namespace

Result<std::vector<OffsetEntry>> StandaloneHerder::Offsets(const std::string& name) {
  ManagedPtr c;
  config::Properties properties;
  ConnectorType type;
  {
    const Result<ManagedPtr> found = Need(name);
    if (!found.ok()) return found.status();
    c = *found;
    const Lock lock(mutex_);
    properties = c->config;
    type = c->type;
  }
  if (type == ConnectorType::kSink) {
    const Result<ConnectorConfig> parsed = ConnectorConfig::Make(type, properties);
    if (!parsed.ok()) return parsed.status();
    const Result<std::unique_ptr<kafka::Admin>> admin = MakeAdmin(*parsed);
    if (!admin.ok()) return admin.status();
    const Result<std::vector<kafka::TopicPartition>> offsets =
        (*admin)->GroupOffsets(GroupOf(*parsed), services_.clock->MonotonicNanos() + kKafkaPatience);
    if (!offsets.ok()) {
      return offsets.status().Context("Failed to retrieve consumer group offsets for sink connector " + name);
    }
    return FormatSinkOffsets(*offsets);
  }
  std::vector<OffsetEntry> entries;
  for (const auto& [key, value] : services_.offsets->All()) {
    record::Arena arena;
    const Result<record::OffsetKey> parsed = record::OffsetKeyFromJson(key, &arena);
    if (!parsed.ok() || parsed->connector != name || !value) continue;
    const Result<std::string> partition = record::OffsetToJson(parsed->partition);
    if (partition.ok()) entries.push_back({*partition, *value});
  }
  return entries;
}

Status StandaloneHerder::CheckOffsetsMayChange(const ManagedPtr& c) const {
  const Lock lock(mutex_);
  if (c->target == worker::TargetState::kStopped && c->tasks.empty()) return {};
  return Status::BadRequest(
      "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the "
      "specified connector by issuing a 'PUT' request to the '/connectors/" +
      c->name + "/stop' endpoint");
}

Result<std::string> StandaloneHerder::AlterOffsets(const std::string& name, const std::vector<OffsetEntry>& offsets) {
  return Ask<Result<std::string>>(name, false, [this, name, offsets]() -> Result<std::string> {
    const Result<ManagedPtr> c = Need(name);
    if (!c.ok()) return c.status();
    if (const Status s = CheckOffsetsMayChange(*c); !s.ok()) return s;
    return (*c)->type == ConnectorType::kSource ? ChangeSourceOffsets(*c, offsets, false)
                                                : ChangeSinkOffsets(*c, offsets, false);
  });
}

Result<std::string> StandaloneHerder::ResetOffsets(const std::string& name) {
  return Ask<Result<std::string>>(name, false, [this, name]() -> Result<std::string> {
    const Result<ManagedPtr> c = Need(name);
    if (!c.ok()) return c.status();
    if (const Status s = CheckOffsetsMayChange(*c); !s.ok()) return s;
    Result<std::vector<OffsetEntry>> all = Offsets(name);
    if (!all.ok()) return all.status();
    for (OffsetEntry& entry : *all) entry.offset_json = "null";
    return (*c)->type == ConnectorType::kSource ? ChangeSourceOffsets(*c, *all, true)
                                                : ChangeSinkOffsets(*c, *all, true);
  });
}

// Asks the plugin through an instance of its own, which is never started.
Result<bool> StandaloneHerder::AskOwnInstance(const ManagedPtr& c, int role,
                                              const std::function<Result<bool>(plugins::Connector*)>& question) {
  const Result<const mr_class*> type = services_.classes->Load(role, c->class_name, c->version);
  if (!type.ok()) return type.status();
  const auto instance = std::make_shared<ConnectorInstance>();
  instance->context = std::make_unique<ConnectorContext>(c->name, services_.offsets,
                                                         ConnectorContext::Requests{[] {}, [](const Status&) {}});
  Result<std::unique_ptr<plugins::Connector>> plugin = plugins::Connector::Make(*type, instance->context.get());
  if (!plugin.ok()) return plugin.status();
  instance->plugin = std::move(*plugin);
  {
    const Lock lock(mutex_);
    c->in_use = instance;
  }
  const Result<bool> answer = question(instance->plugin.get());
  if (*c->left) return Status::Cancelled("the request was given up: the connector did not answer in time");
  const Lock lock(mutex_);
  c->in_use = c->instance;
  return answer;
}

Result<std::string> StandaloneHerder::ChangeSourceOffsets(const ManagedPtr& c, const std::vector<OffsetEntry>& offsets,
                                                          bool reset) {
  record::Arena arena;
  const Result<std::vector<mr_source_offset>> parsed = ParseSourceOffsets(offsets, &arena);
  if (!parsed.ok()) return parsed.status();

  const Result<bool> handled = AskOwnInstance(
      c, MR_ROLE_SOURCE, [&](plugins::Connector* plugin) { return plugin->AlterSourceOffsets(c->config, *parsed); });
  if (!handled.ok()) return Status::Fatal(handled.status().message());

  const Result<storage::OffsetMap> changes = SourceOffsetChanges(services_.offsets->All(), c->name, *parsed);
  if (!changes.ok()) return changes.status();
  if (!changes->empty()) {
    if (const Status s = services_.offsets->Put(*changes); !s.ok()) return Status::Fatal(s.message());
  }
  return OffsetsAnswer(reset ? "reset" : "altered", *handled);
}

Result<std::string> StandaloneHerder::ChangeSinkOffsets(const ManagedPtr& c, const std::vector<OffsetEntry>& offsets,
                                                        bool reset) {
  const std::string how = reset ? "reset" : "alter";
  const Result<std::vector<kafka::TopicPartition>> parsed = ParseSinkOffsets(c->name, offsets);
  if (!parsed.ok()) return parsed.status();
  const Result<ConnectorConfig> config = ConnectorConfig::Make(c->type, c->config);
  if (!config.ok()) return config.status();

  std::vector<mr_tp> positions;
  for (const kafka::TopicPartition& tp : *parsed) {
    positions.push_back({{tp.topic.data(), static_cast<uint32_t>(tp.topic.size()), 0}, tp.partition, 0, tp.offset});
  }
  const Result<bool> handled = AskOwnInstance(
      c, MR_ROLE_SINK, [&](plugins::Connector* plugin) { return plugin->AlterSinkOffsets(c->config, positions); });
  if (!handled.ok()) return Status::Fatal(handled.status().message());

  const Result<std::unique_ptr<kafka::Admin>> admin = MakeAdmin(*config);
  if (!admin.ok()) return admin.status();
  const int64_t deadline = services_.clock->MonotonicNanos() + kKafkaPatience;
  const std::string group = GroupOf(*config);
  const Status done =
      reset ? (*admin)->DeleteGroup(group, deadline) : (*admin)->AlterGroupOffsets(group, *parsed, deadline);
  if (done.code() == Code::kConflict) {
    return Status::Fatal("Failed to " + how + " consumer group offsets for connector " + c->name +
                         " either because its tasks haven't stopped completely yet or the connector was resumed "
                         "before the request to " +
                         how +
                         " its offsets could be successfully completed. If the connector is in a stopped state, this "
                         "operation can be safely retried. If it doesn't eventually succeed, the Connect cluster may "
                         "need to be restarted to get rid of the zombie sink tasks.");
  }
  if (!done.ok()) {
    logger_.Warn("{} of consumer group {} failed: {}", how, group, done.message());
    return Status::Fatal("Failed to " + how + " consumer group offsets for connector " + c->name);
  }
  return OffsetsAnswer(reset ? "reset" : "altered", *handled);
}

}  // namespace millrace::herder
