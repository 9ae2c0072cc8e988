// SPDX-License-Identifier: Apache-2.0
#include "plugins/bundle_loader.h"

#include <dlfcn.h>
#include <link.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "plugins/call_gate.h"
#include "plugins/class_check.h"
#include "plugins/crash_handler.h"
#include "record/value.h"

namespace millrace::plugins {
namespace {

struct Loaded {
  std::mutex mutex;  // held while loading, so that others who want the same bundle wait
  std::string path;
  boost::dll::shared_library library;
  std::optional<Result<const mr_plugin*>> opened;
};

// Never destroyed: bundles outlive static destructors.
Loaded& Entry(const struct stat& st, const std::string& path) {
  static auto* const mutex = new std::mutex;
  static auto* const all = new std::map<std::pair<dev_t, ino_t>, std::unique_ptr<Loaded>>;
  const std::lock_guard lock(*mutex);
  std::unique_ptr<Loaded>& entry = (*all)[{st.st_dev, st.st_ino}];
  if (entry == nullptr) {
    entry = std::make_unique<Loaded>();
    entry->path = path;
  }
  return *entry;
}

Status LoadLibrary(Loaded* bundle) {
  if (bundle->library.is_loaded()) return {};
  using boost::dll::load_mode::type;
  // NODELETE: whoever closes the library last, the code stays.
  const auto mode =
      static_cast<type>(boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local | RTLD_NODELETE);
  // Its constructors run here.
  CallFrame frame(bundle->path.c_str(), {}, "loading", nullptr);
  dlerror();
  boost::system::error_code error;
  MILLRACE_RETURN_IF_ERROR(Guard(frame, [&] { bundle->library.load(bundle->path, mode, error); }));
  if (!error) return {};
  const char* why = dlerror();
  std::string text = why != nullptr ? why : error.message();
  if (text.starts_with(bundle->path + ": ")) text.erase(0, bundle->path.size() + 2);
  if (text.find("cannot open shared object file") != std::string::npos) {
    text += ". Install the package that has this library, or put it into the bundle's folder";
  }
  return Status::Fatal("cannot be loaded: " + text);
}

// Tells the crash handler which code is the bundle's: that around `address`.
void AddCode(const void* address, const char* path) {
  struct Search {
    uintptr_t address;
    const char* path;
  } search{reinterpret_cast<uintptr_t>(address), path};
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* data) {
        const auto* s = static_cast<const Search*>(data);
        const auto each = [&](auto&& f) {
          for (size_t i = 0; i < info->dlpi_phnum; ++i) {
            const ElfW(Phdr)& p = info->dlpi_phdr[i];
            if (p.p_type == PT_LOAD && (p.p_flags & PF_X) != 0) f(info->dlpi_addr + p.p_vaddr, p.p_memsz);
          }
        };
        bool mine = false;
        each([&](uintptr_t begin, size_t n) { mine = mine || (s->address >= begin && s->address < begin + n); });
        if (!mine) return 0;
        each([&](uintptr_t begin, size_t n) { AddBundleRange(begin, begin + n, s->path); });
        return 1;
      },
      &search);
}

Result<const mr_plugin*> Open(Loaded* bundle, const HostApi& host) {
  if (!bundle->library.has(MR_OPEN_SYMBOL)) {
    for (int major = 0; major < 10; ++major) {
      if (bundle->library.has("mr_plugin_open_v" + std::to_string(major))) {
        return Status::Fatal("built for ABI major version " + std::to_string(major) +
                             "; this version of Millrace has " + std::to_string(MR_ABI_MAJOR) +
                             ". Rebuild the bundle with the SDK of this version");
      }
    }
    return Status::Fatal("exports no function " MR_OPEN_SYMBOL
                         ": it is no bundle, or its version script hides the function");
  }
  const auto open = bundle->library.get<std::remove_pointer_t<mr_plugin_open_fn>>(MR_OPEN_SYMBOL);
  const std::string dir = bundle->path.substr(0, bundle->path.rfind('/'));
  const mr_plugin* plugin = nullptr;
  ErrorSink error;
  CallFrame frame(bundle->path.c_str(), {}, MR_OPEN_SYMBOL, nullptr);
  MILLRACE_RETURN_IF_ERROR(Guard(frame, [&] { plugin = open(host.table(), record::Str(dir), error.abi()); }));
  if (plugin == nullptr) return error.Finish(MR_FATAL, MR_OPEN_SYMBOL).Context("refused to start");
  if (Status s = CheckPlugin(plugin); !s.ok()) return s.Context("what it offers is not as abi.h wants it");
  return plugin;
}

}  // namespace

Result<const mr_plugin*> LoadBundle(const std::string& real_path, const HostApi& host) {
  struct stat st {};
  if (stat(real_path.c_str(), &st) != 0) {
    return Status::Fatal("the file is not there any more: " + std::string(std::strerror(errno)));
  }
  Loaded& bundle = Entry(st, real_path);
  const std::lock_guard lock(bundle.mutex);
  if (bundle.opened) return *bundle.opened;
  MILLRACE_RETURN_IF_ERROR(LoadLibrary(&bundle));
  if (bundle.library.has(MR_OPEN_SYMBOL)) {
    const auto& open = bundle.library.get<std::remove_pointer_t<mr_plugin_open_fn>>(MR_OPEN_SYMBOL);
    AddCode(reinterpret_cast<const void*>(&open), bundle.path.c_str());
  }
  bundle.opened = Open(&bundle, host);
  return *bundle.opened;
}

std::vector<std::string> Differences(const Manifest& manifest, const mr_plugin& plugin) {
  const auto at = [&plugin](uint32_t i) { return MR_AT(const mr_class, plugin.classes, plugin.class_stride, i); };
  std::vector<std::string> out;
  std::vector<bool> named(plugin.n_classes, false);
  for (const ManifestClass& m : manifest.classes) {
    // The same name may stand there in several roles and versions: the closest one is meant.
    const mr_class* best = nullptr;
    uint32_t best_at = 0;
    int best_score = -1;
    for (uint32_t i = 0; i < plugin.n_classes; ++i) {
      const mr_class* c = at(i);
      if (named[i] || record::View(c->name) != m.name) continue;
      const int score = (static_cast<int>(c->role) == m.role ? 2 : 0) + (record::View(c->version) == m.version ? 1 : 0);
      if (score > best_score) best = c, best_at = i, best_score = score;
    }
    const std::string which = "class " + m.name;
    if (best == nullptr) {
      out.push_back(which + ": the manifest names it, the class table does not");
      continue;
    }
    named[best_at] = true;
    if (static_cast<int>(best->role) != m.role) {
      const std::string_view role = RoleName(static_cast<int>(best->role));
      out.push_back(which + ": role is " + std::string(RoleName(m.role)) + " in the manifest and " +
                    (role.empty() ? "number " + std::to_string(best->role) : std::string(role)) +
                    " in the class table");
    }
    if (const std::string_view v = record::View(best->version);
        v != m.version && !(v.empty() && m.version == manifest.version)) {
      out.push_back(which + ": version is \"" + m.version + "\" in the manifest and \"" + std::string(v) +
                    "\" in the class table");
    }
    std::vector<std::string> aliases;
    for (const char* const* a = best->aliases; a != nullptr && *a != nullptr && aliases.size() < 100; ++a) {
      aliases.emplace_back(*a);
    }
    std::vector<std::string> wanted = m.aliases;
    std::sort(aliases.begin(), aliases.end());
    std::sort(wanted.begin(), wanted.end());
    if (aliases != wanted) out.push_back(which + ": aliases are not those of the class table");
  }
  for (uint32_t i = 0; i < plugin.n_classes; ++i) {
    if (named[i] || RoleName(static_cast<int>(at(i)->role)).empty()) continue;
    out.push_back("class " + std::string(record::View(at(i)->name)) +
                  ": the class table has it, the manifest does not");
  }
  return out;
}

}  // namespace millrace::plugins
