// SPDX-License-Identifier: Apache-2.0
#include "host/check_files.h"

#include <algorithm>

#include "config/check_file.h"

namespace millrace::host {

using config::Problem;

bool Report(const std::vector<Problem>& problems, std::ostream& out) {
  for (const Problem& p : problems) out << p.ToString() << '\n';
  return std::any_of(problems.begin(), problems.end(),
                     [](const Problem& p) { return p.severity == Problem::Severity::kError; });
}

std::optional<config::WorkerConfig> ReadWorkerFile(config::Mode mode, const std::string& path,
                                                   std::vector<Problem>* problems) {
  const std::optional<config::File> file = config::Load(path, problems);
  if (!file) return std::nullopt;
  return config::WorkerConfig::Make(mode, *file, problems);
}

std::optional<ConnectorFile> ReadConnectorFile(const std::string& path, const std::vector<ConnectorFile>& earlier,
                                               std::vector<Problem>* problems) {
  std::optional<config::File> file = config::Load(path, problems);
  if (!file) return std::nullopt;
  const auto name = file->values.find("name");
  if (name == file->values.end() || name->second.empty()) {
    Problem p;
    p.file = path;
    p.key = "name";
    p.why = "the connector has no name";
    p.fix = "add a line like name=my-connector";
    problems->push_back(std::move(p));
    return std::nullopt;
  }
  const auto same = std::find_if(earlier.begin(), earlier.end(),
                                 [&](const ConnectorFile& other) { return other.name == name->second; });
  if (same != earlier.end()) {
    Problem p;
    p.file = path;
    p.at = file->positions.contains("name") ? file->positions.at("name") : config::Position{};
    p.key = "name";
    p.value = name->second;
    p.why = same->file.path + " already has a connector of this name";
    p.fix = "give each connector a name of its own";
    problems->push_back(std::move(p));
    return std::nullopt;
  }
  std::optional<worker::TargetState> initial;
  const std::string& state = file->initial_state;
  if (state == "RUNNING") initial = worker::TargetState::kStarted;
  if (state == "PAUSED") initial = worker::TargetState::kPaused;
  if (state == "STOPPED") initial = worker::TargetState::kStopped;
  if (!initial && !state.empty()) {
    Problem p;
    p.file = path;
    p.key = "initial_state";
    p.value = state;
    p.why = "no such state";
    p.fix = "write RUNNING, PAUSED or STOPPED";
    problems->push_back(std::move(p));
    return std::nullopt;
  }
  const std::string connector = name->second;
  return ConnectorFile{connector, std::move(*file), initial};
}

void AddValidationProblems(const ConnectorFile& connector, const Result<config::ConfigInfos>& answer,
                           std::vector<Problem>* problems) {
  config::AddConnectorProblems(connector.file, answer, problems);
}

}  // namespace millrace::host
