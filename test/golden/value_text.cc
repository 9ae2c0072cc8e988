// SPDX-License-Identifier: Apache-2.0
#include "value_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "record/base64.h"
#include "record/decimal.h"
#include "record/java_number.h"
#include "record/json_writer.h"
#include "record/validate.h"
#include "record/value.h"

namespace millrace::golden {

using rapidjson::Value;
using record::View;

namespace {

constexpr std::string_view kTypes[] = {"",        "boolean", "int8",  "int16", "int32", "int64", "float32",
                                       "float64", "string",  "bytes", "array", "map",   "struct"};
constexpr int64_t kDay = 86400000;

std::string_view TextOf(const Value& v) { return {v.GetString(), v.GetStringLength()}; }

Status Bad(std::string_view what) { return Status::Data(fmt::format("the case has {}", what)); }

uint8_t KindOf(std::string_view type) {
  for (uint8_t k = MR_BOOL; k <= MR_STRUCT; ++k) {
    if (kTypes[k] == type) return k;
  }
  return MR_NULL;
}

double Floating(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  return std::strtod(std::string(text).c_str(), nullptr);
}

const Value* Member(const Value& object, const char* name) {
  const auto it = object.FindMember(name);
  return it == object.MemberEnd() ? nullptr : &it->value;
}

// A java.util.Date goes into the slot that its schema asks for where that slot can hold it.
mr_value DateSlot(int64_t ms, const mr_schema* schema) {
  mr_value v = record::Int(MR_I64, ms);
  v.logical = MR_L_TIMESTAMP;
  if (schema != nullptr && schema->logical == MR_L_DATE && ms % kDay == 0) {
    v = record::Int(MR_I32, ms / kDay);
    v.logical = MR_L_DATE;
  } else if (schema != nullptr && schema->logical == MR_L_TIME && ms == static_cast<int32_t>(ms)) {
    v = record::Int(MR_I32, ms);
    v.logical = MR_L_TIME;
  }
  return v;
}

}  // namespace

std::string Codec::Quote(std::string_view bytes) {
  std::string out;
  record::AppendJsonString(bytes, &out);
  return out;
}

Result<const mr_schema*> Codec::Intern(const mr_schema& d) {
  Result<const mr_schema*> r = table_->Intern(d);
  if (r.ok()) refs_.emplace_back(*r);
  return r;
}

Result<const mr_schema*> Codec::ReadSchema(const Value& json) {
  if (json.IsNull()) return static_cast<const mr_schema*>(nullptr);
  if (json.IsString()) {
    std::string_view type = TextOf(json);
    const bool optional = type.ends_with('?');
    if (optional) type.remove_suffix(1);
    mr_schema d = record::DescribeSchema(KindOf(type));
    d.optional = optional;
    return Intern(d);
  }
  mr_schema d = record::DescribeSchema(KindOf(TextOf(*Member(json, "type"))));
  if (const Value* v = Member(json, "optional")) d.optional = v->GetBool();
  if (const Value* v = Member(json, "name")) d.name = record::Str(TextOf(*v));
  if (const Value* v = Member(json, "version")) d.version = v->GetInt();
  if (const Value* v = Member(json, "doc")) d.doc = record::Str(TextOf(*v));
  for (const auto& [name, target] : {std::pair{"items", &d.value}, {"value", &d.value}, {"key", &d.key}}) {
    const Value* v = Member(json, name);
    if (v == nullptr) continue;
    const Result<const mr_schema*> child = ReadSchema(*v);
    if (!child.ok()) return child.status();
    *target = *child;
  }
  std::vector<mr_kv> params;
  if (const Value* v = Member(json, "parameters")) {
    for (const auto& p : v->GetObject()) params.push_back({record::Str(TextOf(p.name)), record::Str(TextOf(p.value))});
  }
  d.params = params.data();
  d.n_params = static_cast<uint32_t>(params.size());
  std::vector<mr_field> fields;
  if (const Value* v = Member(json, "fields")) {
    for (const Value& f : v->GetArray()) {
      const Result<const mr_schema*> child = ReadSchema(*Member(f, "schema"));
      if (!child.ok()) return child.status();
      fields.push_back({record::Str(TextOf(*Member(f, "name"))), *child});
    }
  }
  d.fields = fields.data();
  d.n_fields = static_cast<uint32_t>(fields.size());
  if (const Value* v = Member(json, "default")) {
    d.logical = record::LogicalFromName(View(d.name));
    const Result<mr_value> value = ReadValue(*v, &d);
    if (!value.ok()) return value.status();
    d.has_default = value->kind != MR_NULL;
    d.dflt = *value;
  }
  return Intern(d);
}

Result<mr_value> Codec::ReadValue(const Value& json, const mr_schema* schema) {
  if (json.IsNull()) return record::Null();
  const auto& first = *json.MemberBegin();
  const std::string_view tag = TextOf(first.name);
  const Value& v = first.value;
  const auto whole = [&v] { return v.IsString() ? std::strtoll(v.GetString(), nullptr, 10) : v.GetInt64(); };
  if (tag == "bool") return record::Bool(v.GetBool());
  if (tag == "i8") return record::Int(MR_I8, whole());
  if (tag == "i16") return record::Int(MR_I16, whole());
  if (tag == "i32") return record::Int(MR_I32, whole());
  if (tag == "i64") return record::Int(MR_I64, whole());
  if (tag == "f32") return record::Double(MR_F32, static_cast<double>(static_cast<float>(Floating(TextOf(v)))));
  if (tag == "f64") return record::Double(MR_F64, Floating(TextOf(v)));
  if (tag == "s") return record::Text(View(arena_.Copy(TextOf(v))));
  if (tag == "b" || tag == "bb") {
    std::string bytes, error;
    if (!record::Base64Decode(TextOf(v), &bytes, &error)) return Bad(error);
    return record::Bytes(View(arena_.Copy(bytes)));
  }
  if (tag == "dec" || tag == "bigint") {
    const std::string_view text = TextOf(v);
    const size_t comma = text.find(',');
    mr_value out = record::Bytes(View(arena_.Copy(record::Decimal::Parse(text.substr(0, comma))->UnscaledBytes())));
    out.logical = MR_L_DECIMAL;
    if (comma != std::string_view::npos) {
      out.scale = static_cast<int16_t>(std::atoi(std::string(text.substr(comma + 1)).c_str()));
    }
    return out;
  }
  if (tag == "date_ms") return DateSlot(whole(), schema);
  if (tag == "arr" || tag == "map") {
    const bool map = tag == "map";
    const uint32_t n = v.Size();
    auto* slots = arena_.AllocArray<mr_value>(size_t{map ? 2U : 1U} * n);
    const bool same = schema != nullptr && schema->kind == (map ? MR_MAP : MR_ARRAY);
    for (uint32_t i = 0; i < n; ++i) {
      const Result<mr_value> value = ReadValue(map ? v[i][1] : v[i], same ? schema->value : nullptr);
      if (!value.ok()) return value;
      if (!map) {
        slots[i] = *value;
        continue;
      }
      const Result<mr_value> key = ReadValue(v[i][0], same ? schema->key : nullptr);
      if (!key.ok()) return key;
      slots[2 * i] = *key;
      slots[2 * i + 1] = *value;
    }
    return record::Composite(map ? MR_MAP : MR_ARRAY, slots, n);
  }
  if (tag == "struct") {
    const mr_schema* own = schema;
    if (const Value* s = Member(json, "schema")) {
      const Result<const mr_schema*> read = ReadSchema(*s);
      if (!read.ok()) return read.status();
      own = *read;
    }
    if (own == nullptr || own->kind != MR_STRUCT) return Bad("a struct without a schema");
    // A struct of another schema than that of its place cannot be said in slots; a wrong number of them is as close
    // as it gets.
    const uint32_t n =
        own->n_fields + (schema != nullptr && own != schema && own->n_fields == schema->n_fields ? 1 : 0);
    auto* slots = arena_.AllocArray<mr_value>(n);
    for (uint32_t i = 0; i < n; ++i) slots[i] = record::Null();
    for (uint32_t i = 0; i < own->n_fields; ++i) {
      const Value* f = Member(v, std::string(View(own->fields[i].name)).c_str());
      if (f == nullptr) continue;
      const Result<mr_value> value = ReadValue(*f, own->fields[i].schema);
      if (!value.ok()) return value;
      slots[i] = *value;
    }
    return record::Composite(MR_STRUCT, slots, n);
  }
  return Bad(fmt::format("an unknown kind of value, {}", tag));
}

std::string Codec::SchemaText(const mr_schema* s) {
  if (s == nullptr) return "null";
  std::string out = fmt::format("{}{}", kTypes[s->kind], s->optional ? "?" : "");
  if (s->name.p) out += " name=" + Quote(View(s->name));
  if (s->version != -1) out += fmt::format(" version={}", s->version);
  if (s->doc.p) out += " doc=" + Quote(View(s->doc));
  std::vector<std::string> params;
  for (uint32_t i = 0; i < s->n_params; ++i)
    params.push_back(Quote(View(s->params[i].k)) + "=" + Quote(View(s->params[i].v)));
  std::sort(params.begin(), params.end());
  if (!params.empty()) out += fmt::format(" parameters={}", fmt::join(params, ","));
  if (s->has_default) out += " default=" + ValueText(s->dflt, s);
  if (s->kind == MR_ARRAY) out += " [" + SchemaText(s->value) + "]";
  if (s->kind == MR_MAP) out += " {" + SchemaText(s->key) + ":" + SchemaText(s->value) + "}";
  if (s->kind == MR_STRUCT) {
    out += " (";
    for (uint32_t i = 0; i < s->n_fields; ++i) {
      out += (i ? ", " : "") + Quote(View(s->fields[i].name)) + " " + SchemaText(s->fields[i].schema);
    }
    out += ")";
  }
  return out;
}

std::string Codec::ValueText(const mr_value& v, const mr_schema* schema) {
  if (v.logical == MR_L_DECIMAL) {
    return fmt::format("dec:{},{}", record::Decimal::FromBytes(View(v), v.scale).UnscaledText(), v.scale);
  }
  if (v.logical == MR_L_DATE) return fmt::format("date:{}", v.u.i * kDay);
  if (v.logical != MR_L_NONE) return fmt::format("date:{}", v.u.i);
  const mr_schema* same = schema != nullptr && schema->kind == v.kind ? schema : nullptr;
  switch (v.kind) {
    case MR_NULL: return "null";
    case MR_BOOL: return v.u.i ? "true" : "false";
    case MR_F32: return "f32:" + record::JavaFloat(static_cast<float>(v.u.d));
    case MR_F64: return "f64:" + record::JavaDouble(v.u.d);
    case MR_STRING: return Quote(View(v));
    case MR_BYTES: return "b:" + record::Base64Encode(View(v));
    case MR_ARRAY: {
      std::vector<std::string> parts;
      for (uint32_t i = 0; i < v.n; ++i) parts.push_back(ValueText(v.u.v[i], same ? same->value : nullptr));
      return fmt::format("[{}]", fmt::join(parts, ", "));
    }
    case MR_MAP: {
      std::vector<std::string> parts;
      for (uint32_t i = 0; i < v.n; ++i) {
        parts.push_back(ValueText(v.u.v[2 * i], same ? same->key : nullptr) + ": " +
                        ValueText(v.u.v[2 * i + 1], same ? same->value : nullptr));
      }
      std::sort(parts.begin(), parts.end());
      return fmt::format("{{{}}}", fmt::join(parts, ", "));
    }
    case MR_STRUCT: {
      std::string out = "(";
      for (uint32_t i = 0; i < v.n; ++i) {
        const bool named = same != nullptr && i < same->n_fields;
        out += (i ? ", " : "") + (named ? Quote(View(same->fields[i].name)) + "=" : std::string("?=")) +
               ValueText(v.u.v[i], named ? same->fields[i].schema : nullptr);
      }
      return out + ")";
    }
    default:
      return fmt::format("i{}:{}", v.kind == MR_I8 ? 8 : v.kind == MR_I16 ? 16 : v.kind == MR_I32 ? 32 : 64, v.u.i);
  }
}

Result<std::string> Codec::SchemaText(const Value& json) {
  const Result<const mr_schema*> s = ReadSchema(json);
  if (!s.ok()) return s.status();
  return SchemaText(*s);
}

Result<std::string> Codec::ValueText(const Value& json, const mr_schema* schema) {
  const Result<mr_value> v = ReadValue(json, schema);
  if (!v.ok()) return v.status();
  return ValueText(*v, schema);
}

Result<bool> Codec::ReadBytes(const Value& json, std::string* out) {
  out->clear();
  if (json.IsNull()) return false;
  if (const Value* s = Member(json, "s")) {
    *out = std::string(TextOf(*s));
    return true;
  }
  std::string error;
  if (const Value* b = Member(json, "b"); b != nullptr && record::Base64Decode(TextOf(*b), out, &error)) return true;
  return Bad("bytes in a form of their own");
}

}  // namespace millrace::golden
