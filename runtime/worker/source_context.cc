// SPDX-License-Identifier: Apache-2.0
#include "worker/source_context.h"

#include "record/json_text.h"
#include "record/value.h"

namespace millrace::worker {

Status SourceContext::ReadOffsets(const mr_value* partitions, uint32_t n, mr_value* out) {
  for (uint32_t i = 0; i < n; ++i) {
    out[i] = record::Null();
    MILLRACE_RETURN_IF_ERROR(record::CheckValue(partitions[i], nullptr, record::BatchLimits{}));
    const Result<std::string> key = record::OffsetKeyToJson(connector_, partitions[i]);
    if (!key.ok()) return key.status().Context("reading the offset of a source partition");
    const std::optional<std::string> stored = store_->Get(*key);
    if (!stored) continue;
    const Result<mr_value> value = record::OffsetFromJson(*stored, &arena_);
    if (!value.ok()) return value.status().Context("reading the stored offset of " + *key);
    out[i] = *value;
  }
  return {};
}

}  // namespace millrace::worker
