// SPDX-License-Identifier: Apache-2.0
#include "config/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/log.h"
#include "config/file_builder.h"

namespace millrace::config {
namespace {

std::string Extension(std::string_view path) {
  size_t slash = path.rfind('/');
  size_t dot = path.rfind('.');
  if (dot == std::string_view::npos || (slash != std::string_view::npos && dot < slash)) return {};
  std::string ext(path.substr(dot + 1));
  for (char& c : ext) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return ext;
}

bool LooksLikeJson(std::string_view text) {
  size_t i = text.find_first_not_of(" \t\r\n");
  return i != std::string_view::npos && text[i] == '{';
}

// Java would read bytes above 127 as ISO-8859-1; people write UTF-8. What cannot be UTF-8 is read as Java reads it.
std::string Latin1ToUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (char c : text) internal::AppendUtf8(static_cast<unsigned char>(c), &out);
  return out;
}

}  // namespace

std::string Problem::ToString() const {
  std::string out = file;
  if (at.line > 0) out += fmt::format(":{}:{}", at.line, at.column);
  out += severity == Severity::kError ? ": error: " : ": warning: ";
  if (!key.empty()) {
    out += EscapeControl(key);
    if (!value.empty()) out += " = " + EscapeControl(value);
    out += ": ";
  }
  out += EscapeControl(why);
  if (!fix.empty()) out += "; " + EscapeControl(fix);
  return out;
}

bool HasErrors(const std::vector<Problem>& problems) {
  return std::any_of(problems.begin(), problems.end(),
                     [](const Problem& p) { return p.severity == Problem::Severity::kError; });
}

Position File::At(std::string_view key) const {
  auto it = positions.find(key);
  return it == positions.end() ? Position{} : it->second;
}

std::optional<File> Parse(const std::string& path, std::string_view text, std::vector<Problem>* problems) {
  internal::FileBuilder builder(path, problems);
  if (text.size() > internal::kMaxFileBytes) {
    builder.Error({}, "",
                  fmt::format("the file has {} bytes, more than the {} that a configuration may have", text.size(),
                              internal::kMaxFileBytes),
                  "give a configuration file");
    return std::move(builder).Finish();
  }
  constexpr std::string_view kBom = "\xEF\xBB\xBF";
  if (text.starts_with(kBom)) text.remove_prefix(kBom.size());
  std::string ext = Extension(path);
  bool yaml = ext == "yaml" || ext == "yml";
  bool json = ext == "json" || (!yaml && ext != "properties" && LooksLikeJson(text));
  bool utf8 = internal::IsUtf8(text);
  if ((yaml || json) && !utf8) {
    builder.Error({}, "", "the file is not UTF-8", "save it as UTF-8");
  } else if (yaml) {
    internal::ParseYaml(text, &builder);
  } else if (json) {
    internal::ParseJson(text, &builder);
  } else if (utf8) {
    internal::ParseProperties(text, &builder);
  } else {
    builder.Warning({}, "", "the file is not UTF-8 and was read as ISO-8859-1, as Java reads it",
                    "save it as UTF-8, or write \\uXXXX escapes");
    internal::ParseProperties(Latin1ToUtf8(text), &builder);
  }
  return std::move(builder).Finish();
}

std::optional<File> Load(const std::string& path, std::vector<Problem>* problems) {
  auto fail = [&](std::string_view doing) -> std::optional<File> {
    internal::FileBuilder builder(path, problems);
    builder.Error({}, "", fmt::format("cannot {} the file: {}", doing, std::strerror(errno)),
                  "check the path and its permissions");
    return std::nullopt;
  };
  std::unique_ptr<FILE, int (*)(FILE*)> f(std::fopen(path.c_str(), "rbe"), &std::fclose);
  if (!f) return fail("open");
  std::string text;
  char buffer[16384];
  while (text.size() <= internal::kMaxFileBytes) {
    size_t n = std::fread(buffer, 1, sizeof buffer, f.get());
    text.append(buffer, n);
    if (n < sizeof buffer) {
      if (std::ferror(f.get())) return fail("read");
      break;
    }
  }
  return Parse(path, text, problems);
}

}  // namespace millrace::config
