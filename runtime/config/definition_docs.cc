// SPDX-License-Identifier: Apache-2.0
#include "config/definition_docs.h"

#include <fmt/format.h>

#include <optional>

#include "config/config_value.h"
#include "config/connector_config.h"
#include "config/connector_definitions.h"
#include "config/validator.h"
#include "config/worker_config.h"

namespace millrace::config {
namespace {

std::string Cell(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}

std::string DefaultCell(const ConfigKey& key) {
  if (key.required) return "required";
  if (!key.default_value) return "";
  return key.default_value->empty() ? "empty" : "`" + Cell(*key.default_value) + "`";
}

// The keys of `all` that `without` does not have.
ConfigDef Rest(const ConfigDef& all, const ConfigDef& without) {
  ConfigDef out;
  for (const ConfigKey& key : all.keys()) {
    if (without.Find(key.name) == nullptr) out.Add(key);
  }
  return out;
}

std::optional<ConfigDef> Named(std::string_view name) {
  const ConfigDef& standalone = WorkerConfig::Definition(Mode::kStandalone);
  const ConfigDef& distributed = WorkerConfig::Definition(Mode::kDistributed);
  if (name == "worker") return Rest(standalone, Rest(standalone, distributed));
  if (name == "standalone") return Rest(standalone, distributed);
  if (name == "distributed") return Rest(distributed, standalone);
  if (name == "connector") return CommonDefinition();
  if (name == "source") return Rest(BaseDefinition(ConnectorType::kSource), CommonDefinition());
  if (name == "sink") return Rest(BaseDefinition(ConnectorType::kSink), CommonDefinition());
  if (name == "topic-creation") return TopicCreationDefinition("default", nullptr);
  return std::nullopt;
}

}  // namespace

std::string MarkdownTable(const ConfigDef& def) {
  std::string out = "| setting | type | default | valid values | |\n|---|---|---|---|---|\n";
  for (const ConfigKey& key : def.keys()) {
    Result<Validator> validator = Validator::Parse(key.validator);
    std::string valid = validator.ok() ? validator->Describe() : "";
    // What describes a Java class says nothing to a reader.
    if (key.validator.starts_with("class(")) valid = "";
    out += fmt::format("| `{}` | {} | {} | {} | {} |\n", key.name, Lower(TypeName(key.type)), DefaultCell(key),
                       Cell(valid), Cell(key.documentation));
  }
  return out;
}

Result<std::string> UpdateSettings(std::string_view document) {
  constexpr std::string_view kBegin = "<!-- settings: ";
  constexpr std::string_view kClose = " -->\n";
  constexpr std::string_view kEnd = "<!-- end -->";
  std::string out;
  while (true) {
    size_t begin = document.find(kBegin);
    if (begin == std::string_view::npos) return out.append(document);
    size_t close = document.find(kClose, begin);
    size_t end = document.find(kEnd, begin);
    if (close == std::string_view::npos || end == std::string_view::npos || end < close) {
      return Status::Config("a table of settings has no end; write <!-- end --> in a line of its own");
    }
    std::string_view name = document.substr(begin + kBegin.size(), close - begin - kBegin.size());
    std::optional<ConfigDef> def = Named(name);
    if (!def) return Status::Config(fmt::format("there is no table of settings called {}", name));
    out.append(document.substr(0, close + kClose.size()));
    out += MarkdownTable(*def);
    out += kEnd;
    document.remove_prefix(end + kEnd.size());
  }
}

}  // namespace millrace::config
