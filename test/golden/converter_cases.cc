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

std::string Differs(std::string_view what, std::string_view expected, std::string_view got) {
  return fmt::format("{}: expected {}, got {}", what, expected, got);
}

Status FirstError(const Status& call, const plugins::ErrorSink& errors) {
  return errors.records().empty() ? call : errors.records().front().status;
}

// One call on a batch of one record.
class Case {
 public:
  Case(const Setup& setup, const Value& c)
      : setup_(setup), c_(c), codec_(setup.schemas), batch_(record::HostBatchPool::Make()->Take()) {}

  std::string Run() {
    const std::string_view op = TextOf(c_["op"]);
    header_ = op.starts_with("header");
    const bool key = c_.HasMember("is_key") && c_["is_key"].IsTrue();
    part_ = header_ ? MR_PART_HEADER : key ? MR_PART_KEY : MR_PART_VALUE;
    const Result<const mr_class*> type = setup_.classes->Load(0, TextOf(c_["converter"]));
    if (!type.ok()) return type.status().message();
    Result<std::unique_ptr<plugins::Converter>> converter = plugins::Converter::Make(*type, &context_);
    if (!converter.ok()) return converter.status().message();
    config::Properties config;
    for (const auto& entry : c_["config"].GetObject()) config.emplace(TextOf(entry.name), TextOf(entry.value));
    if (const Status s = (*converter)->Configure(config, part_); !s.ok()) {
      return c_.HasMember("error") ? CompareError(c_["error"], s) : "configure failed: " + s.message();
    }
    mr_record& r = batch_->Add();
    r.topic = batch_->Topic("topic-a");
    if (header_) r.key = record::Text("header");
    return op == "to_connect" || op == "header_to" ? ToConnect(converter->get()) : FromConnect(converter->get());
  }

 private:
  std::string FromConnect(plugins::Converter* converter) {
    const Result<const mr_schema*> schema = codec_.ReadSchema(c_["schema"]);
    if (!schema.ok()) return schema.status().message();
    const Result<mr_value> value = codec_.ReadValue(c_["value"], *schema);
    if (!value.ok()) return value.status().message();
    mr_record& r = (*batch_)[0];
    (part_ == MR_PART_KEY ? r.key : r.value) = *value;
    (part_ == MR_PART_KEY ? r.key_schema : r.value_schema) = *schema;
    mr_str bytes{};
    plugins::ErrorSink errors;
    const Status s = converter->FromConnect(*batch_->abi(), part_, &batch_->arena(), &bytes, &errors);
    if (!s.ok()) return Failed(FirstError(s, errors));
    const std::string got = bytes.p ? Codec::Quote(View(bytes)) : "null";
    if (c_.HasMember("error")) return Differs("result", TextOf(c_["error"]["class"]), got);
    std::string expected;
    const Result<bool> some = Codec::ReadBytes(c_["output"], &expected);
    if (!some.ok()) return some.status().message();
    const std::string wanted = *some ? Codec::Quote(expected) : "null";
    const bool same = *some == (bytes.p != nullptr) && expected == View(bytes);
    return same ? "" : Differs("bytes", wanted, got);
  }

  std::string ToConnect(plugins::Converter* converter) {
    std::string input;
    const Result<bool> some = Codec::ReadBytes(c_["input"], &input);
    if (!some.ok()) return some.status().message();
    const mr_str bytes = *some ? record::Str(input) : mr_str{};
    plugins::ErrorSink errors;
    const Status s = converter->ToConnect(batch_->abi(), part_, &bytes, &batch_->arena(), &errors);
    if (!s.ok()) return Failed(FirstError(s, errors));
    const mr_record& r = (*batch_)[0];
    const mr_schema* schema = part_ == MR_PART_KEY ? r.key_schema : r.value_schema;
    const mr_value& value = part_ == MR_PART_KEY ? r.key : r.value;
    const std::string got_schema = Codec::SchemaText(schema), got_value = Codec::ValueText(value, schema);
    if (c_.HasMember("error")) return Differs("result", TextOf(c_["error"]["class"]), got_schema + " " + got_value);
    std::string want_schema = "null", want_value = "null";
    if (!c_["output"].IsNull()) {
      const Result<const mr_schema*> expected = codec_.ReadSchema(c_["output"]["schema"]);
      if (!expected.ok()) return expected.status().message();
      want_schema = Codec::SchemaText(*expected);
      const Result<std::string> text = codec_.ValueText(c_["output"]["value"], *expected);
      if (!text.ok()) return text.status().message();
      want_value = *text;
    }
    if (want_schema != got_schema) return Differs("schema", want_schema, got_schema);
    return want_value == got_value ? "" : Differs("value", want_value, got_value);
  }

  std::string Failed(const Status& s) const {
    return c_.HasMember("error") ? CompareError(c_["error"], s) : "failed: " + s.message();
  }

  const Setup& setup_;
  const Value& c_;
  Codec codec_;
  record::HostBatchRef batch_;
  plugins::InstanceContext context_{"golden"};
  bool header_ = false;
  int part_ = MR_PART_VALUE;
};

}  // namespace

std::string CompareError(const Value& expected, const Status& got) {
  const auto field = [&expected](const char* name) {
    const auto it = expected.FindMember(name);
    return it == expected.MemberEnd() || !it->value.IsString() ? std::string_view() : TextOf(it->value);
  };
  if (got.detail("class") != field("class")) {
    return Differs("class", field("class"), fmt::format("{} ({})", got.detail("class"), got.message()));
  }
  if (!expected.HasMember("message_strict") || !expected["message_strict"].IsTrue()) return "";
  if (got.message() != field("message")) return Differs("message", field("message"), got.message());
  if (got.detail("cause.class") != field("cause_class")) {
    return Differs("cause", field("cause_class"), got.detail("cause.class"));
  }
  if (got.detail("cause.message") != field("cause_message")) {
    return Differs("cause", field("cause_message"), got.detail("cause.message"));
  }
  return "";
}

std::string RunConverterCase(const Setup& setup, const Value& c) { return Case(setup, c).Run(); }

}  // namespace millrace::golden
