// SPDX-License-Identifier: Apache-2.0
//
// What the tests of this folder share: a host with a log that can be read, the bundles of test/plugins, a directory of
// the test's own.
#pragma once

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "base/log.h"
#include "plugins/host_api.h"
#include "plugins/registry.h"
#include "record/schema_table.h"

namespace millrace::plugins {

inline std::string BundleDir() {
  const char* build = std::getenv("MILLRACE_BUILD_ROOT");
  REQUIRE_MESSAGE(build != nullptr, "MILLRACE_BUILD_ROOT must name the build directory, as meson test sets it");
  return std::string(build) + "/test/plugins";
}
inline std::string BundlePath(const std::string& name) { return BundleDir() + "/" + name + ".so"; }

struct LogLines {
  std::mutex mutex;
  std::vector<std::string> lines;
  bool Has(const std::string& text) {
    const std::lock_guard lock(mutex);
    for (const std::string& line : lines) {
      if (line.find(text) != std::string::npos) return true;
    }
    return false;
  }
};

// A host for one test case.
struct TestHost {
  LogLines log_lines;
  Log log;
  record::SchemaTable schemas;
  HostApi host;

  explicit TestHost(MetricSink* metrics = nullptr) : host(&log, &schemas, metrics) {
    log.SetSink([this](LogLevel, std::string_view line) {
      const std::lock_guard lock(log_lines.mutex);
      log_lines.lines.emplace_back(line);
    });
  }
};

class TempDir {
 public:
  TempDir() {
    char name[] = "/tmp/millrace-plugins-XXXXXX";
    REQUIRE(mkdtemp(name) != nullptr);
    path_ = name;
  }
  ~TempDir() { std::filesystem::remove_all(path_); }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::string& path() const { return path_; }

  std::string Write(const std::string& name, std::string_view content) const {
    const std::string at = path_ + "/" + name;
    std::ofstream(at, std::ios::binary) << content;
    chmod(at.c_str(), 0644);
    return at;
  }
  std::string Dir(const std::string& name) const {
    const std::string at = path_ + "/" + name;
    REQUIRE(mkdir(at.c_str(), 0755) == 0);
    chmod(at.c_str(), 0755);
    return at;
  }
  // A bundle of test/plugins under another name; a copy, since the same file is used once only.
  std::string CopyBundle(const std::string& bundle, const std::string& name) const {
    const std::string at = path_ + "/" + name;
    std::filesystem::copy_file(BundlePath(bundle), at);
    chmod(at.c_str(), 0755);
    return at;
  }

 private:
  std::string path_;
};

inline std::string ReadFile(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

// A context that remembers.
class TestContext : public InstanceContext {
 public:
  TestContext() : InstanceContext("[test|task-0] ") {}
};

// A registry over the bundles of test/plugins.
struct TestRegistry : TestHost {
  ClassRegistry registry{&host, &log};
  explicit TestRegistry(std::vector<std::string> path = {BundleDir()}) { registry.Scan(path); }
  const mr_class* Load(const std::string& name) {
    Result<const mr_class*> c = registry.Load(0, name);
    INFO(c.status().ToString());
    REQUIRE(c.ok());
    return *c;
  }
  BundleInfo Bundle(const std::string& ending) {
    for (const BundleInfo& b : registry.Bundles()) {
      if (b.path.ends_with("/" + ending)) return b;
    }
    FAIL("no bundle " << ending);
    return {};
  }
};

}  // namespace millrace::plugins
