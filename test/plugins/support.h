// SPDX-License-Identifier: Apache-2.0
//
// What the C++ bundles of this folder share: tables over a class's members, on abi.h alone and without the SDK, since
// they do what the SDK would not let them do. Nothing is caught here: a bundle that throws must throw into the host.
#pragma once

#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/abi.h"

namespace test {

inline const mr_host* g_host = nullptr;

using Config = std::map<std::string, std::string>;

inline mr_str Str(std::string_view s) { return {s.data() ? s.data() : "", static_cast<uint32_t>(s.size()), 0}; }

inline Config ToConfig(const mr_kv* cfg, uint32_t n) {
  Config out;
  for (uint32_t i = 0; i < n; ++i) {
    out.emplace(std::string(cfg[i].k.p, cfg[i].k.n), cfg[i].v.p ? std::string(cfg[i].v.p, cfg[i].v.n) : "");
  }
  return out;
}

inline std::string Get(const Config& cfg, const std::string& key, const std::string& fallback) {
  const auto it = cfg.find(key);
  return it == cfg.end() ? fallback : it->second;
}

inline int64_t GetInt(const Config& cfg, const std::string& key, int64_t fallback) {
  const auto it = cfg.find(key);
  return it == cfg.end() ? fallback : std::strtoll(it->second.c_str(), nullptr, 10);
}

inline mr_status Fail(mr_error* e, mr_status status, std::string_view message) {
  g_host->error_set(e, status, Str(message), nullptr, 0);
  return status;
}

inline mr_value Text(std::string_view s) {
  mr_value v{};
  v.kind = MR_STRING;
  v.n = static_cast<uint32_t>(s.size());
  v.u.s = s.data() ? s.data() : "";
  return v;
}

inline mr_value Int(uint8_t kind, int64_t i) {
  mr_value v{};
  v.kind = kind;
  v.u.i = i;
  return v;
}

inline int64_t NowNs() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

// Hangs, deaf to cancel, until the file named by `release.file` exists; for ever without that setting.
inline void Hang(const Config& cfg) {
  const std::string file = Get(cfg, "release.file", "");
  while (file.empty() || access(file.c_str(), F_OK) != 0) usleep(1000);
}

// A batch that owns what it points to. Fill the vectors, then Fill(out).
struct OwnedBatch {
  std::vector<mr_record> records;
  std::vector<std::string> text;  // reserve before pointing into it
  std::vector<mr_str> topics;
  std::vector<mr_value> partitions, values;
  int refs = 1;

  void Fill(mr_batch* out) {
    std::memset(out, 0, sizeof(*out));
    out->size = sizeof(mr_batch);
    out->n = static_cast<uint32_t>(records.size());
    out->stride = sizeof(mr_record);
    out->records = records.data();
    out->n_topics = static_cast<uint32_t>(topics.size());
    out->topics = topics.data();
    out->n_src_partitions = static_cast<uint32_t>(partitions.size());
    out->src_partitions = partitions.data();
    out->owner = this;
    out->retain = [](const mr_batch* b) {
      __atomic_add_fetch(&static_cast<OwnedBatch*>(b->owner)->refs, 1, __ATOMIC_RELAXED);
    };
    out->release = [](const mr_batch* b) {
      auto* owner = static_cast<OwnedBatch*>(b->owner);
      if (__atomic_sub_fetch(&owner->refs, 1, __ATOMIC_ACQ_REL) == 0) delete owner;
    };
  }
};

// A source with settings `topic` (default "test") and `count` (default 10): emits the texts "record 0" ... with the
// offset {"next": n} of the partition {"source": topic}, at most `batch` (default 4) at a time, and goes on where the
// committed offset says. The base of the sources here.
struct CountingSource {
  mr_ctx* ctx = nullptr;
  Config cfg;
  int64_t next = 0, count = 0, batch = 4;
  std::string topic;
  int cancelled = 0;

  virtual ~CountingSource() = default;

  virtual mr_status Start(mr_error* e) {
    topic = Get(cfg, "topic", "test");
    count = GetInt(cfg, "count", 10);
    batch = GetInt(cfg, "batch", 4);
    mr_value entry[2] = {Text("source"), Text(topic)};
    mr_value partition{};
    partition.kind = MR_MAP;
    partition.n = 1;
    partition.u.v = entry;
    mr_value offset{};
    // A host without offsets (a test of its own) begins at the beginning.
    const mr_status s = g_host->offsets_read(ctx, &partition, 1, &offset, e);
    if (s != MR_OK && s != MR_UNSUPPORTED) return s;
    if (s == MR_OK && offset.kind == MR_MAP && offset.n == 1) next = offset.u.v[1].u.i;
    return MR_OK;
  }

  virtual mr_status Poll(int64_t deadline_ns, mr_batch* out, mr_error*) {
    if (next >= count) {
      while (NowNs() < deadline_ns && __atomic_load_n(&cancelled, __ATOMIC_RELAXED) == 0) usleep(1000);
      return MR_OK;
    }
    Make(out);
    return MR_OK;
  }

  virtual void Cancel() { __atomic_store_n(&cancelled, 1, __ATOMIC_RELAXED); }
  virtual void Stop() {}

  // The next batch; returns its owner, for sources that spoil it.
  OwnedBatch* Make(mr_batch* out) {
    auto* b = new OwnedBatch;
    const int64_t n = std::min(batch, count - next);
    b->text.reserve(static_cast<size_t>(n) + 1);
    b->values.reserve(static_cast<size_t>(n) * 2 + 2);
    b->text.push_back(topic);
    b->topics.push_back(Str(b->text[0]));
    b->values.push_back(Text("source"));
    b->values.push_back(Text(b->text[0]));
    mr_value partition{};
    partition.kind = MR_MAP;
    partition.n = 1;
    partition.u.v = &b->values[0];
    b->partitions.push_back(partition);
    for (int64_t i = 0; i < n; ++i) {
      mr_record r{};
      b->text.push_back("record " + std::to_string(next));
      r.value = Text(b->text.back());
      r.partition = MR_NO_PARTITION;
      ++next;
      b->values.push_back(Text("next"));
      b->values.push_back(Int(MR_I64, next));
      r.src_offset.kind = MR_MAP;
      r.src_offset.n = 1;
      r.src_offset.u.v = &b->values[b->values.size() - 2];
      b->records.push_back(r);
    }
    b->Fill(out);
    return b;
  }
};

// A sink that takes everything and keeps nothing; the base of the sinks here.
struct NullSink {
  mr_ctx* ctx = nullptr;
  Config cfg;
  virtual ~NullSink() = default;
  virtual mr_status Start(mr_error*) { return MR_OK; }
  virtual mr_status Put(const mr_batch*, mr_error*) { return MR_OK; }
  virtual mr_status Flush(mr_error*) { return MR_OK; }
  virtual void Cancel() {}
  virtual void Stop() {}
};

template <class T>
mr_status Create(const mr_class*, mr_ctx* ctx, void** self, mr_error*) {
  auto task = std::make_unique<T>();
  task->ctx = ctx;
  *self = task.release();
  return MR_OK;
}

template <class T>
void Destroy(void* self) {
  delete static_cast<T*>(self);
}

template <class T>
inline constexpr mr_source kSource = {
    sizeof(mr_source),
    0,
    [](void* s, const mr_kv* cfg, uint32_t n, mr_error* e) {
      static_cast<T*>(s)->cfg = ToConfig(cfg, n);
      return static_cast<T*>(s)->Start(e);
    },
    [](void* s, int64_t deadline, mr_batch* out, mr_error* e) { return static_cast<T*>(s)->Poll(deadline, out, e); },
    nullptr,
    nullptr,
    [](void* s) { static_cast<T*>(s)->Cancel(); },
    [](void* s) { static_cast<T*>(s)->Stop(); },
};

template <class T>
inline constexpr mr_sink kSink = {
    sizeof(mr_sink),
    0,
    [](void* s, const mr_kv* cfg, uint32_t n, mr_error* e) {
      static_cast<T*>(s)->cfg = ToConfig(cfg, n);
      return static_cast<T*>(s)->Start(e);
    },
    nullptr,
    [](void* s, const mr_batch* b, mr_error* e) { return static_cast<T*>(s)->Put(b, e); },
    [](void* s, mr_error* e) { return static_cast<T*>(s)->Flush(e); },
    nullptr,
    nullptr,
    [](void* s) { static_cast<T*>(s)->Cancel(); },
    [](void* s) { static_cast<T*>(s)->Stop(); },
};

constexpr mr_str Lit(const char* text) { return {text, static_cast<uint32_t>(__builtin_strlen(text)), 0}; }

template <class T>
constexpr mr_class SourceClass(const char* name, const char* version = "1.0") {
  return {sizeof(mr_class), MR_ROLE_SOURCE, Lit(name), Lit(version), {},     nullptr,
          nullptr,          &kSource<T>,    Create<T>, Destroy<T>,   nullptr};
}

template <class T>
constexpr mr_class SinkClass(const char* name, const char* version = "1.0") {
  return {sizeof(mr_class), MR_ROLE_SINK, Lit(name), Lit(version), {},     nullptr,
          nullptr,          &kSink<T>,    Create<T>, Destroy<T>,   nullptr};
}

}  // namespace test

// The manifest of a bundle with one class, which is what most have.
#define TEST_MANIFEST(bundle, role, name)                  \
  MR_MANIFEST("{\"manifest_version\":1,\"name\":\"" bundle \
              "\",\"version\":\"1.0\",\"abi\":\"1.0\","    \
              "\"licence\":\"Apache-2.0\",\"classes\":[{\"role\":\"" role "\",\"name\":\"" name "\"}]}")

// The open function over an array of classes.
#define TEST_OPEN(classes)                                                                          \
  extern "C" MR_EXPORT const mr_plugin* mr_plugin_open_v1(const mr_host* host, mr_str, mr_error*) { \
    static const mr_plugin plugin = {sizeof(mr_plugin), MR_ABI_MINOR, sizeof(mr_class),             \
                                     sizeof(classes) / sizeof((classes)[0]), classes};              \
    test::g_host = host;                                                                            \
    return &plugin;                                                                                 \
  }

// A whole bundle of one source or sink class.
#define TEST_SOURCE_BUNDLE(bundle, Task, name)                            \
  static constexpr mr_class kClasses[] = {test::SourceClass<Task>(name)}; \
  TEST_OPEN(kClasses)                                                     \
  TEST_MANIFEST(bundle, "source", name)
#define TEST_SINK_BUNDLE(bundle, Task, name)                            \
  static constexpr mr_class kClasses[] = {test::SinkClass<Task>(name)}; \
  TEST_OPEN(kClasses)                                                   \
  TEST_MANIFEST(bundle, "sink", name)
