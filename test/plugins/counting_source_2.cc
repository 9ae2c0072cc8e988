// SPDX-License-Identifier: Apache-2.0
// The same class as in counting_source, in version 2.0, with an alias.
#include "support.h"

static const char* const kAliases[] = {"count", nullptr};
static constexpr mr_class Make() {
  mr_class c = test::SourceClass<test::CountingSource>("test.CountingSourceConnector", "2.0");
  c.aliases = kAliases;
  return c;
}
static constexpr mr_class kClasses[] = {Make()};
TEST_OPEN(kClasses)
MR_MANIFEST(
    "{\"manifest_version\":1,\"name\":\"counting_source\",\"version\":\"2.0\",\"abi\":\"1.0\",\"classes\":["
    "{\"role\":\"source\",\"name\":\"test.CountingSourceConnector\",\"aliases\":[\"count\"]}]}");
