// SPDX-License-Identifier: Apache-2.0
//
// Log: lines for the operator, with levels that can be changed while running.
//
// Loggers have dotted names and inherit the level of the nearest name above them, as in log4j, so that
// /admin/loggers means the same as with the Java worker; the host's own loggers carry the names of the Java classes
// that do the same job (org.apache.kafka.connect.runtime.WorkerSinkTask ...), which is what existing alerts match.
// One Log is made by host/ and handed down; there is no global. A Logger is a cheap handle: a name's node in the
// Log's tree; asking `enabled` is one relaxed load. Thread-safe throughout.
//
// Levels by rule: INFO lifecycle, WARN recovered by itself, ERROR needs an operator, nothing per record. Every line
// written on behalf of a connector carries its context ("[name|task-0] "), set per thread by LogContext. Control
// characters in messages are escaped, so no data can forge a line.
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

enum class LogLevel : int { kAll = -1, kTrace = 0, kDebug, kInfo, kWarn, kError, kFatal, kOff };

std::string_view LogLevelName(LogLevel level);
// TRACE, DEBUG, INFO, WARN, ERROR, FATAL, OFF, ALL in any case; nothing else.
std::optional<LogLevel> ParseLogLevel(std::string_view text);

class Log;

namespace internal {
struct LogNode {
  std::string name;
  std::atomic<LogLevel> effective{LogLevel::kInfo};
  std::optional<LogLevel> own;           // guarded by Log
  std::optional<int64_t> last_modified;  // guarded by Log
  Log* log = nullptr;
};
}  // namespace internal

class Logger {
 public:
  bool enabled(LogLevel level) const { return level >= node_->effective.load(std::memory_order_relaxed); }
  const std::string& name() const { return node_->name; }
  void Write(LogLevel level, std::string_view message) const;

  template <class... A>
  void Debug(fmt::format_string<A...> f, A&&... a) const {
    At(LogLevel::kDebug, f, std::forward<A>(a)...);
  }
  template <class... A>
  void Info(fmt::format_string<A...> f, A&&... a) const {
    At(LogLevel::kInfo, f, std::forward<A>(a)...);
  }
  template <class... A>
  void Warn(fmt::format_string<A...> f, A&&... a) const {
    At(LogLevel::kWarn, f, std::forward<A>(a)...);
  }
  template <class... A>
  void Error(fmt::format_string<A...> f, A&&... a) const {
    At(LogLevel::kError, f, std::forward<A>(a)...);
  }

 private:
  friend class Log;
  explicit Logger(internal::LogNode* node) : node_(node) {}
  template <class... A>
  void At(LogLevel level, fmt::format_string<A...> f, A&&... a) const {
    if (enabled(level)) Write(level, fmt::format(f, std::forward<A>(a)...));
  }
  internal::LogNode* node_;
};

class Log {
 public:
  // One finished line, without its newline. Called with the Log's output lock held.
  using Sink = std::function<void(LogLevel, std::string_view line)>;
  enum class Format { kText, kJson };

  // Writes to standard error by default.
  Log();
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  Logger Get(std::string_view name);
  void SetSink(Sink sink);
  void SetFormat(Format format);

  struct LoggerLevel {
    std::string name;
    LogLevel level;
    std::optional<int64_t> last_modified;  // ms since the epoch
  };
  // Every known logger with its effective level, sorted by name; the top one is called "root".
  std::vector<LoggerLevel> Levels() const;
  // nullopt: no logger of that name is known.
  std::optional<LoggerLevel> Level(std::string_view name) const;
  // Sets the level of a name and everything below; returns the names changed, sorted. What has that level already is
  // not touched, as with the Java worker.
  std::vector<std::string> SetLevel(std::string_view name, LogLevel level, int64_t now_ms);

 private:
  friend class Logger;
  internal::LogNode* Node(std::string_view name);
  LogLevel Inherited(std::string_view name) const;
  void Emit(const std::string& logger, LogLevel level, std::string_view message);

  mutable std::mutex mutex_;  // tree
  std::map<std::string, std::unique_ptr<internal::LogNode>, std::less<>> nodes_;
  std::mutex output_mutex_;
  Sink sink_;
  Format format_ = Format::kText;
};

// Puts "[connector|task-0] " in front of what this thread logs while it lives; nests.
class LogContext {
 public:
  explicit LogContext(std::string context);
  ~LogContext();
  LogContext(const LogContext&) = delete;
  LogContext& operator=(const LogContext&) = delete;
  static const std::string& Current();

 private:
  std::string previous_;
};

// `text` with control characters (and invalid UTF-8 left alone) as \n, \t, \xNN.
std::string EscapeControl(std::string_view text);

}  // namespace millrace
