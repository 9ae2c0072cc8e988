// SPDX-License-Identifier: Apache-2.0
#include "converters/simple_header_converter.h"

#include "converters/values_parser.h"
#include "converters/values_text.h"
#include "record/utf8.h"
#include "record/value.h"

namespace millrace::converters {

using record::View;

void SimpleHeaderConverter::FromConnect(const mr_batch& batch, int part, record::Arena* arena, mr_str* bytes,
                                        Reporter*) {
  std::string text;
  ForEachRecord(batch, [&](uint32_t i, const mr_record& r) {
    const auto [v, schema] = SlotOf(r, part);
    bytes[i] = {};
    if (v->kind == MR_NULL) return;
    if (v->kind == MR_STRING && record::IsValidUtf8(View(*v))) {
      bytes[i] = record::Str(View(*v));
      return;
    }
    text.clear();
    AppendValuesText(schema, *v, false, &text);
    bytes[i] = arena->Copy(text);
  });
}

void SimpleHeaderConverter::ToConnect(mr_batch* batch, int part, const mr_str* bytes, record::Arena* arena,
                                      Reporter* report) {
  ValuesParser parser([&](const mr_schema& d) { return Intern(d, report->abi()); });
  ForEachRecord(*batch, [&](uint32_t i, mr_record& r) {
    ValuesParser::Parsed parsed;
    if (bytes[i].p != nullptr) {
      std::string_view text = View(bytes[i]);
      if (!record::IsValidUtf8(text)) text = View(arena->Copy(record::ReplaceMalformedUtf8(text)));
      if (!parser.Parse(text, arena, &parsed).ok()) {
        // Java falls back on the bytes whatever went wrong.
        Result<record::SchemaRef> schema = Intern(record::DescribeSchema(MR_BYTES), report->abi());
        if (!schema.ok()) {
          report->Record(i, schema.status());
          return;
        }
        parsed.schema = *std::move(schema);
        parsed.value = record::Bytes(View(bytes[i]));
      }
    }
    if (parsed.schema.get() != nullptr) host()->arena_keep_schema(arena->abi(), parsed.schema.get());
    SetSlot(&r, part, parsed.schema.get(), parsed.value);
  });
}

}  // namespace millrace::converters
