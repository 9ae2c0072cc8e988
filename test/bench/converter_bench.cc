// SPDX-License-Identifier: Apache-2.0
//
// converter-bench [ROUNDS]: CPU nanoseconds per record that the built-in converters take each way, through the tables
// of the plugin ABI, on batches of 500 records. Prints one line per converter; the best of five runs counts.
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/log.h"
#include "converters/built_in.h"
#include "plugins/host_api.h"
#include "plugins/instance.h"
#include "plugins/registry.h"
#include "record/host_batch.h"
#include "record/schema_table.h"
#include "record/value.h"

namespace {

using namespace millrace;  // NOLINT: a program of its own

constexpr uint32_t kRecords = 500;

double CpuNanos() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

template <class F>
double Best(int rounds, F f) {
  double best = 1e18;
  for (int run = 0; run < 5; ++run) {
    const double began = CpuNanos();
    for (int i = 0; i < rounds; ++i) f();
    best = std::min(best, (CpuNanos() - began) / rounds / kRecords);
  }
  return best;
}

struct Workload {
  std::string name, type;
  config::Properties config;
  const mr_schema* schema;
  std::vector<mr_value> values;
};

void Run(plugins::ClassRegistry* classes, const Workload& w, int rounds) {
  plugins::InstanceContext context("bench");
  auto converter = *plugins::Converter::Make(*classes->Load(0, w.type), &context);
  if (const Status s = converter->Configure(w.config, MR_PART_VALUE); !s.ok()) {
    fmt::print("{}: {}\n", w.name, s.message());
    return;
  }
  const auto pool = record::HostBatchPool::Make();
  const record::HostBatchRef source = pool->Take();
  for (uint32_t i = 0; i < kRecords; ++i) {
    mr_record& r = source->Add();
    r.topic = source->Topic("t");
    r.value = w.values[i % w.values.size()];
    r.value_schema = w.schema;
  }
  std::vector<mr_str> bytes(kRecords);
  plugins::ErrorSink errors;
  record::Arena out;
  const double from = Best(rounds, [&] {
    out.Reset();
    if (!converter->FromConnect(*source->abi(), MR_PART_VALUE, &out, bytes.data(), &errors).ok()) std::abort();
  });
  size_t size = 0;
  for (const mr_str& b : bytes) size += b.n;
  const double to = Best(rounds, [&] {
    const record::HostBatchRef sink = pool->Take();
    for (uint32_t i = 0; i < kRecords; ++i) sink->Add().topic = 0;
    sink->Topic("t");
    if (!converter->ToConnect(sink->abi(), MR_PART_VALUE, bytes.data(), &sink->arena(), &errors).ok()) std::abort();
  });
  fmt::print("{:34} {:6} bytes  from_connect {:7.1f} ns  to_connect {:7.1f} ns\n", w.name, size / kRecords, from, to);
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 1000;
  Log log;
  log.SetLevel("root", LogLevel::kError, 0);
  record::SchemaTable schemas;
  plugins::HostApi host(&log, &schemas, nullptr);
  plugins::ClassRegistry classes(&host, &log);
  const converters::BuiltInConverters converters(host.table());
  classes.AddBuiltIn(converters.classes().data(), converters.classes().size());
  classes.Scan({});

  const std::string line(100, 'x');
  std::string unicode;
  while (unicode.size() < 100) unicode += "\xC3\xA9t\xC3\xA9 ";
  const record::SchemaRef text(*schemas.Intern(record::DescribeSchema(MR_STRING)));
  const record::SchemaRef i32(*schemas.Intern(record::DescribeSchema(MR_I32)));
  const record::SchemaRef i64(*schemas.Intern(record::DescribeSchema(MR_I64)));
  const record::SchemaRef f64(*schemas.Intern(record::DescribeSchema(MR_F64)));
  const mr_field fields[] = {{record::Str("id"), i64.get()},    {record::Str("count"), i32.get()},
                             {record::Str("name"), text.get()}, {record::Str("price"), f64.get()},
                             {record::Str("city"), text.get()}, {record::Str("note"), text.get()}};
  mr_schema d = record::DescribeSchema(MR_STRUCT);
  d.fields = fields;
  d.n_fields = 6;
  const record::SchemaRef row(*schemas.Intern(d));
  const mr_value slots[] = {
      record::Int(MR_I64, 1234567890123), record::Int(MR_I32, 42), record::Text("somebody"),
      record::Double(MR_F64, 1234.56),    record::Text("Kassel"),  record::Text("a note of some length")};
  const mr_value row_value = record::Composite(MR_STRUCT, slots, 6);
  constexpr char kString[] = "org.apache.kafka.connect.storage.StringConverter";
  constexpr char kJson[] = "org.apache.kafka.connect.json.JsonConverter";
  const config::Properties plain = {{"schemas.enable", "false"}};
  const Workload workloads[] = {
      {"String, 100 bytes", kString, {}, text.get(), {record::Text(line)}},
      {"String, 100 bytes, not ASCII", kString, {}, text.get(), {record::Text(unicode)}},
      {"Json with schemas, 100 bytes", kJson, {}, text.get(), {record::Text(line)}},
      {"Json without schemas, 100 bytes", kJson, plain, nullptr, {record::Text(line)}},
      {"Json with schemas, 6 fields", kJson, {}, row.get(), {row_value}},
      {"Json without schemas, 6 fields", kJson, plain, row.get(), {row_value}},
  };
  for (const Workload& w : workloads) Run(&classes, w, rounds);
  return 0;
}
