// SPDX-License-Identifier: Apache-2.0
#include "rest/media_type.h"

#include <algorithm>
#include <cstdlib>

#include "rest/text.h"

namespace millrace::rest {
namespace {

constexpr std::string_view kJson = "application/json";

bool IsToken(std::string_view s) {
  static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

std::string_view Trim(std::string_view s) {
  const size_t first = s.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return s.substr(first, s.find_last_not_of(" \t") - first + 1);
}

// Cuts `text` at the separators that stand outside quotes.
std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  bool quoted = false;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == separator && !quoted) {
      out.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  out.push_back(text.substr(begin));
  return out;
}

std::string ContentType(const MediaType& asked) {
  std::string out(kJson);
  for (const auto& [name, value] : asked.parameters) out += ";" + name + "=" + value;
  return out;
}

}  // namespace

bool MediaType::Matches(std::string_view t, std::string_view s) const {
  return (type == "*" || type == t) && (subtype == "*" || subtype == s);
}

std::optional<MediaType> ParseMediaType(std::string_view text) {
  const std::vector<std::string_view> parts = Split(text, ';');
  const std::string_view full = Trim(parts[0]);
  const size_t slash = full.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  if (!IsToken(full.substr(0, slash)) || !IsToken(full.substr(slash + 1))) return std::nullopt;
  MediaType out{LowerAscii(full.substr(0, slash)), LowerAscii(full.substr(slash + 1)), {}, 1};
  for (size_t i = 1; i < parts.size(); ++i) {
    const std::string_view part = Trim(parts[i]);
    if (part.empty()) continue;
    const size_t equals = part.find('=');
    if (equals == std::string_view::npos || !IsToken(part.substr(0, equals))) return std::nullopt;
    std::string name = LowerAscii(part.substr(0, equals));
    const std::string_view value = part.substr(equals + 1);
    // What is echoed in a header of the answer must be a token or a quoted text without control characters.
    const bool quoted =
        value.size() >= 2 && value.front() == '"' && value.back() == '"' &&
        std::none_of(value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (!IsToken(value) && !quoted) return std::nullopt;
    if (name == "q") {
      out.quality = std::clamp(std::strtod(std::string(value).c_str(), nullptr), 0.0, 1.0);
    } else {
      out.parameters.emplace_back(std::move(name), value);
    }
  }
  return out;
}

std::optional<std::string> NegotiateJson(std::string_view accept) {
  if (Trim(accept).empty()) return std::string(kJson);
  std::optional<MediaType> best;
  for (const std::string_view item : Split(accept, ',')) {
    std::optional<MediaType> range = ParseMediaType(item);
    if (!range || range->quality <= 0 || !range->Matches("application", "json")) continue;
    // Exact beats wildcard, then the higher quality wins.
    const auto rank = [](const MediaType& m) { return (m.type != "*") + (m.subtype != "*"); };
    if (!best || rank(*range) > rank(*best) || (rank(*range) == rank(*best) && range->quality > best->quality)) {
      best = std::move(range);
    }
  }
  if (!best) return std::nullopt;
  return best->type == "*" || best->subtype == "*" ? std::string(kJson) : ContentType(*best);
}

}  // namespace millrace::rest
