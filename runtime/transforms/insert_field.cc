// SPDX-License-Identifier: Apache-2.0
//
// InsertField$Key and $Value: topic, partition, offset, timestamp or a fixed text as fields.
#include <cstring>
#include <optional>

#include "converters/logical.h"
#include "record/validate.h"
#include "transforms/factories.h"

namespace millrace::transforms {

using record::View;

namespace {

constexpr char kPurpose[] = "field insertion";

struct Insertion {
  std::string name;
  bool optional = true;
};

std::optional<Insertion> Parse(const Settings& settings, std::string_view key) {
  if (!settings.Has(key)) return std::nullopt;
  Insertion i{settings.Text(key, ""), true};
  if (i.name.ends_with('?') || i.name.ends_with('!')) {
    i.optional = i.name.back() == '?';
    i.name.pop_back();
  }
  return i;
}

class InsertField : public TransformImpl {
 public:
  using TransformImpl::TransformImpl;

  Status Configure(const Settings& settings) override {
    topic_ = Parse(settings, "topic.field");
    partition_ = Parse(settings, "partition.field");
    offset_ = Parse(settings, "offset.field");
    timestamp_ = Parse(settings, "timestamp.field");
    static_ = Parse(settings, "static.field");
    text_ = settings.Text("static.value", "");
    const Result<bool> replace = settings.Bool(kReplaceNull, true);
    if (!replace.ok()) return replace.status();
    replace_null_ = *replace;
    if (!topic_ && !partition_ && !offset_ && !timestamp_ && !static_) {
      return converters::JavaError(Code::kConfig, converters::kConfigException, "No field insertion configured");
    }
    if (static_ && !settings.Has("static.value")) {
      return converters::InvalidSetting("static.value", "null",
                                        "No value specified for static field: " + static_->name);
    }
    return {};
  }

  Status Apply(const Call& call, mr_record* r) override {
    if (value(*r).kind == MR_NULL) return {};
    return schema(*r) == nullptr ? Schemaless(call, r) : WithSchema(call, r);
  }

 private:
  struct Plan {
    record::SchemaRef to;
  };

  // Java asks for a SinkRecord: one that was read somewhere.
  static Status RequireSink(const Call& call, const mr_record& r) {
    if (r.offset >= 0 && call.batch->n_src_partitions == 0 && r.src_offset.kind == MR_NULL) return {};
    return DataError(
        "Only SinkRecord supported for [field insertion], found: org.apache.kafka.connect.source.SourceRecord");
  }

  Status Schemaless(const Call& call, mr_record* r) {
    MILLRACE_RETURN_IF_ERROR(RequireMap(value(*r), kPurpose));
    MapEdit edit(value(*r), 5, call.arena);
    const auto put = [&](const Insertion& i, const mr_value& v) { edit.Put(View(call.arena->Copy(i.name)), v); };
    if (topic_) put(*topic_, record::Text(call.TopicOf(*r)));
    if (partition_ && r->partition >= 0) put(*partition_, record::Int(MR_I32, r->partition));
    if (offset_) {
      MILLRACE_RETURN_IF_ERROR(RequireSink(call, *r));
      put(*offset_, record::Int(MR_I64, r->offset));
    }
    if (timestamp_ && (r->flags & MR_REC_HAS_TS) != 0) put(*timestamp_, record::Int(MR_I64, r->timestamp));
    if (static_) put(*static_, record::Text(View(call.arena->Copy(text_))));
    Set(r, nullptr, edit.Finish());
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
    uint32_t n = 0;
    for (; n < from.n_fields; ++n) {
      slots[n] = WithDefault(v.u.v[n], *from.fields[n].schema, replace_null_);
      MILLRACE_RETURN_IF_ERROR(CheckField(to.fields[n], slots[n]));
    }
    // A field that has nothing to hold stays null; Java only finds that out when the struct is used.
    if (topic_) slots[n++] = record::Text(call.TopicOf(*r));
    if (partition_) slots[n++] = r->partition >= 0 ? record::Int(MR_I32, r->partition) : record::Null();
    if (offset_) {
      MILLRACE_RETURN_IF_ERROR(RequireSink(call, *r));
      slots[n++] = record::Int(MR_I64, r->offset);
    }
    if (timestamp_) {
      slots[n++] = (r->flags & MR_REC_HAS_TS) != 0 ? converters::TimestampValue(r->timestamp) : record::Null();
    }
    if (static_) slots[n++] = record::Text(View(call.arena->Copy(text_)));
    Set(r, call.Keep((*plan)->to), record::Composite(MR_STRUCT, slots, n));
    return {};
  }

  Status MakePlan(const Call& call, const mr_schema& from, Plan* plan) const {
    SchemaDraft draft(MR_STRUCT);
    draft.CopyBasics(from);
    for (uint32_t i = 0; i < from.n_fields; ++i) {
      MILLRACE_RETURN_IF_ERROR(draft.Add(View(from.fields[i].name), from.fields[i].schema));
    }
    std::vector<record::SchemaRef> own;
    const auto add = [&](const std::optional<Insertion>& i, uint8_t kind, uint8_t logical) -> Status {
      if (!i) return {};
      SchemaDraft field(kind);
      field.description().optional = i->optional;
      if (logical != MR_L_NONE) {
        field.description().name = record::Str(record::LogicalName(logical));
        field.description().version = 1;
      }
      Result<record::SchemaRef> schema = field.Build(call);
      if (!schema.ok()) return schema.status();
      own.push_back(*std::move(schema));
      return draft.Add(i->name, own.back().get());
    };
    MILLRACE_RETURN_IF_ERROR(add(topic_, MR_STRING, MR_L_NONE));
    MILLRACE_RETURN_IF_ERROR(add(partition_, MR_I32, MR_L_NONE));
    MILLRACE_RETURN_IF_ERROR(add(offset_, MR_I64, MR_L_NONE));
    MILLRACE_RETURN_IF_ERROR(add(timestamp_, MR_I64, MR_L_TIMESTAMP));
    MILLRACE_RETURN_IF_ERROR(add(static_, MR_STRING, MR_L_NONE));
    Result<record::SchemaRef> to = draft.Build(call);
    if (!to.ok()) return to.status();
    plan->to = *std::move(to);
    return {};
  }

  std::optional<Insertion> topic_, partition_, offset_, timestamp_, static_;
  std::string text_;
  bool replace_null_ = true;
  PlanCache<Plan> plans_;
};

}  // namespace

std::unique_ptr<TransformImpl> MakeInsertField(const mr_host* host, int part) {
  return std::make_unique<InsertField>(host, part);
}

}  // namespace millrace::transforms
