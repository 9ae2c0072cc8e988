// SPDX-License-Identifier: Apache-2.0
#include "rest/listeners.h"

#include <fmt/format.h>

#include "config/listener.h"

namespace millrace::rest {
namespace {

Result<Listener> Parse(const std::string& url, Surface surface) {
  Result<config::Listener> parsed = config::ParseListener(url);
  if (!parsed.ok()) return parsed.status();
  if (parsed->tls) {
    return Status::Config(fmt::format(
        "{}: https is not available in this version; write http://127.0.0.1:{} and put a proxy that speaks TLS in "
        "front of it",
        url, parsed->port));
  }
  return Listener{parsed->host, static_cast<uint16_t>(parsed->port), surface};
}

}  // namespace

std::string Listener::ToString() const {
  const bool v6 = host.find(':') != std::string::npos;
  return fmt::format("http://{}{}{}:{}", v6 ? "[" : "", host.empty() ? "0.0.0.0" : host, v6 ? "]" : "", port);
}

Result<std::vector<Listener>> Listeners(const config::WorkerConfig& config) {
  std::vector<Listener> out;
  for (const std::string& url : config.listeners) {
    Result<Listener> listener = Parse(url, {.connect = true, .admin = !config.admin_listeners_given});
    if (!listener.ok()) return listener.status().Context("listeners");
    out.push_back(*std::move(listener));
  }
  for (const std::string& url : config.admin_listeners) {
    Result<Listener> listener = Parse(url, {.connect = false, .admin = true});
    if (!listener.ok()) return listener.status().Context("admin.listeners");
    bool shared = false;
    for (Listener& other : out) {
      if (other.port == 0 || other.host != listener->host || other.port != listener->port) continue;
      other.surface.admin = true;
      shared = true;
    }
    if (!shared) out.push_back(*std::move(listener));
  }
  return out;
}

}  // namespace millrace::rest
