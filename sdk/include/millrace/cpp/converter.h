// SPDX-License-Identifier: Apache-2.0
//
// millrace/cpp/converter.h: Converter, the base class of a key, value or header converter. One thread per instance.
//
// Both directions work on whole batches, so that what depends on the schema is looked up once. `part` is MR_PART_*:
// Key(r, part) and its like pick the slot. Errors of single records go to `errors`.
#pragma once

#include <cstdint>

#include "millrace/abi.h"
#include "millrace/cpp/arena.h"
#include "millrace/cpp/config.h"
#include "millrace/cpp/host.h"
#include "millrace/cpp/records.h"
#include "millrace/cpp/thunk.h"

namespace millrace::sdk {

// The slot and the schema that a part of a record stands for.
inline const mr_value& PartValue(const mr_record& r, int part) { return part == MR_PART_KEY ? r.key : r.value; }
inline const mr_schema* PartSchema(const mr_record& r, int part) {
  return part == MR_PART_KEY ? r.key_schema : r.value_schema;
}
inline void SetPart(mr_record& r, int part, const mr_schema* schema, const mr_value& value) {
  (part == MR_PART_KEY ? r.key : r.value) = value;
  (part == MR_PART_KEY ? r.key_schema : r.value_schema) = schema;
}

class Converter {
 public:
  explicit Converter(Context context) : context_(context) {}
  virtual ~Converter() = default;
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  virtual void Configure(const Config& config, int part) = 0;
  // bytes[i] of each record that is not dropped; p == nullptr: a null. In the arena, or what the slot points to.
  virtual void FromConnect(const mr_batch& batch, int part, HostArena& arena, mr_str* bytes, RecordErrors& errors) = 0;
  // Sets the part of each record from bytes[i]; batch.errors() takes failing records.
  virtual void ToConnect(BatchEditor& batch, int part, const mr_str* bytes) = 0;

 protected:
  Context context_;
};

namespace internal {

template <class T>
constexpr mr_converter ConverterTable() {
  mr_converter t{};
  t.size = sizeof t;
  t.configure = [](void* self, const mr_kv* cfg, uint32_t n, int32_t part, mr_error* e) noexcept -> mr_status {
    return Guard(e, [&] { static_cast<T*>(self)->Configure(Config(cfg, n), part); });
  };
  t.from_connect = [](void* self, const mr_batch* batch, int32_t part, mr_arena* arena, mr_str* bytes,
                      mr_error* e) noexcept -> mr_status {
    RecordErrors errors(e);
    HostArena memory(arena);
    const mr_status status = Guard(e, [&] { static_cast<T*>(self)->FromConnect(*batch, part, memory, bytes, errors); });
    return status != MR_OK ? status : errors.status();
  };
  t.to_connect = [](void* self, mr_batch* batch, int32_t part, const mr_str* bytes, mr_arena* arena,
                    mr_error* e) noexcept -> mr_status {
    BatchEditor editor(batch, nullptr, arena, e);
    const mr_status status = Guard(e, [&] { static_cast<T*>(self)->ToConnect(editor, part, bytes); });
    return status != MR_OK ? status : editor.errors().status();
  };
  return t;
}
template <class T>
inline constexpr mr_converter kConverterTable = ConverterTable<T>();

}  // namespace internal
}  // namespace millrace::sdk
