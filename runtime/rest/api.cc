// SPDX-License-Identifier: Apache-2.0
#include "rest/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "rest/media_type.h"

namespace millrace::rest {
namespace {

constexpr std::string_view kAdmin = "/admin";

// A failure of the routing itself: the message that the Java worker's framework gives.
Response RouterError(int status) { return JsonError(status, fmt::format("HTTP {} {}", status, ReasonPhrase(status))); }

int HttpStatus(Code code) {
  switch (code) {
    case Code::kNotFound: return 404;
    case Code::kConflict:
    case Code::kAlreadyExists: return 409;
    case Code::kBadRequest:
    case Code::kConfig: return 400;
    case Code::kUnprocessable: return 422;
    case Code::kUnavailable: return 503;
    default: return 500;
  }
}

}  // namespace

Api::Api(ApiServices services)
    : services_(std::move(services)), logger_(services_.log->Get("org.apache.kafka.connect.runtime.rest.RestServer")) {}

const std::vector<Api::Route>& Api::Routes() {
  constexpr bool kBody = true, kWaits = true;
  static const std::vector<Route> routes = {
      {"GET", "/", &Api::Root, false, kWaits},  // for Kafka, the first time
      {"GET", "/health", &Api::Health},
      {"GET", "/connectors", &Api::ListConnectors},
      {"POST", "/connectors", &Api::CreateConnector, kBody, kWaits},
      {"GET", "/connectors/{}", &Api::GetConnector},
      {"DELETE", "/connectors/{}", &Api::DeleteConnector, false, kWaits},
      {"GET", "/connectors/{}/config", &Api::GetConfig},
      {"PUT", "/connectors/{}/config", &Api::PutConfig, kBody, kWaits},
      {"PATCH", "/connectors/{}/config", &Api::PatchConfig, kBody, kWaits},
      {"GET", "/connectors/{}/status", &Api::GetStatus},
      {"GET", "/connectors/{}/tasks", &Api::GetTasks},
      {"POST", "/connectors/{}/tasks", &Api::RefuseInternal},
      {"PUT", "/connectors/{}/fence", &Api::RefuseInternal},
      {"GET", "/connectors/{}/tasks/{}/status", &Api::GetTaskStatus},
      {"POST", "/connectors/{}/tasks/{}/restart", &Api::RestartTask, false, kWaits},
      {"PUT", "/connectors/{}/pause", &Api::Pause},
      {"PUT", "/connectors/{}/resume", &Api::Resume},
      {"PUT", "/connectors/{}/stop", &Api::Stop, false, kWaits},
      {"POST", "/connectors/{}/restart", &Api::Restart, false, kWaits},
      {"GET", "/connectors/{}/topics", &Api::GetTopics},
      {"PUT", "/connectors/{}/topics/reset", &Api::ResetTopics},
      {"GET", "/connectors/{}/offsets", &Api::GetOffsets, false, kWaits},
      {"PATCH", "/connectors/{}/offsets", &Api::AlterOffsets, kBody, kWaits},
      {"DELETE", "/connectors/{}/offsets", &Api::ResetOffsets, false, kWaits},
      {"GET", "/connector-plugins", &Api::ListPlugins},
      {"GET", "/connector-plugins/{}/config", &Api::PluginConfig, false, kWaits},
      {"PUT", "/connector-plugins/{}/config/validate", &Api::ValidateConfig, kBody, kWaits},
      {"GET", "/admin/loggers", &Api::ListLoggers},
      {"GET", "/admin/loggers/{}", &Api::GetLogger},
      {"PUT", "/admin/loggers/{}", &Api::SetLogger, kBody},
  };
  return routes;
}

bool Api::Match(std::string_view pattern, const std::vector<std::string>& segments,
                std::vector<std::string>* parameters) {
  parameters->clear();
  pattern.remove_prefix(1);
  for (const std::string& segment : segments) {
    if (pattern.empty()) return false;
    const size_t slash = pattern.find('/');
    const std::string_view part = pattern.substr(0, slash);
    pattern = slash == std::string_view::npos ? std::string_view() : pattern.substr(slash + 1);
    if (part == "{}") {
      parameters->push_back(segment);
    } else if (part != segment) {
      return false;
    }
  }
  return pattern.empty();
}

std::vector<const Api::Route*> Api::Resource(const Target& target, Surface surface) {
  std::vector<const Route*> out;
  std::vector<std::string> parameters;
  for (const Route& route : Routes()) {
    const bool admin = route.pattern.starts_with(kAdmin);
    if (admin ? !surface.admin : !surface.connect) continue;
    if (Match(route.pattern, target.segments, &parameters)) out.push_back(&route);
  }
  return out;
}

bool Api::MayWait(const Request& request) {
  Result<Target> target = ParseTarget(request.raw_target);
  if (!target.ok()) return false;
  for (const Route* route : Resource(*target, {})) {
    if (route->method == request.method) return route->waits;
  }
  return false;
}

Response Api::Handle(const Request& request, Surface surface) const {
  Result<Target> target = ParseTarget(request.raw_target);
  if (!target.ok()) return ErrorPage(400, target.status().message());
  const std::vector<const Route*> resource = Resource(*target, surface);
  if (resource.empty()) return RouterError(404);

  const std::string_view method = request.method == "HEAD" ? std::string_view("GET") : request.method;
  for (const Route* route : resource) {
    if (route->method == method) return Dispatch(*route, request, *target);
  }
  std::set<std::string_view> allowed = {"OPTIONS"};
  for (const Route* route : resource) {
    allowed.insert(route->method);
    if (route->method == "GET") allowed.insert("HEAD");
  }
  Response response = method == "OPTIONS" ? Response{200, "text/plain", fmt::format("{}", fmt::join(allowed, ", ")), {}}
                                          : RouterError(405);
  response.headers.emplace_back("Allow", fmt::format("{}", fmt::join(allowed, ",")));
  return response;
}

Response Api::Dispatch(const Route& route, const Request& request, const Target& target) const {
  std::vector<std::string> parameters;
  Match(route.pattern, target.segments, &parameters);
  // GET / and GET /health consume nothing, so what the client says it sends does not matter there.
  const bool consumes = route.pattern != "/" && route.pattern != "/health";
  if (consumes && request.content_type && !request.content_type->empty()) {
    const std::optional<MediaType> sent = ParseMediaType(*request.content_type);
    if (!sent) return ErrorPage(400, "Malformed Content-Type");
    if (!sent->Matches("application", "json")) return RouterError(415);
    if (route.takes_body && (sent->type == "*" || sent->subtype == "*")) return RouterError(415);
  } else if (route.takes_body && !request.body.empty()) {
    return RouterError(415);
  }
  const std::optional<std::string> json_type = NegotiateJson(request.accept.value_or(""));
  if (!json_type) return RouterError(406);

  const Call call{request, target, std::move(parameters), *json_type};
  Response response = (this->*route.handler)(call);
  if (response.content_type == "application/json") response.content_type = call.json_type;
  if (response.status == 500) {
    logger_.Error("Uncaught exception in REST call to {}: {}", request.raw_target, response.body);
  }
  return response;
}

Response Api::Answer(const Status& error) const { return JsonError(HttpStatus(error.code()), error.message()); }

}  // namespace millrace::rest
