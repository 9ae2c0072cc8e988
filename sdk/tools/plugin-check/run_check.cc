// SPDX-License-Identifier: Apache-2.0
#include "run_check.h"

#include <dlfcn.h>
#include <rapidjson/document.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <new>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "millrace/abi.h"
#include "millrace/ext/connector.h"

namespace plugin_check {
namespace {

constexpr unsigned kSeconds = 30;

// Where the child is, for the parent to tell when it does not come back.
struct Shared {
  int failures, warnings, done;
  char doing[256];
};
Shared* g_shared = nullptr;

void Doing(const std::string& what) { std::strncpy(g_shared->doing, what.c_str(), sizeof(g_shared->doing) - 1); }

std::string Text(const mr_str& s) { return s.p == nullptr ? std::string() : std::string(s.p, s.n); }

// ---------------------------------------------------------------- a host that does next to nothing

std::string g_error;

void ErrorSet(mr_error*, mr_status, mr_str message, const mr_kv*, uint32_t) { g_error = Text(message); }
void ErrorRecord(mr_error*, uint32_t, mr_status, mr_str, const mr_kv*, uint32_t) {}
void WriteLog(mr_ctx*, int32_t, mr_str, mr_str, const mr_kv*, uint32_t) {}
int32_t LogEnabled(mr_ctx*, int32_t, mr_str) { return 0; }
uint32_t MetricRegister(mr_ctx*, mr_str, int32_t, mr_str, const mr_kv*, uint32_t) { return 1; }
void MetricUpdate(mr_ctx*, uint32_t, double) {}
// Schemas may be made when an instance is created: each description is kept, equal ones too.
const mr_schema* SchemaIntern(const mr_schema* d, mr_error*) { return d == nullptr ? nullptr : new mr_schema(*d); }
void SchemaRetain(const mr_schema*) {}
void SchemaRelease(const mr_schema*) {}
void* ArenaAlloc(mr_arena*, size_t bytes, uint32_t) { return std::calloc(1, bytes + 1); }
void ArenaKeepSchema(mr_arena*, const mr_schema*) {}
uint16_t BatchTopic(mr_batch*, mr_str) { return 0; }
mr_status OffsetsRead(mr_ctx*, const mr_value*, uint32_t, mr_value*, mr_error*) { return MR_UNSUPPORTED; }
int32_t Cancelled(mr_ctx*) { return 0; }
const void* Extension(mr_ctx*, const char*) { return nullptr; }

const mr_host kHost = {sizeof(mr_host), MR_ABI_MINOR, {"mr-plugin-check", 15, 0},
                       {"1", 1, 0},     ErrorSet,     ErrorRecord,
                       WriteLog,        LogEnabled,   MetricRegister,
                       MetricUpdate,    SchemaIntern, SchemaRetain,
                       SchemaRelease,   ArenaAlloc,   ArenaKeepSchema,
                       BatchTopic,      OffsetsRead,  Cancelled,
                       Extension};

// ---------------------------------------------------------------- manifest and class table

std::string RoleName(uint32_t role) {
  switch (role) {
    case MR_ROLE_SOURCE: return "source";
    case MR_ROLE_SINK: return "sink";
    case MR_ROLE_CONVERTER: return "converter";
    case MR_ROLE_HEADER_CONVERTER: return "header_converter";
    case MR_ROLE_TRANSFORM: return "transform";
    case MR_ROLE_PREDICATE: return "predicate";
    case MR_ROLE_CONFIG_PROVIDER: return "config_provider";
    default: return "role number " + std::to_string(role);
  }
}

struct Class {
  std::string version;
  std::set<std::string> aliases;
  bool operator==(const Class&) const = default;
};
using Classes = std::map<std::pair<std::string, std::string>, Class>;  // by role and name

std::string Member(const rapidjson::Value& object, const char* name, const std::string& fallback = {}) {
  const auto it = object.FindMember(name);
  return it != object.MemberEnd() && it->value.IsString() ? it->value.GetString() : fallback;
}

Classes FromManifest(const std::string& text, Report* report) {
  Classes out;
  rapidjson::Document json;
  json.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  const bool good = !json.HasParseError() && json.IsObject() && json.HasMember("classes") && json["classes"].IsArray();
  if (!good) {
    report->Fail("the manifest is not JSON with a list \"classes\"");
    return out;
  }
  const auto version = json.FindMember("manifest_version");
  report->Check(version != json.MemberEnd() && version->value.IsInt() && version->value.GetInt() == MR_MANIFEST_VERSION,
                "manifest_version is " + std::to_string(MR_MANIFEST_VERSION),
                "manifest_version is not " + std::to_string(MR_MANIFEST_VERSION));
  const std::string abi = Member(json, "abi");
  report->Check(abi.starts_with(std::to_string(MR_ABI_MAJOR) + "."), "built for ABI " + abi,
                "the manifest's \"abi\" is \"" + abi + "\", not " + std::to_string(MR_ABI_MAJOR) + ".something");
  for (const auto& c : json["classes"].GetArray()) {
    if (!c.IsObject()) {
      report->Fail("a class of the manifest is no object");
      continue;
    }
    std::string role = Member(c, "role");
    if (role == "transformation") role = "transform";
    if (role == "configprovider") role = "config_provider";
    Class& entry = out[{role, Member(c, "name")}];
    entry.version = Member(c, "version", Member(json, "version"));
    const auto aliases = c.FindMember("aliases");
    if (aliases == c.MemberEnd() || !aliases->value.IsArray()) continue;
    for (const auto& a : aliases->value.GetArray()) {
      if (a.IsString()) entry.aliases.insert(a.GetString());
    }
  }
  return out;
}

void Compare(const Classes& manifest, const Classes& table, Report* report) {
  const int before = report->failures();
  for (const auto& [key, m] : manifest) {
    const std::string which = key.first + " " + key.second;
    const auto it = table.find(key);
    if (it == table.end()) {
      report->Fail("the manifest names " + which + ", the class table does not");
    } else if (m.version != it->second.version) {
      report->Fail(which + ": version \"" + m.version + "\" in the manifest, \"" + it->second.version +
                   "\" in the class table");
    } else if (m.aliases != it->second.aliases) {
      report->Fail(which + ": the aliases in the manifest are not those of the class table");
    }
  }
  for (const auto& [key, c] : table) {
    if (!manifest.contains(key))
      report->Fail("the class table has " + key.first + " " + key.second + ", the manifest does not");
  }
  if (report->failures() == before) report->Ok("the manifest agrees with the class table");
}

// ---------------------------------------------------------------- running it

// Creates and destroys one thing twice; `create` returns the status.
template <class Create, class Destroy>
void Twice(const std::string& what, Create create, Destroy destroy, Report* report) {
  for (int i = 0; i < 2; ++i) {
    void* self = nullptr;
    g_error.clear();
    Doing("create of " + what);
    const mr_status s = create(&self);
    if (s != MR_OK) {
      return report->Fail(what + ": create failed with status " + std::to_string(s) +
                          (g_error.empty() ? " and did not say why" : ": " + g_error));
    }
    Doing("destroy of " + what);
    if (destroy != nullptr) destroy(self);
  }
  report->Ok(what + ": created and destroyed twice");
}

void CheckClass(const mr_class* c, Report* report) {
  const std::string what = RoleName(c->role) + " " + Text(c->name);
  if (c->table == nullptr || *static_cast<const uint32_t*>(c->table) < 2 * sizeof(uint32_t)) {
    return report->Fail(what + ": its table is NULL or has no size");
  }
  if (c->create == nullptr) return report->Fail(what + ": its create is NULL");
  auto* ctx = reinterpret_cast<mr_ctx*>(g_shared);  // opaque to the bundle
  auto* err = reinterpret_cast<mr_error*>(g_shared);
  Twice(
      what, [&](void** self) { return c->create(c, ctx, self, err); }, c->destroy, report);
  if (!MR_HAS(c, extension)) return;
  Doing("extension of " + what);
  const auto* side = static_cast<const mr_connector*>(c->extension(c, MR_EXT_CONNECTOR));
  if (side == nullptr) return;
  if (!MR_HAS(side, create)) return report->Fail(what + ": its mr_connector has no create");
  Twice(
      what + ", connector side", [&](void** self) { return side->create(c, ctx, self, err); },
      MR_HAS(side, destroy) ? side->destroy : nullptr, report);
}

void Run(const std::string& path, const std::string& manifest_text, Report* report) {
  Doing("loading");
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) return report->Fail(std::string("cannot be loaded: ") + dlerror());
  report->Ok("loads with all its symbols found");
  const auto open = reinterpret_cast<mr_plugin_open_fn>(dlsym(library, MR_OPEN_SYMBOL));
  if (open == nullptr) return report->Fail("has no function " MR_OPEN_SYMBOL);
  Doing(MR_OPEN_SYMBOL);
  const std::string dir = std::filesystem::path(path).parent_path();
  const mr_str bundle_dir = {dir.data(), static_cast<uint32_t>(dir.size()), 0};
  const mr_plugin* plugin = open(&kHost, bundle_dir, reinterpret_cast<mr_error*>(g_shared));
  if (plugin == nullptr) return report->Fail(MR_OPEN_SYMBOL " returned NULL: " + g_error);
  if (plugin->size < sizeof(mr_plugin) || plugin->class_stride < offsetof(mr_class, extension) ||
      plugin->class_stride % 8 != 0 || plugin->n_classes > 10'000 ||
      (plugin->n_classes > 0 && plugin->classes == nullptr)) {
    return report->Fail("size, class_stride, n_classes or classes of its mr_plugin are wrong");
  }
  Classes table;
  for (uint32_t i = 0; i < plugin->n_classes; ++i) {
    const auto* c = MR_AT(const mr_class, plugin->classes, plugin->class_stride, i);
    if (c->size > plugin->class_stride || c->size < offsetof(mr_class, extension) || c->name.p == nullptr) {
      return report->Fail("class " + std::to_string(i) + ": size or name are wrong");
    }
    Class& entry = table[{RoleName(c->role), Text(c->name)}];
    entry.version = Text(c->version);
    for (const char* const* a = c->aliases; a != nullptr && *a != nullptr; ++a) entry.aliases.insert(*a);
  }
  Compare(FromManifest(manifest_text, report), table, report);
  for (uint32_t i = 0; i < plugin->n_classes; ++i) {
    CheckClass(MR_AT(const mr_class, plugin->classes, plugin->class_stride, i), report);
  }
}

}  // namespace

void RunCheck(const std::string& path, const std::string& manifest, Report* report) {
  void* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return report->Fail("out of memory");
  g_shared = new (memory) Shared{};
  const pid_t child = fork();
  if (child < 0) return report->Fail("cannot start a child process");
  if (child == 0) {
    alarm(kSeconds);
    Report mine;
    Run(path, manifest, &mine);
    g_shared->failures = mine.failures();
    g_shared->warnings = mine.warnings();
    g_shared->done = 1;
    _exit(0);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (g_shared->done != 0) return report->Add(g_shared->failures, g_shared->warnings);
  const std::string where = std::string(" in ") + g_shared->doing;
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
    report->Fail("did not come back within " + std::to_string(kSeconds) + " s" + where);
  } else if (WIFSIGNALED(status)) {
    report->Fail(std::string("ended by signal ") + std::to_string(WTERMSIG(status)) + " (" +
                 strsignal(WTERMSIG(status)) + ")" + where);
  } else {
    report->Fail("ended the process" + where);
  }
}

}  // namespace plugin_check
