// SPDX-License-Identifier: Apache-2.0
#include "config/check_file.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "config/connector_config.h"
#include "config/definition_docs.h"
#include "golden.h"

namespace millrace::config {
namespace {

File Read(const std::string& text) {
  std::vector<Problem> problems;
  std::optional<File> file = Parse("c.properties", text, &problems);
  REQUIRE(file);
  return *file;
}

std::vector<std::string> Check(const std::string& text) {
  RecordedCatalog catalog;
  WorkerConfig worker;
  worker.key_converter = worker.value_converter = "JsonConverter";
  worker.header_converter = "SimpleHeaderConverter";
  File file = Read(text);
  std::vector<Problem> problems;
  AddConnectorProblems(file, ValidateConnector(ToRaw(file.values), catalog, worker), &problems);
  std::vector<std::string> out;
  for (const Problem& p : problems) out.push_back(p.ToString());
  return out;
}

using Problems = std::vector<std::string>;

TEST_CASE("files are told apart by their keys") {
  CHECK(KindOf(Read("name=x\nconnector.class=Y")) == FileKind::kConnector);
  CHECK(KindOf(Read("name=x")) == FileKind::kConnector);
  CHECK(KindOf(Read("bootstrap.servers=a:1\noffset.storage.file.filename=f")) == FileKind::kStandaloneWorker);
  CHECK(KindOf(Read("bootstrap.servers=a:1\ngroup.id=g\nconfig.storage.topic=c")) == FileKind::kDistributedWorker);
}

TEST_CASE("a connector file that is fine has no problems") {
  CHECK(Check("name=x\nconnector.class=FileStreamSource\ntopic=t\nfile=f\nbatch.size=5\nmy.own=kept").empty());
}

TEST_CASE("problems of a connector file have their line, value, reason and remedy") {
  CHECK(Check("name=x\nconnector.class=FileStreamSource\n  tasks.max = many\nerrors.tolerance=some\n") ==
        Problems{
            "c.properties:3:3: error: tasks.max = many: not a number of type INT; write a whole number, for example 1",
            "c.properties:4:1: error: errors.tolerance = some: string must be one of: none, all; write one of none,all",
            "c.properties: error: topic: it is required and has no default; add topic=..."});
  CHECK(Check("name=x\nconnector.class=Nope\n")[0].find("Failed to find any class") != std::string::npos);
  CHECK(Check("name=x\n") ==
        Problems{"c.properties: error: Connector config {name=x} contains no connector type; add connector.class=..."});
}

TEST_CASE("a near miss of a known setting is warned about") {
  CHECK(Check("name=x\nconnector.class=FileStreamSource\ntopic=t\ntask.max=2\n") ==
        Problems{"c.properties:4:1: warning: task.max = 2: neither Kafka Connect nor the class knows this setting; did "
                 "you mean tasks.max?"});
}

TEST_CASE("secrets are not shown") {
  std::vector<std::string> problems =
      Check("name=x\nconnector.class=FileStreamSource\ntopic=t\nproducer.override.sasl.jaas.config=geheim\n");
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].find("geheim") == std::string::npos);
  CHECK(problems[0].find("[hidden]") != std::string::npos);
}

TEST_CASE("docs/configuration.md has the tables of the code") {
  const char* root = std::getenv("MILLRACE_SOURCE_ROOT");
  REQUIRE(root != nullptr);
  std::ifstream in(std::string(root) + "/docs/configuration.md");
  std::ostringstream text;
  text << in.rdbuf();
  REQUIRE(text.str().find("<!-- settings: worker -->") != std::string::npos);
  Result<std::string> updated = UpdateSettings(text.str());
  REQUIRE_MESSAGE(updated.ok(), updated.status().message());
  // Out of date: build config-docs and run it on the file.
  CHECK(text.str() == *updated);
}

TEST_CASE("only marked tables are replaced") {
  CHECK(*UpdateSettings("a\nb") == "a\nb");
  std::string doc = *UpdateSettings("x\n<!-- settings: standalone -->\nold\n<!-- end -->\ny");
  CHECK(doc.find("old") == std::string::npos);
  CHECK(doc.find("| `offset.storage.file.filename` | string | required |") != std::string::npos);
  CHECK(doc.ends_with("<!-- end -->\ny"));
  CHECK(!UpdateSettings("<!-- settings: nope -->\n<!-- end -->").ok());
  CHECK(!UpdateSettings("<!-- settings: worker -->\n").ok());
}

}  // namespace
}  // namespace millrace::config
