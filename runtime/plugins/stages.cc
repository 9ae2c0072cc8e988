// SPDX-License-Identifier: Apache-2.0
//
// The handles of what stands between connectors and Kafka: converters, transforms, predicates, config providers.
#include "plugins/instance_call.h"
#include "record/value.h"

namespace millrace::plugins {

Result<std::unique_ptr<Converter>> Converter::Make(const mr_class* type, InstanceContext* context) {
  std::unique_ptr<Converter> c(new Converter(type, context));
  // Either converter role will do: the header converter is the same table.
  const bool header_only = type != nullptr && type->role == MR_ROLE_HEADER_CONVERTER;
  MILLRACE_RETURN_IF_ERROR(c->Create(header_only ? MR_ROLE_HEADER_CONVERTER : MR_ROLE_CONVERTER));
  return c;
}

Status Converter::Configure(const config::Properties& cfg, int part) {
  if (class_->role == MR_ROLE_HEADER_CONVERTER && part != MR_PART_HEADER) {
    return Status::Config(name_ + " converts headers only; it cannot be a key or value converter");
  }
  if (!MR_HAS(table(), configure)) return {};
  const std::vector<mr_kv> kv = AbiConfig(cfg);
  return Call("configure", [&](mr_error* e) { return table()->configure(self_, kv.data(), Count(kv), part, e); });
}

Status Converter::FromConnect(const mr_batch& batch, int part, record::Arena* arena, mr_str* bytes, ErrorSink* errors) {
  if (!MR_HAS(table(), from_connect)) return Status::Unsupported(name_ + " does not write");
  errors->Begin(batch.n);
  return Call(
      "from_connect", [&](mr_error* e) { return table()->from_connect(self_, &batch, part, arena->abi(), bytes, e); },
      errors, arena);
}

Status Converter::ToConnect(mr_batch* batch, int part, const mr_str* bytes, record::Arena* arena, ErrorSink* errors) {
  if (!MR_HAS(table(), to_connect)) return Status::Unsupported(name_ + " does not read");
  errors->Begin(batch->n);
  return Call(
      "to_connect", [&](mr_error* e) { return table()->to_connect(self_, batch, part, bytes, arena->abi(), e); },
      errors, arena);
}

Result<std::unique_ptr<Transform>> Transform::Make(const mr_class* type, InstanceContext* context) {
  std::unique_ptr<Transform> t(new Transform(type, context));
  MILLRACE_RETURN_IF_ERROR(t->Create(MR_ROLE_TRANSFORM));
  return t;
}

Status Transform::Configure(const config::Properties& cfg) {
  if (!MR_HAS(table(), configure)) return {};
  const std::vector<mr_kv> kv = AbiConfig(cfg);
  return Call("configure", [&](mr_error* e) { return table()->configure(self_, kv.data(), Count(kv), e); });
}

Status Transform::Apply(mr_batch* batch, const uint8_t* mask, record::Arena* arena, ErrorSink* errors) {
  errors->Begin(batch->n);
  return Call(
      "apply", [&](mr_error* e) { return table()->apply(self_, batch, mask, arena->abi(), e); }, errors, arena);
}

Result<std::unique_ptr<Predicate>> Predicate::Make(const mr_class* type, InstanceContext* context) {
  std::unique_ptr<Predicate> p(new Predicate(type, context));
  MILLRACE_RETURN_IF_ERROR(p->Create(MR_ROLE_PREDICATE));
  return p;
}

Status Predicate::Configure(const config::Properties& cfg) {
  if (!MR_HAS(table(), configure)) return {};
  const std::vector<mr_kv> kv = AbiConfig(cfg);
  return Call("configure", [&](mr_error* e) { return table()->configure(self_, kv.data(), Count(kv), e); });
}

Status Predicate::Test(const mr_batch& batch, uint8_t* mask, ErrorSink* errors) {
  errors->Begin(batch.n);
  return Call(
      "test", [&](mr_error* e) { return table()->test(self_, &batch, mask, e); }, errors);
}

Result<std::unique_ptr<ConfigProvider>> ConfigProvider::Make(const mr_class* type, InstanceContext* context) {
  std::unique_ptr<ConfigProvider> p(new ConfigProvider(type, context));
  MILLRACE_RETURN_IF_ERROR(p->Create(MR_ROLE_CONFIG_PROVIDER));
  return p;
}

Status ConfigProvider::Configure(const config::Properties& cfg) {
  if (!MR_HAS(table(), configure)) return {};
  const std::vector<mr_kv> kv = AbiConfig(cfg);
  return Call("configure", [&](mr_error* e) { return table()->configure(self_, kv.data(), Count(kv), e); });
}

Result<ConfigProvider::Values> ConfigProvider::Get(std::string_view path, const std::vector<std::string>& keys) {
  std::vector<mr_kv> kv;
  kv.reserve(keys.size());
  for (const std::string& key : keys) kv.push_back({record::Str(key), {nullptr, 0, 0}});
  Values out;
  MILLRACE_RETURN_IF_ERROR(Call("get", [&](mr_error* e) {
    return table()->get(self_, record::Str(path), kv.data(), Count(kv), &out.ttl_ms, e);
  }));
  for (size_t i = 0; i < keys.size(); ++i) {
    if (kv[i].v.p != nullptr) out.values.emplace(keys[i], record::View(kv[i].v));
  }
  return out;
}

}  // namespace millrace::plugins
