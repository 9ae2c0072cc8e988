// SPDX-License-Identifier: Apache-2.0
//
// millrace validate: every problem of worker and connector files, without starting anything.
#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/program_options.hpp>
#include <iostream>

#include "config/check_file.h"
#include "host/commands.h"
#include "host/exit_codes.h"
#include "host/process.h"

namespace millrace::host {
namespace {

namespace po = boost::program_options;

constexpr std::string_view kUsage =
    "usage: millrace validate FILE... [--plugin-path DIRS]\n"
    "\n"
    "Checks worker and connector files, told apart by their keys, and prints every problem with file, line, key, "
    "value,\n"
    "reason and remedy. Connector files are checked against the classes on the worker file's plugin.path, or on\n"
    "--plugin-path (a comma-separated list). Exit status 2 when there is an error.\n";

int Run(const std::vector<std::string>& files, std::vector<std::string> plugin_path) {
  std::vector<config::Problem> problems;
  std::optional<config::WorkerConfig> worker;
  std::vector<ConnectorFile> connectors;
  bool worker_is_bad = false;
  for (const std::string& path : files) {
    std::vector<config::Problem> ignored;
    const std::optional<config::File> file = config::Load(path, &ignored);
    const config::FileKind kind = file ? config::KindOf(*file) : config::FileKind::kConnector;
    if (kind == config::FileKind::kConnector) {
      if (auto c = ReadConnectorFile(path, connectors, &problems)) connectors.push_back(std::move(*c));
      continue;
    }
    const config::Mode mode =
        kind == config::FileKind::kDistributedWorker ? config::Mode::kDistributed : config::Mode::kStandalone;
    worker = ReadWorkerFile(mode, path, &problems);
    worker_is_bad = worker_is_bad || !worker;
  }
  if (!connectors.empty() && !worker_is_bad) {
    // Never destroyed: bundles were loaded.
    auto* log = new Log;
    log->SetLevel("root", LogLevel::kOff, 0);
    const config::WorkerConfig defaults;
    if (plugin_path.empty() && worker) plugin_path = worker->plugin_path;
    auto* host = new ClassHost(log);
    host->Scan(plugin_path);
    for (const ConnectorFile& c : connectors) {
      const auto answer =
          config::ValidateConnector(config::ToRaw(c.file.values), *host->classes(), worker ? *worker : defaults);
      AddValidationProblems(c, answer, &problems);
    }
  }
  if (Report(problems, std::cout)) return kExitBadInput;
  std::cout << files.size() << (files.size() == 1 ? " file is" : " files are") << " fine\n";
  return kExitOk;
}

}  // namespace

int ValidateCommand(const Arguments& args) {
  po::options_description options;
  options.add_options()("help,h", "")("file", po::value<std::vector<std::string>>())("plugin-path",
                                                                                     po::value<std::string>());
  po::positional_options_description words;
  words.add("file", -1);
  po::variables_map given;
  try {
    po::store(po::command_line_parser(args).options(options).positional(words).run(), given);
    po::notify(given);
  } catch (const po::error& e) {
    std::cerr << "millrace validate: " << e.what() << "\n\n" << kUsage;
    return kExitBadInput;
  }
  if (given.count("help")) {
    std::cout << kUsage;
    return kExitOk;
  }
  if (!given.count("file")) {
    std::cerr << kUsage;
    return kExitBadInput;
  }
  std::vector<std::string> path;
  if (given.count("plugin-path")) {
    const std::string list = given["plugin-path"].as<std::string>();
    boost::algorithm::split(path, list, boost::algorithm::is_any_of(","));
  }
  return Run(given["file"].as<std::vector<std::string>>(), std::move(path));
}

}  // namespace millrace::host
