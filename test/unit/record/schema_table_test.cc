// SPDX-License-Identifier: Apache-2.0
#include "record/schema_table.h"

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "record/value.h"

using namespace millrace::record;  // NOLINT: a test of this namespace

namespace {

SchemaRef Make(SchemaTable& table, const mr_schema& description) {
  auto r = table.Intern(description);
  REQUIRE_MESSAGE(r.ok(), r.status().ToString());
  return SchemaRef(*r);
}

mr_schema Named(uint8_t kind, std::string_view name) {
  mr_schema d = DescribeSchema(kind);
  d.name = Str(name);
  return d;
}

}  // namespace

TEST_CASE("equal schemas are one object") {
  SchemaTable table;
  const SchemaRef a = Make(table, Named(MR_STRING, std::string("n")));
  const SchemaRef b = Make(table, Named(MR_STRING, std::string("n")));
  const SchemaRef c = Make(table, Named(MR_STRING, "m"));
  CHECK(a.get() == b.get());
  CHECK(a.get() != c.get());
  CHECK(table.size() == 2);
}

TEST_CASE("every part of a schema counts") {
  SchemaTable table;
  const SchemaRef base = Make(table, DescribeSchema(MR_I32));
  std::vector<mr_schema> others(7, DescribeSchema(MR_I32));
  others[0].optional = 1;
  others[1].version = 1;
  others[2].name = Str("");
  others[3].doc = Str("d");
  others[4].has_default = 1;
  others[4].dflt = Int(MR_I32, 1);
  const mr_kv param{Str("k"), Str("v")};
  others[5].n_params = 1;
  others[5].params = &param;
  others[6].kind = MR_I64;
  for (const mr_schema& d : others) CHECK(Make(table, d).get() != base.get());
  CHECK(table.size() == 1);
}

TEST_CASE("the order of parameters does not count, that of fields does") {
  SchemaTable table;
  const mr_kv ab[] = {{Str("a"), Str("1")}, {Str("b"), Str("2")}};
  const mr_kv ba[] = {{Str("b"), Str("2")}, {Str("a"), Str("1")}};
  mr_schema x = DescribeSchema(MR_I32), y = x;
  x.n_params = y.n_params = 2;
  x.params = ab;
  y.params = ba;
  const SchemaRef sx = Make(table, x);
  CHECK(sx.get() == Make(table, y).get());

  const SchemaRef i = Make(table, DescribeSchema(MR_I32));
  const mr_field fab[] = {{Str("a"), i.get()}, {Str("b"), i.get()}};
  const mr_field fba[] = {{Str("b"), i.get()}, {Str("a"), i.get()}};
  mr_schema s = DescribeSchema(MR_STRUCT), t = s;
  s.n_fields = t.n_fields = 2;
  s.fields = fab;
  t.fields = fba;
  const SchemaRef ss = Make(table, s);
  CHECK(ss.get() != Make(table, t).get());
}

TEST_CASE("the logical type follows from the name") {
  SchemaTable table;
  mr_schema d = Named(MR_I32, "org.apache.kafka.connect.data.Date");
  CHECK(Make(table, d)->logical == MR_L_DATE);
  d.name = Str("io.debezium.time.Date");
  d.logical = MR_L_DATE;
  CHECK(Make(table, d)->logical == MR_L_NONE);
}

TEST_CASE("a schema keeps those below it and goes with the last reference") {
  SchemaTable table;
  SchemaRef outer;
  {
    const SchemaRef inner = Make(table, DescribeSchema(MR_STRING));
    mr_schema d = DescribeSchema(MR_ARRAY);
    d.value = inner.get();
    outer = Make(table, d);
  }
  CHECK(table.size() == 2);
  CHECK(outer->value->kind == MR_STRING);
  outer = SchemaRef();
  CHECK(table.size() == 0);
}

TEST_CASE("what is not a schema is refused") {
  SchemaTable table, other;
  const auto refused = [&table](const mr_schema& d) {
    return table.Intern(d).status().code() == millrace::Code::kData;
  };
  CHECK(refused(DescribeSchema(MR_NULL)));
  CHECK(refused(DescribeSchema(13)));
  const SchemaRef foreign = Make(other, DescribeSchema(MR_I32));
  mr_schema array = DescribeSchema(MR_ARRAY);
  array.value = foreign.get();
  CHECK(refused(array));
  const SchemaRef i = Make(table, DescribeSchema(MR_I32));
  const mr_field twice[] = {{Str("a"), i.get()}, {Str("a"), i.get()}};
  mr_schema s = DescribeSchema(MR_STRUCT);
  s.n_fields = 2;
  s.fields = twice;
  CHECK(refused(s));
  mr_schema d = DescribeSchema(MR_I32);
  d.has_default = 1;
  d.dflt = Text("x");
  CHECK(refused(d));
  const std::string huge(SchemaTable::kMaxText + 1, 'x');
  CHECK(refused(Named(MR_I32, huge)));
  mr_schema fields_on_int = DescribeSchema(MR_I32);
  fields_on_int.n_fields = 1;
  CHECK(refused(fields_on_int));
}

TEST_CASE("nesting is bounded") {
  SchemaTable table;
  SchemaRef s = Make(table, DescribeSchema(MR_I32));
  for (uint32_t i = 1; i < SchemaTable::kMaxDepth; ++i) {
    mr_schema d = DescribeSchema(MR_ARRAY);
    d.value = s.get();
    s = Make(table, d);
  }
  mr_schema d = DescribeSchema(MR_ARRAY);
  d.value = s.get();
  CHECK_FALSE(table.Intern(d).ok());
}

TEST_CASE("threads that intern and release the same schema see one object") {
  SchemaTable table;
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        const auto a = table.Intern(DescribeSchema(MR_STRING));
        const auto b = table.Intern(DescribeSchema(MR_STRING));
        if (*a != *b) ++wrong;
        ReleaseSchema(*a);
        ReleaseSchema(*b);
      }
    });
  }
  threads.clear();
  CHECK(wrong == 0);
  CHECK(table.size() == 0);
}
