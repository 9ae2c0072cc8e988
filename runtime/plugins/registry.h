// SPDX-License-Identifier: Apache-2.0
//
// ClassRegistry: every class that can be named in a configuration, from bundles on plugin.path and from the host's
// own built-in tables. Scanning reads manifests and runs no code; a bundle is loaded at the first use of one of its
// classes. What could not be used is remembered with its reason, and never stops the rest.
//
// Names resolve as in Kafka Connect: full class name, simple name, simple name without its kind (Connector, Converter,
// Transformation ...), aliases of the manifest; see class_index.h. Several versions of a class are kept and the highest
// is the default (KIP-891); of equal ones the host's own comes first, then the order of plugin.path. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/status.h"
#include "config/config_def.h"
#include "config/connector_config.h"
#include "millrace/abi.h"
#include "plugins/class_index.h"
#include "plugins/host_api.h"

namespace millrace::plugins {

struct ClassInfo {
  std::string name, version;
  int role = 0;          // MR_ROLE_*; where a role is asked for, 0 is any and kRoleConnector source or sink
  std::string location;  // path of the bundle; "classpath" for built-in classes
  std::vector<std::string> aliases;
};

// A bundle, or what was found in place of one.
struct BundleInfo {
  std::string path, name, version, abi;
  bool usable = false;
  bool loaded = false;
  std::string reason;              // why not, and what to do
  std::vector<std::string> notes;  // of a usable one: classes left out, differences between manifest and class table
  std::vector<ClassInfo> classes;
};

class ClassRegistry : public config::ClassCatalog {
 public:
  ClassRegistry(HostApi* host, Log* log);
  ~ClassRegistry() override;

  // Built-in classes; `classes` is static.
  void AddBuiltIn(const mr_class* const* classes, size_t n);
  // Scans the directories. Once, before anything is looked up.
  void Scan(const std::vector<std::string>& plugin_path);
  // What plugin.discovery asks for beyond that (only_scan, hybrid_warn, hybrid_fail, service_load). Manifests are read
  // and classes found the same way in every mode, since no code need be run for it; hybrid_fail ends in a kConfig error
  // when something on plugin.path carries no manifest, hybrid_warn (the default) in a warning.
  Status CheckDiscovery(std::string_view mode) const;

  std::vector<BundleInfo> Bundles() const;
  std::vector<ClassInfo> Classes() const;
  // The class for a name or alias among `role` (0: any role); loads nothing. Errors have Java's texts: kNotFound for
  // no such class or no such version, kConfig for a bad range; the detail "hint" names near matches.
  Result<ClassInfo> Resolve(int role, std::string_view name_or_alias, std::string_view version = {}) const;
  // The same, loaded and checked against its manifest. May block while the bundle loads; kFatal with what is wrong
  // with the bundle.
  Result<const mr_class*> Load(int role, std::string_view name_or_alias, std::string_view version = {});

  // config::ClassCatalog
  std::vector<Class> Find(int role, std::string_view name_or_alias) const override;
  std::vector<Class> All(int role) const override;
  Result<config::ConfigDef> Definition(const Class& c) const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::plugins
