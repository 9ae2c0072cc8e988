// SPDX-License-Identifier: Apache-2.0
#include "converters/json_schema.h"

#include <fmt/format.h>

#include <unordered_set>
#include <vector>

#include "converters/json_decode.h"
#include "converters/json_encode.h"
#include "converters/support.h"
#include "record/json_reader.h"
#include "record/json_writer.h"
#include "record/validate.h"
#include "record/value.h"

namespace millrace::converters {

using record::AppendJsonString;
using record::View;

namespace {

// Index by kind.
constexpr std::string_view kTypeNames[] = {"",       "boolean", "int8",  "int16", "int32", "int64", "float",
                                           "double", "string",  "bytes", "array", "map",   "struct"};

// All members but the closing brace, so that a struct can add a field's name.
Status AppendMembers(const mr_schema& s, const JsonFormat& format, std::string* out) {
  *out += "{\"type\":\"";
  *out += kTypeNames[s.kind];
  *out += '"';
  switch (s.kind) {
    case MR_ARRAY:
      *out += ",\"items\":";
      MILLRACE_RETURN_IF_ERROR(AppendJsonSchema(s.value, format, out));
      break;
    case MR_MAP:
      *out += ",\"keys\":";
      MILLRACE_RETURN_IF_ERROR(AppendJsonSchema(s.key, format, out));
      *out += ",\"values\":";
      MILLRACE_RETURN_IF_ERROR(AppendJsonSchema(s.value, format, out));
      break;
    case MR_STRUCT:
      *out += ",\"fields\":[";
      for (uint32_t i = 0; i < s.n_fields; ++i) {
        if (i > 0) *out += ',';
        MILLRACE_RETURN_IF_ERROR(AppendMembers(*s.fields[i].schema, format, out));
        *out += ",\"field\":";
        AppendJsonString(View(s.fields[i].name), out);
        *out += '}';
      }
      *out += ']';
      break;
    default: break;
  }
  *out += s.optional ? ",\"optional\":true" : ",\"optional\":false";
  if (s.name.p != nullptr) {
    *out += ",\"name\":";
    AppendJsonString(View(s.name), out);
  }
  if (s.version != -1) *out += fmt::format(",\"version\":{}", s.version);
  if (s.doc.p != nullptr) {
    *out += ",\"doc\":";
    AppendJsonString(View(s.doc), out);
  }
  if (s.n_params > 0) {
    *out += ",\"parameters\":{";
    for (uint32_t i = 0; i < s.n_params; ++i) {
      if (i > 0) *out += ',';
      AppendJsonString(View(s.params[i].k), out);
      *out += ':';
      if (s.params[i].v.p == nullptr) {
        *out += "null";
      } else {
        AppendJsonString(View(s.params[i].v), out);
      }
    }
    *out += '}';
  }
  if (s.has_default) {
    *out += ",\"default\":";
    MILLRACE_RETURN_IF_ERROR(AppendJsonValue(&s, s.dflt, format, out));
  }
  return {};
}

// The member of an object, nullptr when there is none or it is no object.
const mr_value* Member(const mr_value& tree, std::string_view name) {
  if (tree.kind != MR_MAP) return nullptr;
  for (uint32_t i = 0; i < tree.n; ++i) {
    if (View(tree.u.v[2 * i]) == name) return &tree.u.v[2 * i + 1];
  }
  return nullptr;
}

bool IsText(const mr_value* v) { return v != nullptr && v->kind == MR_STRING; }
bool IsIntegral(const mr_value* v) {
  return v != nullptr && (v->kind == MR_I32 || v->kind == MR_I64 || v->kind == record::kJsonBigInt);
}

Status BuilderError(std::string message) { return JavaError(Code::kData, kSchemaBuilderException, std::move(message)); }

class SchemaReader {
 public:
  SchemaReader(const JsonFormat& format, const InternFn& intern, record::Arena* scratch)
      : format_(format), intern_(intern), scratch_(scratch) {}

  Result<record::SchemaRef> Read(const mr_value& tree) {
    if (tree.kind == MR_NULL) return record::SchemaRef();
    const mr_value* type = Member(tree, "type");
    if (!IsText(type)) return DataError("Schema must contain 'type' field");
    uint8_t kind = MR_BOOL;
    while (kind <= MR_STRUCT && kTypeNames[kind] != View(*type)) ++kind;
    if (kind > MR_STRUCT) return DataError(fmt::format("Unknown schema type: {}", View(*type)));
    mr_schema d = record::DescribeSchema(kind);
    std::vector<record::SchemaRef> children;
    MILLRACE_RETURN_IF_ERROR(ReadChildren(tree, &d, &children));
    MILLRACE_RETURN_IF_ERROR(ReadCommon(tree, &d));
    MILLRACE_RETURN_IF_ERROR(ReadDefault(tree, &d));
    return intern_(d);
  }

 private:
  Status ReadChildren(const mr_value& tree, mr_schema* d, std::vector<record::SchemaRef>* children) {
    if (d->kind == MR_ARRAY) {
      const mr_value* items = Member(tree, "items");
      if (items == nullptr || items->kind == MR_NULL) return DataError("Array schema did not specify the element type");
      return ReadChild(*items, children, &d->value);
    }
    if (d->kind == MR_MAP) {
      const mr_value* keys = Member(tree, "keys");
      if (keys == nullptr) return DataError("Map schema did not specify the key type");
      const mr_value* values = Member(tree, "values");
      if (values == nullptr) return DataError("Map schema did not specify the value type");
      MILLRACE_RETURN_IF_ERROR(ReadChild(*keys, children, &d->key));
      MILLRACE_RETURN_IF_ERROR(ReadChild(*values, children, &d->value));
      if (d->key == nullptr) return BuilderError("keySchema cannot be null.");
      if (d->value == nullptr) return BuilderError("valueSchema cannot be null.");
      return {};
    }
    return d->kind == MR_STRUCT ? ReadFields(tree, d, children) : Status();
  }

  Status ReadChild(const mr_value& tree, std::vector<record::SchemaRef>* children, const mr_schema** out) {
    Result<record::SchemaRef> child = Read(tree);
    if (!child.ok()) return child.status();
    *out = child->get();
    children->push_back(*std::move(child));
    return {};
  }

  Status ReadFields(const mr_value& tree, mr_schema* d, std::vector<record::SchemaRef>* children) {
    const mr_value* fields = Member(tree, "fields");
    if (fields == nullptr || fields->kind != MR_ARRAY) {
      return DataError("Struct schema's \"fields\" argument is not an array.");
    }
    auto* list = scratch_->AllocArray<mr_field>(fields->n);
    std::unordered_set<std::string_view> seen;
    for (uint32_t i = 0; i < fields->n; ++i) {
      const mr_value* name = Member(fields->u.v[i], "field");
      if (!IsText(name)) return DataError("Struct schema's field name not specified properly");
      const mr_schema* schema = nullptr;
      MILLRACE_RETURN_IF_ERROR(ReadChild(fields->u.v[i], children, &schema));
      if (name->n == 0) return BuilderError("fieldName cannot be null.");
      if (!seen.insert(View(*name)).second) {
        return BuilderError(fmt::format("Cannot create field because of field name duplication {}", View(*name)));
      }
      list[i] = {record::Str(View(*name)), schema};
    }
    d->fields = list;
    d->n_fields = fields->n;
    return {};
  }

  Status ReadCommon(const mr_value& tree, mr_schema* d) {
    const mr_value* optional = Member(tree, "optional");
    d->optional = optional != nullptr && optional->kind == MR_BOOL && optional->u.i != 0;
    if (const mr_value* name = Member(tree, "name"); IsText(name)) d->name = record::Str(View(*name));
    if (const mr_value* version = Member(tree, "version"); IsIntegral(version)) {
      d->version = static_cast<int32_t>(record::JsonToInt64(*version));
    }
    if (const mr_value* doc = Member(tree, "doc"); IsText(doc)) d->doc = record::Str(View(*doc));
    if (const mr_value* params = Member(tree, "parameters"); params != nullptr && params->kind == MR_MAP) {
      auto* list = scratch_->AllocArray<mr_kv>(params->n);
      for (uint32_t i = 0; i < params->n; ++i) {
        const mr_value& v = params->u.v[2 * i + 1];
        if (v.kind != MR_STRING) return DataError("Schema parameters must have string values.");
        list[i] = {record::Str(View(params->u.v[2 * i])), record::Str(View(v))};
      }
      d->params = list;
      d->n_params = params->n;
    }
    d->logical = record::LogicalFromName(View(d->name));
    return {};
  }

  Status ReadDefault(const mr_value& tree, mr_schema* d) {
    const mr_value* node = Member(tree, "default");
    if (node == nullptr) return {};
    mr_value v;
    MILLRACE_RETURN_IF_ERROR(JsonToValue(d, *node, format_, scratch_, &v));
    Status fits = record::ValidateValue(*d, v);
    // Java compares the struct's schema with the builder that is still at work, which is never equal.
    if (fits.ok() && v.kind == MR_STRUCT) fits = Status::Data("Struct schemas do not match.");
    if (!fits.ok()) return CausedBy(BuilderError("Invalid default value"), kDataException, fits.message());
    d->has_default = v.kind != MR_NULL;
    d->dflt = v;
    return {};
  }

  const JsonFormat& format_;
  const InternFn& intern_;
  record::Arena* scratch_;
};

}  // namespace

Status AppendJsonSchema(const mr_schema* schema, const JsonFormat& format, std::string* out) {
  if (schema == nullptr) {
    *out += "null";
    return {};
  }
  MILLRACE_RETURN_IF_ERROR(AppendMembers(*schema, format, out));
  *out += '}';
  return {};
}

Result<record::SchemaRef> SchemaFromJson(const mr_value& tree, const JsonFormat& format, const InternFn& intern,
                                         record::Arena* scratch) {
  return SchemaReader(format, intern, scratch).Read(tree);
}

}  // namespace millrace::converters
