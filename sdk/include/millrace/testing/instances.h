// SPDX-License-Identifier: Apache-2.0
//
// millrace/testing/instances.h: handles on instances of a bundle's classes, for tests. Each call returns its status;
// error() is what the last one reported. The destructors stop and destroy. Threads as in abi.h.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "millrace/abi.h"
#include "millrace/cpp/arena.h"
#include "millrace/cpp/cancel.h"
#include "millrace/cpp/text.h"
#include "millrace/testing/host.h"

namespace millrace::sdk::testing {

using Settings = std::vector<std::pair<std::string, std::string>>;

class Instance {
 public:
  Instance(TestHost& host, const mr_class& type) : type_(&type) {
    if (type.create(&type, host.ctx(), &self_, Fresh()) != MR_OK) throw std::runtime_error(error_.message);
  }
  ~Instance() { type_->destroy(self_); }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  const CallError& error() const { return error_; }

 protected:
  template <class Table>
  const Table& As() const {
    return *static_cast<const Table*>(type_->table);
  }
  mr_error* Fresh() {
    error_ = CallError();
    return error_.abi();
  }
  static std::vector<mr_kv> Pairs(const Settings& settings) {
    std::vector<mr_kv> out;
    for (const auto& [key, value] : settings) out.push_back({Str(key), Str(value)});
    return out;
  }

  const mr_class* type_;
  void* self_ = nullptr;
  CallError error_;
};

class SourceTask : public Instance {
 public:
  using Instance::Instance;
  ~SourceTask() { Stop(); }

  mr_status Start(const Settings& settings) {
    const std::vector<mr_kv> cfg = Pairs(settings);
    started_ = true;
    return As<mr_source>().start(self_, cfg.data(), static_cast<uint32_t>(cfg.size()), Fresh());
  }
  // The deadline is `wait_ms` from now. Release what comes.
  mr_status Poll(mr_batch* out, int64_t wait_ms = 0) {
    *out = mr_batch{};
    return As<mr_source>().poll(self_, MonotonicNanos() + wait_ms * 1'000'000, out, Fresh());
  }
  mr_status Commit() { return MR_HAS(&As<mr_source>(), commit) ? As<mr_source>().commit(self_, Fresh()) : MR_OK; }
  void Cancel() { As<mr_source>().cancel(self_); }  // [any]
  void Stop() {
    if (std::exchange(started_, false)) As<mr_source>().stop(self_);
  }

 private:
  bool started_ = false;
};

class SinkTask : public Instance {
 public:
  using Instance::Instance;
  ~SinkTask() { Stop(); }

  mr_status Start(const Settings& settings) {
    const std::vector<mr_kv> cfg = Pairs(settings);
    started_ = true;
    return As<mr_sink>().start(self_, cfg.data(), static_cast<uint32_t>(cfg.size()), Fresh());
  }
  mr_status Put(const mr_batch& batch) { return As<mr_sink>().put(self_, &batch, Fresh()); }
  mr_status Flush() { return MR_HAS(&As<mr_sink>(), flush) ? As<mr_sink>().flush(self_, Fresh()) : MR_OK; }
  void Cancel() { As<mr_sink>().cancel(self_); }  // [any]
  void Stop() {
    if (std::exchange(started_, false)) As<mr_sink>().stop(self_);
  }

 private:
  bool started_ = false;
};

class TransformInstance : public Instance {
 public:
  using Instance::Instance;
  mr_status Configure(const Settings& settings) {
    const std::vector<mr_kv> cfg = Pairs(settings);
    return As<mr_transform>().configure(self_, cfg.data(), static_cast<uint32_t>(cfg.size()), Fresh());
  }
  mr_status Apply(mr_batch* batch, const uint8_t* mask = nullptr) {
    return As<mr_transform>().apply(self_, batch, mask, reinterpret_cast<mr_arena*>(&arena_), Fresh());
  }

 private:
  Arena arena_;  // lives longer than the batches of a test need
};

class ConverterInstance : public Instance {
 public:
  using Instance::Instance;
  mr_status Configure(const Settings& settings, int part = MR_PART_VALUE) {
    const std::vector<mr_kv> cfg = Pairs(settings);
    part_ = part;
    return As<mr_converter>().configure(self_, cfg.data(), static_cast<uint32_t>(cfg.size()), part, Fresh());
  }
  mr_status FromConnect(const mr_batch& batch, std::vector<mr_str>* bytes) {
    bytes->assign(batch.n, mr_str{});
    return As<mr_converter>().from_connect(self_, &batch, part_, arena(), bytes->data(), Fresh());
  }
  mr_status ToConnect(mr_batch* batch, const std::vector<mr_str>& bytes) {
    return As<mr_converter>().to_connect(self_, batch, part_, bytes.data(), arena(), Fresh());
  }

 private:
  mr_arena* arena() { return reinterpret_cast<mr_arena*>(&arena_); }
  Arena arena_;
  int part_ = MR_PART_VALUE;
};

}  // namespace millrace::sdk::testing
