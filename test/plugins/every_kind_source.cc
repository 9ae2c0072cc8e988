// SPDX-License-Identifier: Apache-2.0
// Well-behaved: polls, once, one record per kind of value (BOOL to STRUCT, the logical types, null), first without
// schema (but for STRUCT, which needs one) and then with; with a key, a header and a timestamp. `topic` (default
// "kinds").
#include "support.h"

namespace {

struct EveryKind : test::CountingSource {
  std::vector<const mr_schema*> schemas;
  mr_status error = MR_OK;
  std::vector<mr_value> cells;  // of the composite values; reserved, so that they stay where they are
  std::vector<mr_header> headers;
  mr_str topic_name{};
  mr_record records[64];
  uint32_t n = 0;

  ~EveryKind() override {
    for (const mr_schema* s : schemas) g()->schema_release(s);
  }

  static const mr_host* g() { return test::g_host; }

  const mr_schema* Intern(mr_schema s, mr_error* e) {
    s.size = sizeof(s);
    s.version = s.version == 0 ? -1 : s.version;
    const mr_schema* interned = g()->schema_intern(&s, e);
    if (interned == nullptr) {
      error = MR_FATAL;
    } else {
      schemas.push_back(interned);
    }
    return interned;
  }

  const mr_schema* Plain(uint8_t kind, mr_error* e) {
    mr_schema s{};
    s.kind = kind;
    return Intern(s, e);
  }

  const mr_schema* Logical(uint8_t kind, uint8_t logical, const char* name, const mr_kv* params, mr_error* e) {
    mr_schema s{};
    s.kind = kind;
    s.logical = logical;
    s.name = test::Str(name);
    s.version = 1;
    s.params = params;
    s.n_params = params == nullptr ? 0 : 1;
    return Intern(s, e);
  }

  mr_value* Cells(std::initializer_list<mr_value> values) {
    mr_value* at = cells.data() + cells.size();
    cells.insert(cells.end(), values);
    return at;
  }

  void Emit(const mr_value& value, const mr_schema* schema) {
    mr_record r{};
    r.key = test::Text("key");
    r.value = value;
    r.value_schema = schema;
    r.partition = MR_NO_PARTITION;
    r.timestamp = 1'600'000'000'000 + n;
    r.flags = MR_REC_HAS_TS;
    r.n_headers = 1;
    r.headers = headers.data();
    records[n++] = r;
  }

  mr_status Poll(int64_t deadline, mr_batch* out, mr_error* e) override {
    if (n > 0) {
      count = 0;
      return CountingSource::Poll(deadline, out, e);
    }
    cells.reserve(64);
    headers = {{test::Str("header"), nullptr, test::Int(MR_I32, 7)}};
    topic = test::Get(cfg, "topic", "kinds");
    topic_name = test::Str(topic);

    mr_value f32{}, f64{}, bytes = test::Text("\x00\xff"), null{};
    f32.kind = MR_F32;
    f32.u.d = 1.5;
    f64.kind = MR_F64;
    f64.u.d = -2.25e300;
    bytes.kind = MR_BYTES;
    bytes.n = 2;
    bytes.u.s = "\x00\xff";
    const mr_value scalars[] = {test::Int(MR_BOOL, 1),
                                test::Int(MR_I8, INT8_MIN),
                                test::Int(MR_I16, INT16_MAX),
                                test::Int(MR_I32, INT32_MIN),
                                test::Int(MR_I64, INT64_MAX),
                                f32,
                                f64,
                                test::Text("caf\xc3\xa9"),
                                bytes};
    mr_value array{}, map{}, structure{};
    array.kind = MR_ARRAY;
    array.n = 2;
    array.u.v = Cells({test::Int(MR_I32, 1), test::Int(MR_I32, 2)});
    map.kind = MR_MAP;
    map.n = 1;
    map.u.v = Cells({test::Text("a"), test::Int(MR_I32, 1)});
    structure.kind = MR_STRUCT;
    structure.n = 2;
    structure.u.v = Cells({test::Text("x"), test::Int(MR_I32, 5)});

    mr_value decimal = bytes, date = test::Int(MR_I32, 18628), time = test::Int(MR_I32, 3'600'000),
             timestamp = test::Int(MR_I64, 1'609'459'200'000);
    decimal.logical = MR_L_DECIMAL;
    decimal.scale = 2;
    decimal.u.s = "\x04\xd2";  // 12.34
    date.logical = MR_L_DATE;
    time.logical = MR_L_TIME;
    timestamp.logical = MR_L_TIMESTAMP;

    Emit(null, nullptr);
    for (const mr_value& v : scalars) Emit(v, nullptr);
    Emit(array, nullptr);
    Emit(map, nullptr);

    for (const mr_value& v : scalars) Emit(v, Plain(v.kind, e));
    const mr_schema* i32 = Plain(MR_I32, e);
    const mr_schema* text = Plain(MR_STRING, e);
    mr_schema s{};
    s.kind = MR_ARRAY;
    s.value = i32;
    Emit(array, Intern(s, e));
    s = {};
    s.kind = MR_MAP;
    s.key = text;
    s.value = i32;
    Emit(map, Intern(s, e));
    s = {};
    s.kind = MR_STRUCT;
    s.name = test::Str("test.Pair");
    const mr_field fields[] = {{test::Str("name"), text}, {test::Str("number"), i32}};
    s.fields = fields;
    s.n_fields = 2;
    Emit(structure, Intern(s, e));
    s = {};
    s.kind = MR_STRING;
    s.optional = 1;
    Emit(null, Intern(s, e));
    const mr_kv scale = {test::Str("scale"), test::Str("2")};
    Emit(decimal, Logical(MR_BYTES, MR_L_DECIMAL, "org.apache.kafka.connect.data.Decimal", &scale, e));
    Emit(date, Logical(MR_I32, MR_L_DATE, "org.apache.kafka.connect.data.Date", nullptr, e));
    Emit(time, Logical(MR_I32, MR_L_TIME, "org.apache.kafka.connect.data.Time", nullptr, e));
    Emit(timestamp, Logical(MR_I64, MR_L_TIMESTAMP, "org.apache.kafka.connect.data.Timestamp", nullptr, e));
    if (error != MR_OK) return error;

    // The memory is the task's, which outlives its batches: nothing to count.
    out->size = sizeof(mr_batch);
    out->n = n;
    out->stride = sizeof(mr_record);
    out->records = records;
    out->n_topics = 1;
    out->topics = &topic_name;
    out->schemas = schemas.data();
    out->n_schemas = static_cast<uint32_t>(schemas.size());
    out->retain = [](const mr_batch*) {};
    out->release = [](const mr_batch*) {};
    return MR_OK;
  }
};

}  // namespace

TEST_SOURCE_BUNDLE("every_kind_source", EveryKind, "test.EveryKindSourceConnector");
