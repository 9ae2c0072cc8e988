// SPDX-License-Identifier: Apache-2.0
#include "scripted.h"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>

#include "record/value.h"

namespace millrace::test {
namespace {

Script* g_script = nullptr;
std::atomic<int> g_live{0};

struct Owned {
  std::atomic<int> refs{1};
  std::vector<Row> rows;
  std::vector<mr_record> records;
  std::vector<mr_str> topics;
  std::vector<std::string> topic_names, partition_names;
  std::vector<mr_value> partitions;
  std::deque<std::array<mr_value, 2>> maps;
  std::deque<std::vector<mr_header>> headers;
};

mr_value Map(Owned* owned, const mr_value& k, const mr_value& v) {
  owned->maps.push_back({k, v});
  return record::Composite(MR_MAP, owned->maps.back().data(), 1);
}

template <class T>
uint32_t IndexOf(std::vector<T>* all, const T& one) {
  const auto at = std::find(all->begin(), all->end(), one);
  if (at != all->end()) return static_cast<uint32_t>(at - all->begin());
  all->push_back(one);
  return static_cast<uint32_t>(all->size() - 1);
}

mr_status Create(const mr_class*, mr_ctx* ctx, void** self, mr_error*) {
  *self = ctx;
  return MR_OK;
}
void Destroy(void*) { g_script->Note("destroy"); }

mr_status Configure(void*, const mr_kv*, uint32_t, mr_error*) { return MR_OK; }
mr_status ConfigureConverter(void*, const mr_kv* cfg, uint32_t n, int32_t part, mr_error*) {
  if (!g_script->configure_converter) return MR_OK;
  config::Properties p;
  for (uint32_t i = 0; i < n; ++i) p.emplace(record::View(cfg[i].k), record::View(cfg[i].v));
  return g_script->configure_converter(p, part);
}

mr_status StartTask(void* self, const mr_kv*, uint32_t, mr_error* e) {
  g_script->Note("start");
  return g_script->start ? g_script->start(static_cast<mr_ctx*>(self), e) : MR_OK;
}
mr_status Poll(void*, int64_t deadline, mr_batch* out, mr_error* e) {
  if (g_script->poll) return g_script->poll(deadline, out, e);
  while (!g_script->cancelled) {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec * int64_t{1'000'000'000} + now.tv_nsec >= deadline) break;
    usleep(500);
  }
  return MR_OK;
}
mr_status Commit(void*, mr_error* e) {
  g_script->Note("commit");
  return g_script->commit ? g_script->commit(e) : MR_OK;
}
mr_status Acked(void*, const mr_batch* b, const uint32_t* idx, const int64_t* offsets, uint32_t n, mr_error*) {
  if (g_script->acked) g_script->acked(b, idx, offsets, n);
  return MR_OK;
}
void Cancel(void*) { g_script->cancelled = true; }
void Stop(void*) {
  g_script->Note("stop");
  if (g_script->stop) g_script->stop();
}

std::string Names(const mr_tp* tps, uint32_t n, bool offsets) {
  std::string text;
  for (uint32_t i = 0; i < n; ++i) {
    text += " " + std::string(record::View(tps[i].topic)) + "-" + std::to_string(tps[i].partition);
    if (offsets) text += "@" + std::to_string(tps[i].offset);
  }
  return text;
}
mr_status Open(void* self, const mr_tp* tps, uint32_t n, mr_error*) {
  g_script->Note("open" + Names(tps, n, false));
  return g_script->open ? g_script->open(static_cast<mr_ctx*>(self), tps, n) : MR_OK;
}
mr_status Put(void* self, const mr_batch* b, mr_error* e) {
  std::string text = "put";
  for (uint32_t i = 0; i < b->n; ++i) text += " " + TextOf(MR_AT(mr_record, b->records, b->stride, i)->value);
  if (b->n != 0 || g_script->Calls().empty() || g_script->Calls().back() != "put") g_script->Note(text);
  return g_script->put ? g_script->put(static_cast<mr_ctx*>(self), b, e) : MR_OK;
}
mr_status PreCommit(void*, mr_tp* tps, uint32_t n, mr_error* e) {
  g_script->Note("pre_commit" + Names(tps, n, true));
  return g_script->pre_commit ? g_script->pre_commit(tps, n, e) : MR_OK;
}
mr_status Close(void*, const mr_tp* tps, uint32_t n, mr_error*) {
  g_script->Note("close" + Names(tps, n, false));
  return MR_OK;
}

mr_status Apply(void*, mr_batch* b, const uint8_t* mask, mr_arena* a, mr_error* e) {
  return g_script->apply ? g_script->apply(b, mask, a, e) : MR_OK;
}
mr_status TestRecords(void*, const mr_batch* b, uint8_t* mask, mr_error* e) {
  if (g_script->test) return g_script->test(b, mask, e);
  std::fill(mask, mask + b->n, 1);
  return MR_OK;
}
// By default text as its bytes, both ways; keys, values and headers alike.
mr_status FromConnect(void*, const mr_batch* b, int32_t part, mr_arena* a, mr_str* bytes, mr_error* e) {
  if (g_script->from_connect) return g_script->from_connect(b, part, a, bytes, e);
  for (uint32_t i = 0; i < b->n; ++i) {
    const auto* r = MR_AT(mr_record, b->records, b->stride, i);
    const mr_value& v = part == MR_PART_KEY ? r->key : r->value;
    bytes[i] = v.kind == MR_NULL ? mr_str{} : mr_str{v.u.s, v.n, 0};
  }
  return MR_OK;
}
mr_status ToConnect(void*, mr_batch* b, int32_t part, const mr_str* bytes, mr_arena* a, mr_error* e) {
  if (g_script->to_connect) return g_script->to_connect(b, part, bytes, a, e);
  for (uint32_t i = 0; i < b->n; ++i) {
    auto* r = MR_AT(mr_record, b->records, b->stride, i);
    (part == MR_PART_KEY ? r->key : r->value) =
        bytes[i].p == nullptr ? record::Null() : record::Text(record::View(bytes[i]));
  }
  return MR_OK;
}

constexpr mr_source kSource = {sizeof(mr_source), 0, StartTask, Poll, Commit, Acked, Cancel, Stop};
constexpr mr_sink kSink = {sizeof(mr_sink), 0, StartTask, Open, Put, nullptr, PreCommit, Close, Cancel, Stop};
constexpr mr_transform kTransform = {sizeof(mr_transform), 0, Configure, Apply};
constexpr mr_predicate kPredicate = {sizeof(mr_predicate), 0, Configure, TestRecords};
constexpr mr_converter kConverter = {sizeof(mr_converter), 0, ConfigureConverter, FromConnect, ToConnect};

constexpr mr_str Lit(const char* s) { return {s, static_cast<uint32_t>(__builtin_strlen(s)), 0}; }
constexpr mr_class Class(uint32_t role, const char* name, const void* table) {
  return {sizeof(mr_class), role, Lit(name), Lit("1"), {}, nullptr, nullptr, table, Create, Destroy, nullptr};
}
constexpr mr_class kClasses[] = {
    Class(MR_ROLE_SOURCE, "test.Source", &kSource), Class(MR_ROLE_SINK, "test.Sink", &kSink),
    Class(MR_ROLE_TRANSFORM, "test.Transform", &kTransform), Class(MR_ROLE_PREDICATE, "test.Predicate", &kPredicate),
    Class(MR_ROLE_CONVERTER, "test.Converter", &kConverter)};

}  // namespace

void FillBatch(const std::vector<Row>& rows, mr_batch* out) {
  auto* owned = new Owned;
  ++g_live;
  owned->rows = rows;
  for (const Row& r : owned->rows) {
    IndexOf(&owned->topic_names, r.topic);
    IndexOf(&owned->partition_names, r.partition);
  }
  for (const std::string& t : owned->topic_names) owned->topics.push_back(record::Str(t));
  for (const std::string& p : owned->partition_names) {
    owned->partitions.push_back(Map(owned, record::Text("source"), record::Text(p)));
  }
  for (const Row& row : owned->rows) {
    mr_record r{};
    r.value = record::Text(row.value);
    if (!row.key.empty()) r.key = record::Text(row.key);
    r.partition = row.kafka_partition;
    r.topic = static_cast<uint16_t>(IndexOf(&owned->topic_names, row.topic));
    r.src_partition = IndexOf(&owned->partition_names, row.partition);
    if (row.offset >= 0) r.src_offset = Map(owned, record::Text("at"), record::Int(MR_I64, row.offset));
    if (!row.headers.empty()) {
      std::vector<mr_header>& headers = owned->headers.emplace_back();
      for (const auto& [k, v] : row.headers) headers.push_back({record::Str(k), nullptr, record::Text(v)});
      r.headers = headers.data();
      r.n_headers = static_cast<uint32_t>(headers.size());
    }
    owned->records.push_back(r);
  }
  *out = {};
  out->size = sizeof(mr_batch);
  out->n = static_cast<uint32_t>(owned->records.size());
  out->stride = sizeof(mr_record);
  out->records = owned->records.data();
  out->topics = owned->topics.data();
  out->n_topics = static_cast<uint32_t>(owned->topics.size());
  out->src_partitions = owned->partitions.data();
  out->n_src_partitions = static_cast<uint32_t>(owned->partitions.size());
  out->owner = owned;
  out->retain = [](const mr_batch* b) { ++static_cast<Owned*>(b->owner)->refs; };
  out->release = [](const mr_batch* b) {
    auto* o = static_cast<Owned*>(b->owner);
    if (--o->refs != 0) return;
    delete o;
    --g_live;
  };
}

int LiveBatches() { return g_live; }

Script::Script() { g_script = this; }
Script::~Script() { g_script = nullptr; }

void Script::Note(const std::string& call) {
  const std::lock_guard lock(mutex);
  calls.push_back(call);
}
std::vector<std::string> Script::Calls() {
  const std::lock_guard lock(mutex);
  return calls;
}
int Script::Count(const std::string& call) {
  const std::lock_guard lock(mutex);
  return static_cast<int>(std::count(calls.begin(), calls.end(), call));
}

void Script::Register(plugins::ClassRegistry* classes, const mr_host* table) {
  host = table;
  std::vector<const mr_class*> all;
  for (const mr_class& c : kClasses) all.push_back(&c);
  classes->AddBuiltIn(all.data(), all.size());
}

std::string TextOf(const mr_value& v) {
  return v.kind == MR_STRING || v.kind == MR_BYTES ? std::string(v.u.s, v.n) : v.kind == MR_NULL ? "null" : "?";
}
mr_str StrOf(const std::string& s) { return record::Str(s); }

}  // namespace millrace::test
