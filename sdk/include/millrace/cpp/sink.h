// SPDX-License-Identifier: Apache-2.0
//
// millrace/cpp/sink.h: Sink, the base class of a sink task. Every call but Cancel comes on one and the same thread,
// from construction to destruction. Any of them may throw (error.h), but Cancel.
//
// Put borrows its batch; RetainedBatch keeps one beyond the call. MR_RETRIABLE from Put: the same batch comes again,
// so Put must leave no half of it behind.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "millrace/abi.h"
#include "millrace/cpp/cancel.h"
#include "millrace/cpp/config.h"
#include "millrace/cpp/host.h"
#include "millrace/cpp/records.h"
#include "millrace/cpp/thunk.h"
#include "millrace/ext/sink_context.h"

namespace millrace::sdk {

// A reference to a batch; any thread.
class RetainedBatch {
 public:
  explicit RetainedBatch(const mr_batch& batch) : batch_(&batch) { batch.retain(&batch); }
  RetainedBatch(RetainedBatch&& o) noexcept : batch_(std::exchange(o.batch_, nullptr)) {}
  RetainedBatch& operator=(RetainedBatch o) noexcept {
    std::swap(batch_, o.batch_);
    return *this;
  }
  ~RetainedBatch() {
    if (batch_ != nullptr) batch_->release(batch_);
  }
  const mr_batch& operator*() const { return *batch_; }
  const mr_batch* operator->() const { return batch_; }

 private:
  const mr_batch* batch_;
};

class Sink {
 public:
  explicit Sink(Context context) : context_(context), host_(context.Extension<mr_sink_context>(MR_EXT_SINK_CONTEXT)) {}
  virtual ~Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  virtual void Start(const Config& config) = 0;
  // Partitions assigned; tp.offset is where reading begins, -1: not known yet.
  virtual void Open(std::span<const mr_tp> partitions) { (void)partitions; }
  // Takes a batch; one without records is a chance to do timed work.
  virtual void Put(const mr_batch& batch) = 0;
  // Everything put so far is durable when it returns.
  virtual void Flush() {}
  // Sets each offset (one past the last record put) back to what is durable, or to -1: do not commit. When it is not
  // overridden, the host calls Flush and commits all of it.
  virtual void PreCommit(std::span<mr_tp> offsets) { (void)offsets; }
  // Partitions taken away: finish or forget everything about them.
  virtual void Close(std::span<const mr_tp> partitions) { (void)partitions; }
  // [any] Must not block or throw.
  virtual void Cancel() noexcept { cancel_.Set(); }
  // Gives back what Start took; also called when Start threw.
  virtual void Stop() {}

  Context context() const { return context_; }

 protected:
  // Inside Put: reports one record as bad (log, dead letter topic). Throws when the host says that the task must not
  // go on.
  void ReportErrant(const mr_batch& batch, uint32_t record, mr_status why, std::string_view message) {
    if (host_ == nullptr || !MR_HAS(host_, errant)) throw Error(why, std::string(message));
    const mr_status status = host_->errant(context_.abi(), &batch, record, why, Str(message));
    if (status != MR_OK) throw Error(status, std::string(message));
  }
  // The host's further services for sinks (ext/sink_context.h), nullptr: it has none. Ask MR_HAS before each.
  const mr_sink_context* host() const { return host_; }

  Context context_;
  CancelToken cancel_;

 private:
  const mr_sink_context* host_;
};

namespace internal {

template <class T>
constexpr mr_sink SinkTable() {
  mr_sink t{};
  t.size = sizeof t;
  t.start = [](void* self, const mr_kv* cfg, uint32_t n, mr_error* e) noexcept -> mr_status {
    return Guard(e, [&] { static_cast<T*>(self)->Start(Config(cfg, n)); });
  };
  t.open = [](void* self, const mr_tp* tp, uint32_t n, mr_error* e) noexcept -> mr_status {
    return Guard(e, [&] { static_cast<T*>(self)->Open({tp, n}); });
  };
  t.put = [](void* self, const mr_batch* batch, mr_error* e) noexcept -> mr_status {
    return Guard(e, [&] { static_cast<T*>(self)->Put(*batch); });
  };
  t.flush = [](void* self, mr_error* e) noexcept -> mr_status {
    return Guard(e, [&] { static_cast<T*>(self)->Flush(); });
  };
  if constexpr (!std::is_same_v<decltype(&T::PreCommit), decltype(&Sink::PreCommit)>) {
    t.pre_commit = [](void* self, mr_tp* tp, uint32_t n, mr_error* e) noexcept -> mr_status {
      return Guard(e, [&] { static_cast<T*>(self)->PreCommit({tp, n}); });
    };
  }
  t.close = [](void* self, const mr_tp* tp, uint32_t n, mr_error* e) noexcept -> mr_status {
    return Guard(e, [&] { static_cast<T*>(self)->Close({tp, n}); });
  };
  t.cancel = [](void* self) noexcept { static_cast<T*>(self)->Cancel(); };
  t.stop = [](void* self) noexcept {
    auto* task = static_cast<T*>(self);
    GuardQuietly(task->context(), "stopping the sink task", [&] { task->Stop(); });
  };
  return t;
}
template <class T>
inline constexpr mr_sink kSinkTable = SinkTable<T>();

}  // namespace internal
}  // namespace millrace::sdk
