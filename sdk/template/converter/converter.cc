// SPDX-License-Identifier: Apache-2.0
#include "converter.h"

#include <millrace/cpp/value.h>

#include <cstdint>
#include <string_view>

namespace sdk = millrace::sdk;

namespace example {

namespace {

unsigned Nibble(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  throw sdk::Error(MR_DATA, sdk::Cat("\"", c, "\" is not a hexadecimal digit"));
}

}  // namespace

void ExampleConverter::Configure(const sdk::Config& config, int) {
  digits_ = config.GetBool("upper.case", false) ? "0123456789ABCDEF" : "0123456789abcdef";
  schema_ = sdk::SchemaBuilder(MR_BYTES).Optional().Build();
}

void ExampleConverter::FromConnect(const mr_batch& batch, int part, sdk::HostArena& arena, mr_str* bytes,
                                   sdk::RecordErrors& errors) {
  const sdk::Records records(batch);
  for (auto it = records.begin(); it != records.end(); ++it) {
    const mr_value& value = sdk::PartValue(*it, part);
    bytes[it.index()] = mr_str{};
    if (sdk::IsNull(value)) continue;
    errors.Try(it.index(), [&] {
      if (value.kind != MR_STRING && value.kind != MR_BYTES) throw sdk::Error(MR_DATA, "neither text nor bytes");
      char* out = arena.AllocArray<char>(size_t{2} * value.n);
      bytes[it.index()] = sdk::Str({out, size_t{2} * value.n});
      for (const char c : sdk::View(value)) {
        *out++ = digits_[static_cast<uint8_t>(c) >> 4];
        *out++ = digits_[static_cast<uint8_t>(c) & 15];
      }
    });
  }
}

void ExampleConverter::ToConnect(sdk::BatchEditor& batch, int part, const mr_str* bytes) {
  batch.arena().Keep(schema_.get());  // once per batch: its records use the schema
  batch.ForEach([&](mr_record& r, uint32_t i) {
    mr_value value = sdk::Null();
    if (bytes[i].p != nullptr) {
      const std::string_view text = sdk::View(bytes[i]);
      if (text.size() % 2 != 0) throw sdk::Error(MR_DATA, "an odd number of hexadecimal digits");
      char* out = batch.arena().AllocArray<char>(text.size() / 2);
      for (size_t k = 0; k < text.size(); k += 2) {
        out[k / 2] = static_cast<char>(Nibble(text[k]) << 4 | Nibble(text[k + 1]));
      }
      value = sdk::Bytes({out, text.size() / 2});
    }
    sdk::SetPart(r, part, schema_.get(), value);
  });
}

}  // namespace example
