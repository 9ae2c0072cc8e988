// SPDX-License-Identifier: Apache-2.0
//
// Api: Kafka Connect's REST interface as a function from request to response. It knows resources, methods, content
// negotiation and status codes; it knows nothing of sockets, and asks a Herder for everything else. Answers are those
// of Kafka Connect 4.1, compared against recordings (test/golden/rest).
//
//   Api api(services);
//   Response response = api.Handle(request, {.connect = true, .admin = true});
//
// Thread-safe; Handle blocks while the herder works, at most until the herder's own deadline.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "herder/herder.h"
#include "rest/http.h"

namespace millrace::rest {

// What a listener serves: admin.listeners moves /admin away from the others, or switches it off.
struct Surface {
  bool connect = true, admin = true;
};

struct ApiServices {
  herder::Herder* herder = nullptr;
  Log* log = nullptr;
  const Clock* clock = nullptr;
  std::string version, commit;  // of GET /
  bool topic_tracking = true, topic_tracking_reset = true;
};

class Api {
 public:
  explicit Api(ApiServices services);
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  Response Handle(const Request& request, Surface surface) const;

  // Whether the request may have to wait for a plugin: such requests must not hold up the others.
  static bool MayWait(const Request& request);

 private:
  // A request that found its route.
  struct Call {
    const Request& request;
    const Target& target;
    std::vector<std::string> parameters;  // what stood in the place of {}
    std::string json_type;                // the negotiated Content-Type
  };
  using Handler = Response (Api::*)(const Call&) const;
  struct Route {
    std::string_view method, pattern;
    Handler handler;
    bool takes_body = false;  // reads the request's body
    bool waits = false;       // may wait for a plugin
  };
  static const std::vector<Route>& Routes();
  static bool Match(std::string_view pattern, const std::vector<std::string>& segments,
                    std::vector<std::string>* parameters);
  static std::vector<const Route*> Resource(const Target& target, Surface surface);
  Response Dispatch(const Route& route, const Request& request, const Target& target) const;
  Response Answer(const Status& error) const;

  // resources_*.cc
  Response Root(const Call& call) const;
  Response Health(const Call& call) const;
  Response ListConnectors(const Call& call) const;
  Response CreateConnector(const Call& call) const;
  Response GetConnector(const Call& call) const;
  Response DeleteConnector(const Call& call) const;
  Response GetConfig(const Call& call) const;
  Response PutConfig(const Call& call) const;
  Response PatchConfig(const Call& call) const;
  Response GetStatus(const Call& call) const;
  Response GetTasks(const Call& call) const;
  Response RefuseInternal(const Call& call) const;
  Response GetTaskStatus(const Call& call) const;
  Response RestartTask(const Call& call) const;
  Response Pause(const Call& call) const;
  Response Resume(const Call& call) const;
  Response Stop(const Call& call) const;
  Response Restart(const Call& call) const;
  Response GetTopics(const Call& call) const;
  Response ResetTopics(const Call& call) const;
  Response GetOffsets(const Call& call) const;
  Response AlterOffsets(const Call& call) const;
  Response ResetOffsets(const Call& call) const;
  Response ListPlugins(const Call& call) const;
  Response PluginConfig(const Call& call) const;
  Response ValidateConfig(const Call& call) const;
  Response ListLoggers(const Call& call) const;
  Response GetLogger(const Call& call) const;
  Response SetLogger(const Call& call) const;

  Response Created(const Call& call, const herder::Herder::Put& put) const;

  const ApiServices services_;
  const Logger logger_;
};

}  // namespace millrace::rest
