// SPDX-License-Identifier: Apache-2.0
//
// ReplaceField$Key and $Value: leaves fields out and renames them.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "transforms/factories.h"

namespace millrace::transforms {

using record::View;

namespace {

constexpr char kPurpose[] = "field replacement";

class ReplaceField : public TransformImpl {
 public:
  using TransformImpl::TransformImpl;

  Status Configure(const Settings& settings) override {
    exclude_ = settings.List("exclude");
    include_ = settings.List("include");
    const std::vector<std::string> renames = settings.List("renames");
    for (const std::string& mapping : renames) {
      // Java's split drops empty parts at the end.
      const size_t colon = mapping.find(':');
      const bool pair = colon != std::string::npos && colon + 1 < mapping.size() &&
                        mapping.find_first_not_of(':', colon) == colon + 1 &&
                        mapping.find(':', colon + 1) >= mapping.find_last_not_of(':') + 1;
      if (!pair) {
        return converters::InvalidSetting("renames", fmt::format("[{}]", fmt::join(renames, ", ")),
                                          "Invalid rename mapping: " + mapping);
      }
      renames_[mapping.substr(0, colon)] = mapping.substr(colon + 1, mapping.find_last_not_of(':') - colon);
    }
    for (const auto& [from, to] : renames_) reverse_[to] = from;
    const Result<bool> replace = settings.Bool(kReplaceNull, true);
    if (!replace.ok()) return replace.status();
    replace_null_ = *replace;
    return {};
  }

  Status Apply(const Call& call, mr_record* r) override {
    if (value(*r).kind == MR_NULL) return {};
    return schema(*r) == nullptr ? Schemaless(call, r) : WithSchema(call, r);
  }

 private:
  struct Plan {
    record::SchemaRef to;
    std::vector<uint32_t> sources;
  };

  static bool Contains(const std::vector<std::string>& list, std::string_view name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  }
  bool Wanted(std::string_view name) const {
    return !Contains(exclude_, name) && (include_.empty() || Contains(include_, name));
  }
  static std::string_view Mapped(const std::map<std::string, std::string, std::less<>>& names, std::string_view name) {
    const auto found = names.find(name);
    return found == names.end() ? name : std::string_view(found->second);
  }

  Status Schemaless(const Call& call, mr_record* r) {
    const mr_value map = value(*r);
    MILLRACE_RETURN_IF_ERROR(RequireMap(map, kPurpose));
    MapEdit out(record::Composite(MR_MAP, nullptr, 0), map.n, call.arena);
    for (uint32_t i = 0; i < map.n; ++i) {
      const mr_value& key = map.u.v[2 * size_t{i}];
      if (key.kind != MR_STRING || !Wanted(View(key))) continue;
      const auto found = renames_.find(View(key));
      out.Put(found == renames_.end() ? View(key) : View(call.arena->Copy(found->second)), map.u.v[2 * size_t{i} + 1]);
    }
    Set(r, nullptr, out.Finish());
    return {};
  }

  Status WithSchema(const Call& call, mr_record* r) {
    const mr_value v = value(*r);
    const mr_schema& from = *schema(*r);
    MILLRACE_RETURN_IF_ERROR(RequireStruct(v, kPurpose));
    const Result<const Plan*> plan = plans_.Get(&from, [&](Plan* p) { return MakePlan(call, from, p); });
    if (!plan.ok()) return plan.status();
    const mr_schema& to = *(*plan)->to.get();
    auto* slots = call.arena->AllocArray<mr_value>(to.n_fields);
    for (uint32_t i = 0; i < to.n_fields; ++i) {
      const uint32_t k = (*plan)->sources[i];
      slots[i] = WithDefault(v.u.v[k], *from.fields[k].schema, replace_null_);
      MILLRACE_RETURN_IF_ERROR(CheckField(to.fields[i], slots[i]));
    }
    Set(r, call.Keep((*plan)->to), record::Composite(MR_STRUCT, slots, to.n_fields));
    return {};
  }

  Status MakePlan(const Call& call, const mr_schema& from, Plan* plan) const {
    SchemaDraft draft(MR_STRUCT);
    draft.CopyBasics(from);
    for (uint32_t i = 0; i < from.n_fields; ++i) {
      const std::string_view name = View(from.fields[i].name);
      if (Wanted(name)) MILLRACE_RETURN_IF_ERROR(draft.Add(Mapped(renames_, name), from.fields[i].schema));
    }
    Result<record::SchemaRef> to = draft.Build(call);
    if (!to.ok()) return to.status();
    plan->to = *std::move(to);
    // Values are looked up by the old name of the new field, as Java does.
    for (uint32_t i = 0; i < plan->to->n_fields; ++i) {
      const std::string_view old = Mapped(reverse_, View(plan->to->fields[i].name));
      const int at = FieldIndex(from, old);
      if (at < 0) return DataError(fmt::format("{} is not a valid field name", old));
      plan->sources.push_back(static_cast<uint32_t>(at));
    }
    return {};
  }

  std::vector<std::string> exclude_, include_;
  std::map<std::string, std::string, std::less<>> renames_, reverse_;
  bool replace_null_ = true;
  PlanCache<Plan> plans_;
};

}  // namespace

std::unique_ptr<TransformImpl> MakeReplaceField(const mr_host* host, int part) {
  return std::make_unique<ReplaceField>(host, part);
}

}  // namespace millrace::transforms
