// SPDX-License-Identifier: Apache-2.0
#include "transforms/field_path.h"

#include <doctest/doctest.h>

#include "record/value.h"

using namespace millrace::record;  // NOLINT: a test over records
using millrace::transforms::FieldPath;

namespace {

// {a: {"b.c": 1, "d`.e": 2}}
struct Nested {
  mr_value inner[4] = {Text("b.c"), Int(MR_I32, 1), Text("d`.e"), Int(MR_I32, 2)};
  mr_value outer[2] = {Text("a"), Composite(MR_MAP, inner, 2)};
  mr_value map = Composite(MR_MAP, outer, 1);
};

int64_t Find(std::string_view path, bool v2 = true) {
  const Nested n;
  const auto v = FieldPath::Parse(path, v2)->ValueIn(n.map);
  return v.ok() && v->kind == MR_I32 ? v->u.i : -1;
}

}  // namespace

TEST_CASE("dots lead down, backticks hold names together") {
  CHECK(Find("a.`b.c`") == 1);
  CHECK(Find("a.b.c") == -1);
  CHECK(Find("`a`.`b.c`") == 1);
  CHECK(Find("a.`d\\`.e`") == 2);
  CHECK(Find("a.`b.c`", false) == -1);
}

TEST_CASE("a backtick without its pair is refused") {
  CHECK(FieldPath::Parse("a.`b", true).status().message() ==
        "Incomplete backtick pair in path: [a.`b], consider adding a backslash before backtick at position 2 to escape "
        "it");
  CHECK(FieldPath::Parse("a.`b", false).ok());
}
