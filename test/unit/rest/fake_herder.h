// SPDX-License-Identifier: Apache-2.0
//
// A Herder for tests of REST: answers what the test puts in, remembers what it was asked.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "herder/herder.h"

namespace millrace::rest {

class FakeHerder : public herder::Herder {
 public:
  Status ready;
  Result<std::string> cluster = std::string("cluster-1");
  std::vector<std::string> names;
  Result<herder::Herder::Put> put = Status::Fatal("put was not expected");
  Result<std::string> offsets_message = std::string("done");
  Result<config::ConfigInfos> infos = config::ConfigInfos{};
  Status outcome;  // of pause, resume, stop, delete, restarts
  std::vector<std::string> calls;
  config::RawConfig config;
  std::optional<worker::TargetState> initial;
  std::vector<herder::OffsetEntry> offsets;
  std::function<void()> on_validate = [] {};

  Status Ready() const override { return ready; }
  Result<std::string> KafkaClusterId() override { return cluster; }
  Result<std::vector<std::string>> Connectors() override { return names; }
  Result<herder::ConnectorInfo> Connector(const std::string& name) override {
    if (!Knows(name)) return Status::NotFound("Connector " + name + " not found");
    return herder::ConnectorInfo{name, {{"name", name}}, {{name, 0}}, "source"};
  }
  Result<herder::ConnectorStatus> ConnectorState(const std::string& name) override {
    if (!Knows(name)) return Status::NotFound("No status found for connector " + name);
    herder::ConnectorStatus status{name, "source", {}, {}};
    status.connector.state = worker::State::kRunning;
    status.connector.worker_id = "w:1";
    status.connector.version = "1.0";
    herder::TaskStateInfo task;
    task.state = worker::State::kFailed;
    task.worker_id = "w:1";
    task.trace = "why";
    status.tasks.push_back(task);
    return status;
  }
  Result<std::vector<herder::TaskInfo>> Tasks(const std::string& name) override {
    if (!Knows(name)) return Status::NotFound("Connector " + name + " not found");
    return std::vector<herder::TaskInfo>{{{name, 0}, {{"a", "b"}}}};
  }
  Result<herder::TaskStateInfo> TaskState(const std::string& name, int task) override {
    return Status::NotFound("No status found for task " + name + "-" + std::to_string(task));
  }
  Result<Put> PutConnector(const std::string& name, const config::RawConfig& c, std::optional<worker::TargetState> i,
                           bool allow_replace) override {
    Note("put " + name + (allow_replace ? " replace" : ""));
    config = c;
    initial = i;
    return put;
  }
  Result<Put> PatchConnector(const std::string& name, const config::RawConfig& patch) override {
    Note("patch " + name);
    config = patch;
    return put;
  }
  Status DeleteConnector(const std::string& name) override { return Did("delete " + name); }
  Status Pause(const std::string& name) override { return Did("pause " + name); }
  Status Resume(const std::string& name) override { return Did("resume " + name); }
  Status Stop(const std::string& name) override { return Did("stop " + name); }
  Status RestartConnector(const std::string& name) override { return Did("restart " + name); }
  Status RestartTask(const std::string& name, int task) override {
    return Did("restart task " + name + " " + std::to_string(task));
  }
  Result<herder::ConnectorStatus> RestartConnectorAndTasks(const std::string& name, bool only_failed,
                                                           bool include_tasks) override {
    Note("restart " + name + (only_failed ? " failed" : "") + (include_tasks ? " tasks" : ""));
    return ConnectorState(name);
  }
  Result<std::vector<std::string>> ActiveTopics(const std::string&) override { return std::vector<std::string>{"t"}; }
  Status ResetActiveTopics(const std::string& name) override { return Did("reset topics " + name); }
  Result<std::vector<herder::OffsetEntry>> Offsets(const std::string&) override {
    return std::vector<herder::OffsetEntry>{{R"({"file":"a"})", R"({"position":7})"}};
  }
  Result<std::string> AlterOffsets(const std::string&, const std::vector<herder::OffsetEntry>& o) override {
    offsets = o;
    return offsets_message;
  }
  Result<std::string> ResetOffsets(const std::string&) override { return offsets_message; }
  Result<config::ConfigInfos> Validate(const std::string& plugin, const config::RawConfig& c) override {
    on_validate();
    Note("validate " + plugin);
    config = c;
    return infos;
  }
  std::vector<herder::PluginInfo> Plugins(bool connectors_only) override {
    std::vector<herder::PluginInfo> all = {{"a.Sink", "sink", "1"}};
    if (!connectors_only) all.push_back({"a.Converter", "converter", "1"});
    return all;
  }
  Result<std::vector<config::ConfigKey>> PluginConfig(const std::string& plugin, const std::string&) override {
    return Status::NotFound("Unknown plugin " + plugin + ".");
  }

 private:
  bool Knows(const std::string& name) const { return std::find(names.begin(), names.end(), name) != names.end(); }
  void Note(std::string call) {
    const std::lock_guard lock(mutex_);
    calls.push_back(std::move(call));
  }
  Status Did(std::string call) {
    Note(std::move(call));
    return outcome;
  }
  std::mutex mutex_;
};

}  // namespace millrace::rest
