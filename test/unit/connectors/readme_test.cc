// SPDX-License-Identifier: Apache-2.0
//
// The option tables of connectors/file/README.md are those of the code. When this fails, paste what it prints.
#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "config.h"
#include "millrace/testing/option_table.h"
#include "temp_dir.h"

TEST_CASE("readme: the option tables are those of the code") {
  const char* root = std::getenv("MILLRACE_SOURCE_ROOT");
  REQUIRE(root != nullptr);
  const std::string readme = millrace::test::ReadFile(std::string(root) + "/connectors/file/README.md");
  using namespace millrace::file;
  for (const mr_config_table* table : {&kSourceConfig, &kSourceExtraConfig, &kSinkConfig}) {
    const std::string expected = millrace::sdk::testing::OptionTable(*table) + "\n";
    CHECK_MESSAGE(readme.find(expected) != std::string::npos, expected);
  }
}

TEST_CASE("readme: the defaults that are printed are those that are used") {
  using namespace millrace::file;
  using millrace::sdk::View;
  CHECK(View(kSourceKeys[2].dflt) == std::to_string(kDefaultBatchSize));
  CHECK(View(kSourceExtraKeys[0].dflt) == std::to_string(kDefaultLineMaxBytes));
  CHECK(View(kSourceExtraKeys[0].validator) == "range(1," + std::to_string(kLimitLineMaxBytes) + ")");
  CHECK(View(kSourceExtraKeys[1].dflt) == std::to_string(kDefaultRotationQuietMs));
  CHECK(View(kSourceExtraKeys[1].validator) == "range(0," + std::to_string(kLimitRotationQuietMs) + ")");
}
