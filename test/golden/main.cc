// SPDX-License-Identifier: Apache-2.0
//
// golden-runner FILE.jsonl...: runs recorded cases; one line per mismatch, "N passed, N failed" last.
#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "base/log.h"
#include "cases.h"
#include "converters/built_in.h"
#include "transforms/built_in.h"

namespace {

using millrace::golden::Setup;

// What differs, "" when nothing does.
std::string RunLine(const Setup& setup, const std::string& line, std::string* id) {
  rapidjson::Document c;
  c.Parse<rapidjson::kParseFullPrecisionFlag>(line.data(), line.size());
  if (c.HasParseError()) return fmt::format("not JSON: {}", rapidjson::GetParseError_En(c.GetParseError()));
  if (!c.IsObject() || !c.HasMember("id") || !c["id"].IsString()) return "a case without an id";
  *id = c["id"].GetString();
  if (c.HasMember("converter")) return RunConverterCase(setup, c);
  if (c.HasMember("transform")) return RunTransformCase(setup, c);
  if (c.HasMember("predicate")) return RunPredicateCase(setup, c);
  return "a case of a kind that is not known";
}

}  // namespace

int main(int argc, char** argv) {
  millrace::Log log;
  log.SetLevel("root", millrace::LogLevel::kError, 0);
  millrace::record::SchemaTable schemas;
  millrace::plugins::HostApi host(&log, &schemas, nullptr);
  millrace::plugins::ClassRegistry classes(&host, &log);
  const millrace::converters::BuiltInConverters converters(host.table());
  classes.AddBuiltIn(converters.classes().data(), converters.classes().size());
  const millrace::transforms::BuiltInTransforms transforms(host.table());
  classes.AddBuiltIn(transforms.classes().data(), transforms.classes().size());
  classes.Scan({});
  const Setup setup{&classes, &schemas};
  size_t passed = 0, failed = 0;
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i]);
    if (!file) {
      fmt::print("{}: cannot be read\n", argv[i]);
      ++failed;
      continue;
    }
    std::string line;
    for (size_t number = 1; std::getline(file, line); ++number) {
      if (line.empty()) continue;
      std::string id = fmt::format("line {}", number);
      const std::string differs = RunLine(setup, line, &id);
      if (differs.empty()) {
        ++passed;
      } else {
        ++failed;
        fmt::print("{}: {}\n", id, differs);
      }
    }
  }
  fmt::print("{} passed, {} failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}
