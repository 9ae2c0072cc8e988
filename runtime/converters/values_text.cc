// SPDX-License-Identifier: Apache-2.0
#include "converters/values_text.h"

#include <fmt/format.h>

#include "converters/java_text.h"
#include "converters/logical.h"
#include "record/base64.h"
#include "record/decimal.h"
#include "record/java_number.h"
#include "record/utf8.h"
#include "record/value.h"

namespace millrace::converters {

using record::View;

namespace {

// The shortest of the three ISO formats that holds the date; everything before 1970-01-02 is a time.
std::string DateText(int64_t millis) {
  const CivilTime t = ToCivil(millis);
  const std::string time = fmt::format("{:02}:{:02}:{:02}.{:03}Z", t.hour, t.minute, t.second, t.millis);
  if (millis < kMillisPerDay) return time;
  const std::string date = fmt::format("{:04}-{:02}-{:02}", t.year, t.month, t.day);
  return millis % kMillisPerDay == 0 ? date : date + "T" + time;
}

void AppendText(std::string_view text, bool embedded, std::string* out) {
  const std::string fixed = record::ReplaceMalformedUtf8(text);
  if (!embedded) {
    *out += fixed;
    return;
  }
  *out += '"';
  for (const char c : fixed) {
    if (c == '"' || c == '\\') *out += '\\';
    *out += c;
  }
  *out += '"';
}

void AppendBytes(std::string_view bytes, bool embedded, std::string* out) {
  if (embedded) *out += '"';
  *out += record::Base64Encode(bytes);
  if (embedded) *out += '"';
}

const mr_schema* Below(const mr_schema* schema, uint8_t kind, bool key) {
  if (schema == nullptr || schema->kind != kind) return nullptr;
  return key ? schema->key : schema->value;
}

void AppendStruct(const mr_schema& schema, const mr_value& v, std::string* out) {
  *out += '{';
  for (uint32_t i = 0; i < v.n && i < schema.n_fields; ++i) {
    if (i > 0) *out += ',';
    const mr_schema* field = schema.fields[i].schema;
    AppendText(View(schema.fields[i].name), true, out);
    *out += ':';
    AppendValuesText(field, v.u.v[i].kind == MR_NULL && field->has_default ? field->dflt : v.u.v[i], true, out);
  }
  *out += '}';
}

}  // namespace

void AppendValuesText(const mr_schema* schema, const mr_value& v, bool embedded, std::string* out) {
  if (v.logical == MR_L_DECIMAL) {
    *out += record::Decimal::FromBytes(View(v), v.scale).ToString();
    return;
  }
  if (IsDate(v)) {
    *out += DateText(DateMillis(v));
    return;
  }
  switch (v.kind) {
    case MR_NULL: *out += "null"; return;
    case MR_BOOL: *out += v.u.i != 0 ? "true" : "false"; return;
    case MR_F32: *out += record::JavaFloat(static_cast<float>(v.u.d)); return;
    case MR_F64: *out += record::JavaDouble(v.u.d); return;
    case MR_STRING: AppendText(View(v), embedded, out); return;
    case MR_BYTES: AppendBytes(View(v), embedded, out); return;
    case MR_ARRAY:
      *out += '[';
      for (uint32_t i = 0; i < v.n; ++i) {
        if (i > 0) *out += ',';
        AppendValuesText(Below(schema, MR_ARRAY, false), v.u.v[i], true, out);
      }
      *out += ']';
      return;
    case MR_MAP:
      *out += '{';
      for (uint32_t i = 0; i < v.n; ++i) {
        if (i > 0) *out += ',';
        AppendValuesText(Below(schema, MR_MAP, true), v.u.v[2 * i], true, out);
        *out += ':';
        AppendValuesText(Below(schema, MR_MAP, false), v.u.v[2 * i + 1], true, out);
      }
      *out += '}';
      return;
    case MR_STRUCT:
      if (schema != nullptr && schema->kind == MR_STRUCT) AppendStruct(*schema, v, out);
      return;
    default: *out += std::to_string(v.u.i); return;
  }
}

}  // namespace millrace::converters
