// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>

#include "base/clock.h"

namespace millrace {
namespace {

constexpr std::string_view kRoot = "root";

thread_local std::string current_context;

bool IsBelow(std::string_view name, std::string_view above) {
  if (above == kRoot || name == above) return true;
  return name.size() > above.size() && name.starts_with(above) && name[above.size()] == '.';
}

void WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n <= 0) return;  // nobody is left to tell
    text.remove_prefix(static_cast<size_t>(n));
  }
}

std::string Timestamp(int64_t ms) {
  const time_t seconds = ms / 1000;
  tm t{};
  localtime_r(&seconds, &t);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02},{:03}", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour,
                     t.tm_min, t.tm_sec, ms % 1000);
}

std::string JsonString(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (u < 0x20 || u == 0x7f) {
      out += fmt::format("\\u{:04x}", u);
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

std::string_view LogLevelName(LogLevel level) {
  constexpr std::array<std::string_view, 8> names = {"ALL", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL", "OFF"};
  return names[static_cast<size_t>(static_cast<int>(level) + 1)];
}

std::optional<LogLevel> ParseLogLevel(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
  for (int i = static_cast<int>(LogLevel::kAll); i <= static_cast<int>(LogLevel::kOff); ++i) {
    if (upper == LogLevelName(static_cast<LogLevel>(i))) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

void Logger::Write(LogLevel level, std::string_view message) const { node_->log->Emit(node_->name, level, message); }

Log::Log() {
  sink_ = [](LogLevel, std::string_view line) {
    std::string text(line);
    text += '\n';
    WriteAll(STDERR_FILENO, text);
  };
  Node(kRoot)->own = LogLevel::kInfo;
}

Log::~Log() = default;

internal::LogNode* Log::Node(std::string_view name) {
  const auto it = nodes_.find(name);
  if (it != nodes_.end()) return it->second.get();
  auto node = std::make_unique<internal::LogNode>();
  node->name = name;
  node->log = this;
  node->effective = Inherited(name);
  return nodes_.emplace(std::string(name), std::move(node)).first->second.get();
}

LogLevel Log::Inherited(std::string_view name) const {
  // The name itself, then what is above it, then the root.
  for (std::string_view above = name;;) {
    const auto it = nodes_.find(above);
    if (it != nodes_.end() && it->second->own) return *it->second->own;
    if (above == kRoot) return LogLevel::kInfo;
    const size_t dot = above.rfind('.');
    above = dot == std::string_view::npos ? kRoot : above.substr(0, dot);
  }
}

Logger Log::Get(std::string_view name) {
  const std::lock_guard lock(mutex_);
  return Logger(Node(name));
}

void Log::SetSink(Sink sink) {
  const std::lock_guard lock(output_mutex_);
  sink_ = std::move(sink);
}

void Log::SetFormat(Format format) {
  const std::lock_guard lock(output_mutex_);
  format_ = format;
}

std::vector<Log::LoggerLevel> Log::Levels() const {
  const std::lock_guard lock(mutex_);
  std::vector<LoggerLevel> out;
  for (const auto& [name, node] : nodes_) out.push_back({name, node->effective.load(), node->last_modified});
  return out;
}

std::optional<Log::LoggerLevel> Log::Level(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto it = nodes_.find(name);
  if (it == nodes_.end()) return std::nullopt;
  return LoggerLevel{it->first, it->second->effective.load(), it->second->last_modified};
}

std::vector<std::string> Log::SetLevel(std::string_view name, LogLevel level, int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  Node(name);
  std::vector<std::string> changed;
  for (const auto& [n, node] : nodes_) {
    if (!IsBelow(n, name)) continue;
    if (node->effective.load() == level) continue;
    node->last_modified = now_ms;
    node->own = level;
    node->effective = level;
    changed.push_back(n);
  }
  return changed;
}

void Log::Emit(const std::string& logger, LogLevel level, std::string_view message) {
  const std::lock_guard lock(output_mutex_);
  const int64_t now = Clock::System().WallMillis();
  std::string line;
  if (format_ == Format::kJson) {
    line = fmt::format(R"({{"time":{},"level":"{}","logger":{},"context":{},"message":{}}})", now, LogLevelName(level),
                       JsonString(logger), JsonString(LogContext::Current()), JsonString(message));
  } else {
    // The order of Kafka's own log4j2 pattern: [time] LEVEL context message (logger)
    line = fmt::format("[{}] {} {}{} ({})", Timestamp(now), LogLevelName(level), LogContext::Current(),
                       EscapeControl(message), logger);
  }
  sink_(level, line);
}

LogContext::LogContext(std::string context) : previous_(std::move(current_context)) {
  current_context = std::move(context);
}

LogContext::~LogContext() { current_context = std::move(previous_); }

const std::string& LogContext::Current() { return current_context; }

std::string EscapeControl(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (u < 0x20 || u == 0x7f) {
      out += fmt::format("\\x{:02x}", u);
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace millrace
