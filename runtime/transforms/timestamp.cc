// SPDX-License-Identifier: Apache-2.0
//
// TimestampConverter$Key and $Value: between texts, Unix times, Date, Time and Timestamp; TimestampRouter: the topic by
// the record's time.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "converters/logical.h"
#include "record/validate.h"
#include "transforms/date_format.h"
#include "transforms/factories.h"

namespace millrace::transforms {

using converters::kMillisPerDay;
using record::JavaClassName;
using record::View;

namespace {

constexpr char kConnectException[] = "org.apache.kafka.connect.errors.ConnectException";
constexpr char kPurpose[] = "converting timestamp formats";

enum class Type { kString, kUnix, kDate, kTime, kTimestamp };
constexpr std::string_view kTypes[] = {"string", "unix", "Date", "Time", "Timestamp"};
constexpr std::string_view kPrecisions[] = {"nanoseconds", "microseconds", "milliseconds", "seconds"};

bool IsBlank(std::string_view s) {
  return std::all_of(s.begin(), s.end(), [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

// TimeUnit: towards zero when getting coarser, held at the ends when getting finer.
int64_t Times(int64_t v, int64_t factor) {
  int64_t out = 0;
  if (__builtin_mul_overflow(v, factor, &out)) {
    return v < 0 ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
  }
  return out;
}

int64_t StartOfDay(int64_t millis) { return millis - ((millis % kMillisPerDay) + kMillisPerDay) % kMillisPerDay; }

class TimestampConverter : public TransformImpl {
 public:
  using TransformImpl::TransformImpl;

  Status Configure(const Settings& settings) override {
    field_ = settings.Text("field", "");
    const Result<std::string> type = settings.Required("target.type");
    if (!type.ok()) return type.status();
    const auto* found = std::find(std::begin(kTypes), std::end(kTypes), *type);
    if (found == std::end(kTypes)) {
      return converters::InvalidSetting("target.type", *type,
                                        fmt::format("String must be one of: {}", fmt::join(kTypes, ", ")));
    }
    target_ = static_cast<Type>(found - std::begin(kTypes));
    const std::string format = settings.Text("format", "");
    precision_ = settings.Text("unix.precision", "milliseconds");
    if (std::find(std::begin(kPrecisions), std::end(kPrecisions), precision_) == std::end(kPrecisions)) {
      return converters::InvalidSetting("unix.precision", precision_,
                                        fmt::format("String must be one of: {}", fmt::join(kPrecisions, ", ")));
    }
    const Result<bool> replace = settings.Bool(kReplaceNull, true);
    if (!replace.ok()) return replace.status();
    replace_null_ = *replace;
    if (IsBlank(format)) {
      if (target_ != Type::kString) return {};
      return converters::JavaError(
          Code::kConfig, converters::kConfigException,
          "TimestampConverter requires format option to be specified when using string timestamps");
    }
    Result<DateFormat> compiled = DateFormat::Compile(format);
    if (!compiled.ok()) {
      return converters::JavaError(
          Code::kConfig, converters::kConfigException,
          fmt::format(
              "Invalid value java.lang.IllegalArgumentException: {} for configuration TimestampConverter requires a "
              "SimpleDateFormat-compatible pattern for string timestamps: {}",
              compiled.status().message(), format));
    }
    format_ = *std::move(compiled);
    return {};
  }

  Status Apply(const Call& call, mr_record* r) override {
    return schema(*r) == nullptr ? Schemaless(call, r) : WithSchema(call, r);
  }

 private:
  struct Plan {
    record::SchemaRef to;
    int field = -1;
  };

  Status Schemaless(const Call& call, mr_record* r) {
    const mr_value v = value(*r);
    mr_value out = record::Null();
    if (v.kind == MR_NULL || field_.empty()) {
      MILLRACE_RETURN_IF_ERROR(Convert(v, nullptr, call.arena, &out));
      Set(r, nullptr, out);
      return {};
    }
    MILLRACE_RETURN_IF_ERROR(RequireMap(v, kPurpose));
    MapEdit edit(v, 1, call.arena);
    if (const mr_value* found = MapFind(v, field_))
      MILLRACE_RETURN_IF_ERROR(Convert(*found, nullptr, call.arena, &out));
    edit.Put(View(call.arena->Copy(field_)), out);
    Set(r, nullptr, edit.Finish());
    return {};
  }

  Status WithSchema(const Call& call, mr_record* r) {
    const mr_value v = value(*r);
    const mr_schema& from = *schema(*r);
    if (!field_.empty() && v.kind != MR_NULL) MILLRACE_RETURN_IF_ERROR(RequireStruct(v, kPurpose));
    const Result<const Plan*> plan = plans_.Get(&from, [&](Plan* p) { return MakePlan(call, from, p); });
    if (!plan.ok()) return plan.status();
    mr_value out = record::Null();
    if (field_.empty()) {
      const Result<Type> type = TypeOf(from);
      if (!type.ok()) return type.status();
      MILLRACE_RETURN_IF_ERROR(Convert(v, &*type, call.arena, &out));
    } else if (v.kind != MR_NULL) {
      auto* slots = call.arena->AllocArray<mr_value>(v.n);
      for (uint32_t i = 0; i < v.n; ++i) {
        const mr_schema& field = *from.fields[i].schema;
        slots[i] = WithDefault(v.u.v[i], field, replace_null_);
        if (static_cast<int>(i) == (*plan)->field) {
          const Result<Type> type = TypeOf(field);
          if (!type.ok()) return type.status();
          MILLRACE_RETURN_IF_ERROR(Convert(mr_value(slots[i]), &*type, call.arena, &slots[i]));
        }
        MILLRACE_RETURN_IF_ERROR(CheckField((*plan)->to->fields[i], slots[i]));
      }
      out = record::Composite(MR_STRUCT, slots, v.n);
    }
    Set(r, call.Keep((*plan)->to), out);
    return {};
  }

  Status MakePlan(const Call& call, const mr_schema& from, Plan* plan) const {
    if (field_.empty()) {
      Result<record::SchemaRef> to = TargetSchema(call, from.optional != 0);
      if (!to.ok()) return to.status();
      plan->to = *std::move(to);
      return {};
    }
    if (from.kind != MR_STRUCT) return NotAStruct("list");
    SchemaDraft draft(MR_STRUCT);
    draft.CopyBasics(from);
    record::SchemaRef target;
    for (uint32_t i = 0; i < from.n_fields; ++i) {
      const mr_schema* field = from.fields[i].schema;
      if (View(from.fields[i].name) == field_) {
        Result<record::SchemaRef> made = TargetSchema(call, field->optional != 0);
        if (!made.ok()) return made.status();
        target = *std::move(made);
        field = target.get();
        plan->field = static_cast<int>(i);
      }
      MILLRACE_RETURN_IF_ERROR(draft.Add(View(from.fields[i].name), field));
    }
    draft.description().optional = from.optional;
    // A struct cannot be a default of a schema in the making; Java fails here too.
    if (from.has_default) MILLRACE_RETURN_IF_ERROR(draft.SetDefault(from.dflt));
    Result<record::SchemaRef> to = draft.Build(call);
    if (!to.ok()) return to.status();
    plan->to = *std::move(to);
    return {};
  }

  Result<record::SchemaRef> TargetSchema(const Call& call, bool optional) const {
    constexpr uint8_t kKinds[] = {MR_STRING, MR_I64, MR_I32, MR_I32, MR_I64};
    constexpr uint8_t kLogicals[] = {MR_L_NONE, MR_L_NONE, MR_L_DATE, MR_L_TIME, MR_L_TIMESTAMP};
    const auto t = static_cast<size_t>(target_);
    SchemaDraft draft(kKinds[t]);
    draft.description().optional = optional;
    if (kLogicals[t] != MR_L_NONE) {
      draft.description().name = record::Str(record::LogicalName(kLogicals[t]));
      draft.description().version = 1;
    }
    return draft.Build(call);
  }

  static Result<Type> TypeOf(const mr_schema& s) {
    switch (s.logical) {
      case MR_L_TIMESTAMP: return Type::kTimestamp;
      case MR_L_DATE: return Type::kDate;
      case MR_L_TIME: return Type::kTime;
      default: break;
    }
    if (s.kind == MR_STRING) return Type::kString;
    if (s.kind == MR_I64) return Type::kUnix;
    return converters::JavaError(
        Code::kData, kConnectException,
        fmt::format("Schema Schema{{{}{}}} does not correspond to a known timestamp type format",
                    s.name.p == nullptr ? std::string() : fmt::format("{}:", View(s.name)), record::TypeName(s.kind)));
  }

  // `type` NULL: told from the value.
  Status Convert(const mr_value& v, const Type* type, record::Arena* arena, mr_value* out) const {
    *out = record::Null();
    if (v.kind == MR_NULL) return {};
    Type from = Type::kTimestamp;
    if (type != nullptr) {
      from = *type;
    } else if (v.kind == MR_STRING) {
      from = Type::kString;
    } else if (v.kind == MR_I64 && v.logical == MR_L_NONE) {
      from = Type::kUnix;
    } else if (!converters::IsDate(v)) {
      return DataError(
          fmt::format("TimestampConverter does not support class {} objects as timestamps", JavaClassName(v)));
    }
    int64_t millis = 0;
    MILLRACE_RETURN_IF_ERROR(ToMillis(v, from, &millis));
    return FromMillis(millis, arena, out);
  }

  Status ToMillis(const mr_value& v, Type from, int64_t* millis) const {
    if (from == Type::kString) {
      if (v.kind != MR_STRING) {
        return DataError(fmt::format("Expected string timestamp to be a String, but found class {}", JavaClassName(v)));
      }
      if (!format_) {
        return converters::JavaError(
            Code::kData, "java.lang.NullPointerException",
            "Cannot invoke \"java.text.SimpleDateFormat.parse(String)\" because \"config.format\" is null");
      }
      const std::optional<int64_t> parsed = format_->Parse(View(v));
      if (!parsed) {
        return converters::CausedBy(
            DataError(fmt::format("Could not parse timestamp: value ({}) does not match pattern ({})", View(v),
                                  format_->pattern())),
            "java.text.ParseException", fmt::format("Unparseable date: \"{}\"", View(v)));
      }
      *millis = *parsed;
      return {};
    }
    if (from == Type::kUnix) {
      if (v.kind != MR_I64 || v.logical != MR_L_NONE) {
        return DataError(fmt::format("Expected Unix timestamp to be a Long, but found class {}", JavaClassName(v)));
      }
      *millis = precision_ == "seconds"        ? Times(v.u.i, 1000)
                : precision_ == "microseconds" ? v.u.i / 1000
                : precision_ == "nanoseconds"  ? v.u.i / 1000000
                                               : v.u.i;
      return {};
    }
    if (!converters::IsDate(v)) {
      return DataError(fmt::format("Expected {} to be a java.util.Date, but found class {}",
                                   kTypes[static_cast<size_t>(from)], JavaClassName(v)));
    }
    *millis = converters::DateMillis(v);
    return {};
  }

  Status FromMillis(int64_t millis, record::Arena* arena, mr_value* out) const {
    switch (target_) {
      case Type::kString: *out = record::Text(View(arena->Copy(format_->Format(millis)))); return {};
      case Type::kUnix:
        *out = record::Int(MR_I64, precision_ == "seconds"        ? millis / 1000
                                   : precision_ == "microseconds" ? Times(millis, 1000)
                                   : precision_ == "nanoseconds"  ? Times(millis, 1000000)
                                                                  : millis);
        return {};
      case Type::kDate: *out = converters::DateValue(StartOfDay(millis) / kMillisPerDay); return {};
      case Type::kTime: *out = converters::TimeValue(millis - StartOfDay(millis)); return {};
      default: *out = converters::TimestampValue(millis); return {};
    }
  }

  std::string field_, precision_;
  Type target_ = Type::kTimestamp;
  std::optional<DateFormat> format_;
  bool replace_null_ = true;
  PlanCache<Plan> plans_;
};

class TimestampRouter : public TransformImpl {
 public:
  using TransformImpl::TransformImpl;

  Status Configure(const Settings& settings) override {
    topic_format_ = settings.Text("topic.format", "${topic}-${timestamp}");
    Result<DateFormat> format = DateFormat::Compile(settings.Text("timestamp.format", "yyyyMMdd"));
    if (!format.ok()) {
      // Java compiles the pattern at the first record.
      bad_format_ = format.status().message();
      return {};
    }
    format_ = *std::move(format);
    return {};
  }

  Status Apply(const Call& call, mr_record* r) override {
    if ((r->flags & MR_REC_HAS_TS) == 0) {
      return DataError(fmt::format("Timestamp missing on record: topic='{}', kafkaPartition={}", call.TopicOf(*r),
                                   r->partition >= 0 ? std::to_string(r->partition) : "null"));
    }
    if (!format_) return converters::JavaError(Code::kData, "java.lang.IllegalArgumentException", bad_format_);
    const std::string time = format_->Format(r->timestamp);
    std::string topic = Replace(topic_format_, "${topic}", call.TopicOf(*r));
    topic = Replace(topic, "${timestamp}", time);
    r->topic = call.host->batch_topic(call.batch, record::Str(topic));
    return {};
  }

 private:
  static std::string Replace(std::string_view text, std::string_view what, std::string_view with) {
    std::string out;
    for (;;) {
      const size_t at = text.find(what);
      out += text.substr(0, at);
      if (at == std::string_view::npos) return out;
      out += with;
      text.remove_prefix(at + what.size());
    }
  }

  std::string topic_format_, bad_format_;
  std::optional<DateFormat> format_;
};

}  // namespace

std::unique_ptr<TransformImpl> MakeTimestampConverter(const mr_host* host, int part) {
  return std::make_unique<TimestampConverter>(host, part);
}
std::unique_ptr<TransformImpl> MakeTimestampRouter(const mr_host* host, int part) {
  return std::make_unique<TimestampRouter>(host, part);
}

}  // namespace millrace::transforms
