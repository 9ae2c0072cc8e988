// SPDX-License-Identifier: Apache-2.0
#include "converters/string_converter.h"

#include "converters/java_text.h"
#include "record/utf8.h"
#include "record/value.h"

namespace millrace::converters {

using record::View;

Status StringConverter::Configure(const Settings& settings, int) {
  const std::string name = settings.Text("converter.encoding", "UTF-8");
  const std::optional<Charset> charset = CharsetByName(name);
  if (!charset) {
    return CausedBy(JavaError(Code::kConfig, kSerializationException, "Unsupported encoding " + name),
                    "java.nio.charset.UnsupportedCharsetException", name);
  }
  charset_ = *charset;
  return {};
}

void StringConverter::FromConnect(const mr_batch& batch, int part, record::Arena* arena, mr_str* bytes, Reporter*) {
  ForEachRecord(batch, [&](uint32_t i, const mr_record& r) {
    const Slot slot = SlotOf(r, part);
    const mr_value& v = *slot.value;
    if (v.kind == MR_NULL) {
      bytes[i] = {};
    } else if (charset_ == Charset::kUtf8 && v.kind == MR_STRING && record::IsValidUtf8(View(v))) {
      bytes[i] = record::Str(View(v));
    } else {
      const std::string text = JavaText(slot.schema, v);
      bytes[i] = arena->Copy(charset_ == Charset::kUtf8 ? text : EncodeText(charset_, text));
    }
  });
}

void StringConverter::ToConnect(mr_batch* batch, int part, const mr_str* bytes, record::Arena* arena,
                                Reporter* report) {
  if (schema_.get() == nullptr) {
    mr_schema d = record::DescribeSchema(MR_STRING);
    d.optional = 1;
    Result<record::SchemaRef> schema = Intern(d, report->abi());
    if (!schema.ok()) {
      ForEachRecord(*batch, [&](uint32_t i, const mr_record&) { report->Record(i, schema.status()); });
      return;
    }
    schema_ = *std::move(schema);
  }
  host()->arena_keep_schema(arena->abi(), schema_.get());
  ForEachRecord(*batch, [&](uint32_t i, mr_record& r) {
    mr_value v = record::Null();
    if (bytes[i].p != nullptr) {
      const std::string_view in = View(bytes[i]);
      if (charset_ == Charset::kUtf8 && record::IsValidUtf8(in)) {
        v = record::Text(in);
      } else {
        v = record::Text(View(arena->Copy(DecodeText(charset_, in))));
      }
    }
    SetSlot(&r, part, schema_.get(), v);
  });
}

}  // namespace millrace::converters
