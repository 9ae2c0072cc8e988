// SPDX-License-Identifier: Apache-2.0
#include "plugins/report.h"

#include <rapidjson/document.h>

#include "fixture.h"

namespace millrace::plugins {
namespace {

TEST_CASE("the report lists classes with their short names and says what is not used and why") {
  const TempDir dir;
  dir.CopyBundle("stages", "a.so");
  dir.CopyBundle("counting_source", "b.so");
  dir.Write("c.so", "text");
  TestRegistry t({dir.path()});
  CHECK(ReportText(&t.registry, {}) == dir.path() + R"(/a.so (stages 1.0, ABI 1.0)
  transformation   test.RouteByValue 1.0  (RouteByValue)
  predicate        test.EveryOther 1.0  (EveryOther)
  converter        test.HexConverter 1.0  (Hex, HexConverter)
  header_converter test.ReverseHeaderConverter 1.0  (Reverse, ReverseHeaderConverter)
  configprovider   test.EnvelopeConfigProvider 1.0  (Envelope, EnvelopeConfigProvider)
)" + dir.path() + R"(/b.so (counting_source 1.0, ABI 1.0)
  source           test.CountingSourceConnector 1.0  (CountingSource, CountingSourceConnector)
not used
  )" + dir.path() + R"(/c.so
      not an ELF file
2 bundles usable, 1 not
)");
}

TEST_CASE("with load, what is wrong inside a bundle is told too") {
  const TempDir dir;
  dir.CopyBundle("bad_null_table", "bad.so");
  TestRegistry t({dir.path()});
  ReportOptions options;
  CHECK(ReportText(&t.registry, options).ends_with("1 bundle usable, 0 not\n"));
  options.load = true;
  const std::string text = ReportText(&t.registry, options);
  CHECK(text.find("class 0 (test.null_table): its table is NULL") != std::string::npos);
  CHECK(text.ends_with("0 bundles usable, 1 not\n"));
}

TEST_CASE("the report as JSON") {
  TestRegistry t;
  rapidjson::Document json;
  json.Parse(ReportJson(&t.registry, {}).c_str());
  REQUIRE_FALSE(json.HasParseError());
  bool stages = false, text = false;
  for (const auto& b : json["bundles"].GetArray()) {
    const std::string path = b["path"].GetString();
    if (path.ends_with("/stages.so")) {
      stages = b["usable"].GetBool() && b["classes"].Size() == 5 &&
               std::string(b["classes"][2]["aliases"][0].GetString()) == "Hex";
    }
    if (path.ends_with("/bad_text.so"))
      text = !b["usable"].GetBool() && std::string(b["reason"].GetString()) == "not an ELF file";
  }
  CHECK(stages);
  CHECK(text);
}

}  // namespace
}  // namespace millrace::plugins
