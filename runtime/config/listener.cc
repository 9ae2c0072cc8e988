// SPDX-License-Identifier: Apache-2.0
#include "config/listener.h"

#include <fmt/format.h>
#include <strings.h>

#include <charconv>

#include "config/config_value.h"

namespace millrace::config {

bool Listener::loopback() const {
  return host == "localhost" || host == "::1" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos);
}

Result<Listener> ParseListener(std::string_view url) {
  auto bad = [&](std::string_view why) { return Status::Config(fmt::format("{}: {}", url, why)); };
  std::string_view rest = JavaTrim(url);
  size_t scheme_end = rest.find("://");
  if (scheme_end == std::string_view::npos) return bad("a listener is a URL that begins with http://");
  std::string scheme(rest.substr(0, scheme_end));
  Listener listener;
  listener.tls = strcasecmp(scheme.c_str(), "https") == 0;
  if (!listener.tls && strcasecmp(scheme.c_str(), "http") != 0) return bad("only http and https are spoken");
  rest.remove_prefix(scheme_end + 3);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.starts_with('[')) {
    size_t close = rest.find(']');
    if (close == std::string_view::npos) return bad("the address lacks its ]");
    listener.host = rest.substr(1, close - 1);
    rest.remove_prefix(close + 1);
  } else {
    size_t colon = rest.find(':');
    listener.host = rest.substr(0, colon);
    rest.remove_prefix(colon == std::string_view::npos ? rest.size() : colon);
  }
  if (listener.host.find_first_of("/?#@ ") != std::string::npos) return bad("after the port nothing may follow");
  if (rest.empty()) return listener;
  if (rest.front() != ':') return bad("after the address comes :port");
  rest.remove_prefix(1);
  auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), listener.port);
  if (rest.empty() || error != std::errc() || end != rest.data() + rest.size() || listener.port < 0 ||
      listener.port > 65535) {
    return bad("a port is a number between 0 and 65535");
  }
  return listener;
}

}  // namespace millrace::config
