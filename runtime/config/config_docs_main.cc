// SPDX-License-Identifier: Apache-2.0
//
// config-docs FILE...: brings the tables of settings in these markdown files up to date, in place.
#include <fstream>
#include <iostream>
#include <sstream>

#include "config/definition_docs.h"

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::ifstream in(argv[i]);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) {
      std::cerr << argv[i] << ": cannot be read\n";
      return 1;
    }
    millrace::Result<std::string> updated = millrace::config::UpdateSettings(text.str());
    if (!updated.ok()) {
      std::cerr << argv[i] << ": " << updated.status().message() << "\n";
      return 1;
    }
    std::ofstream out(argv[i]);
    out << *updated;
    if (!out.flush()) {
      std::cerr << argv[i] << ": cannot be written\n";
      return 1;
    }
  }
  return 0;
}
