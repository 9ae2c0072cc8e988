// SPDX-License-Identifier: Apache-2.0
//
// millrace/cpp/transform.h: Transform, the base class of a single message transform. One thread per instance.
//
// Apply changes a batch in place. Errors of single records go to the editor (ForEach does it); anything thrown out of
// Apply fails the whole call.
#pragma once

#include "millrace/abi.h"
#include "millrace/cpp/config.h"
#include "millrace/cpp/host.h"
#include "millrace/cpp/records.h"
#include "millrace/cpp/thunk.h"

namespace millrace::sdk {

class Transform {
 public:
  explicit Transform(Context context) : context_(context) {}
  virtual ~Transform() = default;
  Transform(const Transform&) = delete;
  Transform& operator=(const Transform&) = delete;

  virtual void Configure(const Config& config) = 0;
  // New memory comes from batch.arena(); a record is dropped by setting MR_REC_DROP.
  virtual void Apply(BatchEditor& batch) = 0;

 protected:
  Context context_;
};

namespace internal {

template <class T>
constexpr mr_transform TransformTable() {
  mr_transform t{};
  t.size = sizeof t;
  t.configure = [](void* self, const mr_kv* cfg, uint32_t n, mr_error* e) noexcept -> mr_status {
    return Guard(e, [&] { static_cast<T*>(self)->Configure(Config(cfg, n)); });
  };
  t.apply = [](void* self, mr_batch* batch, const uint8_t* mask, mr_arena* arena, mr_error* e) noexcept -> mr_status {
    BatchEditor editor(batch, mask, arena, e);
    const mr_status status = Guard(e, [&] { static_cast<T*>(self)->Apply(editor); });
    return status != MR_OK ? status : editor.errors().status();
  };
  return t;
}
template <class T>
inline constexpr mr_transform kTransformTable = TransformTable<T>();

}  // namespace internal
}  // namespace millrace::sdk
