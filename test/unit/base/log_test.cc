// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using millrace::EscapeControl;
using millrace::Log;
using millrace::LogContext;
using millrace::Logger;
using millrace::LogLevel;

TEST_CASE("loggers inherit the level of the nearest name above") {
  Log log;
  const Logger task = log.Get("org.apache.kafka.connect.runtime.WorkerSinkTask");
  CHECK(task.enabled(LogLevel::kInfo));
  CHECK_FALSE(task.enabled(LogLevel::kDebug));
  const auto changed = log.SetLevel("org.apache.kafka.connect", LogLevel::kDebug, 7);
  CHECK(changed ==
        std::vector<std::string>{"org.apache.kafka.connect", "org.apache.kafka.connect.runtime.WorkerSinkTask"});
  CHECK(task.enabled(LogLevel::kDebug));
  CHECK(log.Get("org.apache.kafka.connect.json").enabled(LogLevel::kDebug));
  CHECK_FALSE(log.Get("org.apache.kafka.connected").enabled(LogLevel::kDebug));
  CHECK_FALSE(log.Get("other").enabled(LogLevel::kDebug));
}

TEST_CASE("last_modified changes only when the level does") {
  Log log;
  log.SetLevel("a", LogLevel::kWarn, 5);
  log.SetLevel("a", LogLevel::kWarn, 9);
  CHECK(log.Level("a")->last_modified == 5);
  CHECK_FALSE(log.Level("never.seen"));
}

TEST_CASE("a line carries the context and cannot be forged by data") {
  Log log;
  std::vector<std::string> lines;
  log.SetSink([&](LogLevel, std::string_view line) { lines.emplace_back(line); });
  {
    const LogContext context("[c|task-0] ");
    log.Get("x.Y").Info("got {}", "a\nERROR forged");
  }
  log.Get("x.Y").Info("plain");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].ends_with("INFO [c|task-0] got a\\nERROR forged (x.Y)"));
  CHECK(lines[1].ends_with("INFO plain (x.Y)"));
}

TEST_CASE("control characters are escaped") { CHECK(EscapeControl("a\r\n\t\x1b b") == "a\\r\\n\\t\\x1b b"); }
