// SPDX-License-Identifier: Apache-2.0
#include "base/status.h"

#include <doctest/doctest.h>

using millrace::Code;
using millrace::Result;
using millrace::Status;

TEST_CASE("a status keeps code, message and details") {
  Status s = Status::Config("tasks.max must be at least 1");
  s.AddDetail("key", "tasks.max");
  CHECK_FALSE(s.ok());
  CHECK(s.code() == Code::kConfig);
  CHECK(s.detail("key") == "tasks.max");
  CHECK(s.detail("other").empty());
  const Status copy = s;
  CHECK(copy.ToString() == "CONFIG: tasks.max must be at least 1");
}

TEST_CASE("context goes in front and leaves the rest") {
  Status s = Status::Retriable("no route");
  s.AddDetail("key", "url");
  const Status c = s.Context("connecting to db");
  CHECK(c.message() == "connecting to db: no route");
  CHECK(c.retriable());
  CHECK(c.detail("key") == "url");
  CHECK(Status().Context("nothing").ok());
}

TEST_CASE("a result is a value or a status") {
  Result<int> good = 3;
  CHECK(good.ok());
  CHECK(*good == 3);
  Result<int> bad = Status::NotFound("x");
  CHECK_FALSE(bad.ok());
  CHECK(bad.status().code() == Code::kNotFound);
}
