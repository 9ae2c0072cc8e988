// SPDX-License-Identifier: Apache-2.0
#include "rest/target.h"

#include <algorithm>
#include <cstdint>

#include "rest/utf8.h"

namespace millrace::rest {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The byte of the escape at text[i], or -1.
int Escape(std::string_view text, size_t i) {
  if (i + 2 >= text.size()) return -1;
  const int high = HexDigit(text[i + 1]);
  const int low = HexDigit(text[i + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

Status Refuse(std::string why) { return Status::BadRequest(std::move(why)); }

bool IsDots(std::string_view s) { return s == "." || s == ".."; }

Result<std::string> DecodeSegment(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (size_t i = 0; i < raw.size(); ++i) {
    int byte = static_cast<unsigned char>(raw[i]);
    if (raw[i] == '%') {
      byte = Escape(raw, i);
      if (byte < 0) return Refuse("Bad URI: invalid escape");
      if (byte == '/') return Refuse("Ambiguous URI path separator");
      if (byte == '%') return Refuse("Ambiguous URI path encoding");
      i += 2;
    }
    if (byte == '\\' || byte < 0x20 || byte == 0x7f) return Refuse("Suspicious Path Character");
    out += static_cast<char>(byte);
  }
  if (!IsUtf8(out)) return Refuse("Bad URI: not UTF-8");
  if (IsDots(out) && raw != out) return Refuse("Ambiguous URI path segment");
  return out;
}

Result<std::string> DecodeQuery(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '%') {
      const int byte = Escape(raw, i);
      if (byte < 0) return Refuse("Bad URI: invalid escape");
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += raw[i] == '+' ? ' ' : raw[i];
    }
  }
  if (!IsUtf8(out)) return Refuse("Bad URI: not UTF-8");
  return out;
}

Status ParsePath(std::string_view path, std::vector<std::string>* segments) {
  if (path.empty() || path.front() != '/') return Refuse("Bad URI: the path must begin with a slash");
  path.remove_prefix(1);
  while (!path.empty()) {
    const size_t slash = path.find('/');
    const std::string_view raw = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    const size_t parameter = raw.find(';');
    Result<std::string> segment = DecodeSegment(raw.substr(0, parameter));
    if (!segment.ok()) return segment.status();
    if (parameter != std::string_view::npos) {
      // The parameters go, but they are part of the URI and must be well-formed.
      Result<std::string> rest = DecodeSegment(raw.substr(parameter));
      if (!rest.ok()) return rest.status();
      if (IsDots(*segment)) return Refuse("Ambiguous URI path parameter");
    }
    if (segment->empty()) return Refuse("Ambiguous URI empty segment");
    if (*segment == ".") continue;
    if (*segment == "..") {
      if (segments->empty()) return Refuse("Bad URI: above the root");
      segments->pop_back();
      continue;
    }
    segments->push_back(*std::move(segment));
  }
  return {};
}

Status ParseQuery(std::string_view text, Target* target) {
  while (!text.empty()) {
    const size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    Result<std::string> name = DecodeQuery(pair.substr(0, equals));
    if (!name.ok()) return name.status();
    Result<std::string> value =
        DecodeQuery(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1));
    if (!value.ok()) return value.status();
    target->query.emplace_back(*std::move(name), *std::move(value));
  }
  return {};
}

}  // namespace

std::optional<std::string_view> Target::Query(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Target::QueryAll(std::string_view name) const {
  std::vector<std::string_view> out;
  for (const auto& [key, value] : query) {
    if (key == name) out.push_back(value);
  }
  return out;
}

Result<Target> ParseTarget(std::string_view raw) {
  Target target;
  raw = raw.substr(0, raw.find('#'));
  const size_t question = raw.find('?');
  MILLRACE_RETURN_IF_ERROR(ParsePath(raw.substr(0, question), &target.segments));
  if (question != std::string_view::npos) MILLRACE_RETURN_IF_ERROR(ParseQuery(raw.substr(question + 1), &target));
  return target;
}

std::string EncodePath(std::string_view segment) {
  static constexpr std::string_view kAllowed = "-._~!$&'()*+,;=:@/";
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (size_t i = 0; i < segment.size(); ++i) {
    const auto c = static_cast<unsigned char>(segment[i]);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    const bool escape = c == '%' && Escape(segment, i) >= 0;
    if (letter || escape || kAllowed.find(static_cast<char>(c)) != std::string_view::npos) {
      out += static_cast<char>(c);
    } else {
      out += '%';
      out += kHex[c >> 4];
      out += kHex[c & 15];
    }
  }
  return out;
}

}  // namespace millrace::rest
