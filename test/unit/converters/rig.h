// SPDX-License-Identifier: Apache-2.0
//
// What a test of converters needs: a host table, a converter made from the built-in classes, batches.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "converters/built_in.h"
#include "plugins/host_api.h"
#include "plugins/instance.h"
#include "record/host_batch.h"
#include "record/schema_table.h"
#include "record/value.h"

namespace millrace::test {

struct ConverterRig {
  Log log;
  record::SchemaTable schemas;
  plugins::HostApi host{&log, &schemas, nullptr};
  converters::BuiltInConverters built_in{host.table()};
  plugins::InstanceContext context{"test"};
  plugins::ErrorSink errors;

  ConverterRig() { log.SetLevel("root", LogLevel::kError, 0); }
  // By the end of the class name.
  std::unique_ptr<plugins::Converter> Make(std::string_view name, const config::Properties& config = {},
                                           int part = MR_PART_VALUE) {
    for (const mr_class* c : built_in.classes()) {
      if (!record::View(c->name).ends_with(name)) continue;
      auto converter = plugins::Converter::Make(c, &context);
      REQUIRE(converter.ok());
      const Status s = (*converter)->Configure(config, part);
      REQUIRE_MESSAGE(s.ok(), s.ToString());
      return *std::move(converter);
    }
    FAIL("no such class");
    return nullptr;
  }
  record::HostBatchRef Batch(const std::vector<mr_value>& values, const mr_schema* schema = nullptr) {
    record::HostBatchRef b = record::HostBatchPool::Make()->Take();
    for (const mr_value& v : values) {
      mr_record& r = b->Add();
      r.value = v;
      r.value_schema = schema;
    }
    b->Topic("t");
    return b;
  }
  record::SchemaRef Schema(const mr_schema& d) { return record::SchemaRef(*schemas.Intern(d)); }
};

}  // namespace millrace::test
