// SPDX-License-Identifier: Apache-2.0
//
// What single golden cases cannot show: masks, dropped records, failing ones among others.
#include <doctest/doctest.h>

#include "base/log.h"
#include "plugins/host_api.h"
#include "plugins/instance.h"
#include "record/host_batch.h"
#include "record/schema_table.h"
#include "record/value.h"
#include "transforms/built_in.h"

using namespace millrace;  // NOLINT: a test over several modules
using record::Int;
using record::Text;

namespace {

struct Rig {
  Log log;
  record::SchemaTable schemas;
  plugins::HostApi host{&log, &schemas, nullptr};
  transforms::BuiltInTransforms built_in{host.table()};
  plugins::InstanceContext context{"test"};
  plugins::ErrorSink errors;

  std::unique_ptr<plugins::Transform> Make(std::string_view name, const config::Properties& config) {
    for (const mr_class* c : built_in.classes()) {
      if (!record::View(c->name).ends_with(name)) continue;
      auto t = plugins::Transform::Make(c, &context);
      REQUIRE(t.ok());
      REQUIRE((*t)->Configure(config).ok());
      return *std::move(t);
    }
    FAIL("no such class");
    return nullptr;
  }
};

}  // namespace

TEST_CASE("only records of the mask are touched, and a failing one stays as it was") {
  Rig rig;
  const auto t = rig.Make("Cast$Value", {{"spec", "int32"}});
  const record::HostBatchRef b = record::HostBatchPool::Make()->Take();
  b->Topic("t");
  for (const char* text : {"1", "x", "3", "4"}) b->Add().value = Text(text);
  (*b)[3].flags = MR_REC_DROP;
  const uint8_t mask[] = {1, 1, 0, 1};
  CHECK(t->Apply(b->abi(), mask, &b->arena(), &rig.errors).code() == Code::kData);
  REQUIRE(rig.errors.records().size() == 1);
  CHECK(rig.errors.records()[0].record == 1);
  CHECK((*b)[0].value.u.i == 1);
  for (uint32_t i = 1; i < 4; ++i) CHECK((*b)[i].value.kind == MR_STRING);
}

TEST_CASE("schemas that transforms make live as long as the batch") {
  Rig rig;
  {
    const record::HostBatchRef b = record::HostBatchPool::Make()->Take();
    b->Topic("t");
    const record::SchemaRef text(*rig.schemas.Intern(record::DescribeSchema(MR_STRING)));
    for (int i = 0; i < 3; ++i) {
      mr_record& r = b->Add();
      r.value = Text("x");
      r.value_schema = text.get();
    }
    {
      const auto t = rig.Make("HoistField$Value", {{"field", "f"}});
      REQUIRE(t->Apply(b->abi(), nullptr, &b->arena(), &rig.errors).ok());
    }
    CHECK(record::View((*b)[2].value_schema->fields[0].name) == "f");
    CHECK((*b)[0].value_schema == (*b)[2].value_schema);
  }
  CHECK(rig.schemas.size() == 0);
}

TEST_CASE("routed topics get into the batch's table once") {
  Rig rig;
  const auto t = rig.Make(".RegexRouter", {{"regex", "a(.*)"}, {"replacement", "b$1"}});
  const record::HostBatchRef b = record::HostBatchPool::Make()->Take();
  for (int i = 0; i < 3; ++i) b->Add().topic = b->Topic("a1");
  REQUIRE(t->Apply(b->abi(), nullptr, &b->arena(), &rig.errors).ok());
  CHECK(b->abi()->n_topics == 2);
  CHECK(b->topic((*b)[2]) == "b1");
}
