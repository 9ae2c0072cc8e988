// SPDX-License-Identifier: Apache-2.0
//
// DropHeaders, InsertHeader, HeaderFrom$Key and $Value.
#include <fmt/format.h>

#include <algorithm>

#include "converters/values_parser.h"
#include "transforms/factories.h"

namespace millrace::transforms {

using record::View;

namespace {

bool Contains(const std::vector<std::string>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

Status RequireList(const Settings& settings, std::string_view key, std::vector<std::string>* out) {
  const Result<std::string> set = settings.Required(key);
  if (!set.ok()) return set.status();
  *out = settings.List(key);
  return out->empty() ? converters::InvalidSetting(key, "[]", "Empty list") : Status();
}

// Room for the headers of a record and `more`.
mr_header* CopyHeaders(const mr_record& r, uint32_t more, record::Arena* arena) {
  auto* headers = arena->AllocArray<mr_header>(r.n_headers + more);
  std::copy(r.headers, r.headers + r.n_headers, headers);
  return headers;
}

class DropHeaders : public TransformImpl {
 public:
  using TransformImpl::TransformImpl;
  Status Configure(const Settings& settings) override { return RequireList(settings, "headers", &names_); }
  Status Apply(const Call& call, mr_record* r) override {
    if (r->n_headers == 0) return {};
    auto* kept = call.arena->AllocArray<mr_header>(r->n_headers);
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->n_headers; ++i) {
      if (!Contains(names_, View(r->headers[i].key))) kept[n++] = r->headers[i];
    }
    r->headers = kept;
    r->n_headers = n;
    return {};
  }

 private:
  std::vector<std::string> names_;
};

class InsertHeader : public TransformImpl {
 public:
  using TransformImpl::TransformImpl;
  Status Configure(const Settings& settings) override {
    const Result<std::string> name = settings.Required("header");
    if (!name.ok()) return name.status();
    const Result<std::string> literal = settings.Required("value.literal");
    if (!literal.ok()) return literal.status();
    name_ = *name;
    literal_ = *literal;
    memory_.Reset();
    converters::ValuesParser parser([this](const mr_schema& d) -> Result<record::SchemaRef> {
      const mr_schema* s = host()->schema_intern(&d, nullptr);
      if (s == nullptr) return DataError("the host refused a schema");
      return record::SchemaRef(s);
    });
    const Status s = parser.Parse(literal_, &memory_, &value_);
    return s.ok() ? s : converters::InvalidSetting("value.literal", literal_, s.message());
  }
  Status Apply(const Call& call, mr_record* r) override {
    mr_header* headers = CopyHeaders(*r, 1, call.arena);
    headers[r->n_headers] = {call.arena->Copy(name_), call.Keep(value_.schema),
                             record::CopyValue(value_.value, call.arena)};
    r->headers = headers;
    ++r->n_headers;
    return {};
  }

 private:
  std::string name_, literal_;
  record::Arena memory_{1024};
  converters::ValuesParser::Parsed value_;
};

class HeaderFrom : public TransformImpl {
 public:
  using TransformImpl::TransformImpl;
  Status Configure(const Settings& settings) override {
    MILLRACE_RETURN_IF_ERROR(RequireList(settings, "fields", &fields_));
    MILLRACE_RETURN_IF_ERROR(RequireList(settings, "headers", &names_));
    const Result<std::string> operation = settings.Required("operation");
    if (!operation.ok()) return operation.status();
    if (*operation != "move" && *operation != "copy") {
      return converters::InvalidSetting("operation", *operation, "String must be one of: move, copy");
    }
    const Result<bool> replace = settings.Bool(kReplaceNull, true);
    if (!replace.ok()) return replace.status();
    if (fields_.size() != names_.size()) {
      return converters::JavaError(Code::kConfig, converters::kConfigException,
                                   "'fields' config must have the same number of elements as 'headers' config.");
    }
    move_ = *operation == "move";
    replace_null_ = *replace;
    return {};
  }

  Status Apply(const Call& call, mr_record* r) override {
    const std::string_view purpose = move_ ? "header move" : "header copy";
    return schema(*r) == nullptr ? Schemaless(call, r, purpose) : WithSchema(call, r, purpose);
  }

 private:
  struct Plan {
    record::SchemaRef to;        // move only
    std::vector<uint32_t> kept;  // the fields that stay
    std::vector<int> sources;    // per header
  };

  Status Schemaless(const Call& call, mr_record* r, std::string_view purpose) {
    const mr_value map = value(*r);
    MILLRACE_RETURN_IF_ERROR(RequireMap(map, purpose));
    mr_header* headers = CopyHeaders(*r, static_cast<uint32_t>(fields_.size()), call.arena);
    MapEdit edit(map, 0, call.arena);
    for (size_t i = 0; i < fields_.size(); ++i) {
      const mr_value* found = MapFind(map, fields_[i]);
      if (move_) edit.Remove(fields_[i]);
      headers[r->n_headers + i] = {call.arena->Copy(names_[i]), nullptr, found == nullptr ? record::Null() : *found};
    }
    if (move_) Set(r, nullptr, edit.Finish());
    Attach(r, headers);
    return {};
  }

  Status WithSchema(const Call& call, mr_record* r, std::string_view purpose) {
    const mr_value v = value(*r);
    const mr_schema& from = *schema(*r);
    MILLRACE_RETURN_IF_ERROR(RequireStruct(v, purpose));
    const Result<const Plan*> plan = plans_.Get(&from, [&](Plan* p) { return MakePlan(call, from, p); });
    if (!plan.ok()) return plan.status();
    mr_header* headers = CopyHeaders(*r, static_cast<uint32_t>(fields_.size()), call.arena);
    for (size_t i = 0; i < fields_.size(); ++i) {
      const int at = (*plan)->sources[i];
      if (at < 0) {
        return converters::JavaError(
            Code::kData, "java.lang.NullPointerException",
            "Cannot invoke \"org.apache.kafka.connect.data.Field.schema()\" because the return value of "
            "\"org.apache.kafka.connect.data.Schema.field(String)\" is null");
      }
      const mr_schema* field = from.fields[at].schema;
      headers[r->n_headers + i] = {call.arena->Copy(names_[i]), field, WithDefault(v.u.v[at], *field, replace_null_)};
    }
    host()->arena_keep_schema(call.arena->abi(), &from);
    if (move_) {
      auto* slots = call.arena->AllocArray<mr_value>((*plan)->kept.size());
      uint32_t n = 0;
      for (const uint32_t k : (*plan)->kept) {
        slots[n] = WithDefault(v.u.v[k], *from.fields[k].schema, replace_null_);
        MILLRACE_RETURN_IF_ERROR(CheckField(from.fields[k], slots[n]));
        ++n;
      }
      Set(r, call.Keep((*plan)->to), record::Composite(MR_STRUCT, slots, n));
    }
    Attach(r, headers);
    return {};
  }

  Status MakePlan(const Call& call, const mr_schema& from, Plan* plan) {
    SchemaDraft draft(MR_STRUCT);
    draft.CopyBasics(from);
    for (uint32_t i = 0; i < from.n_fields; ++i) {
      if (Contains(fields_, View(from.fields[i].name))) continue;
      MILLRACE_RETURN_IF_ERROR(draft.Add(View(from.fields[i].name), from.fields[i].schema));
      plan->kept.push_back(i);
    }
    for (const std::string& f : fields_) plan->sources.push_back(FieldIndex(from, f));
    if (!move_) return {};
    Result<record::SchemaRef> to = draft.Build(call);
    if (!to.ok()) return to.status();
    plan->to = *std::move(to);
    return {};
  }

  void Attach(mr_record* r, const mr_header* headers) const {
    r->headers = headers;
    r->n_headers += static_cast<uint32_t>(fields_.size());
  }

  std::vector<std::string> fields_, names_;
  bool move_ = false, replace_null_ = true;
  PlanCache<Plan> plans_;
};

}  // namespace

std::unique_ptr<TransformImpl> MakeDropHeaders(const mr_host* host, int part) {
  return std::make_unique<DropHeaders>(host, part);
}
std::unique_ptr<TransformImpl> MakeInsertHeader(const mr_host* host, int part) {
  return std::make_unique<InsertHeader>(host, part);
}
std::unique_ptr<TransformImpl> MakeHeaderFrom(const mr_host* host, int part) {
  return std::make_unique<HeaderFrom>(host, part);
}

}  // namespace millrace::transforms
