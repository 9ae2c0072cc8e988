// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "millrace/cpp/text.h"
#include "millrace/cpp/value.h"
#include "millrace/ext/connector.h"
#include "millrace/testing/batch.h"
#include "millrace/testing/instances.h"
#include "temp_dir.h"

using namespace millrace::test;
using namespace millrace::sdk::testing;
namespace sdk = millrace::sdk;

namespace {

constexpr char kSource[] = "org.apache.kafka.connect.file.FileStreamSourceConnector";
constexpr char kSink[] = "org.apache.kafka.connect.file.FileStreamSinkConnector";

using Config = std::vector<mr_kv>;
mr_kv Pair(std::string_view k, std::string_view v) { return {sdk::Str(k), sdk::Str(v)}; }

// The connector side of a class.
struct Connector {
  Connector(TestHost* host, const char* name) {
    const mr_class* type = &FileClass(name);
    table = static_cast<const mr_connector*>(type->extension(type, MR_EXT_CONNECTOR));
    REQUIRE(table != nullptr);
    CHECK(type->extension(type, "mr.unknown/1") == nullptr);
    REQUIRE(table->create(type, host->ctx(), &self, Fresh()) == MR_OK);
  }
  ~Connector() { table->destroy(self); }
  mr_error* Fresh() {
    error = CallError();
    return error.abi();
  }
  std::vector<std::vector<std::string>> TaskConfigs(const Config& cfg, uint32_t max) {
    REQUIRE(table->start(self, cfg.data(), static_cast<uint32_t>(cfg.size()), Fresh()) == MR_OK);
    std::vector<std::vector<std::string>> out;
    mr_task_configs collect{};
    collect.size = sizeof collect;
    collect.sink = &out;
    collect.add = [](void* sink, const mr_kv* kv, uint32_t n) {
      auto& all = *static_cast<std::vector<std::vector<std::string>>*>(sink);
      all.emplace_back();
      for (uint32_t i = 0; i < n; ++i) all.back().push_back(sdk::Cat(kv[i].k, "=", kv[i].v));
    };
    REQUIRE(table->task_configs(self, max, &collect, Fresh()) == MR_OK);
    table->stop(self);
    return out;
  }
  const mr_connector* table = nullptr;
  void* self = nullptr;
  CallError error;
};

}  // namespace

TEST_CASE("connector: one task reads a file, any number appends to one, with the connector's settings") {
  TestHost host;
  const Config cfg = {Pair("file", "/f"), Pair("topic", "t"), Pair("unknown", "")};
  const std::vector<std::string> same = {"file=/f", "topic=t", "unknown="};
  CHECK(Connector(&host, kSource).TaskConfigs(cfg, 4) == std::vector<std::vector<std::string>>{same});
  CHECK(
      host.Logged("INFO org.apache.kafka.connect.file.FileStreamSourceConnector: Starting file source connector "
                  "reading from /f"));
  CHECK(Connector(&host, kSink).TaskConfigs(cfg, 3) == std::vector<std::vector<std::string>>{same, same, same});
  CHECK(host.Logged("Starting file sink connector writing to /f"));
  (void)Connector(&host, kSink).TaskConfigs({}, 1);
  CHECK(host.Logged("Starting file sink connector writing to standard output"));
}

TEST_CASE("connector: exactly-once is for files only") {
  TestHost host;
  const Connector c(&host, kSource);
  const Config file = {Pair("file", "/f")}, empty = {Pair("file", "")};
  CHECK(c.table->exactly_once(c.self, file.data(), 1) == 1);
  CHECK(c.table->exactly_once(c.self, empty.data(), 1) == 0);
  CHECK(c.table->exactly_once(c.self, nullptr, 0) == 0);
  CHECK(c.table->transaction_boundaries(c.self, file.data(), 1) == 0);
}

TEST_CASE("connector: offsets that a person may set, and Java's texts for the others") {
  TestHost host;
  Connector c(&host, kSource);
  const mr_value by_name[] = {sdk::Text("filename"), sdk::Text("/f")};
  const mr_value by_other[] = {sdk::Text("file"), sdk::Text("x")};
  const mr_value named = sdk::Map(by_name), other = sdk::Map(by_other);
  const auto alter = [&](const mr_value& partition, const mr_value& position, std::string_view key = "position") {
    const mr_value slots[] = {sdk::Text(key), position};
    const mr_source_offset offset = {partition, sdk::Map(slots)};
    const Config cfg = {Pair("file", "/f"), Pair("topic", "t")};
    int32_t handled = -1;
    const mr_status status = c.table->alter_source_offsets(c.self, cfg.data(), 2, &offset, 1, &handled, c.Fresh());
    CHECK(handled == (status == MR_OK ? 1 : -1));
    return status == MR_OK ? std::string("ok") : c.error.message;
  };
  CHECK(alter(named, sdk::Int64(0)) == "ok");
  CHECK(alter(named, sdk::Int64(-1)) ==
        "The value for the 'position' key in the offset should be a non-negative value");
  const std::string not_long = "The value for the 'position' key in the offset is expected to be a Long value";
  CHECK(alter(named, sdk::Float64(1.5)) == not_long);
  CHECK(alter(named, sdk::Text("x")) == not_long);
  CHECK(alter(named, sdk::Bool(true)) == not_long);
  CHECK(alter(named, sdk::Null()) == not_long);
  CHECK(alter(named, sdk::Int64(1), "pos") == "Offset objects should either be null or contain the key 'position'");
  CHECK(alter(other, sdk::Int64(1)) == "Partition objects should contain the key 'filename'");
  CHECK(alter(sdk::Null(), sdk::Int64(1)) == "Partition objects cannot be null");

  int32_t handled = -1;
  const mr_source_offset forget = {other, sdk::Null()};
  const Config cfg = {Pair("file", "/f")};
  CHECK(c.table->alter_source_offsets(c.self, cfg.data(), 1, &forget, 1, &handled, c.Fresh()) == MR_OK);
  CHECK(handled == 1);
  CHECK(c.table->alter_source_offsets(c.self, nullptr, 0, &forget, 1, &handled, c.Fresh()) == MR_DATA);
  CHECK(
      c.error.message ==
      "Offsets cannot be modified if the 'file' configuration is unspecified. This is because stdin is used for input "
      "and offsets are not tracked.");
  CHECK(c.error.details.at("class") == "org.apache.kafka.connect.errors.ConnectException");

  Connector sink(&host, kSink);
  const mr_tp tp = {sdk::Str("t"), 0, 0, 5};
  CHECK(sink.table->alter_sink_offsets(sink.self, nullptr, 0, &tp, 1, &handled, sink.Fresh()) == MR_OK);
  CHECK(handled == 1);
}
