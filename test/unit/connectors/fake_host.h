// SPDX-License-Identifier: Apache-2.0
//
// FakeHost: just enough of a host for a connector's tests: errors, log lines, stored offsets and leaf schemas, behind
// the real function table. One at a time per process, since a bundle has one host. Logging is thread-safe.
//
// Task wraps a source or sink of a class; Lines and TestBatch are for reading a source's batches and feeding a sink.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "millrace/abi.h"

namespace millrace::test {

struct CallError {
  mr_status status = MR_OK;
  std::string message;
  std::map<std::string, std::string> details;
};

class FakeHost {
 public:
  FakeHost();
  ~FakeHost();
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  const mr_host* table() const { return &table_; }
  // Every instance gets the same context.
  mr_ctx* ctx() { return reinterpret_cast<mr_ctx*>(this); }

  // The bundle of the build under test, loaded once per process and opened with the first host's table, which forwards
  // to the current one. `name` is that of the class.
  static const mr_class* FindClass(std::string_view name);

  void StoreOffset(const std::string& filename, const mr_value& position);
  std::vector<std::string> log() const;      // "WARN logger: text"
  bool Logged(std::string_view part) const;  // does a line contain it?
  size_t live_schemas() const;               // references not given back

 private:
  friend struct FakeHostTable;
  struct Interned {
    mr_schema schema;
    int refs = 0;
  };
  mr_host table_{};
  mutable std::mutex mutex_;
  std::vector<std::string> log_;
  std::map<std::string, mr_value> offsets_;
  std::deque<Interned> schemas_;
  std::deque<std::vector<mr_value>> slots_;
};

using Settings = std::vector<std::pair<std::string, std::string>>;

// A task of a class, with its calls; the error of the last one is kept.
class Task {
 public:
  Task(FakeHost* host, const mr_class* type);
  ~Task();
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  mr_status Start(const Settings& settings);
  // Source. `wait_ms` from now is the deadline.
  mr_status Poll(mr_batch* out, int wait_ms = 0);
  // Sink.
  mr_status Put(const mr_batch& batch);
  mr_status Flush();
  void Cancel();  // [any]
  void Stop();
  const CallError& error() const { return error_; }

 private:
  const mr_source& source() const { return *static_cast<const mr_source*>(type_->table); }
  const mr_sink& sink() const { return *static_cast<const mr_sink*>(type_->table); }
  mr_error* Fresh();

  const mr_class* type_;
  void* self_ = nullptr;
  bool started_ = false;
  CallError error_;
};

int64_t Now();  // CLOCK_MONOTONIC, ns

// A folder that goes with the test.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  std::string File(std::string_view name) const { return path_ + "/" + std::string(name); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};
void WriteFile(const std::string& path, std::string_view content);
void AppendFile(const std::string& path, std::string_view content);
std::string ReadFile(const std::string& path);

}  // namespace millrace::test
