// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "cases.h"
#include "plugins/instance.h"
#include "record/host_batch.h"
#include "record/value.h"
#include "value_text.h"

namespace millrace::golden {

using rapidjson::Value;
using record::View;

namespace {

std::string_view TextOf(const Value& v) { return {v.GetString(), v.GetStringLength()}; }

const Value* Member(const Value& object, const char* name) {
  const auto it = object.FindMember(name);
  return it == object.MemberEnd() || it->value.IsNull() ? nullptr : &it->value;
}

config::Properties ConfigOf(const Value& c) {
  config::Properties config;
  for (const auto& entry : c["config"].GetObject()) config.emplace(TextOf(entry.name), TextOf(entry.value));
  return config;
}

const Value kNull;

const Value& Get(const Value& object, const char* name) {
  const Value* v = Member(object, name);
  return v == nullptr ? kNull : *v;
}

// A record of a golden file in a batch of its own.
class Record {
 public:
  explicit Record(const Setup& setup) : codec_(setup.schemas), batch_(record::HostBatchPool::Make()->Take()) {}

  Status Read(const Value& json) {
    mr_record& r = batch_->Add();
    // A record without a topic cannot be said; none has an empty one.
    const Value* topic = Member(json, "topic");
    r.topic = batch_->Topic(topic == nullptr ? std::string_view() : TextOf(*topic));
    r.partition = Member(json, "partition") ? json["partition"].GetInt() : MR_NO_PARTITION;
    // A sink's record was read at an offset; a source's has none.
    r.offset = Member(json, "offset") ? json["offset"].GetInt64() : -1;
    if (Member(json, "timestamp")) {
      r.timestamp = json["timestamp"].IsString() ? std::strtoll(json["timestamp"].GetString(), nullptr, 10)
                                                 : json["timestamp"].GetInt64();
      r.flags |= MR_REC_HAS_TS;
    }
    MILLRACE_RETURN_IF_ERROR(ReadPart(Get(json, "keySchema"), Get(json, "key"), &r.key_schema, &r.key));
    MILLRACE_RETURN_IF_ERROR(ReadPart(Get(json, "valueSchema"), Get(json, "value"), &r.value_schema, &r.value));
    if (const Value* headers = Member(json, "headers")) {
      auto* list = codec_.arena()->AllocArray<mr_header>(headers->Size());
      for (uint32_t i = 0; i < headers->Size(); ++i) {
        const Value& h = (*headers)[i];
        list[i].key = codec_.arena()->Copy(TextOf(h["name"]));
        MILLRACE_RETURN_IF_ERROR(ReadPart(Get(h, "schema"), Get(h, "value"), &list[i].schema, &list[i].value));
      }
      r.headers = list;
      r.n_headers = headers->Size();
    }
    return {};
  }

  record::HostBatch& batch() { return *batch_; }

  std::string Text() const {
    const mr_record& r = (*batch_)[0];
    if ((r.flags & MR_REC_DROP) != 0) return "dropped";
    std::string out = fmt::format("topic={} partition={} timestamp={} key={} {} value={} {}", batch_->topic(r),
                                  r.partition, (r.flags & MR_REC_HAS_TS) != 0 ? std::to_string(r.timestamp) : "null",
                                  Codec::SchemaText(r.key_schema), Codec::ValueText(r.key, r.key_schema),
                                  Codec::SchemaText(r.value_schema), Codec::ValueText(r.value, r.value_schema));
    for (uint32_t i = 0; i < r.n_headers; ++i) {
      const mr_header& h = r.headers[i];
      out += fmt::format(" header {}={} {}", Codec::Quote(View(h.key)), Codec::SchemaText(h.schema),
                         Codec::ValueText(h.value, h.schema));
    }
    return out;
  }

 private:
  Status ReadPart(const Value& schema, const Value& value, const mr_schema** s, mr_value* v) {
    const Result<const mr_schema*> read = codec_.ReadSchema(schema);
    if (!read.ok()) return read.status();
    const Result<mr_value> slot = codec_.ReadValue(value, *read);
    if (!slot.ok()) return slot.status();
    *s = *read;
    *v = *slot;
    return {};
  }

  Codec codec_;
  record::HostBatchRef batch_;
};

std::string Differs(std::string_view what, std::string_view expected, std::string_view got) {
  return fmt::format("{}: expected {}\n    got {}", what, expected, got);
}

Status FirstError(const Status& call, const plugins::ErrorSink& errors) {
  return errors.records().empty() ? call : errors.records().front().status;
}

std::string Failed(const Value& c, const Status& s) {
  return c.HasMember("error") ? CompareError(c["error"], s) : "failed: " + s.message();
}

// One record through the transform; "" when what comes out is what was recorded.
std::string RunOne(const Setup& setup, plugins::Transform* transform, const Value& c, const Value& input,
                   const Value& output) {
  Record record(setup);
  if (const Status s = record.Read(input); !s.ok()) return s.message();
  plugins::ErrorSink errors;
  const Status s = transform->Apply(record.batch().abi(), nullptr, &record.batch().arena(), &errors);
  if (!s.ok()) return Failed(c, FirstError(s, errors));
  if (c.HasMember("error")) return Differs("result", TextOf(c["error"]["class"]), record.Text());
  std::string expected = "dropped";
  Record wanted(setup);
  if (!output.IsNull()) {
    if (const Status read = wanted.Read(output); !read.ok()) return read.message();
    expected = wanted.Text();
  }
  return expected == record.Text() ? "" : Differs("record", expected, record.Text());
}

}  // namespace

std::string RunTransformCase(const Setup& setup, const Value& c) {
  plugins::InstanceContext context("golden");
  const Result<const mr_class*> type = setup.classes->Load(MR_ROLE_TRANSFORM, TextOf(c["transform"]));
  if (!type.ok()) return type.status().message();
  Result<std::unique_ptr<plugins::Transform>> transform = plugins::Transform::Make(*type, &context);
  if (!transform.ok()) return transform.status().message();
  if (const Status s = (*transform)->Configure(ConfigOf(c)); !s.ok()) return Failed(c, s);
  if (!c.HasMember("inputs")) {
    return RunOne(setup, transform->get(), c, c["input"], c.HasMember("output") ? c["output"] : kNull);
  }
  for (uint32_t i = 0; i < c["inputs"].Size(); ++i) {
    std::string differs = RunOne(setup, transform->get(), c, c["inputs"][i], c["outputs"][i]);
    if (!differs.empty()) return differs;
  }
  return "";
}

std::string RunPredicateCase(const Setup& setup, const Value& c) {
  plugins::InstanceContext context("golden");
  const Result<const mr_class*> type = setup.classes->Load(MR_ROLE_PREDICATE, TextOf(c["predicate"]));
  if (!type.ok()) return type.status().message();
  Result<std::unique_ptr<plugins::Predicate>> predicate = plugins::Predicate::Make(*type, &context);
  if (!predicate.ok()) return predicate.status().message();
  if (const Status s = (*predicate)->Configure(ConfigOf(c)); !s.ok()) return Failed(c, s);
  Record record(setup);
  if (const Status s = record.Read(c["input"]); !s.ok()) return s.message();
  plugins::ErrorSink errors;
  uint8_t mask = 2;
  const Status s = (*predicate)->Test(*record.batch().abi(), &mask, &errors);
  if (!s.ok()) return Failed(c, FirstError(s, errors));
  const std::string got = mask == 1 ? "true" : mask == 0 ? "false" : "nothing";
  if (c.HasMember("error")) return Differs("result", TextOf(c["error"]["class"]), got);
  const std::string expected = c["output"].GetBool() ? "true" : "false";
  return expected == got ? "" : Differs("result", expected, got);
}

}  // namespace millrace::golden
