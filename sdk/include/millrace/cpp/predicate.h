// SPDX-License-Identifier: Apache-2.0
//
// millrace/cpp/predicate.h: Predicate, the base class of a condition on records. Negation is the host's. One thread
// per instance.
#pragma once

#include <cstdint>

#include "millrace/abi.h"
#include "millrace/cpp/config.h"
#include "millrace/cpp/host.h"
#include "millrace/cpp/records.h"
#include "millrace/cpp/thunk.h"

namespace millrace::sdk {

class Predicate {
 public:
  explicit Predicate(Context context) : context_(context) {}
  virtual ~Predicate() = default;
  Predicate(const Predicate&) = delete;
  Predicate& operator=(const Predicate&) = delete;

  virtual void Configure(const Config& config) = 0;
  virtual bool Test(const mr_batch& batch, const mr_record& record) = 0;

 protected:
  Context context_;
};

namespace internal {

template <class T>
constexpr mr_predicate PredicateTable() {
  mr_predicate t{};
  t.size = sizeof t;
  t.configure = [](void* self, const mr_kv* cfg, uint32_t n, mr_error* e) noexcept -> mr_status {
    return Guard(e, [&] { static_cast<T*>(self)->Configure(Config(cfg, n)); });
  };
  t.test = [](void* self, const mr_batch* batch, uint8_t* mask, mr_error* e) noexcept -> mr_status {
    RecordErrors errors(e);
    const mr_status status = Guard(e, [&] {
      for (uint32_t i = 0; i < batch->n; ++i) {
        mask[i] = 0;
        const mr_record& r = At(*batch, i);
        if ((r.flags & MR_REC_DROP) != 0) continue;
        errors.Try(i, [&] { mask[i] = static_cast<T*>(self)->Test(*batch, r) ? 1 : 0; });
      }
    });
    return status != MR_OK ? status : errors.status();
  };
  return t;
}
template <class T>
inline constexpr mr_predicate kPredicateTable = PredicateTable<T>();

}  // namespace internal
}  // namespace millrace::sdk
