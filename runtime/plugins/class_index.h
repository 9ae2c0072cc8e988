// SPDX-License-Identifier: Apache-2.0
//
// ClassIndex: finds classes by the names that configurations use, with the rules of Kafka Connect (PluginUtils,
// DelegatingClassLoader): the full class name; the simple name; the simple name without the name of its kind
// (FileStreamSource, Json, RegexRouter); further aliases of the manifest. An alias that several classes share means
// none of them. Built once, then only read. Thread-safe once built.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "config/version_range.h"

namespace millrace::plugins {

// "source or sink", where a role is asked for; no number of abi.h.
constexpr int kRoleConnector = -1;

// Does a class of `role` serve where `wanted` is asked for? 0: any role. Converters serve as header converters.
bool RoleServes(int role, int wanted);
// The Java interface of a role: "Connector", "Converter", "HeaderConverter", "Transformation", "Predicate" ...
std::string_view InterfaceName(int role);
// The part of a class name behind its last '.' and '$'.
std::string_view SimpleName(std::string_view class_name);
// The short forms that a class answers to without being asked: one or two names.
std::set<std::string> DerivedAliases(std::string_view class_name, int role);

class ClassIndex {
 public:
  struct Entry {
    std::string name;
    config::Version version;
    int role;
    std::string location;  // as PluginDesc says it: "classpath" or "file:/..."
    std::vector<std::string> aliases;
    size_t id;  // the caller's
  };

  // Where name, version and role are the same, the entry that was added first is preferred.
  void Add(Entry entry) { entries_.push_back(std::move(entry)); }
  void Build();

  // Every version, the preferred one last, of the class that the name means among those of `role`.
  std::vector<const Entry*> Find(int role, std::string_view name_or_alias) const;
  // The one that a requirement ("" none, "1.2", "[1.0,2.0)") leaves, or Java's text that says why there is none. The
  // detail "hint" of the error names similar names.
  Result<const Entry*> Resolve(int role, std::string_view name_or_alias, std::string_view version) const;
  // By name, version ascending.
  const std::vector<Entry>& entries() const { return entries_; }
  const std::map<std::string, std::string, std::less<>>& aliases() const { return aliases_; }
  // Up to three names that someone may have meant, nearest first.
  std::vector<std::string> Similar(int role, std::string_view name) const;

 private:
  Status NotFound(int role, std::string_view name) const;
  std::string List(int role) const;

  std::vector<Entry> entries_;
  std::map<std::string, std::string, std::less<>> aliases_;  // alias -> class name
};

}  // namespace millrace::plugins
