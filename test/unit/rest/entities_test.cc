// SPDX-License-Identifier: Apache-2.0
#include "rest/entities.h"

#include <doctest/doctest.h>

namespace millrace::rest {
namespace {

TEST_CASE("a definition is written with its members in Kafka Connect's order and its default as Java prints it") {
  config::ConfigKey key;
  key.name = "limit";
  key.type = config::Type::kDouble;
  key.default_value = "1e3";
  key.documentation = "The limit.";
  key.group = "G";
  key.order = 2;
  CHECK(ConfigKeysJson({key}) ==
        "[{\"name\":\"limit\",\"type\":\"DOUBLE\",\"required\":false,\"default_value\":\"1000.0\",\"importance\":"
        "\"HIGH\",\"documentation\":\"The limit.\",\"group\":\"G\",\"width\":\"NONE\",\"display_name\":\"limit\","
        "\"dependents\":[],\"order\":2}]");
  key.type = config::Type::kPassword;
  CHECK(ConfigKeysJson({key}).find("\"default_value\":\"[hidden]\"") != std::string::npos);
  key.required = true;
  CHECK(ConfigKeysJson({key}).find("\"default_value\":null") != std::string::npos);
}

TEST_CASE("a checked setting without a definition has none in the answer") {
  config::ConfigInfos infos;
  infos.name = "X";
  infos.error_count = 1;
  infos.groups = {"Common"};
  infos.configs.push_back({std::nullopt, {"k", std::nullopt, {}, {"wrong"}, true, {}}});
  CHECK(ConfigInfosJson(infos) ==
        "{\"name\":\"X\",\"error_count\":1,\"groups\":[\"Common\"],\"configs\":[{\"definition\":null,\"value\":{"
        "\"name\":\"k\",\"value\":null,\"recommended_values\":[],\"errors\":[\"wrong\"],\"visible\":true}}]}");
}

}  // namespace
}  // namespace millrace::rest
