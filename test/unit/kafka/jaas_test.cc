// SPDX-License-Identifier: Apache-2.0
#include "kafka/jaas.h"

#include <doctest/doctest.h>

namespace millrace::kafka {
namespace {

std::string Problem(std::string_view text) {
  const Result<JaasEntry> entry = ParseJaas(text);
  REQUIRE_FALSE(entry.ok());
  return entry.status().message();
}

TEST_CASE("an entry as Kafka's documentation writes it") {
  const auto entry = ParseJaas(
      "org.apache.kafka.common.security.plain.PlainLoginModule required\n"
      "  username=\"alice\"\n  password=\"alice-secret\";");
  REQUIRE(entry.ok());
  CHECK(entry->module == "org.apache.kafka.common.security.plain.PlainLoginModule");
  CHECK(entry->options == std::map<std::string, std::string>{{"username", "alice"}, {"password", "alice-secret"}});
}

TEST_CASE("words, quotes, comments and escapes as java.io.StreamTokenizer takes them") {
  const auto entry = ParseJaas(
      "// first\n/* second */ a.B$C-d_e Required x=y.z-1 'q'='it''' u=\"\\u\" n=\"a\\tb\\101\\400\" e='' p='\\'' ; / "
      "rest");
  // 'it' '' : the second pair of quotes is a token of its own, taken as the next option's key.
  REQUIRE_FALSE(entry.ok());
  const auto good =
      ParseJaas("a.B$C-d_e Required x=y.z-1 'q'='it' u=\"\\u\" n=\"a\\tb\\101\\400\" e='' p='\\''; / rest");
  REQUIRE_MESSAGE(good.ok(), good.status().ToString());
  CHECK(good->module == "a.B$C-d_e");
  CHECK(good->options.at("x") == "y.z-1");
  CHECK(good->options.at("q") == "it");
  CHECK(good->options.at("u") == "u");
  CHECK(good->options.at("n") == "a\tbA 0");
  CHECK(good->options.at("e").empty());
  CHECK(good->options.at("p") == "'");
}

TEST_CASE("what is wrong is said without showing values") {
  CHECK(Problem("") == "login module not specified");
  CHECK(Problem("// nothing") == "login module not specified");
  CHECK(Problem("a.B") == "login module control flag (\"required\") not specified");
  CHECK(Problem("a.B maybe;").starts_with("after a.B comes one of required"));
  CHECK(Problem("a.B required u=\"secret\"") == "not terminated by a semicolon");
  CHECK(Problem("a.B required u=1secret;").starts_with("value not specified for option u"));
  CHECK(Problem("a.B required u;").starts_with("value not specified for option u"));
  CHECK(Problem("a.B required u=").starts_with("value not specified for option u"));
  CHECK(Problem("a.B required =x;") == "an option is written key=\"value\"");
  CHECK(Problem("a.B required; c.D required;") == "holds more than one login module, should be one");
  CHECK(Problem("\"a b\" required u=").find("a b") == std::string::npos);
  CHECK(Problem(std::string(70'000, 'a')) == "longer than 64 KiB");
}

}  // namespace
}  // namespace millrace::kafka
