// SPDX-License-Identifier: Apache-2.0
//
// JsonConverter's to_connect on any bytes, both modes, and what it made of them back through from_connect. Reading the
// same record twice, the second time by way of the remembered envelope, must give the same.
#include "converters/json_converter.h"

#include <cstdint>
#include <cstdlib>
#include <string>

#include "converters/built_in.h"
#include "plugins/host_api.h"
#include "record/schema_table.h"
#include "record/value.h"

using namespace millrace;  // NOLINT: a program of its own

namespace {

struct World {
  Log log;
  record::SchemaTable schemas;
  plugins::HostApi host{&log, &schemas, nullptr};
};

struct Outcome {
  bool ok = false;
  const mr_schema* schema = nullptr;
  mr_value value{};
};

Outcome Read(converters::JsonConverter* c, const mr_host* host, std::string_view text, record::Arena* arena) {
  mr_record r{};
  mr_batch batch{};
  batch.size = sizeof(batch);
  batch.n = 1;
  batch.stride = sizeof(r);
  batch.records = &r;
  const mr_str bytes = record::Str(text);
  plugins::ErrorSink errors;
  converters::Reporter report(host, errors.abi());
  c->ToConnect(&batch, MR_PART_VALUE, &bytes, arena, &report);
  return {!report.any(), r.value_schema, r.value};
}

void WriteBack(converters::JsonConverter* c, const mr_host* host, const Outcome& o, record::Arena* arena) {
  mr_record r{};
  r.value = o.value;
  r.value_schema = o.schema;
  mr_batch batch{};
  batch.size = sizeof(batch);
  batch.n = 1;
  batch.stride = sizeof(r);
  batch.records = &r;
  mr_str bytes{};
  plugins::ErrorSink errors;
  converters::Reporter report(host, errors.abi());
  c->FromConnect(batch, MR_PART_VALUE, arena, &bytes, &report);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static World world;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const mr_host* host = world.host.table();
  for (const char* schemas : {"true", "false"}) {
    converters::JsonConverter c(host);
    const mr_kv cfg = {record::Str("schemas.enable"), record::Str(schemas)};
    if (!c.Configure(converters::Settings(&cfg, 1), MR_PART_VALUE).ok()) std::abort();
    record::Arena arena;
    const Outcome first = Read(&c, host, text, &arena);
    const Outcome again = Read(&c, host, text, &arena);
    if (first.ok != again.ok || first.schema != again.schema) std::abort();
    if (!first.ok) continue;
    if (!record::Equal(first.value, again.value)) std::abort();
    if (!record::CheckValue(first.value, first.schema, {.max_depth = 2000}).ok()) std::abort();
    WriteBack(&c, host, first, &arena);
  }
  return 0;
}
