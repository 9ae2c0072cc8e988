// SPDX-License-Identifier: Apache-2.0
//
// The handle of the connector side of a class: the extension mr.connector/1.
#include "plugins/instance_call.h"
#include "record/value.h"

namespace millrace::plugins {
namespace {

// What a bundle may report in one call.
constexpr size_t kMaxProblems = 1000;
constexpr size_t kMaxTasks = 100'000;

struct Problems {
  std::vector<std::pair<std::string, std::string>>* out;
};

void AddProblem(void* sink, mr_str key, mr_str message) noexcept try {
  auto* out = static_cast<Problems*>(sink)->out;
  if (out->size() < kMaxProblems) out->emplace_back(record::View(key), record::View(message));
} catch (...) {
}

struct Tasks {
  std::vector<config::Properties> configs;
  bool too_many = false, out_of_memory = false;
};

void AddTask(void* sink, const mr_kv* cfg, uint32_t n) noexcept {
  auto* tasks = static_cast<Tasks*>(sink);
  try {
    if (tasks->configs.size() >= kMaxTasks) {
      tasks->too_many = true;
      return;
    }
    config::Properties& p = tasks->configs.emplace_back();
    // A null value is no entry: task configurations are text to text.
    for (uint32_t i = 0; cfg != nullptr && i < n; ++i) {
      if (cfg[i].v.p != nullptr) p.insert_or_assign(std::string(record::View(cfg[i].k)), record::View(cfg[i].v));
    }
  } catch (...) {
    tasks->out_of_memory = true;
  }
}

}  // namespace

Result<std::unique_ptr<Connector>> Connector::Make(const mr_class* type, InstanceContext* context) {
  std::unique_ptr<Connector> c(new Connector(type, context));
  MILLRACE_RETURN_IF_ERROR(c->CreateConnector());
  return c;
}

Status Connector::CreateConnector() {
  MILLRACE_RETURN_IF_ERROR(Prepare(class_ != nullptr && class_->role == MR_ROLE_SINK ? MR_ROLE_SINK : MR_ROLE_SOURCE));
  const void* table = nullptr;
  if (MR_HAS(class_, extension)) {
    MILLRACE_RETURN_IF_ERROR(Call("extension", [&](mr_error*) {
      table = class_->extension(class_, MR_EXT_CONNECTOR);
      return MR_OK;
    }));
  }
  if (table == nullptr) return {};
  const auto* t = static_cast<const mr_connector*>(table);
  if (!MR_HAS(t, create)) return Status::Fatal("the mr_connector of class " + name_ + " has no create");
  MILLRACE_RETURN_IF_ERROR(
      Call("connector create", [&](mr_error* e) { return t->create(class_, Context(), &self_, e); }));
  table_ = t;
  created_ = true;
  destroy_ = MR_HAS(t, destroy) ? t->destroy : nullptr;
  return {};
}

Status Connector::Validate(const config::Properties& cfg, std::vector<std::pair<std::string, std::string>>* problems) {
  if (table_ == nullptr || !MR_HAS(table_, validate)) return {};
  const std::vector<mr_kv> kv = AbiConfig(cfg);
  Problems sink{problems};
  mr_config_report report{sizeof(mr_config_report), 0, &sink, AddProblem};
  return Call("validate", [&](mr_error* e) { return table_->validate(self_, kv.data(), Count(kv), &report, e); });
}

Status Connector::Start(const config::Properties& cfg) {
  if (table_ == nullptr || !MR_HAS(table_, start)) return {};
  const std::vector<mr_kv> kv = AbiConfig(cfg);
  return Call("connector start", [&](mr_error* e) { return table_->start(self_, kv.data(), Count(kv), e); });
}

Result<std::vector<config::Properties>> Connector::TaskConfigs(uint32_t max_tasks, const config::Properties& cfg) {
  if (table_ == nullptr || !MR_HAS(table_, task_configs)) return std::vector<config::Properties>(max_tasks, cfg);
  Tasks tasks;
  mr_task_configs sink{sizeof(mr_task_configs), 0, &tasks, AddTask};
  MILLRACE_RETURN_IF_ERROR(
      Call("task_configs", [&](mr_error* e) { return table_->task_configs(self_, max_tasks, &sink, e); }));
  if (tasks.out_of_memory) return Status::Fatal(name_ + " task_configs: out of memory");
  if (tasks.too_many) {
    return Status::Fatal(name_ + " task_configs gave more than " + std::to_string(kMaxTasks) + " task configurations");
  }
  return std::move(tasks.configs);
}

Result<bool> Connector::AlterSourceOffsets(const config::Properties& cfg, std::span<const mr_source_offset> offsets) {
  if (table_ == nullptr || !MR_HAS(table_, alter_source_offsets)) return false;
  const std::vector<mr_kv> kv = AbiConfig(cfg);
  int32_t handled = 0;
  MILLRACE_RETURN_IF_ERROR(Call("alter_source_offsets", [&](mr_error* e) {
    return table_->alter_source_offsets(self_, kv.data(), Count(kv), offsets.data(), Count(offsets), &handled, e);
  }));
  return handled != 0;
}

Result<bool> Connector::AlterSinkOffsets(const config::Properties& cfg, std::span<const mr_tp> offsets) {
  if (table_ == nullptr || !MR_HAS(table_, alter_sink_offsets)) return false;
  const std::vector<mr_kv> kv = AbiConfig(cfg);
  int32_t handled = 0;
  MILLRACE_RETURN_IF_ERROR(Call("alter_sink_offsets", [&](mr_error* e) {
    return table_->alter_sink_offsets(self_, kv.data(), Count(kv), offsets.data(), Count(offsets), &handled, e);
  }));
  return handled != 0;
}

int Connector::ExactlyOnce(const config::Properties& cfg) {
  if (table_ == nullptr || !MR_HAS(table_, exactly_once)) return -1;
  const std::vector<mr_kv> kv = AbiConfig(cfg);
  int32_t answer = -1;
  CallVoid("exactly_once", [&] { answer = table_->exactly_once(self_, kv.data(), Count(kv)); });
  return answer == 0 || answer == 1 ? answer : -1;
}

bool Connector::TransactionBoundaries(const config::Properties& cfg) {
  if (table_ == nullptr || !MR_HAS(table_, transaction_boundaries)) return false;
  const std::vector<mr_kv> kv = AbiConfig(cfg);
  int32_t answer = 0;
  CallVoid("transaction_boundaries", [&] { answer = table_->transaction_boundaries(self_, kv.data(), Count(kv)); });
  return answer == 1;
}

void Connector::Cancel() {
  if (table_ != nullptr && MR_HAS(table_, cancel)) {
    CallVoid(
        "connector cancel", [&] { table_->cancel(self_); }, true);
  }
}

void Connector::Stop() {
  if (table_ != nullptr && MR_HAS(table_, stop)) CallVoid("connector stop", [&] { table_->stop(self_); });
}

}  // namespace millrace::plugins
