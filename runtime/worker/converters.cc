// SPDX-License-Identifier: Apache-2.0
#include "worker/converters.h"

#include <cstring>

#include "record/value.h"

namespace millrace::worker {
namespace {

constexpr std::string_view kBuiltIn = "built-in";

Result<std::unique_ptr<plugins::Converter>> MakeOne(const config::ClassAndConfig& own, const std::string& workers_class,
                                                    const config::Properties& workers_config, int part,
                                                    plugins::ClassRegistry* classes,
                                                    plugins::InstanceContext* context) {
  constexpr const char* kNames[] = {"key.converter", "value.converter", "header.converter"};
  const std::string where = std::string("setting up ") + kNames[part];
  const bool is_own = !own.class_name.empty();
  const int role = part == MR_PART_HEADER ? MR_ROLE_HEADER_CONVERTER : MR_ROLE_CONVERTER;
  Result<const mr_class*> type =
      classes->Load(role, is_own ? own.class_name : workers_class, is_own ? own.version : std::string());
  if (!type.ok()) return type.status().Context(where);
  auto converter = plugins::Converter::Make(*type, context);
  if (!converter.ok()) return converter.status().Context(where);
  if (Status s = (*converter)->Configure(is_own ? own.config : workers_config, part); !s.ok()) return s.Context(where);
  return converter;
}

std::string_view ClassName(const plugins::Converter& c) { return record::View(c.type().name); }

Stage StageOf(int part) {
  return part == MR_PART_KEY     ? Stage::kKeyConverter
         : part == MR_PART_VALUE ? Stage::kValueConverter
                                 : Stage::kHeaderConverter;
}

// Some records of a batch, as a batch of their own in `arena`.
mr_batch Some(const mr_batch& all, const std::vector<uint32_t>& which, record::Arena* arena) {
  mr_batch some = all;
  auto* records = arena->AllocArray<mr_record>(which.size());
  for (size_t i = 0; i < which.size(); ++i) records[i] = *MR_AT(const mr_record, all.records, all.stride, which[i]);
  some.records = records;
  some.n = static_cast<uint32_t>(which.size());
  some.stride = sizeof(mr_record);
  return some;
}

// What was reported of some records, told as if it had been reported of the whole.
void Translate(const plugins::ErrorSink& some, const std::vector<uint32_t>& which, plugins::ErrorSink* errors) {
  for (const plugins::RecordError& e : some.records()) {
    if (e.record < which.size()) errors->AddRecord(which[e.record], e.status);
  }
}

}  // namespace

Result<Converters> Converters::Make(const config::ConnectorConfig& connector, const config::WorkerConfig& worker,
                                    plugins::ClassRegistry* classes, plugins::InstanceContext* context) {
  Converters c;
  auto key = MakeOne(connector.key_converter, worker.key_converter, worker.key_converter_config, MR_PART_KEY, classes,
                     context);
  if (!key.ok()) return key.status();
  c.key_ = *std::move(key);
  auto value = MakeOne(connector.value_converter, worker.value_converter, worker.value_converter_config, MR_PART_VALUE,
                       classes, context);
  if (!value.ok()) return value.status();
  c.value_ = *std::move(value);
  auto header = MakeOne(connector.header_converter, worker.header_converter, worker.header_converter_config,
                        MR_PART_HEADER, classes, context);
  if (!header.ok()) return header.status();
  c.header_ = *std::move(header);
  return c;
}

bool Converters::foreign() const {
  return key_->bundle() != kBuiltIn || value_->bundle() != kBuiltIn || header_->bundle() != kBuiltIn;
}

Status Converters::Write(BatchRun* run, plugins::Converter* converter, int part, const mr_str** out) {
  const uint32_t n = run->size();
  auto* bytes = run->arena().AllocArray<mr_str>(n);
  std::memset(bytes, 0, n * sizeof(mr_str));
  *out = bytes;
  if (n == 0) return {};
  return run->Run(StageOf(part), ClassName(*converter), n, nullptr,
                  [&](const std::vector<uint32_t>* units, plugins::ErrorSink* errors) -> Status {
                    if (units == nullptr) {
                      return converter->FromConnect(*run->batch(), part, &run->arena(), bytes, errors);
                    }
                    const mr_batch some = Some(*run->batch(), *units, &run->arena());
                    auto* some_bytes = run->arena().AllocArray<mr_str>(units->size());
                    std::memset(some_bytes, 0, units->size() * sizeof(mr_str));
                    plugins::ErrorSink some_errors;
                    const Status s = converter->FromConnect(some, part, &run->arena(), some_bytes, &some_errors);
                    for (size_t i = 0; i < units->size(); ++i) bytes[(*units)[i]] = some_bytes[i];
                    errors->Begin(n);
                    Translate(some_errors, *units, errors);
                    return s;
                  });
}

Status Converters::WriteHeaders(BatchRun* run, Serialised* out) {
  const uint32_t n = run->size();
  size_t total = 0;
  for (uint32_t i = 0; i < n; ++i) {
    if (!run->dropped(i)) total += (*run)[i].n_headers;
  }
  if (total == 0) return {};
  if (total > UINT32_MAX) return Status::Fatal("a batch has more headers than can be counted");
  record::Arena& arena = run->arena();
  auto* units = arena.AllocArray<mr_record>(total);
  auto* owner = arena.AllocArray<uint32_t>(total);
  auto* begin = arena.AllocArray<uint32_t>(n);
  auto* bytes = arena.AllocArray<mr_str>(total);
  std::memset(static_cast<void*>(units), 0, total * sizeof(mr_record));
  std::memset(bytes, 0, total * sizeof(mr_str));
  uint32_t at = 0;
  for (uint32_t i = 0; i < n; ++i) {
    begin[i] = at;
    const mr_record& r = (*run)[i];
    if ((r.flags & MR_REC_DROP) != 0) continue;
    for (uint32_t h = 0; h < r.n_headers; ++h, ++at) {
      units[at].key = record::Text(record::View(r.headers[h].key));
      units[at].value = r.headers[h].value;
      units[at].value_schema = r.headers[h].schema;
      units[at].topic = r.topic;
      units[at].partition = MR_NO_PARTITION;
      owner[at] = i;
    }
  }
  mr_batch batch = *run->batch();
  batch.records = units;
  batch.n = static_cast<uint32_t>(total);
  batch.stride = sizeof(mr_record);
  MILLRACE_RETURN_IF_ERROR(run->Run(Stage::kHeaderConverter, ClassName(*header_), batch.n, owner,
                                    [&](const std::vector<uint32_t>* some, plugins::ErrorSink* errors) -> Status {
                                      if (some == nullptr)
                                        return header_->FromConnect(batch, MR_PART_HEADER, &arena, bytes, errors);
                                      const mr_batch part = Some(batch, *some, &arena);
                                      auto* some_bytes = arena.AllocArray<mr_str>(some->size());
                                      std::memset(some_bytes, 0, some->size() * sizeof(mr_str));
                                      plugins::ErrorSink some_errors;
                                      const Status s =
                                          header_->FromConnect(part, MR_PART_HEADER, &arena, some_bytes, &some_errors);
                                      for (size_t i = 0; i < some->size(); ++i) bytes[(*some)[i]] = some_bytes[i];
                                      errors->Begin(batch.n);
                                      Translate(some_errors, *some, errors);
                                      return s;
                                    }));
  auto* headers = arena.AllocArray<kafka::OutHeader>(total);
  for (size_t i = 0; i < total; ++i) headers[i] = {{units[i].key.u.s, units[i].key.n, 0}, bytes[i]};
  out->headers = headers;
  out->header_begin = begin;
  return {};
}

Status Converters::FromConnect(BatchRun* run, Serialised* out) {
  MILLRACE_RETURN_IF_ERROR(WriteHeaders(run, out));
  MILLRACE_RETURN_IF_ERROR(Write(run, key_.get(), MR_PART_KEY, &out->keys));
  return Write(run, value_.get(), MR_PART_VALUE, &out->values);
}

Status Converters::Read(BatchRun* run, plugins::Converter* converter, int part, const mr_str* bytes) {
  const uint32_t n = run->size();
  if (n == 0) return {};
  return run->Run(StageOf(part), ClassName(*converter), n, nullptr,
                  [&](const std::vector<uint32_t>* units, plugins::ErrorSink* errors) -> Status {
                    if (units == nullptr) return converter->ToConnect(run->batch(), part, bytes, &run->arena(), errors);
                    mr_batch some = Some(*run->batch(), *units, &run->arena());
                    auto* some_bytes = run->arena().AllocArray<mr_str>(units->size());
                    for (size_t i = 0; i < units->size(); ++i) some_bytes[i] = bytes[(*units)[i]];
                    plugins::ErrorSink some_errors;
                    const Status s = converter->ToConnect(&some, part, some_bytes, &run->arena(), &some_errors);
                    for (size_t i = 0; i < units->size(); ++i) {
                      mr_record& to = (*run)[(*units)[i]];
                      const mr_record& from = some.records[i];
                      if (part == MR_PART_KEY) {
                        to.key = from.key;
                        to.key_schema = from.key_schema;
                      } else {
                        to.value = from.value;
                        to.value_schema = from.value_schema;
                      }
                    }
                    errors->Begin(n);
                    Translate(some_errors, *units, errors);
                    return s;
                  });
}

Status Converters::ReadHeaders(BatchRun* run, std::span<const kafka::InRecord> records) {
  const uint32_t n = run->size();
  size_t total = 0;
  for (uint32_t i = 0; i < n; ++i) {
    if (!run->dropped(i)) total += records[i].n_headers;
  }
  if (total == 0) return {};
  if (total > UINT32_MAX) return Status::Fatal("a batch has more headers than can be counted");
  record::Arena& arena = run->arena();
  auto* units = arena.AllocArray<mr_record>(total);
  auto* owner = arena.AllocArray<uint32_t>(total);
  auto* bytes = arena.AllocArray<mr_str>(total);
  std::memset(static_cast<void*>(units), 0, total * sizeof(mr_record));
  size_t at = 0;
  for (uint32_t i = 0; i < n; ++i) {
    if (run->dropped(i)) continue;
    for (uint32_t h = 0; h < records[i].n_headers; ++h, ++at) {
      units[at].key = record::Text(record::View(records[i].headers[h].key));
      units[at].topic = (*run)[i].topic;
      units[at].partition = MR_NO_PARTITION;
      bytes[at] = records[i].headers[h].value;
      owner[at] = i;
    }
  }
  mr_batch batch = *run->batch();
  batch.records = units;
  batch.n = static_cast<uint32_t>(total);
  batch.stride = sizeof(mr_record);
  MILLRACE_RETURN_IF_ERROR(run->Run(Stage::kHeaderConverter, ClassName(*header_), batch.n, owner,
                                    [&](const std::vector<uint32_t>* which, plugins::ErrorSink* errors) -> Status {
                                      if (which == nullptr)
                                        return header_->ToConnect(&batch, MR_PART_HEADER, bytes, &arena, errors);
                                      mr_batch some = Some(batch, *which, &arena);
                                      auto* some_bytes = arena.AllocArray<mr_str>(which->size());
                                      for (size_t i = 0; i < which->size(); ++i) some_bytes[i] = bytes[(*which)[i]];
                                      plugins::ErrorSink some_errors;
                                      const Status s =
                                          header_->ToConnect(&some, MR_PART_HEADER, some_bytes, &arena, &some_errors);
                                      for (size_t i = 0; i < which->size(); ++i) units[(*which)[i]] = some.records[i];
                                      errors->Begin(batch.n);
                                      Translate(some_errors, *which, errors);
                                      return s;
                                    }));
  auto* headers = arena.AllocArray<mr_header>(total);
  for (size_t i = 0; i < total; ++i) {
    const mr_record& u = units[i];
    headers[i] = {{u.key.u.s, u.key.n, 0}, u.value_schema, u.value};
  }
  for (size_t i = 0; i < total; ++i) {
    if (owner[i] >= run->size()) break;  // behind the record that ended the batch
    mr_record& r = (*run)[owner[i]];
    if (r.n_headers++ == 0) r.headers = headers + i;
  }
  return {};
}

Status Converters::ToConnect(BatchRun* run, std::span<const kafka::InRecord> records) {
  const uint32_t n = run->size();
  auto* bytes = run->arena().AllocArray<mr_str>(n);
  for (uint32_t i = 0; i < n; ++i) bytes[i] = records[i].key;
  MILLRACE_RETURN_IF_ERROR(Read(run, key_.get(), MR_PART_KEY, bytes));
  auto* values = run->arena().AllocArray<mr_str>(n);
  for (uint32_t i = 0; i < run->size(); ++i) values[i] = records[i].value;
  MILLRACE_RETURN_IF_ERROR(Read(run, value_.get(), MR_PART_VALUE, values));
  return ReadHeaders(run, records);
}

}  // namespace millrace::worker
