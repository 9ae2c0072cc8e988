// SPDX-License-Identifier: Apache-2.0
#include "transforms/transform.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <exception>

#include "record/validate.h"

namespace millrace::transforms {

using converters::JavaError;
using converters::kSchemaBuilderException;
using converters::Reporter;
using record::View;

namespace {

TransformImpl* Transform(void* self) { return static_cast<TransformImpl*>(self); }
PredicateImpl* Predicate(void* self) { return static_cast<PredicateImpl*>(self); }

template <class F>
mr_status Guard(const mr_host* host, mr_error* error, F f) {
  Reporter report(host, error);
  try {
    const Status s = f(&report);
    if (!s.ok()) {
      report.Call(s);
      return static_cast<mr_status>(s.code());
    }
    return report.any() ? MR_DATA : MR_OK;
  } catch (const std::exception& e) {
    report.Call(Status::Fatal(fmt::format("a transform failed: {}", e.what())));
    return MR_FATAL;
  }
}

}  // namespace

const mr_schema* Call::Keep(const record::SchemaRef& schema) const {
  if (schema.get() != nullptr) host->arena_keep_schema(arena->abi(), schema.get());
  return schema.get();
}

const mr_transform* TransformTable() {
  static constexpr mr_transform kTable = [] {
    mr_transform t{};
    t.size = sizeof(mr_transform);
    t.configure = [](void* self, const mr_kv* cfg, uint32_t n, mr_error* error) {
      return Guard(Transform(self)->host(), error,
                   [&](Reporter*) { return Transform(self)->Configure(Settings(cfg, n)); });
    };
    t.apply = [](void* self, mr_batch* batch, const uint8_t* mask, mr_arena* arena, mr_error* error) {
      const mr_host* host = Transform(self)->host();
      return Guard(host, error, [&](Reporter* report) {
        const Call call{host, batch, record::Arena::From(arena), error};
        converters::ForEachRecord(*batch, [&](uint32_t i, mr_record& r) {
          if (mask != nullptr && mask[i] == 0) return;
          const Status s = Transform(self)->Apply(call, &r);
          if (!s.ok()) report->Record(i, converters::AsDataError(s));
        });
        return Status();
      });
    };
    return t;
  }();
  return &kTable;
}

const mr_predicate* PredicateTable() {
  static constexpr mr_predicate kTable = [] {
    mr_predicate t{};
    t.size = sizeof(mr_predicate);
    t.configure = [](void* self, const mr_kv* cfg, uint32_t n, mr_error* error) {
      return Guard(Predicate(self)->host(), error,
                   [&](Reporter*) { return Predicate(self)->Configure(Settings(cfg, n)); });
    };
    t.test = [](void* self, const mr_batch* batch, uint8_t* mask, mr_error* error) {
      return Guard(Predicate(self)->host(), error, [&](Reporter* report) {
        converters::ForEachRecord(*batch, [&](uint32_t i, const mr_record& r) {
          const Result<bool> hit = Predicate(self)->Test(*batch, r);
          mask[i] = hit.ok() && *hit ? 1 : 0;
          if (!hit.ok()) report->Record(i, converters::AsDataError(hit.status()));
        });
        return Status();
      });
    };
    return t;
  }();
  return &kTable;
}

void DestroyTransform(void* self) { delete Transform(self); }
void DestroyPredicate(void* self) { delete Predicate(self); }

Status RequireStruct(const mr_value& v, std::string_view purpose) {
  if (v.kind == MR_STRUCT) return {};
  return DataError(fmt::format("Only Struct objects supported for [{}], found: {}", purpose, record::JavaClassName(v)));
}

Status RequireMap(const mr_value& v, std::string_view purpose) {
  if (v.kind == MR_MAP) return {};
  return DataError(fmt::format("Only Map objects supported in absence of schema for [{}], found: {}", purpose,
                               record::JavaClassName(v)));
}

int FieldIndex(const mr_schema& schema, std::string_view name) {
  for (uint32_t i = 0; i < schema.n_fields; ++i) {
    if (View(schema.fields[i].name) == name) return static_cast<int>(i);
  }
  return -1;
}

Status NotAStruct(std::string_view doing) {
  return DataError(fmt::format("Cannot {} fields on non-struct type", doing));
}

Status CheckField(const mr_field& field, const mr_value& v) {
  const Status s = record::ValidateValue(*field.schema, v, View(field.name));
  return s.ok() ? s : converters::AsDataError(s);
}

const mr_value* MapFind(const mr_value& map, std::string_view key) {
  for (uint32_t i = 0; i < map.n; ++i) {
    const mr_value& k = map.u.v[2 * size_t{i}];
    if (k.kind == MR_STRING && View(k) == key) return &map.u.v[2 * size_t{i} + 1];
  }
  return nullptr;
}

MapEdit::MapEdit(const mr_value& map, uint32_t room, record::Arena* arena)
    : slots_(arena->AllocArray<mr_value>(size_t{2} * (map.n + room))), n_(map.n) {
  if (map.n > 0) std::memcpy(slots_, map.u.v, size_t{2} * map.n * sizeof(mr_value));
}

void MapEdit::Put(std::string_view key, const mr_value& value) {
  for (uint32_t i = 0; i < n_; ++i) {
    const mr_value& k = slots_[2 * size_t{i}];
    if (k.kind == MR_STRING && View(k) == key) {
      slots_[2 * size_t{i} + 1] = value;
      return;
    }
  }
  slots_[2 * size_t{n_}] = record::Text(key);
  slots_[2 * size_t{n_} + 1] = value;
  ++n_;
}

void MapEdit::Remove(std::string_view key) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < n_; ++i) {
    const mr_value& k = slots_[2 * size_t{i}];
    if (k.kind == MR_STRING && View(k) == key) continue;
    slots_[2 * size_t{kept}] = k;
    slots_[2 * size_t{kept} + 1] = slots_[2 * size_t{i} + 1];
    ++kept;
  }
  n_ = kept;
}

void SchemaDraft::CopyBasics(const mr_schema& from) {
  d_.name = from.name;
  d_.logical = from.logical;
  d_.version = from.version;
  d_.doc = from.doc;
  d_.params = from.params;
  d_.n_params = from.n_params;
  if (d_.kind == MR_ARRAY) d_.value = from.value;
}

Status SchemaDraft::Add(std::string_view name, const mr_schema* schema) {
  const auto fail = [](std::string text) { return JavaError(Code::kData, kSchemaBuilderException, std::move(text)); };
  if (name.empty()) return fail("fieldName cannot be null.");
  if (Has(name)) return fail(fmt::format("Cannot create field because of field name duplication {}", name));
  fields_.push_back({record::Str(name), schema});
  return {};
}

bool SchemaDraft::Has(std::string_view name) const {
  return std::any_of(fields_.begin(), fields_.end(), [name](const mr_field& f) { return View(f.name) == name; });
}

Status SchemaDraft::SetDefault(const mr_value& v) {
  d_.fields = fields_.data();
  d_.n_fields = static_cast<uint32_t>(fields_.size());
  Status fits = record::ValidateValue(d_, v);
  // Java compares the struct's schema with the builder that is still at work, which is never equal.
  if (fits.ok() && v.kind == MR_STRUCT) fits = Status::Data("Struct schemas do not match.");
  if (!fits.ok()) {
    return converters::CausedBy(JavaError(Code::kData, kSchemaBuilderException, "Invalid default value"),
                                converters::kDataException, fits.message());
  }
  d_.has_default = v.kind != MR_NULL;
  d_.dflt = v;
  return {};
}

Result<record::SchemaRef> SchemaDraft::Build(const Call& call) {
  d_.fields = fields_.data();
  d_.n_fields = static_cast<uint32_t>(fields_.size());
  const mr_schema* s = call.host->schema_intern(&d_, call.error);
  if (s == nullptr) return DataError("the host refused the schema that a transform made");
  return record::SchemaRef(s);
}

}  // namespace millrace::transforms
