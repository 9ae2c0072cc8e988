// SPDX-License-Identifier: Apache-2.0
#include "config/file.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace millrace::config {
namespace {

// The file in one line: key@line:column=value; then its problems, one per line.
std::string Read(const std::string& path, std::string_view text) {
  std::vector<Problem> problems;
  std::optional<File> file = Parse(path, text, &problems);
  std::string out;
  if (file) {
    for (const auto& [key, value] : file->values) {
      Position at = file->At(key);
      out += fmt::format("{}@{}:{}={};", key, at.line, at.column, value);
    }
    if (!file->initial_state.empty()) out += "initial_state=" + file->initial_state;
  } else {
    out = "nothing";
  }
  for (const Problem& p : problems) out += "\n" + p.ToString();
  return out;
}

std::string Props(std::string_view text) { return Read("f.properties", text); }
std::string Yaml(std::string_view text) { return Read("f.yaml", text); }
std::string Json(std::string_view text) { return Read("f.json", text); }

TEST_CASE("properties: separators, blanks and comments are Java's") {
  CHECK(Props("a=1\nb:2\nc 3\nd\t=\t4\ne = : 5\nf\n") == "a@1:1=1;b@2:1=2;c@3:1=3;d@4:1=4;e@5:1=: 5;f@6:1=;");
  CHECK(Props("  # x\n\t! y\n\n  a = 1  \nb=# no comment\n") == "a@4:3=1  ;b@5:1=# no comment;");
  CHECK(Props("=v\n") == "@1:1=v;");
  CHECK(Props("a==b\nc:=d\ne  f g\n") == "a@1:1==b;c@2:1==d;e@3:1=f g;");
  CHECK(Props("a=1\r\nb=2\rc=3") == "a@1:1=1;b@2:1=2;c@3:1=3;");
  CHECK(Props("") == "");
}

TEST_CASE("properties: continuations are Java's") {
  CHECK(Props("a=1,\\\n   2,\\\r\n\t3\nb=4") == "a@1:1=1,2,3;b@4:1=4;");
  CHECK(Props("a=1\\\\\nb=2") == "a@1:1=1\\;b@2:1=2;");
  CHECK(Props("a=1\\\n# 2") == "a@1:1=1# 2;");
  CHECK(Props("a=1\\\n\nb=2") == "a@1:1=1;b@3:1=2;");
  CHECK(Props("a=1\\") == "a@1:1=1;");
  CHECK(Props("\\\n") == "@0:0=;");
  CHECK(Props("\\\r\n") == "");
  CHECK(Props("# x \\\na=1") == "a@2:1=1;");
  CHECK(Props("ke\\\n  y=v") == "key@1:1=v;");
}

TEST_CASE("properties: escapes are Java's") {
  CHECK(Props("a\\ b\\=c\\:=1") == "a b=c:@1:1=1;");
  CHECK(Props("a=\\t\\n\\r\\f\\q\\\\") == "a@1:1=\t\n\r\fq\\;");
  CHECK(Props("a=\\u00e9\\uD83D\\uDE00") == "a@1:1=é😀;");
  CHECK(
      Props("a=\\uD83Dx") ==
      "a@1:1=\xEF\xBF\xBDx;\nf.properties:1:3: warning: a: \\uD83D is half of a surrogate pair; U+FFFD is used; write "
      "both halves, or the character itself");
  CHECK(Props("ok=1\na=\\u12x\nb=\\u") ==
        "nothing\nf.properties:2:3: error: a: malformed \\uXXXX escape; write four hexadecimal digits, or \\\\u for a "
        "backslash and u\nf.properties:3:3: error: b: malformed \\uXXXX escape; write four hexadecimal digits, or "
        "\\\\u for a backslash and u");
}

TEST_CASE("properties: the last duplicate wins with a warning") {
  CHECK(Props("a=1\na=2") ==
        "a@2:1=2;\nf.properties:2:1: warning: a: given before in line 1; this later value is used; remove one of the "
        "two");
}

TEST_CASE("properties: UTF-8 is read as such, anything else as Java reads it") {
  CHECK(Props("a=é\né=x") == "a@1:1=é;é@2:1=x;");
  CHECK(Props("\xEF\xBB\xBF"
              "a=1") == "a@1:1=1;");
  CHECK(Props("a=\xE9") ==
        "a@1:1=é;\nf.properties: warning: the file is not UTF-8 and was read as ISO-8859-1, as Java reads it; save it "
        "as UTF-8, or write \\uXXXX escapes");
}

TEST_CASE("yaml: maps flatten, lists join, scalars stay text") {
  CHECK(Yaml("name: a\nkey:\n  converter: x\n  n: 007\nlist: [a, b]\nother:\n  - 1\n  - yes\nq: '1'\nd: 2001-01-01") ==
        "d@10:1=2001-01-01;key.converter@3:3=x;key.n@4:3=007;list@5:1=a,b;name@1:1=a;other@6:1=1,yes;q@9:1=1;");
  CHECK(Yaml("") == "");
  CHECK(
      Yaml("a.b: 1\na:\n  b: 2\n") ==
      "a.b@3:3=2;\nf.yaml:3:3: warning: a.b: given before in line 1; this later value is used; remove one of the two");
  CHECK(Yaml("a: \"\"") == "a@1:1=;");
}

TEST_CASE("yaml: anchors and merge keys") {
  CHECK(Yaml("x: &x {p: 1, q: 2}\ny:\n  <<: *x\n  q: 3\n") == "x.p@1:8=1;x.q@1:14=2;y.p@1:8=1;y.q@4:3=3;");
}

TEST_CASE("yaml: what is no configuration is told with its place, all at once") {
  CHECK(Yaml("a:\nb: ~\nc: [[1]]\n") ==
        "nothing\nf.yaml:1:1: error: a: there is no value; leave the key out, or write \"\" for an empty text\n"
        "f.yaml:2:1: error: b: there is no value; leave the key out, or write \"\" for an empty text\n"
        "f.yaml:3:5: error: c: a list holds plain values only; write one text per element");
  CHECK(Yaml("- a\n").starts_with("nothing\nf.yaml:1:1: error: a configuration is a map"));
  CHECK(Yaml("a: 1\n---\nb: 2\n").starts_with("nothing\nf.yaml:2:1: error: the file has several documents"));
  CHECK(Yaml("a: [1\nb: 2").find("not valid YAML") != std::string::npos);
  CHECK(Yaml("a: ['x,y']").find("warning: a: this element has a comma") != std::string::npos);
  CHECK(Yaml("a: \xff").find("not UTF-8") != std::string::npos);
}

TEST_CASE("yaml: depth and unfolding are bounded") {
  std::string deep;
  for (int i = 0; i < 60; ++i) deep += "{a: ";
  deep += "1" + std::string(60, '}');
  CHECK(Yaml(deep).find("nested more than 32 deep") != std::string::npos);
  std::string laughs = "a0: &a0 {k: 1}\n";
  for (int i = 1; i < 9; ++i) {
    laughs += fmt::format("a{}: &a{} {{", i, i);
    for (int k = 0; k < 9; ++k) laughs += fmt::format("{}k{}: *a{}", k == 0 ? "" : ", ", k, i - 1);
    laughs += "}\n";
  }
  CHECK(Yaml(laughs).find("more than 100000 entries") != std::string::npos);
}

TEST_CASE("json: flat, nested and REST forms") {
  CHECK(Json("{\"a\": \"x\", \"b\": 1.50, \"c\": true,\n \"d\": {\"e\": [1, \"f\"]}}") ==
        "a@1:2=x;b@1:12=1.50;c@1:23=true;d.e@2:8=1,f;");
  CHECK(Json("{\"name\": \"n\", \"config\": {\"k\": \"v\"}, \"initial_state\": \"PAUSED\"}") ==
        "k@1:26=v;name@1:2=n;initial_state=PAUSED");
  CHECK(Json("{\"config\": {\"k\": \"v\"}, \"x\": \"y\"}") == "config.k@1:13=v;x@1:24=y;");
  CHECK(Json("{\"a\\\"b\": \"\\u00e9\"}") == "a\"b@1:2=é;");
  CHECK(Json("{\"a\": 12345678901234567890123}") == "a@1:2=12345678901234567890123;");
  CHECK(Json("{\"a\": 1, \"a\": 2}").starts_with("a@1:10=2;\nf.json:1:10: warning: a: given before in line 1"));
  CHECK(Json("{\"name\":\"n\",\"config\":{\"name\":\"m\"}}").find("is not that of the connector") != std::string::npos);
}

TEST_CASE("json: what is no configuration is told with its place") {
  CHECK(Json("{\"a\": null}") ==
        "nothing\nf.json:1:10: error: a: null is not a value; leave the key out, or write \"\" for an empty text");
  CHECK(Json("[]").find("a configuration is an object") != std::string::npos);
  CHECK(Json("{\"a\": 1,}").find("nothing\nf.json:1:9: error: not valid JSON") == 0);
  CHECK(Json("{\"a\": [{}]}").find("plain values only") != std::string::npos);
  CHECK(Json(std::string("{\"a\":1}\0x", 9)).find("not valid JSON") != std::string::npos);
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "{\"a\":";
  CHECK(Json(deep).find("nested more than 32 deep") != std::string::npos);
}

TEST_CASE("other names are JSON when they look like it, else properties") {
  CHECK(Read("f.conf", " {\"a\": 1}") == "a@1:3=1;");
  CHECK(Read("conf.d/f", "a=1") == "a@1:1=1;");
  CHECK(Read("f.properties", "{a=1}") == "{a@1:1=1};");
}

TEST_CASE("messages cannot be forged by what is in the file") {
  CHECK(Props("a\\nb=\\u00") ==
        "nothing\nf.properties:1:6: error: a\\nb: malformed \\uXXXX escape; write four "
        "hexadecimal digits, or \\\\u for a backslash and u");
}

TEST_CASE("a file that cannot be read says why") {
  std::vector<Problem> problems;
  CHECK(!Load("/nonexistent/w.properties", &problems));
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].ToString() ==
        "/nonexistent/w.properties: error: cannot open the file: No such file or directory; check the path and its "
        "permissions");
  problems.clear();
  CHECK(!Load("/", &problems));
  CHECK(problems.size() == 1);
}

TEST_CASE("a file on disk is read whole") {
  char path[] = "/tmp/millrace-config-XXXXXX";
  int fd = mkstemp(path);
  REQUIRE(fd >= 0);
  FILE* f = fdopen(fd, "w");
  for (int i = 0; i < 5000; ++i) std::fprintf(f, "key.%d = value %d\n", i, i);
  std::fclose(f);
  std::vector<Problem> problems;
  std::optional<File> file = Load(path, &problems);
  std::remove(path);
  REQUIRE(file);
  CHECK(file->values.size() == 5000);
  CHECK(file->values["key.4999"] == "value 4999");
  CHECK(file->At("key.4999").line == 5000);
}

}  // namespace
}  // namespace millrace::config
