// SPDX-License-Identifier: Apache-2.0
//
// mr-plugin-check: tells the author of a bundle what a host would hold against it, before it is shipped.
#include <array>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <string>

#include "elf_file.h"
#include "millrace/abi.h"
#include "report.h"
#include "run_check.h"

namespace {

using plugin_check::ElfFile;
using plugin_check::Report;

constexpr const char* kUsage =
    "usage: mr-plugin-check [--no-run] BUNDLE.so...\n"
    "Checks bundles: what they export and import, how they were linked, their manifest; loads them and creates and\n"
    "destroys each class twice (in a child process; --no-run leaves that out).\n"
    "Exit status: 0 nothing found, 1 something failed, 2 wrong usage. Warnings do not fail.\n";

// What a bundle must leave alone, since it is the whole process's.
constexpr std::array<const char*, 15> kForbidden = {"setlocale", "signal", "sigaction", "chdir",  "fchdir",
                                                    "umask",     "exit",   "_exit",     "fork",   "vfork",
                                                    "setenv",    "putenv", "unsetenv",  "system", "daemon"};

std::string List(const std::vector<std::string>& names) {
  std::string out;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i == 8) return out + ", ... (" + std::to_string(names.size()) + ")";
    out += (i == 0 ? "" : ", ") + names[i];
  }
  return out;
}

// The newest of GLIBC_2.x versions.
std::string Newest(const std::vector<std::string>& versions) {
  std::string newest;
  for (const std::string& v : versions) {
    if (newest.empty() || strverscmp(newest.c_str(), v.c_str()) < 0) newest = v;
  }
  return newest;
}

void CheckLinking(const ElfFile& elf, Report* report) {
  std::vector<std::string> others;
  bool open = false;
  for (const std::string& name : elf.exported) {
    if (name == MR_OPEN_SYMBOL) {
      open = true;
    } else {
      others.push_back(name);
    }
  }
  report->Check(open, "exports " MR_OPEN_SYMBOL, "does not export " MR_OPEN_SYMBOL);
  report->Check(others.empty(), "exports nothing else",
                "exports more than it should: " + List(others) +
                    ". Link with a version script: { global: " MR_OPEN_SYMBOL "; local: *; };");
  if (elf.unique_symbols) report->Fail("has unique symbols, which bundles would share: compile with -fno-gnu-unique");
  report->Check(!elf.text_relocations, "has no text relocations", "has text relocations: compile with -fPIC");
  report->Check(!elf.static_tls, "needs no static TLS",
                "needs static TLS, which may be used up when it is loaded: compile with -ftls-model=global-dynamic");
  report->Check(elf.bind_now, "is bound at load", "is bound lazily: link with -Wl,-z,now");
  report->Check(elf.relro, "is read-only after relocation", "has no RELRO: link with -Wl,-z,relro");
  report->Check(!elf.executable_stack, "needs no executable stack",
                "wants an executable stack: link with -Wl,-z,noexecstack");
  if (!elf.run_path.empty() && !elf.run_path.starts_with("$ORIGIN")) {
    report->Warn("looks for its libraries in " + elf.run_path + ", which may not be there on other machines");
  }
  std::vector<std::string> forbidden;
  for (const std::string& name : elf.undefined) {
    for (const char* f : kForbidden) {
      if (name == f) forbidden.push_back(name);
    }
  }
  if (!forbidden.empty()) report->Warn("calls what changes the whole process: " + List(forbidden));
  report->Ok("needs " + (elf.needed.empty() ? "no library" : List(elf.needed)) +
             (elf.glibc.empty() ? "" : "; " + Newest(elf.glibc) + " or newer"));
}

int CheckFile(const std::string& given, bool run) {
  std::printf("%s\n", given.c_str());
  Report report;
  char real[PATH_MAX];
  const std::string path = realpath(given.c_str(), real) != nullptr ? real : given;
  ElfFile elf;
  if (const std::string wrong = elf.Read(path); !wrong.empty()) {
    report.Fail(wrong);
  } else {
    CheckLinking(elf, &report);
    report.Check(elf.manifest.has_value(), "carries a manifest",
                 "carries no manifest (section " MR_MANIFEST_SECTION
                 "): use MR_MANIFEST, or MILLRACE_BUNDLE of the C++ SDK");
    if (run) plugin_check::RunCheck(path, elf.manifest.value_or("{}"), &report);
  }
  std::printf("%d failed, %d warnings\n", report.failures(), report.warnings());
  return report.failures();
}

}  // namespace

int main(int argc, char** argv) {
  bool run = true;
  int failures = 0, files = 0;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--no-run") == 0) {
      run = false;
    } else if (std::strcmp(argv[i], "--help") == 0 || std::strcmp(argv[i], "-h") == 0) {
      std::fputs(kUsage, stdout);
      return 0;
    } else if (argv[i][0] == '-') {
      std::fprintf(stderr, "mr-plugin-check: %s is not known\n%s", argv[i], kUsage);
      return 2;
    } else {
      ++files;
      failures += CheckFile(argv[i], run);
    }
  }
  if (files == 0) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  return failures == 0 ? 0 : 1;
}
