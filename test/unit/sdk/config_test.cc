// SPDX-License-Identifier: Apache-2.0
#include "millrace/cpp/config.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "millrace/cpp/config_table.h"

using namespace millrace::sdk;

namespace {

mr_kv Pair(std::string_view k, std::string_view v) { return {Str(k), Str(v)}; }

template <class F>
std::string MessageOf(F&& f) {
  try {
    f();
  } catch (const Error& e) {
    CHECK(e.status() == MR_CONFIG);
    REQUIRE(e.details().size() == 1);
    CHECK(e.details()[0].first == "key");
    return e.message();
  }
  return "no error";
}

}  // namespace

TEST_CASE("config: typed getters") {
  const mr_kv null = {Str("null"), mr_str{}};
  const std::vector<mr_kv> kv = {Pair("n", " 42 "),
                                 Pair("b", "True"),
                                 Pair("d", "1.5"),
                                 Pair("l", "a, b ,,c"),
                                 Pair("e", ""),
                                 Pair("twice", "1"),
                                 null,
                                 Pair("twice", "2")};
  const Config c(kv.data(), static_cast<uint32_t>(kv.size()));
  CHECK(c.GetInt("n", 0) == 42);
  CHECK(c.GetInt("none", 7) == 7);
  CHECK(c.GetInt("null", 7) == 7);
  CHECK(c.GetInt("twice", 0) == 2);
  CHECK(c.GetBool("b", false));
  CHECK(c.GetDouble("d", 0) == 1.5);
  CHECK(c.GetList("l") == std::vector<std::string>{"a", "b", "", "c"});
  CHECK(c.GetList("e").empty());
  CHECK(c.GetString("e", "x") == "");
  CHECK(c.GetString("none", "x") == "x");
  CHECK(c.Get("e").has_value());
  CHECK_FALSE(c.Get("null").has_value());
  CHECK(c.Require("e") == "");
}

TEST_CASE("config: what is refused names the key, the value and the reason") {
  const std::vector<mr_kv> kv = {Pair("n", "4x"), Pair("b", "yes"), Pair("big", "99999999999999999999")};
  const Config c(kv.data(), static_cast<uint32_t>(kv.size()));
  CHECK(MessageOf([&] { c.GetInt("n", 0); }) == "the setting \"n\" has the value \"4x\": it is not a whole number");
  CHECK(MessageOf([&] { c.GetInt("big", 0); }).find("not a whole number") != std::string::npos);
  CHECK(MessageOf([&] { c.GetBool("b", false); }) ==
        "the setting \"b\" has the value \"yes\": it is neither true nor false");
  CHECK(MessageOf([&] { c.GetDouble("n", 0); }).find("it is not a number") != std::string::npos);
  CHECK(MessageOf([&] { c.Require("none"); }) == "the setting \"none\" is missing");
  const mr_kv five = Pair("five", "5");
  CHECK(MessageOf([&] { Config(&five, 1).GetInt("five", 0, 6, 9); }).find("between 6 and 9") != std::string::npos);
}

TEST_CASE("config table: what is declared is in it") {
  static constexpr mr_str kNames[] = {Str("other")};
  static constexpr mr_config_key kKeys[] = {
      Key("a", MR_T_INT).Default("1").Importance(MR_IMPORTANCE_LOW).Doc("text").Group("g", 2).Dependents(kNames),
      Key("b", MR_T_STRING).NullDefault(),
      Key("c", MR_T_STRING).Validator("non-empty"),
  };
  constexpr mr_config_table kTable = ConfigTable(kKeys);
  CHECK(kTable.n_keys == 3);
  CHECK(kTable.key_size == sizeof(mr_config_key));
  CHECK(View(kKeys[0].dflt) == "1");
  CHECK(kKeys[0].required == 0);
  CHECK(kKeys[0].order == 2);
  CHECK(kKeys[0].n_dependents == 1);
  CHECK(kKeys[1].required == 0);
  CHECK(kKeys[1].dflt.p == nullptr);
  CHECK(kKeys[2].required == 1);
  CHECK(View(kKeys[2].validator) == "non-empty");
}
