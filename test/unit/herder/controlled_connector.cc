// SPDX-License-Identifier: Apache-2.0
#include "controlled_connector.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "millrace/ext/connector.h"
#include "plugins/host_api.h"
#include "record/value.h"

namespace millrace::herder {
namespace {

struct Side {
  std::string name = "?";
  std::map<std::string, std::string> config;
};

std::map<std::string, std::string> ToMap(const mr_kv* cfg, uint32_t n) {
  std::map<std::string, std::string> out;
  for (uint32_t i = 0; i < n; ++i) out[std::string(record::View(cfg[i].k))] = record::View(cfg[i].v);
  return out;
}

mr_status Create(const mr_class*, mr_ctx* context, void** self, mr_error*) {
  TheControl().last_context = context;
  *self = new Side;
  return MR_OK;
}
void Destroy(void* self) { delete static_cast<Side*>(self); }

mr_status Validate(void*, const mr_kv* cfg, uint32_t n, mr_config_report* report, mr_error* e) {
  const auto config = ToMap(cfg, n);
  const auto name = config.find("name");
  if (const auto fault = config.find("fault"); fault != config.end()) {
    report->problem(report->sink, record::Str("fault"), record::Str(fault->second));
  }
  return TheControl().Enter(name == config.end() ? "?" : name->second, "validate", e);
}

mr_status Start(void* self, const mr_kv* cfg, uint32_t n, mr_error* e) {
  auto* side = static_cast<Side*>(self);
  side->config = ToMap(cfg, n);
  side->name = side->config["name"];
  return TheControl().Enter(side->name, "start", e);
}

mr_status TaskConfigs(void* self, uint32_t, mr_task_configs* out, mr_error* e) {
  auto* side = static_cast<Side*>(self);
  if (const mr_status s = TheControl().Enter(side->name, "task_configs", e); s != MR_OK) return s;
  for (int i = 0; i < TheControl().Tasks(side->name); ++i) {
    std::vector<mr_kv> kv;
    for (const auto& [k, v] : side->config) kv.push_back({record::Str(k), record::Str(v)});
    out->add(out->sink, kv.data(), static_cast<uint32_t>(kv.size()));
  }
  return MR_OK;
}

mr_status AlterSource(void*, const mr_kv* cfg, uint32_t n, const mr_source_offset*, uint32_t n_offsets,
                      int32_t* handled, mr_error* e) {
  *handled = 1;
  return TheControl().Enter(ToMap(cfg, n)["name"], "alter " + std::to_string(n_offsets), e);
}

mr_status AlterSink(void*, const mr_kv* cfg, uint32_t n, const mr_tp*, uint32_t n_offsets, int32_t* handled,
                    mr_error* e) {
  *handled = 0;
  return TheControl().Enter(ToMap(cfg, n)["name"], "alter " + std::to_string(n_offsets), e);
}

void Stop(void* self) { (void)TheControl().Enter(static_cast<Side*>(self)->name, "stop", nullptr); }

const mr_connector kConnector = {sizeof(mr_connector), 0,         Create,  Destroy, Validate, Start, TaskConfigs,
                                 AlterSource,          AlterSink, nullptr, nullptr, nullptr,  Stop};

const void* Extension(const mr_class*, const char* id) {
  return std::strcmp(id, MR_EXT_CONNECTOR) == 0 ? &kConnector : nullptr;
}

mr_status CreateTask(const mr_class*, mr_ctx*, void** self, mr_error*) {
  *self = new Side;
  return MR_OK;
}
mr_status Poll(void*, int64_t, mr_batch*, mr_error*) { return MR_OK; }
mr_status PutBatch(void*, const mr_batch*, mr_error*) { return MR_OK; }
mr_status Apply(void*, mr_batch*, const uint8_t*, mr_arena*, mr_error*) { return MR_OK; }

template <class Table>
mr_class MakeClass(uint32_t role, const char* name, const Table* table) {
  mr_class c{};
  c.size = sizeof(c);
  c.role = role;
  c.name = {name, static_cast<uint32_t>(std::strlen(name)), 0};
  c.version = {"1.0", 3, 0};
  c.doc = {"", 0, 0};
  c.table = table;
  c.create = CreateTask;
  c.destroy = Destroy;
  c.extension = Extension;
  return c;
}

}  // namespace

Control& TheControl() {
  static Control control;
  return control;
}

void AddControlledClasses(plugins::ClassRegistry* classes) {
  static mr_source source = [] {
    mr_source t{};
    t.size = sizeof(t);
    t.poll = Poll;
    return t;
  }();
  static mr_sink sink = [] {
    mr_sink t{};
    t.size = sizeof(t);
    t.put = PutBatch;
    return t;
  }();
  static mr_transform transform = [] {
    mr_transform t{};
    t.size = sizeof(t);
    t.apply = Apply;
    return t;
  }();
  static const mr_class all[] = {MakeClass(MR_ROLE_SOURCE, "test.ControlledSourceConnector", &source),
                                 MakeClass(MR_ROLE_SINK, "test.ControlledSinkConnector", &sink),
                                 MakeClass(MR_ROLE_TRANSFORM, "test.Nested$Key", &transform)};
  static const mr_class* const pointers[] = {&all[0], &all[1], &all[2]};
  classes->AddBuiltIn(pointers, std::size(pointers));
}

mr_status Control::Enter(const std::string& name, const std::string& what, mr_error* error) {
  const std::string call = name + " " + what;
  std::unique_lock lock(mutex_);
  calls_.push_back(call);
  begun_.push_back(call);
  changed_.notify_all();
  changed_.wait(lock, [&] { return !hanging_.contains(call); });
  const auto failing = failing_.find(call);
  if (failing == failing_.end()) return MR_OK;
  if (error != nullptr) plugins::ErrorSink::From(error)->Set(Status::Fatal(failing->second));
  return MR_FATAL;
}

void Control::Hang(const std::string& call) {
  const std::lock_guard lock(mutex_);
  hanging_.insert(call);
}

void Control::Release() {
  const std::lock_guard lock(mutex_);
  hanging_.clear();
  changed_.notify_all();
}

void Control::Fail(const std::string& call, const std::string& why) {
  const std::lock_guard lock(mutex_);
  failing_[call] = why;
}

void Control::SetTasks(const std::string& name, int tasks) {
  const std::lock_guard lock(mutex_);
  tasks_[name] = tasks;
}

int Control::Tasks(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto it = tasks_.find(name);
  return it == tasks_.end() ? 1 : it->second;
}

void Control::WaitFor(const std::string& call) {
  std::unique_lock lock(mutex_);
  const bool begun = changed_.wait_for(lock, std::chrono::seconds(20),
                                       [&] { return std::find(begun_.begin(), begun_.end(), call) != begun_.end(); });
  REQUIRE_MESSAGE(begun, call);
}

std::vector<std::string> Control::TakeCalls() {
  const std::lock_guard lock(mutex_);
  return std::exchange(calls_, {});
}

void Control::Forget() {
  const std::lock_guard lock(mutex_);
  hanging_.clear();
  failing_.clear();
  tasks_.clear();
  calls_.clear();
  begun_.clear();
  changed_.notify_all();
}

}  // namespace millrace::herder
