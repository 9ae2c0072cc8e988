// SPDX-License-Identifier: Apache-2.0
#include "config/config_def.h"

#include <doctest/doctest.h>

#include "config/config_value.h"
#include "config/validator.h"

namespace millrace::config {
namespace {

ConfigKey Key(Type type, std::string validator = "") {
  ConfigKey key;
  key.name = "k";
  key.type = type;
  key.validator = std::move(validator);
  return key;
}

// The value as REST shows it, or the error in angle brackets.
std::string Parse(const ConfigKey& key, const std::optional<std::string>& text) {
  Result<Value> v = ConfigDef::Parse(key, text);
  if (!v.ok()) return "<" + v.status().message() + ">";
  return ToText(*v, key.type).value_or("null");
}
std::string Parse(Type type, const std::string& text) { return Parse(Key(type), text); }

TEST_CASE("values are parsed and printed as Java does") {
  CHECK(Parse(Type::kBoolean, " TRUE ") == "true");
  CHECK(Parse(Type::kBoolean, "False") == "false");
  CHECK(Parse(Type::kBoolean, "1") ==
        "<Invalid value 1 for configuration k: Expected value to be either true or false>");
  CHECK(Parse(Type::kInt, " +5 ") == "5");
  CHECK(Parse(Type::kInt, "-2147483648") == "-2147483648");
  CHECK(Parse(Type::kInt, "2147483648") == "<Invalid value 2147483648 for configuration k: Not a number of type INT>");
  CHECK(Parse(Type::kInt, "+-5") == "<Invalid value +-5 for configuration k: Not a number of type INT>");
  CHECK(Parse(Type::kInt, "") == "<Invalid value  for configuration k: Not a number of type INT>");
  CHECK(Parse(Type::kInt, "5 5") == "<Invalid value 5 5 for configuration k: Not a number of type INT>");
  CHECK(Parse(Type::kShort, "32768") == "<Invalid value 32768 for configuration k: Not a number of type SHORT>");
  CHECK(Parse(Type::kLong, "9223372036854775807") == "9223372036854775807");
  CHECK(Parse(Type::kString, "  a b\t\n") == "a b");
  CHECK(Parse(Type::kList, "") == "");
  CHECK(Parse(Type::kList, " a , b,c\t,\n d ") == "a,b,c,d");
  CHECK(Parse(Type::kList, ",") == ",");
  CHECK(Parse(Type::kList, "a,,b,") == "a,,b,");
  CHECK(Parse(Type::kPassword, "secret") == "[hidden]");
  CHECK(Parse(Type::kClass, " x.Y ") == "x.Y");
}

TEST_CASE("doubles are parsed and printed as Java does") {
  CHECK(Parse(Type::kDouble, "0.05") == "0.05");
  CHECK(Parse(Type::kDouble, "1") == "1.0");
  CHECK(Parse(Type::kDouble, "100000000") == "1.0E8");
  CHECK(Parse(Type::kDouble, "1e-4") == "1.0E-4");
  CHECK(Parse(Type::kDouble, "1.5f") == "1.5");
  CHECK(Parse(Type::kDouble, "-.5D") == "-0.5");
  CHECK(Parse(Type::kDouble, "NaN") == "NaN");
  CHECK(Parse(Type::kDouble, "-Infinity") == "-Infinity");
  CHECK(Parse(Type::kDouble, "0x1.8p1") == "3.0");
  CHECK(Parse(Type::kDouble, "1e999") == "Infinity");
  for (std::string bad : {"inf", "nan", "0x10", "", "1e", "1,5", "--1"}) {
    CAPTURE(bad);
    CHECK(Parse(Type::kDouble, bad).ends_with("Not a number of type DOUBLE>"));
  }
}

TEST_CASE("a missing value takes the default, or is an error") {
  ConfigKey key = Key(Type::kInt);
  CHECK(Parse(key, std::nullopt) == "null");
  key.default_value = "7";
  CHECK(Parse(key, std::nullopt) == "7");
  key.required = true;
  CHECK(Parse(key, std::nullopt) == "<Missing required configuration \"k\" which has no default value.>");
}

TEST_CASE("defaults are shown as Java prints their values") {
  auto shown = [](Type type, const char* text) {
    ConfigKey key = Key(type);
    key.default_value = text;
    return DefaultText(key);
  };
  CHECK(shown(Type::kDouble, "1e3") == "1000.0");
  CHECK(shown(Type::kList, "a , b") == "a,b");
  CHECK(shown(Type::kBoolean, "TRUE") == "true");
  CHECK(shown(Type::kPassword, "changeit") == "[hidden]");
  CHECK(!DefaultText(Key(Type::kInt)));
}

TEST_CASE("validators refuse with Java's texts and describe themselves as Java does") {
  auto check = [](Type type, const std::string& validator, const std::string& text) {
    return Parse(Key(type, validator), text);
  };
  auto describe = [](const std::string& validator) { return Validator::Parse(validator)->Describe(); };
  CHECK(check(Type::kInt, "range(1,)", "0") == "<Invalid value 0 for configuration k: Value must be at least 1>");
  CHECK(check(Type::kInt, "range(,9)", "10") == "<Invalid value 10 for configuration k: Value must be no more than 9>");
  CHECK(check(Type::kDouble, "range(0.0,0.25)", "0.3") ==
        "<Invalid value 0.3 for configuration k: Value must be no more than 0.25>");
  CHECK(describe("range(0,900)") == "[0,...,900]");
  CHECK(describe("range(,9)") == "[...,9]");
  CHECK(check(Type::kString, "in(a,b)", "A") == "<Invalid value A for configuration k: String must be one of: a, b>");
  CHECK(describe("in(a, b)") == "[a, b]");
  CHECK(check(Type::kString, "in-ignore-case(a,b)", "B") == "B");
  CHECK(check(Type::kString, "in-ignore-case(a,b)", "c") ==
        "<Invalid value c for configuration k: String must be one of (case insensitive): A, B>");
  CHECK(check(Type::kString, "non-empty", " ") == "<Invalid value  for configuration k: String must be non-empty>");
  CHECK(check(Type::kString, "name", "") == "<Invalid value  for configuration k: String may not be empty>");
  CHECK(check(Type::kString, "name",
              "a\x01"
              "b\xC2\x85"
              "c") ==
        "<Invalid value a\x01"
        "b\xC2\x85"
        "c for configuration k: String may not contain control sequences but had "
        "the following ASCII chars: 1, 133>");
  CHECK(check(Type::kList, "list(a,b)", "a,c") == "<Invalid value c for configuration k: String must be one of: a, b>");
  CHECK(check(Type::kList, "list-size(1)", "a,b") ==
        "<Invalid value [a, b] for configuration k: exceeds maximum list size of [1].>");
  CHECK(check(Type::kList, "non-empty-list", "") == "<Invalid value [] for configuration k: Empty list>");
  CHECK(check(Type::kList, "unique(aliases)", "a, a") ==
        "<Invalid value [a, a] for configuration k: Duplicate alias provided.>");
  CHECK(describe("non-null;unique(aliases)") == "non-null string, unique aliases");
  CHECK(check(Type::kString, "regex", "[") ==
        "<Invalid value [ for configuration k: Invalid regex: Unclosed character class near index 0\n[\n^>");
  CHECK(check(Type::kList, "regex-list", "a.*,(") ==
        "<Invalid value [a.*, (] for configuration k: Syntax error in regular expression: Unclosed group near index "
        "1\n(>");
  CHECK(check(Type::kInt, "partitions", "-1") == "-1");
  CHECK(check(Type::kInt, "partitions", "0") ==
        "<Invalid value 0 for configuration k: Number of partitions must be positive, or -1 to use the broker's "
        "default>");
  CHECK(check(Type::kString, "version-range", "[9,") == "<Unbounded range: [9,>");
  CHECK(check(Type::kList, "rename-pairs", "a:b,c") ==
        "<Invalid value [a:b, c] for configuration renames: Invalid rename mapping: c>");
  CHECK(check(Type::kList, "cast-spec", "") == "<Must specify at least one field to cast.>");
  CHECK(check(Type::kList, "cast-spec", "a:bytes") ==
        "<Cast transformation does not support casting to BYTES; supported types are [INT8, INT16, INT32, INT64, "
        "FLOAT32, FLOAT64, BOOLEAN, STRING]>");
  CHECK(check(Type::kList, "cast-spec", "int8,b:int8").starts_with("<Cast transformations that specify a type to"));
  CHECK(check(Type::kList, "listeners", "") ==
        "<Invalid value for listeners, at least one URL is expected, ex: "
        "http://localhost:8080,https://localhost:8443.>");
  CHECK(check(Type::kList, "admin-listeners", "a,,b") == "<Empty URL found when parsing admin.listeners list.>");
  CHECK(check(Type::kString, "http-headers", "sett X: y") ==
        "<Invalid header config action: 'sett'. Expected one of [set, add, setDate, addDate]>");
  CHECK(check(Type::kString, "mac", "HmacSHA256") == "HmacSHA256");
  CHECK(check(Type::kString, "mac", "nope").find("not supported") != std::string::npos);
}

TEST_CASE("null values are checked too") {
  ConfigDef def;
  def.Add(Key(Type::kInt, "range(1,)"));
  std::vector<ConfigValue> values = def.Validate(RawConfig{{"k", std::nullopt}});
  CHECK(values[0].errors == std::vector<std::string>{"Invalid value null for configuration k: Value must be non-null"});
  def.Add(Key(Type::kInt, "optional range(1,)"));
  CHECK(def.Validate(RawConfig{{"k", std::nullopt}})[0].errors.empty());
}

TEST_CASE("a malformed validator is an error that says so") {
  for (const char* bad : {"nope", "range", "range(1)", "range(a,b)", "in", "non-empty(1)", "in(a", "list-size(x)"}) {
    CAPTURE(bad);
    CHECK(!Validator::Parse(bad).ok());
  }
}

TEST_CASE("class names are resolved, unknown ones refused") {
  ConfigDef def;
  def.Add(Key(Type::kClass));
  ClassNames names = [](std::string_view n) {
    return n == "Alias" ? std::optional<std::string>("x.Full") : std::nullopt;
  };
  CHECK(def.Validate(Properties{{"k", " Alias "}}, names)[0].value == "x.Full");
  CHECK(def.Validate(Properties{{"k", "No"}}, names)[0].errors ==
        std::vector<std::string>{"Invalid value No for configuration k: Class No could not be found."});
}

TEST_CASE("dependents that are not defined are told, as in Java") {
  ConfigDef def;
  ConfigKey key = Key(Type::kString);
  key.dependents = {"other"};
  def.Add(key);
  std::vector<ConfigValue> values = def.Validate(Properties{});
  REQUIRE(values.size() == 2);
  CHECK(values[1].name == "other");
  CHECK(!values[1].visible);
  CHECK(values[1].errors == std::vector<std::string>{"other is referred in the dependents, but not defined."});
}

TEST_CASE("embedded keys are ordered as documentation lists them and keep their own names in errors") {
  ConfigDef child;
  for (const char* name : {"zeta", "alpha"}) {
    ConfigKey key = Key(Type::kInt, "range(1,)");
    key.name = name;
    key.importance = Importance::kLow;
    key.default_value = "1";
    child.Add(key);
  }
  ConfigKey required = Key(Type::kString);
  required.name = "must";
  required.required = true;
  required.importance = Importance::kLow;
  required.group = "G";
  required.dependents = {"alpha"};
  child.Add(required);
  ConfigDef def;
  def.Embed("p.", "Group", 2, child);
  REQUIRE(def.keys().size() == 3);
  CHECK(def.keys()[0].name == "p.alpha");
  CHECK(def.keys()[0].order == 2);
  CHECK(def.keys()[0].shown_name() == "alpha");
  CHECK(def.keys()[2].name == "p.must");
  CHECK(def.keys()[2].group == "Group: G");
  CHECK(def.keys()[2].dependents == std::vector<std::string>{"p.alpha"});
  CHECK(def.groups() == std::vector<std::string>{"Group", "Group: G"});
  std::vector<ConfigValue> values = def.Validate(Properties{{"p.alpha", "0"}, {"p.zeta", "x"}});
  CHECK(values[0].errors ==
        std::vector<std::string>{"Invalid value 0 for configuration alpha: Value must be at least 1"});
  CHECK(values[1].errors[0] == "Invalid value x for configuration p.zeta: Not a number of type INT");
  CHECK(values[2].errors ==
        std::vector<std::string>{"Missing required configuration \"p.must\" which has no default value."});
}

mr_str Str(const char* s) {
  return {s, s == nullptr ? 0u : static_cast<uint32_t>(std::char_traits<char>::length(s)), 0};
}

TEST_CASE("tables of bundles are taken over whole, also those of an older header") {
  mr_str dependents[] = {Str("b")};
  mr_str recommended[] = {Str("1"), Str("2")};
  mr_config_key keys[2] = {};
  keys[0].name = Str("a");
  keys[0].dflt = Str("1");
  keys[0].doc = Str("The text.");
  keys[0].group = Str("G");
  keys[0].display = Str("A");
  keys[0].validator = Str("range(1,)");
  keys[0].type = MR_T_INT;
  keys[0].importance = MR_IMPORTANCE_MEDIUM;
  keys[0].width = MR_WIDTH_SHORT;
  keys[0].order = 3;
  keys[0].n_dependents = 1;
  keys[0].dependents = dependents;
  keys[0].n_recommended = 2;
  keys[0].recommended = recommended;
  keys[1].name = Str("b");
  keys[1].group = Str("");  // as absent
  keys[1].type = MR_T_PASSWORD;
  keys[1].required = 1;
  mr_config_table table{2, sizeof(mr_config_key), keys};
  Result<ConfigDef> def = ConfigDef::FromAbi(&table);
  REQUIRE_MESSAGE(def.ok(), def.status().message());
  const ConfigKey& a = *def->Find("a");
  CHECK(a.type == Type::kInt);
  CHECK(a.default_value == "1");
  CHECK(a.group == "G");
  CHECK(a.display_name == "A");
  CHECK(a.importance == Importance::kMedium);
  CHECK(a.width == Width::kShort);
  CHECK(a.order == 3);
  CHECK(a.dependents == std::vector<std::string>{"b"});
  CHECK(a.recommended == std::vector<std::string>{"1", "2"});
  CHECK(def->Find("b")->required);
  CHECK(!def->Find("b")->default_value);
  CHECK(!def->Find("b")->group);

  struct Old {
    unsigned char bytes[offsetof(mr_config_key, n_dependents)];
  } old[1];
  std::copy_n(reinterpret_cast<const unsigned char*>(&keys[0]), sizeof old[0].bytes, old[0].bytes);
  mr_config_table old_table{1, sizeof(Old), reinterpret_cast<const mr_config_key*>(old)};
  Result<ConfigDef> from_old = ConfigDef::FromAbi(&old_table);
  REQUIRE(from_old.ok());
  CHECK(from_old->Find("a")->order == 3);
  CHECK(from_old->Find("a")->dependents.empty());
  CHECK(ConfigDef::FromAbi(nullptr)->keys().empty());
}

TEST_CASE("a malformed table of a bundle names the setting") {
  auto error = [](auto change) {
    mr_config_key key = {};
    key.name = Str("k");
    change(&key);
    mr_config_table table{1, sizeof key, &key};
    return ConfigDef::FromAbi(&table).status().message();
  };
  CHECK(error([](mr_config_key* k) { k->type = 99; }) == "setting k: type 99 is not known");
  CHECK(error([](mr_config_key* k) { k->importance = 9; }) == "setting k: importance 9 is not known");
  CHECK(error([](mr_config_key* k) { k->validator = Str("nope"); }) == "setting k: there is no validator nope");
  CHECK(error([](mr_config_key* k) { k->name = Str(""); }) == "a setting has no name");
  CHECK(error([](mr_config_key* k) { k->n_dependents = 4; }).find("missing") != std::string::npos);
  CHECK(error([](mr_config_key* k) {
          k->type = MR_T_INT;
          k->dflt = Str("x");
        }).find("default is not of its type") != std::string::npos);
  mr_config_key twice[2] = {};
  twice[0].name = twice[1].name = Str("k");
  mr_config_table table{2, sizeof(mr_config_key), twice};
  CHECK(ConfigDef::FromAbi(&table).status().message() == "setting k is defined twice");
  mr_config_table short_stride{1, 8, twice};
  CHECK(!ConfigDef::FromAbi(&short_stride).ok());
}

TEST_CASE("a parsed configuration answers by type, or has all problems in its message") {
  ConfigDef def;
  auto add = [&](const char* name, Type type, const char* dflt) {
    ConfigKey key = Key(type);
    key.name = name;
    if (dflt != nullptr) key.default_value = dflt;
    def.Add(key);
  };
  add("b", Type::kBoolean, "true");
  add("i", Type::kInt, "5");
  add("d", Type::kDouble, "0.5");
  add("s", Type::kString, nullptr);
  add("l", Type::kList, "x,y");
  Result<ParsedConfig> parsed = ParsedConfig::Make(def, {{"i", "6"}, {"other", "kept"}});
  REQUIRE(parsed.ok());
  CHECK(parsed->GetBool("b"));
  CHECK(parsed->GetInt("i") == 6);
  CHECK(parsed->GetDouble("d") == 0.5);
  CHECK(parsed->IsNull("s"));
  CHECK(parsed->GetString("s").empty());
  CHECK(parsed->GetList("l") == std::vector<std::string>{"x", "y"});
  CHECK(parsed->originals().at("other") == "kept");
  Status all = ParsedConfig::Make(def, {{"i", "x"}, {"b", "y"}}).status();
  CHECK(all.message() ==
        "Invalid value y for configuration b: Expected value to be either true or false\n"
        "Invalid value x for configuration i: Not a number of type INT");
  Status first = ParsedConfig::Make(def, {{"i", "x"}, {"b", "y"}}, {}, ParsedConfig::Report::kFirst).status();
  CHECK(first.message() == "Invalid value y for configuration b: Expected value to be either true or false");
}

}  // namespace
}  // namespace millrace::config
