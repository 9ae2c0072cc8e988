// SPDX-License-Identifier: Apache-2.0
//
// Api: /admin/loggers and all below.
#include <fmt/format.h>

#include "rest/api.h"
#include "rest/bodies.h"
#include "rest/entities.h"
#include "rest/text.h"

namespace millrace::rest {
Response Api::ListLoggers(const Call&) const { return Ok(LoggersJson(services_.log->Levels())); }

Response Api::GetLogger(const Call& call) const {
  const std::string& name = call.parameters[0];
  const std::optional<Log::LoggerLevel> level = services_.log->Level(LowerAscii(name) == "root" ? "root" : name);
  if (!level) return JsonError(404, fmt::format("Logger {} not found.", name));
  return Ok(LoggerJson(*level));
}

Response Api::SetLogger(const Call& call) const {
  Result<std::optional<config::RawConfig>> body = ParseConfigBody(call.request.body);
  if (!body.ok()) return Answer(body.status());
  if (!*body) return JsonError(500, "The request body must be a JSON object with \"level\", but it is empty or null");
  const auto it = (*body)->find("level");
  if (it == (*body)->end() || !it->second) {
    return JsonError(400, "Desired 'level' parameter was not specified in request.");
  }
  const std::string& text = *it->second;
  if (text.empty()) return JsonError(500, "Illegal null or empty Level name.");
  const std::optional<LogLevel> level = ParseLogLevel(text);
  if (!level) return JsonError(404, fmt::format("invalid log level '{}'.", text));

  const std::string scope = LowerAscii(call.target.Query("scope").value_or("worker"));
  if (scope != "worker" && scope != "cluster") {
    logger_.Warn("Received invalid scope '{}' in request to adjust logging level; will default to worker", scope);
  }
  const std::string& name = call.parameters[0];
  const std::vector<std::string> changed =
      services_.log->SetLevel(LowerAscii(name) == "root" ? "root" : name, *level, services_.clock->WallMillis());
  // One worker is the whole cluster.
  return scope == "cluster" ? Response{204, "", "", {}} : Ok(NamesJson(changed));
}

}  // namespace millrace::rest
