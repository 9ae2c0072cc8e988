// SPDX-License-Identifier: Apache-2.0
//
// millrace/testing/host.h: TestHost, a small host for the tests of a bundle: it keeps errors and log lines, answers
// with stored offsets, interns schemas and counts their references. Bundle opens a .so with it.
//
// Everything goes through the real tables, so a test sees what the real host would. One TestHost at a time in a
// process, since a bundle is opened once; its calls may come from any thread.
//
//   testing::TestHost host;
//   testing::SourceTask task(host, testing::Bundle::Open(path).Class("org.example.MySource"));
#pragma once

#include <dlfcn.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/abi.h"
#include "millrace/cpp/arena.h"
#include "millrace/cpp/text.h"
#include "millrace/cpp/value.h"

namespace millrace::sdk::testing {

// What one call reported.
struct CallError {
  struct Record {
    uint32_t index;
    mr_status status;
    std::string message;
  };
  mr_status status = MR_OK;
  std::string message;
  std::map<std::string, std::string> details;
  std::vector<Record> records;

  mr_error* abi() { return reinterpret_cast<mr_error*>(this); }
};

class TestHost {
 public:
  TestHost() {
    if (current_ != nullptr) throw std::logic_error("there is a TestHost already");
    current_ = this;
  }
  ~TestHost() { current_ = nullptr; }
  TestHost(const TestHost&) = delete;
  TestHost& operator=(const TestHost&) = delete;

  // The table forwards to whichever TestHost lives, and itself lives for ever, as bundles expect.
  static const mr_host* Table() {
    static const mr_host table = MakeTable();
    return &table;
  }
  // One context for all instances.
  mr_ctx* ctx() { return reinterpret_cast<mr_ctx*>(this); }

  // What ReadOffset answers for a source partition: the first entry of the partition's map counts, as text.
  void StoreOffset(std::string_view partition, std::string_view key, const mr_value& value) {
    const std::string_view name = arena_.Copy(key);
    offsets_[std::string(partition)] = arena_.MakeMap({{name, value}});
  }
  // "WARN logger: text"
  std::vector<std::string> log() const {
    const std::lock_guard lock(mutex_);
    return log_;
  }
  // How many lines contain the text.
  int Logged(std::string_view part) const {
    const std::lock_guard lock(mutex_);
    return static_cast<int>(
        std::count_if(log_.begin(), log_.end(), [&](const std::string& l) { return l.find(part) != l.npos; }));
  }
  // References to schemas that were not given back; 0 once everything is released.
  int live_schemas() const {
    const std::lock_guard lock(mutex_);
    int n = 0;
    for (const Interned& s : schemas_) n += s.refs;
    return n;
  }

 private:
  struct Interned {
    mr_schema schema;
    int refs;
    std::vector<mr_field> fields;
    std::vector<mr_kv> params;
  };

  static bool Same(const mr_str& a, const mr_str& b) {
    return (a.p == nullptr) == (b.p == nullptr) && View(a) == View(b);
  }
  static bool Same(const mr_schema& a, const mr_schema& b) {
    if (a.kind != b.kind || a.optional != b.optional || a.logical != b.logical || a.version != b.version ||
        a.has_default != b.has_default || a.n_fields != b.n_fields || a.n_params != b.n_params || a.key != b.key ||
        a.value != b.value || !Same(a.name, b.name) || !Same(a.doc, b.doc) || a.has_default != 0) {
      return false;  // schemas with defaults are never shared here, which nobody may rely on anyway
    }
    for (uint32_t i = 0; i < a.n_fields; ++i) {
      if (!Same(a.fields[i].name, b.fields[i].name) || a.fields[i].schema != b.fields[i].schema) return false;
    }
    for (uint32_t i = 0; i < a.n_params; ++i) {
      if (!Same(a.params[i].k, b.params[i].k) || !Same(a.params[i].v, b.params[i].v)) return false;
    }
    return true;
  }
  mr_str Keep(const mr_str& s) { return s.p == nullptr ? s : Str(arena_.Copy(View(s))); }
  const mr_schema* Intern(const mr_schema& d) {
    const std::lock_guard lock(mutex_);
    for (Interned& known : schemas_) {
      if (Same(known.schema, d)) {
        ++known.refs;
        return &known.schema;
      }
    }
    Interned& added = schemas_.emplace_back(Interned{d, 1, {}, {}});
    for (uint32_t i = 0; i < d.n_fields; ++i) added.fields.push_back({Keep(d.fields[i].name), d.fields[i].schema});
    for (uint32_t i = 0; i < d.n_params; ++i) added.params.push_back({Keep(d.params[i].k), Keep(d.params[i].v)});
    added.schema.name = Keep(d.name);
    added.schema.doc = Keep(d.doc);
    added.schema.fields = added.fields.data();
    added.schema.params = added.params.data();
    added.schema.host = &added;
    return &added.schema;
  }
  static void Count(const mr_schema* s, int by) {
    const std::lock_guard lock(current_->mutex_);
    static_cast<Interned*>(s->host)->refs += by;
  }

  static mr_host MakeTable() {
    mr_host t{};
    t.size = sizeof t;
    t.abi_minor = MR_ABI_MINOR;
    t.product = Str("millrace-testing");
    t.version = Str("0");
    t.error_set = [](mr_error* e, mr_status status, mr_str message, const mr_kv* details, uint32_t n) {
      auto* error = reinterpret_cast<CallError*>(e);
      error->status = status;
      error->message = View(message);
      for (uint32_t i = 0; i < n; ++i) error->details[std::string(View(details[i].k))] = View(details[i].v);
    };
    t.error_record = [](mr_error* e, uint32_t record, mr_status status, mr_str message, const mr_kv*, uint32_t) {
      reinterpret_cast<CallError*>(e)->records.push_back({record, status, std::string(View(message))});
    };
    t.log = [](mr_ctx*, int32_t level, mr_str logger, mr_str message, const mr_kv*, uint32_t) {
      static constexpr const char* kLevels[] = {"TRACE ", "DEBUG ", "INFO ", "WARN ", "ERROR "};
      const std::lock_guard lock(current_->mutex_);
      current_->log_.push_back(Cat(kLevels[level], logger, ": ", message));
    };
    t.log_enabled = [](mr_ctx*, int32_t, mr_str) -> int32_t { return 1; };
    t.metric_register = [](mr_ctx*, mr_str, int32_t, mr_str, const mr_kv*, uint32_t) -> uint32_t { return 0; };
    t.metric_update = [](mr_ctx*, uint32_t, double) {};
    t.schema_intern = [](const mr_schema* d, mr_error*) -> const mr_schema* { return current_->Intern(*d); };
    t.schema_retain = [](const mr_schema* s) { Count(s, 1); };
    t.schema_release = [](const mr_schema* s) { Count(s, -1); };
    t.arena_alloc = [](mr_arena* a, size_t bytes, uint32_t align) -> void* {
      return reinterpret_cast<Arena*>(a)->Alloc(bytes, align);
    };
    t.arena_keep_schema = [](mr_arena*, const mr_schema* s) {
      Count(s, 1);
      const std::lock_guard lock(current_->mutex_);
      current_->kept_.push_back(s);
    };
    t.batch_topic = [](mr_batch* b, mr_str name) -> uint16_t {
      for (uint32_t i = 0; i < b->n_topics; ++i) {
        if (View(b->topics[i]) == View(name)) return static_cast<uint16_t>(i);
      }
      auto& lists = current_->topics_;
      lists.emplace_back(b->topics, b->topics + b->n_topics).push_back(current_->Keep(name));
      b->topics = lists.back().data();
      b->n_topics = static_cast<uint32_t>(lists.back().size());
      return static_cast<uint16_t>(b->n_topics - 1);
    };
    t.offsets_read = [](mr_ctx*, const mr_value* partitions, uint32_t n, mr_value* out, mr_error*) -> mr_status {
      for (uint32_t i = 0; i < n; ++i) {
        const auto found = current_->offsets_.find(std::string(View(partitions[i].u.v[1])));
        out[i] = found == current_->offsets_.end() ? Null() : found->second;
      }
      return MR_OK;
    };
    t.cancelled = [](mr_ctx*) -> int32_t { return 0; };
    t.extension = [](mr_ctx*, const char*) -> const void* { return nullptr; };
    return t;
  }

  static inline TestHost* current_ = nullptr;
  mutable std::mutex mutex_;
  std::vector<std::string> log_;
  std::map<std::string, mr_value> offsets_;
  std::deque<Interned> schemas_;
  std::vector<const mr_schema*> kept_;
  std::deque<std::vector<mr_str>> topics_;
  Arena arena_;
};

// A loaded bundle. Never unloaded.
class Bundle {
 public:
  // Throws std::runtime_error with the reason when it cannot be used. Each path is opened once.
  static const Bundle& Open(const std::string& path) {
    static std::map<std::string, Bundle> opened;
    const auto known = opened.find(path);
    if (known != opened.end()) return known->second;
    void* so = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (so == nullptr) throw std::runtime_error(dlerror());
    const auto open = reinterpret_cast<mr_plugin_open_fn>(dlsym(so, MR_OPEN_SYMBOL));
    if (open == nullptr) throw std::runtime_error(path + " does not export " MR_OPEN_SYMBOL);
    CallError error;
    const mr_plugin* plugin = open(TestHost::Table(), Str(""), error.abi());
    if (plugin == nullptr) throw std::runtime_error(error.message);
    return opened.emplace(path, Bundle(plugin)).first->second;
  }
  const mr_class& Class(std::string_view name) const {
    for (uint32_t i = 0; i < plugin_->n_classes; ++i) {
      const mr_class& c = *MR_AT(const mr_class, plugin_->classes, plugin_->class_stride, i);
      if (View(c.name) == name) return c;
    }
    throw std::runtime_error(Cat("the bundle has no class ", name));
  }
  const mr_plugin& plugin() const { return *plugin_; }

 private:
  explicit Bundle(const mr_plugin* plugin) : plugin_(plugin) {}
  const mr_plugin* plugin_;
};

}  // namespace millrace::sdk::testing
