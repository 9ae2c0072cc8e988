// SPDX-License-Identifier: Apache-2.0
//
// The host's side of the plugin ABI: the mr_host table, and the objects behind mr_ctx and mr_error.
//
// One HostApi is made by host/ and lives until the process ends. Bundles are never unloaded and keep the table's
// address, and not every callback is told on whose behalf it runs: so the table is static, and the one HostApi of the
// process stands behind it (tests may make one after the other). Thread-safe.
//
// The callbacks take whatever a bundle gives them: null pointers, sizes and numbers are checked, text is bounded, and
// nothing is ever thrown back.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/status.h"
#include "millrace/abi.h"
#include "record/schema_table.h"

namespace millrace::plugins {

// Receives what plugins count. Implemented by metrics/; null: counts go nowhere.
class MetricSink {
 public:
  virtual ~MetricSink() = default;
  virtual uint32_t Register(const std::string& context, mr_str name, int32_t type, mr_str help, const mr_kv* tags,
                            uint32_t n_tags) = 0;
  virtual void Update(uint32_t id, double value) = 0;
};

// What one instance (connector, task, converter ...) can ask of its host: the mr_ctx. The worker subclasses it for
// tasks. Lives from before create until after destroy, or for ever when the instance was abandoned.
class InstanceContext {
 public:
  explicit InstanceContext(std::string log_context) : log_context_(std::move(log_context)) {}
  virtual ~InstanceContext() = default;

  // Reads committed source offsets; out values live as long as the context.
  virtual Status ReadOffsets(const mr_value* partitions, uint32_t n, mr_value* out);
  virtual bool cancelled() const { return false; }
  // Extension tables ("mr.sink-context/1"), NULL: none.
  virtual const void* Extension(const char* id) {
    (void)id;
    return nullptr;
  }
  const std::string& log_context() const { return log_context_; }

  mr_ctx* abi() { return reinterpret_cast<mr_ctx*>(this); }
  static InstanceContext* From(mr_ctx* c) { return reinterpret_cast<InstanceContext*>(c); }

 private:
  std::string log_context_;
};

// The error of one record of a batch call.
struct RecordError {
  uint32_t record;
  Status status;
};

// "MR_RETRIABLE"; "status 77" for what is not known.
std::string StatusName(mr_status status);

// What one call reported: the mr_error. Made per call (or reused by one thread with Clear). Record errors are kept in
// the order of the records, the last one given for each.
class ErrorSink {
 public:
  mr_error* abi() { return reinterpret_cast<mr_error*>(this); }
  static ErrorSink* From(mr_error* e) { return reinterpret_cast<ErrorSink*>(e); }
  void Clear() { Begin(0); }
  // Forgets everything, ready for a call on a batch of `n_records`: errors of other records are refused.
  void Begin(uint32_t n_records);
  void Set(Status s) { status_ = std::move(s); }
  void AddRecord(uint32_t record, Status s);
  // What the call's return value and the reported error amount to; the returned status decides on the kind. A plugin
  // that returns an error without setting one gets a text that says so; one that returns a status this host does not
  // know is kFatal, as is one that reports an error for a record that is not in the batch; record errors with MR_OK
  // are kData.
  Status Finish(mr_status returned, std::string_view what) const;
  const std::vector<RecordError>& records() const { return records_; }
  // Nothing was reported of any record.
  bool quiet() const { return records_.empty() && !outside_; }

 private:
  Status status_;
  uint32_t n_records_ = 0;
  std::optional<uint32_t> outside_;  // a record reported that is not in the batch
  std::vector<RecordError> records_;
};

class HostApi {
 public:
  // `metrics` may be null. All outlive the HostApi.
  HostApi(Log* log, record::SchemaTable* schemas, MetricSink* metrics);
  ~HostApi();
  HostApi(const HostApi&) = delete;
  HostApi& operator=(const HostApi&) = delete;
  // Lives until the process ends.
  const mr_host* table() const;
  record::SchemaTable* schemas() const;
  // Logs a fault of a bundle that no return value can carry, on the HostApi of the process (nothing when there is
  // none).
  static void LogFault(const std::string& context, std::string_view message);

  struct Impl;  // public for the callbacks behind the table

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::plugins
