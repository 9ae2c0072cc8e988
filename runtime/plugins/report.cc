// SPDX-License-Identifier: Apache-2.0
#include "plugins/report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <map>

#include "base/log.h"
#include "plugins/class_check.h"

namespace millrace::plugins {
namespace {

// The short names that lead to a class, sorted.
std::vector<std::string> Names(const ClassRegistry& registry, const ClassInfo& c) {
  std::set<std::string> candidates = DerivedAliases(c.name, c.role);
  candidates.insert(c.aliases.begin(), c.aliases.end());
  std::vector<std::string> out;
  for (const std::string& name : candidates) {
    if (name == c.name) continue;
    // An alias that several classes share leads to none of them.
    Result<ClassInfo> found = registry.Resolve(c.role, name);
    if (found.ok() && found->name == c.name) out.push_back(name);
  }
  return out;
}

void LoadAll(ClassRegistry* registry) {
  for (const BundleInfo& b : registry->Bundles()) {
    // The version keeps a bundle from standing for another with the same class; what fails is in its reason.
    for (const ClassInfo& c : b.classes) (void)registry->Load(c.role, c.name, "[" + c.version + "]").ok();
  }
}

std::string ClassLine(const ClassRegistry& registry, const ClassInfo& c) {
  const std::vector<std::string> names = Names(registry, c);
  return fmt::format("  {:<16} {} {}{}\n", RoleName(c.role), c.name, c.version,
                     names.empty() ? "" : fmt::format("  ({})", fmt::join(names, ", ")));
}

std::vector<ClassInfo> BuiltIn(const ClassRegistry& registry) {
  std::vector<ClassInfo> out;
  for (ClassInfo& c : registry.Classes()) {
    if (c.location == "classpath") out.push_back(std::move(c));
  }
  return out;
}

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void Put(Writer* w, const char* key, const std::string& value) {
  w->Key(key);
  w->String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void Put(Writer* w, const char* key, const std::vector<std::string>& values) {
  w->Key(key);
  w->StartArray();
  for (const std::string& v : values) w->String(v.data(), static_cast<rapidjson::SizeType>(v.size()));
  w->EndArray();
}

void Put(Writer* w, const char* key, const ClassRegistry& registry, const std::vector<ClassInfo>& classes) {
  w->Key(key);
  w->StartArray();
  for (const ClassInfo& c : classes) {
    w->StartObject();
    Put(w, "class", c.name);
    Put(w, "type", std::string(RoleName(c.role)));
    Put(w, "version", c.version);
    Put(w, "aliases", Names(registry, c));
    w->EndObject();
  }
  w->EndArray();
}

}  // namespace

std::string ReportText(ClassRegistry* registry, const ReportOptions& options) {
  if (options.load) LoadAll(registry);
  std::string out;
  size_t usable = 0;
  std::vector<BundleInfo> refused;
  for (BundleInfo& b : registry->Bundles()) {
    if (!b.usable) {
      refused.push_back(std::move(b));
      continue;
    }
    ++usable;
    const std::string name = b.name.empty() ? "" : fmt::format("{} {}, ", b.name, b.version);
    out += fmt::format("{} ({}ABI {})\n", EscapeControl(b.path), name, b.abi);
    for (const ClassInfo& c : b.classes) out += ClassLine(*registry, c);
    if (!options.explain) continue;
    for (const std::string& note : b.notes) out += fmt::format("  note: {}\n", EscapeControl(note));
  }
  if (options.built_in) {
    const std::vector<ClassInfo> classes = BuiltIn(*registry);
    if (!classes.empty()) out += "built in\n";
    for (const ClassInfo& c : classes) out += ClassLine(*registry, c);
  }
  if (options.explain && !refused.empty()) {
    out += "not used\n";
    for (const BundleInfo& b : refused) {
      out += fmt::format("  {}\n      {}\n", EscapeControl(b.path), EscapeControl(b.reason));
    }
  }
  out += fmt::format("{} bundle{} usable, {} not\n", usable, usable == 1 ? "" : "s", refused.size());
  return out;
}

std::string ReportJson(ClassRegistry* registry, const ReportOptions& options) {
  if (options.load) LoadAll(registry);
  rapidjson::StringBuffer buffer;
  Writer w(buffer);
  w.StartObject();
  w.Key("bundles");
  w.StartArray();
  for (const BundleInfo& b : registry->Bundles()) {
    if (!b.usable && !options.explain) continue;
    w.StartObject();
    Put(&w, "path", b.path);
    Put(&w, "name", b.name);
    Put(&w, "version", b.version);
    Put(&w, "abi", b.abi);
    w.Key("usable");
    w.Bool(b.usable);
    w.Key("loaded");
    w.Bool(b.loaded);
    if (!b.usable) Put(&w, "reason", b.reason);
    if (options.explain) Put(&w, "notes", b.notes);
    Put(&w, "classes", *registry, b.classes);
    w.EndObject();
  }
  w.EndArray();
  if (options.built_in) Put(&w, "builtIn", *registry, BuiltIn(*registry));
  w.EndObject();
  return buffer.GetString();
}

}  // namespace millrace::plugins
