// SPDX-License-Identifier: Apache-2.0
#include "rest/http.h"

#include <fmt/format.h>

#include "rest/entities.h"

namespace millrace::rest {
namespace {

std::string EscapeHtml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace

Response JsonError(int status, std::string_view message) {
  return {status, "application/json", ErrorJson(status, message), {}};
}

Response ErrorPage(int status, std::string_view reason) {
  const std::string text = EscapeHtml(reason);
  return {status,
          "text/html;charset=utf-8",
          fmt::format("<html>\n<head>\n<meta http-equiv=\"Content-Type\" content=\"text/html;charset=utf-8\"/>\n"
                      "<title>Error {0} {1}</title>\n</head>\n<body>\n<h2>HTTP ERROR {0} {1}</h2>\n</body>\n</html>\n",
                      status, text),
          {}};
}

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Payload Too Large";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Entity";
    case 431: return "Request Header Fields Too Large";
    case 503: return "Service Unavailable";
    default: return "Internal Server Error";
  }
}

}  // namespace millrace::rest
