// SPDX-License-Identifier: Apache-2.0
//
// Typed handles on plugin instances. Every call goes through the call gate: it notes which plugin, class and function
// the thread is in (for hang reports and the crash handler), catches what a badly built plugin throws, fills absent
// table entries with their documented default, and turns mr_status and mr_error into Status. The destructor calls
// destroy. Threads as in abi.h; Cancel is safe on any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "config/properties.h"
#include "millrace/abi.h"
#include "millrace/ext/connector.h"
#include "plugins/host_api.h"
#include "record/arena.h"

namespace millrace::plugins {

// Which plugin call a thread is in, for those who watch it.
struct CallInfo {
  std::string class_name, function;
  int64_t since_ns = 0;  // CLOCK_MONOTONIC; 0: in no call
};

class Instance {
 public:
  virtual ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  const mr_class& type() const { return *class_; }
  // [any] The call going on right now, if any.
  CallInfo current_call() const;
  // Forgets the instance without destroying it: for tasks that were abandoned while hanging in a call.
  void Abandon();

 protected:
  Instance(const mr_class* type, InstanceContext* context);
  Status Create();
  struct State;
  const mr_class* class_;
  InstanceContext* context_;
  void* self_ = nullptr;
  std::unique_ptr<State> state_;
};

class SourceTask : public Instance {
 public:
  static Result<std::unique_ptr<SourceTask>> Make(const mr_class* type, InstanceContext* context);
  Status Start(const config::Properties& cfg);
  Status Poll(int64_t deadline_ns, mr_batch* out);
  Status Commit();
  bool wants_acks() const;
  Status Acked(const mr_batch& batch, std::span<const uint32_t> idx, std::span<const int64_t> kafka_offsets);
  void Cancel();
  void Stop();

 private:
  using Instance::Instance;
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
};

class Transform : public Instance {
 public:
  static Result<std::unique_ptr<Transform>> Make(const mr_class* type, InstanceContext* context);
  Status Configure(const config::Properties& cfg);
  Status Apply(mr_batch* batch, const uint8_t* mask, record::Arena* arena, ErrorSink* errors);

 private:
  using Instance::Instance;
};

class Predicate : public Instance {
 public:
  static Result<std::unique_ptr<Predicate>> Make(const mr_class* type, InstanceContext* context);
  Status Configure(const config::Properties& cfg);
  Status Test(const mr_batch& batch, uint8_t* mask, ErrorSink* errors);

 private:
  using Instance::Instance;
};

// The connector side (ext/connector.h). A class without the extension gets the defaults: nothing to validate, one
// copy of the configuration per task.
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
  int ExactlyOnce(const config::Properties& cfg);
  void Cancel();
  void Stop();

 private:
  using Instance::Instance;
  const mr_connector* table_ = nullptr;
};

}  // namespace millrace::plugins
