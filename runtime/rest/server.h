// SPDX-License-Identifier: Apache-2.0
//
// Server: HTTP/1.1 in front of a handler. Two threads read and write all connections, so that a client that sends one
// byte a minute costs a socket and nothing else; handlers, which may block, run on pools of their own. Every size and
// every wait has a bound (Options): header 431, body 413, too many waiting requests 503, no answer in time 500.
//
//   Result<std::unique_ptr<Server>> server = Server::Start(options, handler, log);
//   ... (*server)->port(0) ...
//   (*server)->Close();   // no new requests; then stop what the handler waits for; then destroy
//
// Thread-safe. `handler` is called from several threads and must not throw.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/status.h"
#include "config/http_headers.h"
#include "rest/http.h"
#include "rest/listeners.h"

namespace millrace::rest {

struct Handler {
  std::function<Response(const Request&, Surface)> handle;
  // Whether the request may wait long (for a plugin). Such requests have a pool of their own.
  std::function<bool(const Request&)> may_wait;
};

struct Options {
  std::vector<Listener> listeners;
  size_t header_limit = 8 * 1024, body_limit = 1024 * 1024, max_connections = 512;
  std::chrono::milliseconds read_timeout{30'000};     // for a whole header (or idling), and for a whole body
  std::chrono::milliseconds write_timeout{30'000};    // for a whole answer
  std::chrono::milliseconds request_timeout{95'000};  // a little more than the herder's own deadline
  size_t quick_threads = 2, waiting_threads = 8, max_queued = 256;
  std::string allow_origin, allow_methods;      // access.control.*; "": no cross-origin requests
  std::vector<config::HttpHeaderRule> headers;  // response.http.headers.config
};

class Server {
 public:
  // Opens every listener or none.
  static Result<std::unique_ptr<Server>> Start(Options options, Handler handler, Log* log);
  // Waits for running handlers.
  virtual ~Server() = default;
  virtual uint16_t port(size_t listener) const = 0;
  // Takes no new connections and no new requests; what runs goes on.
  virtual void Close() = 0;
};

}  // namespace millrace::rest
