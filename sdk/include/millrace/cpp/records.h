// SPDX-License-Identifier: Apache-2.0
//
// millrace/cpp/records.h: walking over a batch of the host: Records reads (sinks, predicates, converters), and
// BatchEditor changes in place (transforms, converters), reporting each failing record by itself.
//
// Both step over records that a transform has dropped. They borrow the batch for the call.
#pragma once

#include <cstdint>
#include <iterator>
#include <string_view>
#include <type_traits>

#include "millrace/abi.h"
#include "millrace/cpp/arena.h"
#include "millrace/cpp/error.h"
#include "millrace/cpp/host.h"
#include "millrace/cpp/text.h"
#include "millrace/cpp/thunk.h"

namespace millrace::sdk {

inline const mr_record& At(const mr_batch& batch, uint32_t i) {
  return *MR_AT(const mr_record, batch.records, batch.stride, i);
}
inline std::string_view TopicOf(const mr_batch& batch, const mr_record& r) { return View(batch.topics[r.topic]); }

// for (const mr_record& r : Records(batch)) ...
class Records {
 public:
  explicit Records(const mr_batch& batch) : batch_(&batch) {}

  class Iterator {
   public:
    Iterator(const mr_batch* batch, uint32_t i) : batch_(batch), i_(i) { Skip(); }
    const mr_record& operator*() const { return At(*batch_, i_); }
    const mr_record* operator->() const { return &**this; }
    Iterator& operator++() {
      ++i_;
      Skip();
      return *this;
    }
    bool operator==(const Iterator& o) const { return i_ == o.i_; }
    uint32_t index() const { return i_; }  // of the record in the batch

   private:
    void Skip() {
      while (i_ < batch_->n && (At(*batch_, i_).flags & MR_REC_DROP) != 0) ++i_;
    }
    const mr_batch* batch_;
    uint32_t i_;
  };
  Iterator begin() const { return {batch_, 0}; }
  Iterator end() const { return {batch_, batch_->n}; }

 private:
  const mr_batch* batch_;
};

// Reports errors of single records of a batch; the call then ends with status().
class RecordErrors {
 public:
  explicit RecordErrors(mr_error* error) : error_(error) {}
  RecordErrors(const RecordErrors&) = delete;
  RecordErrors& operator=(const RecordErrors&) = delete;

  void Report(uint32_t record, const Error& e) {
    internal::WithDetails(e, [&](mr_str message, const mr_kv* details, uint32_t n) {
      Host().error_record(error_, record, e.status(), message, details, n);
    });
    const bool retriable = e.status() == MR_RETRIABLE || e.status() == MR_TIMEOUT;
    if (!retriable) status_ = MR_DATA;
    if (retriable && status_ == MR_OK) status_ = MR_RETRIABLE;
  }
  // MR_OK, MR_RETRIABLE when every reported record may be tried again, else MR_DATA.
  mr_status status() const { return status_; }

  // Calls f(); an Error that concerns the record is reported and false returned, any other goes on.
  template <class F>
  bool Try(uint32_t record, F&& f) {
    try {
      f();
      return true;
    } catch (const Error& e) {
      if (e.reported() || (e.status() != MR_DATA && e.status() != MR_RETRIABLE && e.status() != MR_TIMEOUT)) throw;
      Report(record, e);
      return false;
    }
  }

 private:
  mr_error* error_;
  mr_status status_ = MR_OK;
};

class BatchEditor {
 public:
  BatchEditor(mr_batch* batch, const uint8_t* mask, mr_arena* arena, mr_error* error)
      : batch_(batch), mask_(mask), arena_(arena), errors_(error) {}

  const mr_batch& batch() const { return *batch_; }
  HostArena& arena() { return arena_; }
  RecordErrors& errors() { return errors_; }
  bool Selected(uint32_t i) const {
    return (At(*batch_, i).flags & MR_REC_DROP) == 0 && (mask_ == nullptr || mask_[i] != 0);
  }
  // f(mr_record&) or f(mr_record&, uint32_t index) for each selected record. An Error with MR_DATA or MR_RETRIABLE is
  // that record's alone, which is left as it was.
  template <class F>
  void ForEach(F&& f) {
    for (uint32_t i = 0; i < batch_->n; ++i) {
      if (!Selected(i)) continue;
      mr_record& r = *MR_AT(mr_record, batch_->records, batch_->stride, i);
      const mr_record before = r;
      const bool done = errors_.Try(i, [&] {
        if constexpr (std::is_invocable_v<F&, mr_record&, uint32_t>) {
          f(r, i);
        } else {
          f(r);
        }
      });
      if (!done) r = before;
    }
  }
  std::string_view TopicOf(const mr_record& r) const { return sdk::TopicOf(*batch_, r); }
  // The index of a topic name, added to the batch's table when new.
  uint16_t Topic(std::string_view name) { return Host().batch_topic(batch_, Str(name)); }

 private:
  mr_batch* batch_;
  const uint8_t* mask_;
  HostArena arena_;
  RecordErrors errors_;
};

}  // namespace millrace::sdk
