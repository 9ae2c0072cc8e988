// SPDX-License-Identifier: Apache-2.0
#include "herder/connector_context.h"

#include <cstring>

#include "record/json_text.h"
#include "record/value.h"

namespace millrace::herder {

ConnectorContext::ConnectorContext(std::string connector, const storage::OffsetStore* offsets, Requests requests)
    : InstanceContext("[" + connector + "|worker] "),
      connector_(std::move(connector)),
      offsets_(offsets),
      requests_(std::move(requests)) {}

Status ConnectorContext::ReadOffsets(const mr_value* partitions, uint32_t n, mr_value* out) {
  for (uint32_t i = 0; i < n; ++i) {
    out[i] = record::Null();
    const Result<std::string> key = record::OffsetKeyToJson(connector_, partitions[i]);
    if (!key.ok()) return key.status();
    const std::optional<std::string> stored = offsets_->Get(*key);
    if (!stored) continue;
    const Result<mr_value> value = record::OffsetFromJson(*stored, &arena_);
    if (!value.ok()) return value.status().Context("reading the offset of " + *key);
    out[i] = *value;
  }
  return {};
}

const void* ConnectorContext::Extension(const char* id) {
  static const mr_connector_context table = {sizeof table, 0, RequestTaskReconfiguration, Fail};
  return std::strcmp(id, MR_EXT_CONNECTOR_CONTEXT) == 0 ? &table : nullptr;
}

void ConnectorContext::RequestTaskReconfiguration(mr_ctx* ctx) {
  static_cast<ConnectorContext*>(From(ctx))->requests_.reconfigure_tasks();
}

void ConnectorContext::Fail(mr_ctx* ctx, mr_status status, mr_str message) {
  const Code code = status > MR_OK && status <= MR_AUTH ? static_cast<Code>(status) : Code::kFatal;
  static_cast<ConnectorContext*>(From(ctx))->requests_.fail(Status(code, std::string(record::View(message))));
}

}  // namespace millrace::herder
