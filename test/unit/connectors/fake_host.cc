// SPDX-License-Identifier: Apache-2.0
#include "fake_host.h"

#include <dlfcn.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>
#include <stdexcept>

namespace millrace::test {

namespace {

FakeHost* current = nullptr;

std::string Text(const mr_str& s) { return s.p == nullptr ? std::string() : std::string(s.p, s.n); }

const char* LevelName(int32_t level) {
  static constexpr const char* kNames[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR"};
  return kNames[level];
}

}  // namespace

// The functions of the table, all forwarding to the current host.
struct FakeHostTable {
  static void ErrorSet(mr_error* e, mr_status status, mr_str message, const mr_kv* details, uint32_t n) {
    auto* error = reinterpret_cast<CallError*>(e);
    *error = {status, Text(message), {}};
    for (uint32_t i = 0; i < n; ++i) error->details[Text(details[i].k)] = Text(details[i].v);
  }
  static void ErrorRecord(mr_error* e, uint32_t record, mr_status status, mr_str message, const mr_kv*, uint32_t) {
    *reinterpret_cast<CallError*>(e) = {status, std::to_string(record) + ": " + Text(message), {}};
  }
  static void Log(mr_ctx*, int32_t level, mr_str logger, mr_str message, const mr_kv*, uint32_t) {
    const std::lock_guard lock(current->mutex_);
    current->log_.push_back(std::string(LevelName(level)) + " " + Text(logger) + ": " + Text(message));
  }
  static int32_t LogEnabled(mr_ctx*, int32_t, mr_str) { return 1; }
  static uint32_t MetricRegister(mr_ctx*, mr_str, int32_t, mr_str, const mr_kv*, uint32_t) { return 0; }
  static void MetricUpdate(mr_ctx*, uint32_t, double) {}
  static const mr_schema* SchemaIntern(const mr_schema* description, mr_error* e) {
    if (description->n_fields != 0 || description->key != nullptr || description->value != nullptr) {
      static constexpr char kText[] = "this host knows leaf schemas only";
      ErrorSet(e, MR_UNSUPPORTED, {kText, sizeof kText - 1, 0}, nullptr, 0);
      return nullptr;
    }
    const std::lock_guard lock(current->mutex_);
    for (FakeHost::Interned& known : current->schemas_) {
      if (known.schema.kind == description->kind && known.schema.optional == description->optional) {
        ++known.refs;
        return &known.schema;
      }
    }
    current->schemas_.push_back({*description, 1});
    current->schemas_.back().schema.host = &current->schemas_.back();
    return &current->schemas_.back().schema;
  }
  static void SchemaRetain(const mr_schema* s) {
    const std::lock_guard lock(current->mutex_);
    ++static_cast<FakeHost::Interned*>(s->host)->refs;
  }
  static void SchemaRelease(const mr_schema* s) {
    const std::lock_guard lock(current->mutex_);
    --static_cast<FakeHost::Interned*>(s->host)->refs;
  }
  static void* ArenaAlloc(mr_arena*, size_t bytes, uint32_t) { return operator new(bytes); }
  static void ArenaKeepSchema(mr_arena*, const mr_schema*) {}
  static uint16_t BatchTopic(mr_batch*, mr_str) { return 0; }
  static mr_status OffsetsRead(mr_ctx*, const mr_value* partitions, uint32_t n, mr_value* out, mr_error*) {
    for (uint32_t i = 0; i < n; ++i) {
      const mr_value& name = partitions[i].u.v[1];
      const auto found = current->offsets_.find(std::string(name.u.s, name.n));
      out[i] = found == current->offsets_.end() ? mr_value{} : found->second;
    }
    return MR_OK;
  }
  static int32_t Cancelled(mr_ctx*) { return 0; }
  static const void* Extension(mr_ctx*, const char*) { return nullptr; }
};

FakeHost::FakeHost() {
  if (current != nullptr) throw std::logic_error("one FakeHost at a time");
  table_.size = sizeof table_;
  table_.error_set = FakeHostTable::ErrorSet;
  table_.error_record = FakeHostTable::ErrorRecord;
  table_.log = FakeHostTable::Log;
  table_.log_enabled = FakeHostTable::LogEnabled;
  table_.metric_register = FakeHostTable::MetricRegister;
  table_.metric_update = FakeHostTable::MetricUpdate;
  table_.schema_intern = FakeHostTable::SchemaIntern;
  table_.schema_retain = FakeHostTable::SchemaRetain;
  table_.schema_release = FakeHostTable::SchemaRelease;
  table_.arena_alloc = FakeHostTable::ArenaAlloc;
  table_.arena_keep_schema = FakeHostTable::ArenaKeepSchema;
  table_.batch_topic = FakeHostTable::BatchTopic;
  table_.offsets_read = FakeHostTable::OffsetsRead;
  table_.cancelled = FakeHostTable::Cancelled;
  table_.extension = FakeHostTable::Extension;
  current = this;
}

FakeHost::~FakeHost() { current = nullptr; }

const mr_class* FakeHost::FindClass(std::string_view name) {
  static const mr_plugin* const plugin = [] {
    static const mr_host table = *current->table();  // outlives every FakeHost, as the bundle expects
    const char* path = std::getenv("MILLRACE_FILE_BUNDLE");
    if (path == nullptr) throw std::runtime_error("MILLRACE_FILE_BUNDLE must name the bundle");
    void* bundle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (bundle == nullptr) throw std::runtime_error(dlerror());
    const auto open = reinterpret_cast<mr_plugin_open_fn>(dlsym(bundle, MR_OPEN_SYMBOL));
    CallError error;
    return open(&table, {"", 0, 0}, reinterpret_cast<mr_error*>(&error));
  }();
  for (uint32_t i = 0; i < plugin->n_classes; ++i) {
    const mr_class* c = MR_AT(const mr_class, plugin->classes, plugin->class_stride, i);
    if (Text(c->name) == name) return c;
  }
  throw std::runtime_error("no such class: " + std::string(name));
}

void FakeHost::StoreOffset(const std::string& filename, const mr_value& position) {
  static constexpr char kKey[] = "position";
  mr_value key{};
  key.kind = MR_STRING;
  key.n = sizeof kKey - 1;
  key.u.s = kKey;
  slots_.push_back({key, position});
  mr_value map{};
  map.kind = MR_MAP;
  map.n = 1;
  map.u.v = slots_.back().data();
  offsets_[filename] = map;
}

std::vector<std::string> FakeHost::log() const {
  const std::lock_guard lock(mutex_);
  return log_;
}

bool FakeHost::Logged(std::string_view part) const {
  const std::vector<std::string> lines = log();
  return std::any_of(lines.begin(), lines.end(), [&](const std::string& l) { return l.find(part) != l.npos; });
}

size_t FakeHost::live_schemas() const {
  const std::lock_guard lock(mutex_);
  size_t n = 0;
  for (const Interned& s : schemas_) n += static_cast<size_t>(s.refs);
  return n;
}

Task::Task(FakeHost* host, const mr_class* type) : type_(type) {
  if (type->create(type, host->ctx(), &self_, Fresh()) != MR_OK) throw std::runtime_error(error_.message);
}

Task::~Task() {
  Stop();
  type_->destroy(self_);
}

mr_error* Task::Fresh() {
  error_ = CallError();
  return reinterpret_cast<mr_error*>(&error_);
}

mr_status Task::Start(const Settings& settings) {
  std::vector<mr_kv> kv;
  const auto str = [](const std::string& s) { return mr_str{s.data(), static_cast<uint32_t>(s.size()), 0}; };
  for (const auto& [key, value] : settings) kv.push_back({str(key), str(value)});
  started_ = true;
  const auto n = static_cast<uint32_t>(kv.size());
  return type_->role == MR_ROLE_SOURCE ? source().start(self_, kv.data(), n, Fresh())
                                       : sink().start(self_, kv.data(), n, Fresh());
}

mr_status Task::Poll(mr_batch* out, int wait_ms) {
  *out = mr_batch{};
  return source().poll(self_, Now() + wait_ms * INT64_C(1'000'000), out, Fresh());
}

mr_status Task::Put(const mr_batch& batch) { return sink().put(self_, &batch, Fresh()); }
mr_status Task::Flush() { return sink().flush(self_, Fresh()); }

void Task::Cancel() { type_->role == MR_ROLE_SOURCE ? source().cancel(self_) : sink().cancel(self_); }

void Task::Stop() {
  if (!started_) return;
  started_ = false;
  type_->role == MR_ROLE_SOURCE ? source().stop(self_) : sink().stop(self_);
}

int64_t Now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * INT64_C(1'000'000'000) + t.tv_nsec;
}

TempDir::TempDir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "millrace-file-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void WriteFile(const std::string& path, std::string_view content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}
void AppendFile(const std::string& path, std::string_view content) {
  std::ofstream(path, std::ios::binary | std::ios::app) << content;
}
std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace millrace::test
