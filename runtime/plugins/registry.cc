// SPDX-License-Identifier: Apache-2.0
#include "plugins/registry.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <shared_mutex>

#include "plugins/bundle_loader.h"
#include "plugins/bundle_scan.h"
#include "plugins/class_check.h"
#include "record/value.h"

namespace millrace::plugins {
namespace {

constexpr std::string_view kBuiltIn = "classpath";

// A class and where it comes from.
struct Known {
  ClassInfo info;
  size_t bundle = SIZE_MAX;  // index, or SIZE_MAX for a built-in class
  const mr_class* built_in = nullptr;
};

struct Bundle {
  ScannedBundle scanned;
  bool loaded = false;
  Status load_error;
  std::vector<std::string> notes;
};

}  // namespace

struct ClassRegistry::Impl {
  HostApi* host;
  Logger log;
  // Guards everything below; never held while a bundle's code runs.
  mutable std::shared_mutex mutex;
  std::vector<Bundle> bundles;
  std::vector<Known> classes;
  ClassIndex index;

  Impl(HostApi* h, Log* l) : host(h), log(l->Get("org.apache.kafka.connect.runtime.isolation.Plugins")) {}

  void Reindex() {
    index = ClassIndex();
    for (size_t i = 0; i < classes.size(); ++i) {
      const ClassInfo& c = classes[i].info;
      const std::string location = c.location == kBuiltIn ? c.location : "file:" + c.location;
      index.Add({c.name, config::Version(c.version), c.role, location, c.aliases, i});
    }
    index.Build();
  }

  // The same class in the same version from two places: the later one is never used, and a person should know.
  void NoteDuplicates() {
    for (size_t i = 0; i < classes.size(); ++i) {
      const ClassInfo& c = classes[i].info;
      for (size_t j = 0; j < i; ++j) {
        const ClassInfo& first = classes[j].info;
        if (first.name != c.name || first.role != c.role ||
            config::Version(first.version).Compare(config::Version(c.version)) != 0 || classes[i].bundle == SIZE_MAX) {
          continue;
        }
        const std::string note =
            "class " + c.name + " " + c.version + " is not used: " +
            (first.location == kBuiltIn               ? "it is built in"
             : classes[i].bundle == classes[j].bundle ? "the manifest names it twice"
                                                      : "it is also in " + first.location + ", which comes first");
        bundles[classes[i].bundle].notes.push_back(note);
        log.Warn("{}: {}", c.location, note);
        break;
      }
    }
  }

  Result<const mr_class*> Pick(const mr_plugin& plugin, const ClassInfo& c) const {
    const mr_class* found = nullptr;
    for (uint32_t i = 0; i < plugin.n_classes; ++i) {
      const auto* at = MR_AT(const mr_class, plugin.classes, plugin.class_stride, i);
      if (record::View(at->name) != c.name || static_cast<int>(at->role) != c.role) continue;
      if (found == nullptr || record::View(at->version) == c.version) found = at;
    }
    if (found != nullptr) return found;
    return Status::Fatal("the manifest names class " + c.name + " (" + std::string(RoleName(c.role)) +
                         "), the class table of the bundle does not: it was built wrongly");
  }
};

ClassRegistry::ClassRegistry(HostApi* host, Log* log) : impl_(std::make_unique<Impl>(host, log)) {}

ClassRegistry::~ClassRegistry() = default;

void ClassRegistry::AddBuiltIn(const mr_class* const* classes, size_t n) {
  const std::unique_lock lock(impl_->mutex);
  // Before those of bundles, whatever the order of the calls.
  auto at =
      std::find_if(impl_->classes.begin(), impl_->classes.end(), [](const Known& k) { return k.built_in == nullptr; });
  std::vector<Known> added;
  for (size_t i = 0; i < n; ++i) {
    const mr_class& c = *classes[i];
    [[maybe_unused]] const Status valid = CheckClass(c);
    assert(valid.ok() && "a built-in class is not as abi.h wants it");
    Known k;
    k.built_in = &c;
    k.info.name = record::View(c.name);
    k.info.version = record::View(c.version);
    k.info.role = static_cast<int>(c.role);
    k.info.location = kBuiltIn;
    for (const char* const* a = c.aliases; a != nullptr && *a != nullptr; ++a) k.info.aliases.emplace_back(*a);
    added.push_back(std::move(k));
  }
  impl_->classes.insert(at, added.begin(), added.end());
  impl_->Reindex();
}

void ClassRegistry::Scan(const std::vector<std::string>& plugin_path) {
  std::vector<ScannedBundle> scanned = ScanPluginPath(plugin_path);
  const std::unique_lock lock(impl_->mutex);
  for (ScannedBundle& s : scanned) {
    if (!s.refused.ok()) impl_->log.Warn("{} is not used: {}", s.path, s.refused.message());
    Bundle b;
    b.notes = s.manifest.notes;
    for (const std::string& note : b.notes) impl_->log.Warn("{}: {}", s.path, note);
    for (const ManifestClass& c : s.manifest.classes) {
      Known k;
      k.info = {c.name, c.version, c.role, s.path, c.aliases};
      k.bundle = impl_->bundles.size();
      impl_->log.Info("Added plugin '{}' version {} ({}) from {}", c.name, c.version, RoleName(c.role), s.path);
      impl_->classes.push_back(std::move(k));
    }
    b.scanned = std::move(s);
    impl_->bundles.push_back(std::move(b));
  }
  impl_->NoteDuplicates();
  impl_->Reindex();
  for (const auto& [alias, name] : impl_->index.aliases()) {
    impl_->log.Debug("Added alias '{}' to plugin '{}'", alias, name);
  }
}

Status ClassRegistry::CheckDiscovery(std::string_view mode) const {
  if (mode != "hybrid_fail" && mode != "hybrid_warn") return {};
  std::string missing;
  const std::shared_lock lock(impl_->mutex);
  for (const Bundle& b : impl_->bundles) {
    if (b.scanned.no_manifest && !b.scanned.refused.ok()) missing += "\n" + b.scanned.path;
  }
  if (missing.empty()) return {};
  const std::string text = "One or more plugins carry no manifest and cannot be used:" + missing;
  if (mode == "hybrid_fail") {
    return Status::Config(text + "\nTo go on without them, set plugin.discovery=hybrid_warn in the worker config");
  }
  impl_->log.Warn("{}", text);
  return {};
}

std::vector<BundleInfo> ClassRegistry::Bundles() const {
  const std::shared_lock lock(impl_->mutex);
  std::vector<BundleInfo> out;
  for (const Bundle& b : impl_->bundles) {
    BundleInfo info;
    info.path = b.scanned.path;
    info.name = b.scanned.manifest.name;
    info.version = b.scanned.manifest.version;
    info.abi = b.scanned.manifest.abi;
    info.loaded = b.loaded;
    info.notes = b.notes;
    const Status& why = !b.scanned.refused.ok() ? b.scanned.refused : b.load_error;
    info.usable = why.ok();
    info.reason = why.message();
    for (const Known& k : impl_->classes) {
      if (k.bundle == out.size()) info.classes.push_back(k.info);
    }
    out.push_back(std::move(info));
  }
  return out;
}

std::vector<ClassInfo> ClassRegistry::Classes() const {
  const std::shared_lock lock(impl_->mutex);
  std::vector<ClassInfo> out;
  for (const ClassIndex::Entry& e : impl_->index.entries()) out.push_back(impl_->classes[e.id].info);
  return out;
}

Result<ClassInfo> ClassRegistry::Resolve(int role, std::string_view name_or_alias, std::string_view version) const {
  const std::shared_lock lock(impl_->mutex);
  Result<const ClassIndex::Entry*> e = impl_->index.Resolve(role, name_or_alias, version);
  if (!e.ok()) return e.status();
  return impl_->classes[(*e)->id].info;
}

Result<const mr_class*> ClassRegistry::Load(int role, std::string_view name_or_alias, std::string_view version) {
  std::shared_lock lock(impl_->mutex);
  Result<const ClassIndex::Entry*> e = impl_->index.Resolve(role, name_or_alias, version);
  if (!e.ok()) return e.status();
  const Known known = impl_->classes[(*e)->id];
  if (known.built_in != nullptr) return known.built_in;
  const Manifest manifest = impl_->bundles[known.bundle].scanned.manifest;
  const std::string real_path = impl_->bundles[known.bundle].scanned.real_path;
  lock.unlock();

  Result<const mr_plugin*> plugin = LoadBundle(real_path, *impl_->host);
  Result<const mr_class*> found =
      plugin.ok() ? impl_->Pick(**plugin, known.info) : Result<const mr_class*>(plugin.status());

  const std::unique_lock write(impl_->mutex);
  Bundle& bundle = impl_->bundles[known.bundle];
  if (!plugin.ok()) {
    if (bundle.load_error.message() != plugin.status().message()) {
      impl_->log.Error("{} is not used: {}", bundle.scanned.path, plugin.status().message());
    }
    bundle.load_error = plugin.status();
    return plugin.status().Context("bundle " + bundle.scanned.path);
  }
  bundle.load_error = Status();
  if (!std::exchange(bundle.loaded, true)) {
    impl_->log.Info("Loaded plugin bundle {} ({} {}, ABI {}.{})", bundle.scanned.path, manifest.name, manifest.version,
                    MR_ABI_MAJOR, (*plugin)->abi_minor);
    for (std::string& difference : Differences(manifest, **plugin)) {
      impl_->log.Warn("{}: {}", bundle.scanned.path, difference);
      bundle.notes.push_back(std::move(difference));
    }
  }
  if (!found.ok()) return found.status().Context("bundle " + bundle.scanned.path);
  return found;
}

std::vector<config::ClassCatalog::Class> ClassRegistry::Find(int role, std::string_view name_or_alias) const {
  const std::shared_lock lock(impl_->mutex);
  std::vector<Class> out;
  for (const ClassIndex::Entry* e : impl_->index.Find(role, name_or_alias)) {
    out.push_back({e->name, e->version.text(), e->role, impl_->classes[e->id].built_in != nullptr});
  }
  return out;
}

std::vector<config::ClassCatalog::Class> ClassRegistry::All(int role) const {
  const std::shared_lock lock(impl_->mutex);
  std::vector<Class> out;
  for (const ClassIndex::Entry& e : impl_->index.entries()) {
    if (!RoleServes(e.role, role)) continue;
    out.push_back({e.name, e.version.text(), e.role, impl_->classes[e.id].built_in != nullptr});
  }
  return out;
}

Result<config::ConfigDef> ClassRegistry::Definition(const Class& c) const {
  // Loading changes nothing that a caller can tell.
  Result<const mr_class*> loaded =
      const_cast<ClassRegistry*>(this)->Load(c.role, c.name, c.version.empty() ? "" : "[" + c.version + "]");
  if (!loaded.ok()) return loaded.status();
  Result<config::ConfigDef> def = config::ConfigDef::FromAbi((*loaded)->config);
  if (!def.ok()) return def.status().Context("the table of settings of " + c.name);
  return def;
}

}  // namespace millrace::plugins
