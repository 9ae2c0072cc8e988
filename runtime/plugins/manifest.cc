// SPDX-License-Identifier: Apache-2.0
#include "plugins/manifest.h"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include <optional>

#include "millrace/abi.h"
#include "plugins/class_check.h"
#include "plugins/elf_section.h"

namespace millrace::plugins {
namespace {

constexpr size_t kMaxClasses = 10'000;
constexpr size_t kMaxAliases = 100;
constexpr size_t kMaxText = 1024;  // of a name, version or licence

using Json = rapidjson::Value;

std::string Quoted(std::string_view text) { return "\"" + std::string(text.substr(0, 100)) + "\""; }

const Json* Member(const Json& object, const char* name) {
  const auto it = object.FindMember(name);
  return it == object.MemberEnd() || it->value.IsNull() ? nullptr : &it->value;
}

// A member that is text, "" when absent.
Result<std::string> Text(const Json& object, const char* name) {
  const Json* m = Member(object, name);
  if (m == nullptr) return std::string();
  if (!m->IsString()) return Status::Fatal("its member " + Quoted(name) + " is not a text");
  if (m->GetStringLength() > kMaxText) {
    return Status::Fatal("its member " + Quoted(name) + " has " + std::to_string(m->GetStringLength()) +
                         " bytes; it may have " + std::to_string(kMaxText));
  }
  return std::string(m->GetString(), m->GetStringLength());
}

// "1.0" -> 1
std::optional<int> Major(std::string_view abi) {
  int major = 0;
  size_t i = 0;
  for (; i < abi.size() && i < 6 && abi[i] >= '0' && abi[i] <= '9'; ++i) major = major * 10 + (abi[i] - '0');
  if (i == 0 || (i < abi.size() && abi[i] != '.')) return std::nullopt;
  return major;
}

// One entry of "classes"; nullopt when it was left out with a note.
Result<std::optional<ManifestClass>> ParseClass(const Json& json, Manifest* manifest) {
  if (!json.IsObject()) return Status::Fatal("it is not an object");
  ManifestClass c;
  Result<std::string> name = Text(json, "name");
  if (!name.ok()) return name.status();
  c.name = *std::move(name);
  MILLRACE_RETURN_IF_ERROR(CheckClassName(c.name));
  Result<std::string> role = Text(json, "role");
  if (!role.ok()) return role.status();
  c.role = RoleFromName(*role);
  if (c.role == 0) {
    manifest->notes.push_back("class " + c.name + " was left out: its role " + Quoted(*role) +
                              " is not known to this version of Millrace");
    return std::optional<ManifestClass>();
  }
  Result<std::string> version = Text(json, "version");
  if (!version.ok()) return version.status();
  c.version = version->empty() ? manifest->version : *std::move(version);
  if (const Json* aliases = Member(json, "aliases"); aliases != nullptr) {
    if (!aliases->IsArray() || aliases->Size() > kMaxAliases) {
      return Status::Fatal("its member \"aliases\" is not a list of at most " + std::to_string(kMaxAliases) + " names");
    }
    for (const Json& alias : aliases->GetArray()) {
      if (!alias.IsString()) return Status::Fatal("one of its aliases is not a text");
      c.aliases.emplace_back(alias.GetString(), alias.GetStringLength());
      if (Status s = CheckClassName(c.aliases.back()); !s.ok()) return s.Context("one of its aliases");
    }
  }
  return std::optional<ManifestClass>(std::move(c));
}

Status CheckVersions(const Json& json, const Manifest& m) {
  const Json* version = Member(json, "manifest_version");
  if (version == nullptr || !version->IsInt64()) {
    return Status::Fatal("the manifest has no manifest_version that is a whole number");
  }
  if (version->GetInt64() < 1) {
    return Status::Fatal("the manifest has manifest_version " + std::to_string(version->GetInt64()) +
                         "; they begin at 1");
  }
  if (version->GetInt64() > MR_MANIFEST_VERSION) {
    return Status::Fatal("the manifest has manifest_version " + std::to_string(version->GetInt64()) +
                         "; this version of Millrace reads up to " + std::to_string(MR_MANIFEST_VERSION) +
                         ". Use a newer Millrace or an older bundle");
  }
  const std::optional<int> major = Major(m.abi);
  if (!major) return Status::Fatal("the manifest has no \"abi\" like \"1.0\": it says " + Quoted(m.abi));
  if (*major != MR_ABI_MAJOR) {
    return Status::Fatal("built for ABI " + m.abi + "; this version of Millrace has ABI " +
                         std::to_string(MR_ABI_MAJOR) + "." + std::to_string(MR_ABI_MINOR) +
                         ". Rebuild the bundle with the SDK of this version");
  }
  return {};
}

}  // namespace

Result<Manifest> ParseManifest(std::string_view text) {
  if (text.size() > kMaxManifest) {
    return Status::Fatal("the manifest has " + std::to_string(text.size()) + " bytes; it may have " +
                         std::to_string(kMaxManifest));
  }
  rapidjson::Document json;
  // Iterative: the depth of the text must not become the depth of the stack.
  json.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
  if (json.HasParseError()) {
    return Status::Fatal(
        "the manifest is not valid JSON: " + std::string(rapidjson::GetParseError_En(json.GetParseError())) +
        " At byte " + std::to_string(json.GetErrorOffset()));
  }
  if (!json.IsObject()) return Status::Fatal("the manifest is not a JSON object");

  Manifest m;
  for (const auto& [member, to] : {std::pair{"name", &m.name},
                                   {"version", &m.version},
                                   {"abi", &m.abi},
                                   {"licence", &m.licence},
                                   {"library", &m.library}}) {
    Result<std::string> value = Text(json, member);
    if (!value.ok()) return value.status().Context("the manifest");
    *to = *std::move(value);
  }
  MILLRACE_RETURN_IF_ERROR(CheckVersions(json, m));

  const Json* classes = Member(json, "classes");
  if (classes == nullptr || !classes->IsArray()) return Status::Fatal("the manifest has no list \"classes\"");
  if (classes->Size() > kMaxClasses) {
    return Status::Fatal("the manifest has " + std::to_string(classes->Size()) + " classes; it may have " +
                         std::to_string(kMaxClasses));
  }
  for (rapidjson::SizeType i = 0; i < classes->Size(); ++i) {
    Result<std::optional<ManifestClass>> c = ParseClass((*classes)[i], &m);
    if (!c.ok()) return c.status().Context("the manifest, class " + std::to_string(i));
    if (!c->has_value()) continue;
    m.classes.push_back(**std::move(c));
  }
  if (m.classes.empty()) {
    return Status::Fatal(m.notes.empty() ? "the manifest names no class" : "nothing usable in it: " + m.notes.front());
  }
  return m;
}

Result<Manifest> ReadManifest(int fd, uint64_t file_size) {
  Result<std::string> text = ReadElfSection(FileSource(fd, file_size), MR_MANIFEST_SECTION, kMaxManifest);
  if (!text.ok()) return text.status();
  // MR_MANIFEST makes a C string: its end mark is no part of the text, and a second one means two manifests.
  while (!text->empty() && text->back() == '\0') text->pop_back();
  if (text->find('\0') != std::string::npos) {
    return Status::Fatal("has more than one manifest: MR_MANIFEST may stand in one source file of a bundle");
  }
  return ParseManifest(*text);
}

}  // namespace millrace::plugins
