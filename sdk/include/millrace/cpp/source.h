// SPDX-License-Identifier: Apache-2.0
//
// millrace/cpp/source.h: Source, the base class of a source task. Every call but Cancel comes on one and the same
// thread, from construction to destruction. Any of them may throw (error.h), but Cancel.
//
//   class Clock : public sdk::Source {
//    public:
//     using Source::Source;
//     void Start(const sdk::Config& cfg) override;
//     void Poll(int64_t deadline_ns, mr_batch* out) override;
//   };
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

#include "millrace/abi.h"
#include "millrace/cpp/cancel.h"
#include "millrace/cpp/config.h"
#include "millrace/cpp/host.h"
#include "millrace/cpp/thunk.h"

namespace millrace::sdk {

class Source {
 public:
  explicit Source(Context context) : context_(context) {}
  virtual ~Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  virtual void Start(const Config& config) = 0;
  // Fills *out (batch.h), or leaves it alone when nothing is new. Returns by the deadline, and at once when cancel_
  // is set.
  virtual void Poll(int64_t deadline_ns, mr_batch* out) = 0;
  // Everything polled so far that was acknowledged has durable offsets.
  virtual void Commit() {}
  // Records of a batch reached Kafka at these offsets (-1: dropped). Overriding it makes the host keep each batch
  // until its last record is acknowledged.
  virtual void Acked(const mr_batch& batch, std::span<const uint32_t> records, std::span<const int64_t> offsets) {
    (void)batch;
    (void)records;
    (void)offsets;
  }
  // [any] Must not block or throw.
  virtual void Cancel() noexcept { cancel_.Set(); }
  // Gives back what Start took; also called when Start threw.
  virtual void Stop() {}

  Context context() const { return context_; }

 protected:
  Context context_;
  CancelToken cancel_;
};

namespace internal {

template <class T>
constexpr mr_source SourceTable() {
  mr_source t{};
  t.size = sizeof t;
  t.start = [](void* self, const mr_kv* cfg, uint32_t n, mr_error* e) noexcept -> mr_status {
    return Guard(e, [&] { static_cast<T*>(self)->Start(Config(cfg, n)); });
  };
  t.poll = [](void* self, int64_t deadline_ns, mr_batch* out, mr_error* e) noexcept -> mr_status {
    return Guard(e, [&] { static_cast<T*>(self)->Poll(deadline_ns, out); });
  };
  t.commit = [](void* self, mr_error* e) noexcept -> mr_status {
    return Guard(e, [&] { static_cast<T*>(self)->Commit(); });
  };
  if constexpr (!std::is_same_v<decltype(&T::Acked), decltype(&Source::Acked)>) {
    t.acked = [](void* self, const mr_batch* batch, const uint32_t* idx, const int64_t* offsets, uint32_t n,
                 mr_error* e) noexcept -> mr_status {
      return Guard(e, [&] { static_cast<T*>(self)->Acked(*batch, {idx, n}, {offsets, n}); });
    };
  }
  t.cancel = [](void* self) noexcept { static_cast<T*>(self)->Cancel(); };
  t.stop = [](void* self) noexcept {
    auto* task = static_cast<T*>(self);
    GuardQuietly(task->context(), "stopping the source task", [&] { task->Stop(); });
  };
  return t;
}
template <class T>
inline constexpr mr_source kSourceTable = SourceTable<T>();

}  // namespace internal
}  // namespace millrace::sdk
