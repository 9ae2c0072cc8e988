// SPDX-License-Identifier: Apache-2.0
//
// ExtractField and HoistField ($Key and $Value), ValueToKey, SetSchemaMetadata ($Key and $Value).
#include <fmt/format.h>

#include <optional>

#include "transforms/factories.h"
#include "transforms/field_path.h"

namespace millrace::transforms {

using record::View;

namespace {

struct OneSchema {
  record::SchemaRef to;
};

class ExtractField : public TransformImpl {
 public:
  using TransformImpl::TransformImpl;

  Status Configure(const Settings& settings) override {
    const Result<std::string> field = settings.Required("field");
    if (!field.ok()) return field.status();
    const Result<bool> replace = settings.Bool(kReplaceNull, true);
    if (!replace.ok()) return replace.status();
    const std::string version = settings.Text("field.syntax.version", "V1");
    const bool v2 = version == "V2" || version == "v2";
    if (!v2 && version != "V1" && version != "v1") {
      return converters::InvalidSetting("field.syntax.version", version,
                                        "String must be one of (case insensitive): V1, V2");
    }
    Result<FieldPath> path = FieldPath::Parse(*field, v2);
    if (!path.ok()) return path.status();
    text_ = *field;
    path_ = *std::move(path);
    replace_null_ = *replace;
    return {};
  }

  Status Apply(const Call& call, mr_record* r) override {
    constexpr char kPurpose[] = "field extraction";
    const mr_value v = value(*r);
    const mr_schema* from = schema(*r);
    if (from == nullptr) {
      if (v.kind == MR_NULL) return {};
      MILLRACE_RETURN_IF_ERROR(RequireMap(v, kPurpose));
      const Result<mr_value> found = path_.ValueIn(v);
      if (!found.ok()) return found.status();
      Set(r, nullptr, *found);
      return {};
    }
    if (v.kind != MR_NULL) MILLRACE_RETURN_IF_ERROR(RequireStruct(v, kPurpose));
    const Result<const mr_schema*> field = path_.SchemaOf(*from);
    if (!field.ok()) return field.status();
    if (*field == nullptr) {
      return converters::JavaError(Code::kData, "java.lang.IllegalArgumentException", "Unknown field: " + text_);
    }
    const Result<mr_value> found = v.kind == MR_NULL ? record::Null() : path_.ValueIn(v, *from, replace_null_);
    if (!found.ok()) return found.status();
    // The outer schema goes, and with it what kept the field's alive.
    call.host->arena_keep_schema(call.arena->abi(), *field);
    call.host->arena_keep_schema(call.arena->abi(), from);
    Set(r, *field, *found);
    return {};
  }

 private:
  std::string text_;
  FieldPath path_;
  bool replace_null_ = true;
};

class HoistField : public TransformImpl {
 public:
  using TransformImpl::TransformImpl;

  Status Configure(const Settings& settings) override {
    const Result<std::string> field = settings.Required("field");
    if (!field.ok()) return field.status();
    name_ = *field;
    return {};
  }

  Status Apply(const Call& call, mr_record* r) override {
    const mr_schema* from = schema(*r);
    if (from == nullptr) {
      auto* slots = call.arena->AllocArray<mr_value>(2);
      slots[0] = record::Text(View(call.arena->Copy(name_)));
      slots[1] = value(*r);
      Set(r, nullptr, record::Composite(MR_MAP, slots, 1));
      return {};
    }
    const Result<const OneSchema*> plan = plans_.Get(from, [&](OneSchema* p) -> Status {
      SchemaDraft draft(MR_STRUCT);
      MILLRACE_RETURN_IF_ERROR(draft.Add(name_, from));
      Result<record::SchemaRef> to = draft.Build(call);
      if (!to.ok()) return to.status();
      p->to = *std::move(to);
      return {};
    });
    if (!plan.ok()) return plan.status();
    auto* slots = call.arena->AllocArray<mr_value>(1);
    slots[0] = value(*r);
    MILLRACE_RETURN_IF_ERROR(CheckField((*plan)->to->fields[0], slots[0]));
    Set(r, call.Keep((*plan)->to), record::Composite(MR_STRUCT, slots, 1));
    return {};
  }

 private:
  std::string name_;
  PlanCache<OneSchema> plans_;
};

class ValueToKey : public TransformImpl {
 public:
  using TransformImpl::TransformImpl;

  Status Configure(const Settings& settings) override {
    const Result<std::string> fields = settings.Required("fields");
    if (!fields.ok()) return fields.status();
    fields_ = settings.List("fields");
    if (fields_.empty()) return converters::InvalidSetting("fields", "[]", "Empty list");
    const Result<bool> replace = settings.Bool(kReplaceNull, true);
    if (!replace.ok()) return replace.status();
    replace_null_ = *replace;
    return {};
  }

  Status Apply(const Call& call, mr_record* r) override {
    constexpr char kPurpose[] = "copying fields from value to key";
    const mr_value& v = r->value;
    const auto n = static_cast<uint32_t>(fields_.size());
    if (r->value_schema == nullptr) {
      MILLRACE_RETURN_IF_ERROR(RequireMap(v, kPurpose));
      MapEdit key(record::Composite(MR_MAP, nullptr, 0), n, call.arena);
      for (const std::string& f : fields_) {
        const mr_value* found = MapFind(v, f);
        key.Put(View(call.arena->Copy(f)), found == nullptr ? record::Null() : *found);
      }
      r->key = key.Finish();
      r->key_schema = nullptr;
      return {};
    }
    MILLRACE_RETURN_IF_ERROR(RequireStruct(v, kPurpose));
    const mr_schema& from = *r->value_schema;
    const Result<const Plan*> plan = plans_.Get(&from, [&](Plan* p) { return MakePlan(call, from, p); });
    if (!plan.ok()) return plan.status();
    auto* slots = call.arena->AllocArray<mr_value>(n);
    for (uint32_t i = 0; i < n; ++i) {
      const mr_field& field = from.fields[(*plan)->sources[i]];
      slots[i] = WithDefault(v.u.v[(*plan)->sources[i]], *field.schema, replace_null_);
      MILLRACE_RETURN_IF_ERROR(CheckField(field, slots[i]));
    }
    r->key = record::Composite(MR_STRUCT, slots, n);
    r->key_schema = call.Keep((*plan)->to);
    return {};
  }

 private:
  struct Plan {
    record::SchemaRef to;
    std::vector<uint32_t> sources;
  };

  Status MakePlan(const Call& call, const mr_schema& from, Plan* plan) const {
    SchemaDraft draft(MR_STRUCT);
    for (const std::string& f : fields_) {
      const int at = FieldIndex(from, f);
      if (at < 0) return DataError("Field does not exist: " + f);
      MILLRACE_RETURN_IF_ERROR(draft.Add(f, from.fields[at].schema));
      plan->sources.push_back(static_cast<uint32_t>(at));
    }
    Result<record::SchemaRef> to = draft.Build(call);
    if (!to.ok()) return to.status();
    plan->to = *std::move(to);
    return {};
  }

  std::vector<std::string> fields_;
  bool replace_null_ = true;
  PlanCache<Plan> plans_;
};

class SetSchemaMetadata : public TransformImpl {
 public:
  using TransformImpl::TransformImpl;

  Status Configure(const Settings& settings) override {
    if (settings.Has("schema.name")) name_ = settings.Text("schema.name", "");
    if (settings.Has("schema.version")) {
      const Result<int> version = settings.Int("schema.version", 0);
      if (!version.ok()) return version.status();
      version_ = *version;
    }
    const Result<bool> replace = settings.Bool(kReplaceNull, true);
    if (!replace.ok()) return replace.status();
    replace_null_ = *replace;
    if (!name_ && !version_) {
      return converters::JavaError(Code::kConfig, converters::kConfigException,
                                   "Neither schema name nor version configured");
    }
    return {};
  }

  Status Apply(const Call& call, mr_record* r) override {
    const mr_schema* from = schema(*r);
    const mr_value v = value(*r);
    if (from == nullptr) {
      return v.kind == MR_NULL ? Status() : DataError("Schema required for [updating schema metadata]");
    }
    // Java asks every schema for its fields.
    if (from->kind != MR_STRUCT) return NotAStruct("list");
    const Result<const OneSchema*> plan = plans_.Get(from, [&](OneSchema* p) -> Status {
      mr_schema d = *from;
      if (name_) d.name = record::Str(*name_);
      if (version_) d.version = *version_;
      const mr_schema* s = call.host->schema_intern(&d, call.error);
      if (s == nullptr) return DataError("the host refused the schema with its new name");
      p->to = record::SchemaRef(s);
      return {};
    });
    if (!plan.ok()) return plan.status();
    mr_value out = v;
    if (v.kind == MR_STRUCT) {
      auto* slots = call.arena->AllocArray<mr_value>(v.n);
      for (uint32_t i = 0; i < v.n; ++i) {
        slots[i] = WithDefault(v.u.v[i], *from->fields[i].schema, replace_null_);
        MILLRACE_RETURN_IF_ERROR(CheckField(from->fields[i], slots[i]));
      }
      out = record::Composite(MR_STRUCT, slots, v.n);
    }
    Set(r, call.Keep((*plan)->to), out);
    return {};
  }

 private:
  std::optional<std::string> name_;
  std::optional<int> version_;
  bool replace_null_ = true;
  PlanCache<OneSchema> plans_;
};

}  // namespace

std::unique_ptr<TransformImpl> MakeExtractField(const mr_host* host, int part) {
  return std::make_unique<ExtractField>(host, part);
}
std::unique_ptr<TransformImpl> MakeHoistField(const mr_host* host, int part) {
  return std::make_unique<HoistField>(host, part);
}
std::unique_ptr<TransformImpl> MakeValueToKey(const mr_host* host, int part) {
  return std::make_unique<ValueToKey>(host, part);
}
std::unique_ptr<TransformImpl> MakeSetSchemaMetadata(const mr_host* host, int part) {
  return std::make_unique<SetSchemaMetadata>(host, part);
}

}  // namespace millrace::transforms
