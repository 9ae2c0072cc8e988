// SPDX-License-Identifier: Apache-2.0
#include "record/arena.h"

#include <doctest/doctest.h>

#include <cstring>
#include <string>

#include "record/schema_table.h"
#include "record/value.h"

using millrace::record::Arena;

TEST_CASE("memory is aligned, apart, and stays where it is") {
  Arena arena(64);
  char* a = static_cast<char*>(arena.Alloc(3, 1));
  std::memset(a, 'a', 3);
  void* b = arena.Alloc(8, 16);
  CHECK(reinterpret_cast<uintptr_t>(b) % 16 == 0);
  char* big = static_cast<char*>(arena.Alloc(100000, 1));
  std::memset(big, 'x', 100000);
  CHECK(std::string(a, 3) == "aaa");
  CHECK(arena.bytes_used() >= 100011);
}

TEST_CASE("no bytes is a valid request") {
  Arena arena;
  CHECK(arena.Alloc(0, 1) != nullptr);
  CHECK(arena.Copy({}).p != nullptr);
}

TEST_CASE("reset uses the same memory again") {
  Arena arena;
  void* first = arena.Alloc(100);
  arena.Alloc(1000000);
  arena.Reset();
  CHECK(arena.bytes_used() == 0);
  CHECK(arena.Alloc(100) == first);
}

TEST_CASE("a writer takes only what it wrote") {
  Arena arena(32);
  char* p = arena.Reserve(1000);
  std::memcpy(p, "hello", 5);
  arena.Commit(p, 5);
  CHECK(arena.Alloc(1, 1) == p + 5);
}

TEST_CASE("an arena holds schemas until it is reset") {
  millrace::record::SchemaTable table;
  Arena arena;
  const mr_schema* s = *table.Intern(millrace::record::DescribeSchema(MR_I32));
  arena.KeepSchema(s);
  arena.KeepSchema(s);
  millrace::record::ReleaseSchema(s);
  CHECK(table.size() == 1);
  arena.Reset();
  CHECK(table.size() == 0);
}
