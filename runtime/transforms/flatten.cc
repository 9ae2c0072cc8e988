// SPDX-License-Identifier: Apache-2.0
//
// Flatten$Key and $Value: nested structs or maps become one level, with names joined by a delimiter.
#include <fmt/format.h>

#include <vector>

#include "converters/map_slots.h"
#include "record/validate.h"
#include "transforms/factories.h"

namespace millrace::transforms {

using record::View;

namespace {

constexpr char kPurpose[] = "flattening";

class Flatten : public TransformImpl {
 public:
  using TransformImpl::TransformImpl;

  Status Configure(const Settings& settings) override {
    delimiter_ = settings.Text("delimiter", ".");
    return {};
  }

  Status Apply(const Call& call, mr_record* r) override {
    const mr_value v = value(*r);
    if (v.kind == MR_NULL) return {};
    if (schema(*r) == nullptr) {
      MILLRACE_RETURN_IF_ERROR(RequireMap(v, kPurpose));
      converters::MapSlots out;
      MILLRACE_RETURN_IF_ERROR(FlattenMap(call, v, "", &out));
      Set(r, nullptr, out.Finish(call.arena));
      return {};
    }
    MILLRACE_RETURN_IF_ERROR(RequireStruct(v, kPurpose));
    const mr_schema& from = *schema(*r);
    const Result<const Plan*> plan = plans_.Get(&from, [&](Plan* p) { return MakePlan(call, from, p); });
    if (!plan.ok()) return plan.status();
    const mr_schema& to = *(*plan)->to.get();
    auto* slots = call.arena->AllocArray<mr_value>(to.n_fields);
    uint32_t n = 0;
    MILLRACE_RETURN_IF_ERROR(Fill(to, from, &v, slots, &n));
    Set(r, call.Keep((*plan)->to), record::Composite(MR_STRUCT, slots, n));
    return {};
  }

 private:
  struct Plan {
    record::SchemaRef to;
  };

  std::string Name(std::string_view prefix, std::string_view name) const {
    return prefix.empty() ? std::string(name) : fmt::format("{}{}{}", prefix, delimiter_, name);
  }

  Status FlattenMap(const Call& call, const mr_value& map, std::string_view prefix, converters::MapSlots* out) const {
    for (uint32_t i = 0; i < map.n; ++i) {
      const mr_value& key = map.u.v[2 * size_t{i}];
      const mr_value& v = map.u.v[2 * size_t{i} + 1];
      if (key.kind != MR_STRING) {
        return converters::JavaError(
            Code::kData, "java.lang.ClassCastException",
            fmt::format("class {} cannot be cast to class java.lang.String", record::JavaClassName(key)));
      }
      const std::string name = Name(prefix, View(key));
      if (v.logical != MR_L_NONE) {
        return DataError(
            fmt::format("Flatten transformation was passed a value of type class {} which is not supported by "
                        "Connect's data API",
                        record::JavaClassName(v)));
      }
      if (v.kind == MR_STRUCT) {
        return DataError(
            fmt::format("Flatten transformation does not support class {} for record without schemas (for field "
                        "{}).",
                        record::JavaClassName(v), name));
      }
      if (v.kind == MR_MAP) {
        MILLRACE_RETURN_IF_ERROR(FlattenMap(call, v, name, out));
      } else {
        out->Put(record::Text(View(call.arena->Copy(name))), v);
      }
    }
    return {};
  }

  Status MakePlan(const Call& call, const mr_schema& from, Plan* plan) const {
    SchemaDraft draft(MR_STRUCT);
    draft.CopyBasics(from);
    record::Arena names(4096);
    std::vector<record::SchemaRef> own;
    MILLRACE_RETURN_IF_ERROR(
        AddFields(call, from, "", from.optional != 0, from.has_default ? &from.dflt : nullptr, &draft, &names, &own));
    Result<record::SchemaRef> to = draft.Build(call);
    if (!to.ok()) return to.status();
    plan->to = *std::move(to);
    return {};
  }

  Status AddFields(const Call& call, const mr_schema& from, std::string_view prefix, bool optional,
                   const mr_value* outer, SchemaDraft* draft, record::Arena* names,
                   std::vector<record::SchemaRef>* own) const {
    for (uint32_t i = 0; i < from.n_fields; ++i) {
      const mr_schema& field = *from.fields[i].schema;
      const std::string name = Name(prefix, View(from.fields[i].name));
      const bool may_be_null = optional || field.optional != 0;
      const mr_value* dflt = nullptr;
      if (field.has_default) {
        dflt = &field.dflt;
      } else if (outer != nullptr && outer->u.v[i].kind != MR_NULL) {
        dflt = &outer->u.v[i];
      }
      if (field.kind == MR_MAP) {
        return DataError(
            fmt::format("Flatten transformation does not support MAP for record with schemas (for field {}).", name));
      }
      if (field.kind == MR_STRUCT) {
        MILLRACE_RETURN_IF_ERROR(AddFields(call, field, name, may_be_null, dflt, draft, names, own));
        continue;
      }
      SchemaDraft leaf(field.kind);
      leaf.CopyBasics(field);
      leaf.description().optional = may_be_null;
      if (dflt != nullptr) MILLRACE_RETURN_IF_ERROR(leaf.SetDefault(*dflt));
      Result<record::SchemaRef> schema = leaf.Build(call);
      if (!schema.ok()) return schema.status();
      own->push_back(*std::move(schema));
      MILLRACE_RETURN_IF_ERROR(draft->Add(View(names->Copy(name)), own->back().get()));
    }
    return {};
  }

  // The leaves of a struct in the order of the flat schema; those of a missing one (v == nullptr) are null.
  static Status Fill(const mr_schema& to, const mr_schema& from, const mr_value* v, mr_value* slots, uint32_t* n) {
    for (uint32_t i = 0; i < from.n_fields; ++i) {
      const mr_schema& field = *from.fields[i].schema;
      const mr_value* slot = v == nullptr ? nullptr : &WithDefault(v->u.v[i], field, true);
      if (field.kind == MR_STRUCT) {
        MILLRACE_RETURN_IF_ERROR(Fill(to, field, slot == nullptr || slot->kind == MR_NULL ? nullptr : slot, slots, n));
        continue;
      }
      slots[*n] = slot == nullptr ? record::Null() : *slot;
      if (slot != nullptr) MILLRACE_RETURN_IF_ERROR(CheckField(to.fields[*n], slots[*n]));
      ++*n;
    }
    return {};
  }

  std::string delimiter_;
  PlanCache<Plan> plans_;
};

}  // namespace

std::unique_ptr<TransformImpl> MakeFlatten(const mr_host* host, int part) {
  return std::make_unique<Flatten>(host, part);
}

}  // namespace millrace::transforms
