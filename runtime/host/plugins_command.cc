// SPDX-License-Identifier: Apache-2.0
//
// millrace plugins: what a worker would find on plugin.path, and why something is not there. Runs no code of
// a bundle unless told to load it.
#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/program_options.hpp>
#include <iostream>

#include "host/commands.h"
#include "host/exit_codes.h"
#include "host/process.h"
#include "plugins/report.h"

namespace millrace::host {
namespace {

namespace po = boost::program_options;

constexpr std::string_view kUsage =
    "usage: millrace plugins [WORKER_FILE] [--plugin-path DIRS] [--load] [--output text|json]\n"
    "\n"
    "Lists the bundles and classes that a worker with this plugin.path would see, and for each file that is no usable\n"
    "bundle the reason and what to do. DIRS is a comma-separated list; without it the worker file's plugin.path.\n"
    "--load loads every bundle, so that what is wrong inside is told as well; without it no code of a bundle runs.\n";

}  // namespace

int PluginsCommand(const Arguments& args) {
  po::options_description options;
  options.add_options()("help,h", "")("load", "")("file", po::value<std::string>())(
      "plugin-path", po::value<std::string>())("output", po::value<std::string>()->default_value("text"));
  po::positional_options_description words;
  words.add("file", 1);
  po::variables_map given;
  try {
    po::store(po::command_line_parser(args).options(options).positional(words).run(), given);
    po::notify(given);
  } catch (const po::error& e) {
    std::cerr << "millrace plugins: " << e.what() << "\n\n" << kUsage;
    return kExitBadInput;
  }
  if (given.count("help")) {
    std::cout << kUsage;
    return kExitOk;
  }
  const std::string output = given["output"].as<std::string>();
  if (output != "text" && output != "json") {
    std::cerr << "millrace plugins: --output is text or json, not " << output << '\n';
    return kExitBadInput;
  }
  std::vector<std::string> path;
  if (given.count("plugin-path")) {
    const std::string list = given["plugin-path"].as<std::string>();
    boost::algorithm::split(path, list, boost::algorithm::is_any_of(","));
  } else if (given.count("file")) {
    std::vector<config::Problem> problems;
    const auto worker = ReadWorkerFile(config::Mode::kStandalone, given["file"].as<std::string>(), &problems);
    if (!worker) {
      Report(problems, std::cerr);
      return kExitBadInput;
    }
    path = worker->plugin_path;
  } else {
    std::cerr << kUsage;
    return kExitBadInput;
  }
  // Never destroyed: bundles that were loaded keep the host's table.
  auto* log = new Log;
  log->SetLevel("root", LogLevel::kOff, 0);  // the listing says all of it
  ClassHost& host = *new ClassHost(log);
  host.Scan(path);
  plugins::ReportOptions report;
  report.load = given.count("load") > 0;
  std::cout << (output == "json" ? plugins::ReportJson(host.classes(), report)
                                 : plugins::ReportText(host.classes(), report));
  return kExitOk;
}

}  // namespace millrace::host
