// SPDX-License-Identifier: Apache-2.0
//
// connect-standalone, alias `millrace standalone`: check everything, then run until a signal.
#include <unistd.h>

#include <boost/program_options.hpp>
#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "base/log.h"
#include "host/check_files.h"
#include "host/commands.h"
#include "host/exit_codes.h"
#include "host/process.h"
#include "host/service_manager.h"
#include "host/signals.h"
#include "host/version.h"
#include "plugins/crash_handler.h"

namespace millrace::host {
namespace {

namespace po = boost::program_options;

constexpr std::string_view kUsage =
    "usage: connect-standalone WORKER_FILE [CONNECTOR_FILE...]\n"
    "\n"
    "Runs a worker in the foreground. Files are .properties, .yaml or .json with Kafka Connect's keys; all are "
    "checked\n"
    "before anything starts. SIGTERM or SIGINT stops gracefully, a second one at once.\n"
    "\n"
    "  --log-level LEVEL    TRACE, DEBUG, INFO (default), WARN, ERROR\n"
    "  --log-format FORMAT  text (default) or json\n"
    "\n"
    "example: connect-standalone conf/connect-standalone.properties conf/connect-file-source.properties\n";

int Usage(const std::string& problem) {
  std::cerr << kUsage << "\nconnect-standalone: " << problem << '\n';
  return kExitBadInput;
}

int Run(const std::vector<std::string>& files, Log* log) {
  StopSignals signals;
  plugins::InstallCrashHandler();
  const Logger logger = log->Get("org.apache.kafka.connect.cli.ConnectStandalone");

  std::vector<config::Problem> problems;
  const std::optional<config::WorkerConfig> worker =
      ReadWorkerFile(config::Mode::kStandalone, files.front(), &problems);
  std::vector<ConnectorFile> connectors;
  for (size_t i = 1; i < files.size(); ++i) {
    if (auto c = ReadConnectorFile(files[i], connectors, &problems)) connectors.push_back(std::move(*c));
  }
  if (!worker) {
    Report(problems, std::cerr);
    std::cerr << "nothing was started\n";
    return kExitBadInput;
  }
  logger.Info("{}", VersionText());
  // Never destroyed: a task that was abandoned in its plugin may come back to it until the process ends.
  Process& process = *new Process(new config::WorkerConfig(*worker), log);
  process.Validate(connectors, &problems);
  if (Report(problems, std::cerr)) {
    std::cerr << "nothing was started\n";
    return kExitBadInput;
  }

  if (const Status s = process.Start(connectors); !s.ok()) {
    logger.Error("the worker could not start: {}", s.message());
    (void)process.Stop();
    return s.code() == Code::kConfig ? kExitBadInput : kExitFailed;
  }
  NotifyServiceManager("READY=1");
  const int signal = signals.Wait();
  logger.Info("got {}, stopping; a second signal stops at once", signal == SIGTERM ? "SIGTERM" : "SIGINT");
  NotifyServiceManager("STOPPING=1");
  if (const Status s = process.Stop(); !s.ok()) {
    logger.Error("the stop was not clean: {}", s.message());
    return kExitFailed;
  }
  logger.Info("stopped");
  return kExitOk;
}

}  // namespace

int StandaloneCommand(const Arguments& args) {
  po::options_description options;
  options.add_options()("help,h", "")("log-level", po::value<std::string>()->default_value("INFO"))(
      "log-format", po::value<std::string>()->default_value("text"))("file", po::value<std::vector<std::string>>());
  po::positional_options_description words;
  words.add("file", -1);
  po::variables_map given;
  try {
    po::store(po::command_line_parser(args).options(options).positional(words).run(), given);
    po::notify(given);
  } catch (const po::error& e) {
    return Usage(e.what());
  }
  if (given.count("help")) {
    std::cout << kUsage;
    return kExitOk;
  }
  if (!given.count("file")) return Usage("which worker file?");
  const std::optional<LogLevel> level = ParseLogLevel(given["log-level"].as<std::string>());
  if (!level) return Usage("--log-level " + given["log-level"].as<std::string>() + " is no level");
  const std::string format = given["log-format"].as<std::string>();
  if (format != "text" && format != "json") return Usage("--log-format is text or json, not " + format);

  // Never destroyed: a plugin that hangs beyond the stop may still log.
  auto* log = new Log;
  log->SetLevel("root", *level, 0);
  if (format == "json") log->SetFormat(Log::Format::kJson);
  const int code = Run(given["file"].as<std::vector<std::string>>(), log);
  std::cout.flush();
  // Tasks that hang in a plugin would make an orderly exit wait for them, or pull statics from under them.
  _exit(code);
}

}  // namespace millrace::host
