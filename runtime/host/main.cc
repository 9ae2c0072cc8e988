// SPDX-License-Identifier: Apache-2.0
//
// The program `millrace`, and `connect-standalone`, which is the same file under another name.
#include <cstring>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>

#include "host/commands.h"
#include "host/exit_codes.h"
#include "host/version.h"

namespace millrace::host {
namespace {

struct Command {
  std::string_view name;
  int (*run)(const Arguments&);
  std::string_view about;
};

constexpr Command kCommands[] = {
    {"standalone", StandaloneCommand, "run a worker with the connectors of the given files"},
    {"plugins", PluginsCommand, "list bundles and classes, and why something was not loaded"},
    {"validate", ValidateCommand, "check worker and connector files: every problem with file and line"},
    {"offsets", OffsetsCommand, "show, set, reset and export a standalone offset file"},
};

int Help(std::ostream& out) {
  out << "Millrace " << kVersion
      << ": Kafka Connect without the JVM\n"
         "\n"
         "usage: millrace COMMAND [ARGUMENTS]\n"
         "       connect-standalone WORKER_FILE [CONNECTOR_FILE...]\n"
         "\n"
         "commands:\n";
  for (const Command& c : kCommands) {
    out << "  " << c.name << std::string(12 - c.name.size(), ' ') << c.about << '\n';
  }
  out << "  --version   the version of Millrace and of the plugin ABI\n"
         "  --help      this text; `millrace COMMAND --help` tells more\n";
  return kExitOk;
}

int Main(int argc, char** argv) {
  const std::string program = std::filesystem::path(argv[0]).filename();
  Arguments args(argv + 1, argv + argc);
  if (program == "connect-standalone") return StandaloneCommand(args);
  if (args.empty()) {
    Help(std::cerr);
    return kExitBadInput;
  }
  const std::string word = args.front();
  args.erase(args.begin());
  if (word == "--help" || word == "-h" || word == "help") return Help(std::cout);
  if (word == "--version" || word == "version") {
    std::cout << VersionText() << '\n';
    return kExitOk;
  }
  for (const Command& c : kCommands) {
    if (c.name == word) return c.run(args);
  }
  std::cerr << "millrace: there is no command '" << word << "'; millrace --help lists them\n";
  return kExitBadInput;
}

}  // namespace
}  // namespace millrace::host

int main(int argc, char** argv) { return millrace::host::Main(argc, argv); }
