// SPDX-License-Identifier: Apache-2.0
//
// Typed handles on plugin instances. Every call goes through the call gate: it notes which plugin, class and function
// the thread is in (for hang reports and the crash handler), catches what a badly built plugin throws, fills absent
// table entries with their documented default, and turns mr_status and mr_error into Status. The destructor calls
// destroy. Threads as in abi.h; Cancel is safe on any thread, as long as the handle lives.
//
// What a plugin says about data (a polled batch, offsets) is passed on as it is; record::CheckBatch comes before use.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "config/properties.h"
#include "millrace/abi.h"
#include "millrace/ext/connector.h"
#include "plugins/call_gate.h"
#include "plugins/host_api.h"
#include "record/arena.h"

namespace millrace::plugins {

// Which plugin call a thread is in, for those who watch it.
struct CallInfo {
  std::string bundle, class_name, function;
  int64_t since_ns = 0;  // CLOCK_MONOTONIC, to a few milliseconds; 0: in no call
};

// Gives a batch that a plugin made back to it, through the gate; once per reference. `type` is the plugin's class.
void ReleaseBatch(const mr_class& type, const mr_batch& batch);

class Instance {
 public:
  virtual ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  const mr_class& type() const { return *class_; }
  // The file of the bundle; "built-in" for the host's own classes.
  const std::string& bundle() const { return bundle_; }
  // [any] The call going on right now, if any.
  CallInfo current_call() const;
  // [any] Forgets the instance without destroying it: for tasks that hang in a call. Should that call ever return, the
  // next ones are refused with kCancelled. The handle itself must live as long as the hanging call.
  void Abandon() { abandoned_.store(true, std::memory_order_release); }
  bool abandoned() const { return abandoned_.load(std::memory_order_acquire); }

 protected:
  Instance(const mr_class* type, InstanceContext* context);
  // Checks the class.
  Status Prepare(int role);
  // Checks the class and calls its create.
  Status Create(int role);
  // One call through the gate. `call` gets the mr_error and returns the mr_status. `errors`: where to collect, null
  // for one of its own.
  template <class F>
  Status Call(const char* function, F&& call, ErrorSink* errors = nullptr, record::Arena* arena = nullptr);
  // A call without status; a fault is logged. `beside`: may run while another call does.
  template <class F>
  void CallVoid(const char* function, F&& call, bool beside = false);

  mr_ctx* Context() const { return context_ != nullptr ? context_->abi() : nullptr; }

  const mr_class* class_;
  std::string name_;  // of the class
  InstanceContext* context_;
  void* self_ = nullptr;
  bool created_ = false;
  void (*destroy_)(void*) = nullptr;

 private:
  std::string bundle_;
  CallRecord call_, beside_;  // beside_: cancel, which runs while another call does
  std::atomic<bool> abandoned_{false};
};

class SourceTask : public Instance {
 public:
  static Result<std::unique_ptr<SourceTask>> Make(const mr_class* type, InstanceContext* context);
  Status Start(const config::Properties& cfg);
  // *out is zeroed first, and given back to the plugin when it failed.
  Status Poll(int64_t deadline_ns, mr_batch* out);
  Status Commit();
  bool wants_acks() const;
  Status Acked(const mr_batch& batch, std::span<const uint32_t> idx, std::span<const int64_t> kafka_offsets);
  void Cancel();
  void Stop();

 private:
  using Instance::Instance;
  const mr_source* table() const { return static_cast<const mr_source*>(class_->table); }
};

class SinkTask : public Instance {
 public:
  static Result<std::unique_ptr<SinkTask>> Make(const mr_class* type, InstanceContext* context);
  Status Start(const config::Properties& cfg);
  Status Open(std::span<const mr_tp> partitions);
  Status Put(const mr_batch& batch);
  // Sets offsets to what may be committed (-1: not); calls flush when the class has no pre_commit.
  Status PreCommit(std::span<mr_tp> inout);
  Status Close(std::span<const mr_tp> partitions);
  void Cancel();
  void Stop();

 private:
  using Instance::Instance;
  const mr_sink* table() const { return static_cast<const mr_sink*>(class_->table); }
};

// Converters, transforms and predicates report errors per record: `errors->records()` after kData.
class Converter : public Instance {
 public:
  static Result<std::unique_ptr<Converter>> Make(const mr_class* type, InstanceContext* context);
  Status Configure(const config::Properties& cfg, int part);
  Status FromConnect(const mr_batch& batch, int part, record::Arena* arena, mr_str* bytes, ErrorSink* errors);
  Status ToConnect(mr_batch* batch, int part, const mr_str* bytes, record::Arena* arena, ErrorSink* errors);

 private:
  using Instance::Instance;
  const mr_converter* table() const { return static_cast<const mr_converter*>(class_->table); }
};

class Transform : public Instance {
 public:
  static Result<std::unique_ptr<Transform>> Make(const mr_class* type, InstanceContext* context);
  Status Configure(const config::Properties& cfg);
  Status Apply(mr_batch* batch, const uint8_t* mask, record::Arena* arena, ErrorSink* errors);

 private:
  using Instance::Instance;
  const mr_transform* table() const { return static_cast<const mr_transform*>(class_->table); }
};

class Predicate : public Instance {
 public:
  static Result<std::unique_ptr<Predicate>> Make(const mr_class* type, InstanceContext* context);
  Status Configure(const config::Properties& cfg);
  Status Test(const mr_batch& batch, uint8_t* mask, ErrorSink* errors);

 private:
  using Instance::Instance;
  const mr_predicate* table() const { return static_cast<const mr_predicate*>(class_->table); }
};

class ConfigProvider : public Instance {
 public:
  static Result<std::unique_ptr<ConfigProvider>> Make(const mr_class* type, InstanceContext* context);
  Status Configure(const config::Properties& cfg);
  struct Values {
    std::map<std::string, std::string, std::less<>> values;  // keys without a value are left out
    int64_t ttl_ms = -1;                                     // -1: for ever
  };
  Result<Values> Get(std::string_view path, const std::vector<std::string>& keys);

 private:
  using Instance::Instance;
  const mr_config_provider* table() const { return static_cast<const mr_config_provider*>(class_->table); }
};

// The connector side (ext/connector.h) of a source or sink class. A class without the extension gets the defaults:
// nothing to validate, one copy of the configuration per task.
class Connector : public Instance {
 public:
  static Result<std::unique_ptr<Connector>> Make(const mr_class* type, InstanceContext* context);
  bool has_extension() const { return table_ != nullptr; }
  Status Validate(const config::Properties& cfg, std::vector<std::pair<std::string, std::string>>* problems);
  Status Start(const config::Properties& cfg);
  Result<std::vector<config::Properties>> TaskConfigs(uint32_t max_tasks, const config::Properties& cfg);
  // Whether the class took care of it (see mr_connector.alter_*_offsets).
  Result<bool> AlterSourceOffsets(const config::Properties& cfg, std::span<const mr_source_offset> offsets);
  Result<bool> AlterSinkOffsets(const config::Properties& cfg, std::span<const mr_tp> offsets);
  // 1 yes, 0 no, -1 not known (also when the class cannot say or failed to).
  int ExactlyOnce(const config::Properties& cfg);
  bool TransactionBoundaries(const config::Properties& cfg);
  void Cancel();
  void Stop();

 private:
  using Instance::Instance;
  Status CreateConnector();
  const mr_connector* table_ = nullptr;  // null: the class has no connector side of its own
};

}  // namespace millrace::plugins
