// SPDX-License-Identifier: Apache-2.0
//
// millrace/cpp/connector.h: Connector, the base class of the connector side of a source or sink (ext/connector.h).
// Needed only by classes that check settings against each other, split their work into tasks, watch the outside, or
// have a say about offsets. Calls are serialised, on any thread.
//
// The defaults do what a class without a connector side gets: nothing to check, one copy of the configuration per
// task, any offsets accepted.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "millrace/abi.h"
#include "millrace/cpp/config.h"
#include "millrace/cpp/host.h"
#include "millrace/cpp/thunk.h"
#include "millrace/ext/connector.h"

namespace millrace::sdk {

// Takes the problems of Validate.
class ConfigProblems {
 public:
  explicit ConfigProblems(mr_config_report* report) : report_(report) {}
  void Add(std::string_view key, std::string_view message) { report_->problem(report_->sink, Str(key), Str(message)); }

 private:
  mr_config_report* report_;
};

// Takes the task configurations, in order.
class TaskConfigs {
 public:
  explicit TaskConfigs(mr_task_configs* configs) : configs_(configs) {}
  void Add(std::span<const mr_kv> settings) {
    configs_->add(configs_->sink, settings.data(), static_cast<uint32_t>(settings.size()));
  }

 private:
  mr_task_configs* configs_;
};

class Connector {
 public:
  explicit Connector(Context context) : context_(context) {}
  virtual ~Connector() = default;
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

  // The settings have passed the class's table. May be called without Start.
  virtual void Validate(const Config& config, ConfigProblems& problems) {
    (void)config;
    (void)problems;
  }
  // Keeps a copy of the settings; an override calls it first.
  virtual void Start(const Config& config) {
    own_.clear();
    settings_.clear();
    own_.reserve(config.all().size());
    for (const mr_kv& kv : config.all()) own_.emplace_back(View(kv.k), View(kv.v));
    for (size_t i = 0; i < own_.size(); ++i) {
      const bool null = config.all()[i].v.p == nullptr;
      settings_.push_back({Str(own_[i].first), null ? mr_str{} : Str(own_[i].second)});
    }
  }
  virtual void MakeTaskConfigs(uint32_t max_tasks, TaskConfigs& out) {
    for (uint32_t i = 0; i < max_tasks; ++i) out.Add(settings_);
  }
  // A person sets offsets while the connector is stopped: throw to refuse; false: "yours, if any, are not altered".
  // Called without Start.
  virtual bool AlterSourceOffsets(const Config& config, std::span<const mr_source_offset> offsets) {
    (void)config;
    (void)offsets;
    return true;
  }
  virtual bool AlterSinkOffsets(const Config& config, std::span<const mr_tp> offsets) {
    (void)config;
    (void)offsets;
    return true;
  }
  // 1 supported with this configuration, 0 not, -1 not known.
  virtual int ExactlyOnce(const Config& config) {
    (void)config;
    return -1;
  }
  virtual bool DefinesTransactions(const Config& config) {
    (void)config;
    return false;
  }
  // [any] Must not block or throw.
  virtual void Cancel() noexcept {}
  virtual void Stop() {}

  Context context() const { return context_; }

 protected:
  std::span<const mr_kv> settings() const { return settings_; }
  // [any] Asks for MakeTaskConfigs to be called again, because the outside has changed.
  void RequestTaskReconfiguration() const {
    const auto* host = context_.Extension<mr_connector_context>(MR_EXT_CONNECTOR_CONTEXT);
    if (host != nullptr && MR_HAS(host, request_task_reconfiguration))
      host->request_task_reconfiguration(context_.abi());
  }

  Context context_;

 private:
  std::vector<std::pair<std::string, std::string>> own_;
  std::vector<mr_kv> settings_;
};

namespace internal {

template <class T>
constexpr mr_connector ConnectorTable() {
  mr_connector t{};
  t.size = sizeof t;
  t.create = [](const mr_class*, mr_ctx* ctx, void** self, mr_error* e) noexcept -> mr_status {
    return Guard(e, [&] { *self = new T(Context(ctx)); });
  };
  t.destroy = [](void* self) noexcept { delete static_cast<T*>(self); };
  t.validate = [](void* self, const mr_kv* cfg, uint32_t n, mr_config_report* report,
                  mr_error* e) noexcept -> mr_status {
    return Guard(e, [&] {
      ConfigProblems problems(report);
      static_cast<T*>(self)->Validate(Config(cfg, n), problems);
    });
  };
  t.start = [](void* self, const mr_kv* cfg, uint32_t n, mr_error* e) noexcept -> mr_status {
    return Guard(e, [&] { static_cast<T*>(self)->Start(Config(cfg, n)); });
  };
  t.task_configs = [](void* self, uint32_t max_tasks, mr_task_configs* out, mr_error* e) noexcept -> mr_status {
    return Guard(e, [&] {
      TaskConfigs configs(out);
      static_cast<T*>(self)->MakeTaskConfigs(max_tasks, configs);
    });
  };
  t.alter_source_offsets = [](void* self, const mr_kv* cfg, uint32_t n, const mr_source_offset* offsets,
                              uint32_t n_offsets, int32_t* handled, mr_error* e) noexcept -> mr_status {
    return Guard(e, [&] {
      *handled = static_cast<T*>(self)->AlterSourceOffsets(Config(cfg, n), {offsets, n_offsets}) ? 1 : 0;
    });
  };
  t.alter_sink_offsets = [](void* self, const mr_kv* cfg, uint32_t n, const mr_tp* offsets, uint32_t n_offsets,
                            int32_t* handled, mr_error* e) noexcept -> mr_status {
    return Guard(e, [&] {
      *handled = static_cast<T*>(self)->AlterSinkOffsets(Config(cfg, n), {offsets, n_offsets}) ? 1 : 0;
    });
  };
  t.exactly_once = [](void* self, const mr_kv* cfg, uint32_t n) noexcept -> int32_t {
    int32_t answer = -1;
    GuardQuietly(static_cast<T*>(self)->context(), "asking for exactly-once support",
                 [&] { answer = static_cast<T*>(self)->ExactlyOnce(Config(cfg, n)); });
    return answer;
  };
  t.transaction_boundaries = [](void* self, const mr_kv* cfg, uint32_t n) noexcept -> int32_t {
    int32_t answer = 0;
    GuardQuietly(static_cast<T*>(self)->context(), "asking for transaction boundaries",
                 [&] { answer = static_cast<T*>(self)->DefinesTransactions(Config(cfg, n)) ? 1 : 0; });
    return answer;
  };
  t.cancel = [](void* self) noexcept { static_cast<T*>(self)->Cancel(); };
  t.stop = [](void* self) noexcept {
    auto* connector = static_cast<T*>(self);
    GuardQuietly(connector->context(), "stopping the connector", [&] { connector->Stop(); });
  };
  return t;
}
template <class T>
inline constexpr mr_connector kConnectorTable = ConnectorTable<T>();

}  // namespace internal
}  // namespace millrace::sdk
