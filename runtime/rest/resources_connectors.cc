// SPDX-License-Identifier: Apache-2.0
//
// Api: / and /connectors and all below.
#include <fmt/format.h>

#include <charconv>

#include "rest/api.h"
#include "rest/bodies.h"
#include "rest/entities.h"
#include "rest/text.h"

namespace millrace::rest {
namespace {

// What Java answers with a NullPointerException, in words that help.
Response NullBody(std::string_view what) {
  return JsonError(500, fmt::format("The request body must be a JSON object {}, but it is empty or null", what));
}

// String.trim of Java.
std::string Trim(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return std::string(text);
}

// Integer.valueOf of Java.
std::optional<int> TaskNumber(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

Response NotFound() { return JsonError(404, "HTTP 404 Not Found"); }

// The name in a configuration must be the connector's; a missing one is added.
Status CheckName(const std::string& name, config::RawConfig* config) {
  std::optional<std::string>& included = (*config)["name"];
  if (!included) {
    included = name;
  } else if (*included != name) {
    return Status::BadRequest(
        fmt::format("Connector name configuration ({}) doesn't match connector name in the URL ({})", *included, name));
  }
  return {};
}

}  // namespace

Response Api::Root(const Call&) const {
  Result<std::string> cluster = services_.herder->KafkaClusterId();
  return Ok(ServerInfoJson(services_.version, services_.commit, cluster.ok() ? &*cluster : nullptr));
}

Response Api::Health(const Call&) const {
  const Status ready = services_.herder->Ready();
  if (ready.ok()) {
    return Ok(WorkerStatusJson("healthy", "Worker has completed startup and is ready to handle requests."));
  }
  const bool starting = ready.code() == Code::kUnavailable;
  const std::string_view text =
      starting ? "Worker is still starting up."
               : "Worker was unable to handle this request and may be unable to handle other requests.";
  const std::string message = ready.message().empty() ? std::string(text) : ready.message();
  return {starting ? 503 : 500, "application/json", WorkerStatusJson(starting ? "starting" : "unhealthy", message), {}};
}

Response Api::ListConnectors(const Call& call) const {
  Result<std::vector<std::string>> names = services_.herder->Connectors();
  if (!names.ok()) return Answer(names.status());
  if (!call.target.Query("expand")) return Ok(NamesJson(*names));

  bool info = false, status = false;
  for (const std::string_view expansion : call.target.QueryAll("expand")) {
    info |= expansion == "info";
    status |= expansion == "status";
    if (expansion != "info" && expansion != "status") logger_.Info("Ignoring unknown expansion type {}", expansion);
  }
  std::vector<Expanded> out;
  for (const std::string& name : *names) {
    Expanded entry{name, {}};
    if (info) {
      Result<herder::ConnectorInfo> got = services_.herder->Connector(name);
      if (!got.ok()) continue;  // deleted meanwhile
      entry.expansions.emplace_back("info", ConnectorInfoJson(*got));
    }
    if (status) {
      Result<herder::ConnectorStatus> got = services_.herder->ConnectorState(name);
      if (!got.ok()) continue;
      entry.expansions.emplace_back("status", ConnectorStatusJson(*got));
    }
    out.push_back(std::move(entry));
  }
  return Ok(ExpandedJson(out));
}

Response Api::Created(const Call& call, const herder::Herder::Put& put) const {
  Response response = Ok(ConnectorInfoJson(put.info));
  if (put.created) {
    response.status = 201;
    const std::string path = "/connectors/" + EncodePath(put.info.name);
    // A client that sent no Host (HTTP/1.0) gets a relative reference.
    response.headers.emplace_back("Location", call.request.host.empty() ? path : "http://" + call.request.host + path);
  }
  return response;
}

Response Api::CreateConnector(const Call& call) const {
  Result<std::optional<CreateBody>> body = ParseCreateBody(call.request.body);
  if (!body.ok()) return Answer(body.status());
  if (!*body) return NullBody("with \"name\" and \"config\"");
  CreateBody& create = **body;
  if (!create.config) return JsonError(500, "The request body has no \"config\" object, or it is null");

  const std::string name = Trim(create.name.value_or(""));
  if (Status s = CheckName(name, &*create.config); !s.ok()) return Answer(s);
  Result<herder::Herder::Put> put =
      services_.herder->PutConnector(name, *create.config, create.initial_state, /*allow_replace=*/false);
  return put.ok() ? Created(call, *put) : Answer(put.status());
}

Response Api::GetConnector(const Call& call) const {
  Result<herder::ConnectorInfo> info = services_.herder->Connector(call.parameters[0]);
  return info.ok() ? Ok(ConnectorInfoJson(*info)) : Answer(info.status());
}

Response Api::DeleteConnector(const Call& call) const {
  const Status s = services_.herder->DeleteConnector(call.parameters[0]);
  return s.ok() ? NoBody(204) : Answer(s);
}

Response Api::GetConfig(const Call& call) const {
  Result<herder::ConnectorInfo> info = services_.herder->Connector(call.parameters[0]);
  return info.ok() ? Ok(ConfigJson(info->config)) : Answer(info.status());
}

Response Api::PutConfig(const Call& call) const {
  Result<std::optional<config::RawConfig>> body = ParseConfigBody(call.request.body);
  if (!body.ok()) return Answer(body.status());
  if (!*body) return NullBody("with the connector's configuration");
  const std::string& name = call.parameters[0];
  if (Status s = CheckName(name, &**body); !s.ok()) return Answer(s);
  Result<herder::Herder::Put> put = services_.herder->PutConnector(name, **body, std::nullopt, /*allow_replace=*/true);
  return put.ok() ? Created(call, *put) : Answer(put.status());
}

Response Api::PatchConfig(const Call& call) const {
  Result<std::optional<config::RawConfig>> body = ParseConfigBody(call.request.body);
  if (!body.ok()) return Answer(body.status());
  if (!*body) return NullBody("with the settings to change");
  Result<herder::Herder::Put> put = services_.herder->PatchConnector(call.parameters[0], **body);
  return put.ok() ? Ok(ConnectorInfoJson(put->info)) : Answer(put.status());
}

Response Api::GetStatus(const Call& call) const {
  Result<herder::ConnectorStatus> status = services_.herder->ConnectorState(call.parameters[0]);
  return status.ok() ? Ok(ConnectorStatusJson(*status)) : Answer(status.status());
}

Response Api::GetTasks(const Call& call) const {
  Result<std::vector<herder::TaskInfo>> tasks = services_.herder->Tasks(call.parameters[0]);
  return tasks.ok() ? Ok(TasksJson(*tasks)) : Answer(tasks.status());
}

// What workers of a cluster ask each other. A standalone worker has no session key that could sign it.
Response Api::RefuseInternal(const Call&) const {
  return JsonError(400, "Internal request missing required signature");
}

Response Api::GetTaskStatus(const Call& call) const {
  const std::optional<int> task = TaskNumber(call.parameters[1]);
  if (!task) return NotFound();
  Result<herder::TaskStateInfo> state = services_.herder->TaskState(call.parameters[0], *task);
  return state.ok() ? Ok(TaskStateJson(*state)) : Answer(state.status());
}

Response Api::RestartTask(const Call& call) const {
  const std::optional<int> task = TaskNumber(call.parameters[1]);
  if (!task) return NotFound();
  const Status s = services_.herder->RestartTask(call.parameters[0], *task);
  return s.ok() ? NoBody(204) : Answer(s);
}

Response Api::Pause(const Call& call) const {
  const Status s = services_.herder->Pause(call.parameters[0]);
  return s.ok() ? NoBody(202) : Answer(s);
}

Response Api::Resume(const Call& call) const {
  const Status s = services_.herder->Resume(call.parameters[0]);
  return s.ok() ? NoBody(202) : Answer(s);
}

Response Api::Stop(const Call& call) const {
  const Status s = services_.herder->Stop(call.parameters[0]);
  return s.ok() ? NoBody(204) : Answer(s);
}

Response Api::Restart(const Call& call) const {
  const bool tasks = IsTrue(call.target.Query("includeTasks").value_or(""));
  const bool only_failed = IsTrue(call.target.Query("onlyFailed").value_or(""));
  if (!tasks && !only_failed) {
    const Status s = services_.herder->RestartConnector(call.parameters[0]);
    return s.ok() ? NoBody(204) : Answer(s);
  }
  Result<herder::ConnectorStatus> status =
      services_.herder->RestartConnectorAndTasks(call.parameters[0], only_failed, tasks);
  if (!status.ok()) return Answer(status.status());
  return {202, "application/json", ConnectorStatusJson(*status), {}};
}

Response Api::GetTopics(const Call& call) const {
  if (!services_.topic_tracking) return JsonError(403, "Topic tracking is disabled.");
  Result<std::vector<std::string>> topics = services_.herder->ActiveTopics(call.parameters[0]);
  return topics.ok() ? Ok(TopicsJson(call.parameters[0], *topics)) : Answer(topics.status());
}

Response Api::ResetTopics(const Call& call) const {
  if (!services_.topic_tracking) return JsonError(403, "Topic tracking is disabled.");
  if (!services_.topic_tracking_reset) return JsonError(403, "Topic tracking reset is disabled.");
  const Status s = services_.herder->ResetActiveTopics(call.parameters[0]);
  return s.ok() ? NoBody(202) : Answer(s);
}

Response Api::GetOffsets(const Call& call) const {
  Result<std::vector<herder::OffsetEntry>> offsets = services_.herder->Offsets(call.parameters[0]);
  return offsets.ok() ? Ok(OffsetsJson(*offsets)) : Answer(offsets.status());
}

Response Api::AlterOffsets(const Call& call) const {
  Result<std::optional<OffsetsBody>> body = ParseOffsetsBody(call.request.body);
  if (!body.ok()) return Answer(body.status());
  if (!*body) return NullBody("with \"offsets\"");
  if ((*body)->offsets.empty()) {
    return JsonError(400, "Partitions / offsets need to be provided for an alter offsets request");
  }
  Result<std::string> message = services_.herder->AlterOffsets(call.parameters[0], (*body)->offsets);
  return message.ok() ? Ok(MessageJson(*message)) : Answer(message.status());
}

Response Api::ResetOffsets(const Call& call) const {
  Result<std::string> message = services_.herder->ResetOffsets(call.parameters[0]);
  return message.ok() ? Ok(MessageJson(*message)) : Answer(message.status());
}

}  // namespace millrace::rest
