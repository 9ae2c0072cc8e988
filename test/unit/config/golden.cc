// SPDX-License-Identifier: Apache-2.0
#include "golden.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "config/version_range.h"

namespace millrace::config {
namespace {

std::string Path(const std::string& name) {
  const char* root = std::getenv("MILLRACE_SOURCE_ROOT");
  REQUIRE(root != nullptr);
  return std::string(root) + "/test/golden/connect/" + name;
}

rapidjson::Document ParseText(const std::string& text) {
  rapidjson::Document d;
  d.Parse<rapidjson::kParseFullPrecisionFlag>(text.c_str(), text.size());
  REQUIRE(!d.HasParseError());
  return d;
}

Type TypeOf(std::string_view name) {
  constexpr std::array<std::string_view, 9> kNames = {"BOOLEAN", "STRING", "INT",   "SHORT",   "LONG",
                                                      "DOUBLE",  "LIST",   "CLASS", "PASSWORD"};
  auto it = std::find(kNames.begin(), kNames.end(), name);
  REQUIRE(it != kNames.end());
  return static_cast<Type>(it - kNames.begin());
}

// The expression for a recorded self-description of a Java validator.
std::string ExpressionOf(const std::string& key, const std::string& description) {
  static const std::map<std::string, std::string> kFixed = {
      {"non-empty string", "non-empty"},
      {"non-null string", "non-null"},
      {"non-empty list", "non-empty-list"},
      {"valid regex", "regex"},
      {"non-empty string, valid regex", "non-empty;regex"},
      {"list of colon-delimited pairs, e.g. foo:bar,abc:xyz", key == "spec" ? "cast-spec" : "rename-pairs"},
  };
  if (auto it = kFixed.find(description); it != kFixed.end()) {
    return it->first.starts_with("list of") ? (key == "spec" ? "cast-spec" : "rename-pairs") : it->second;
  }
  size_t open = description.find('[');
  REQUIRE_MESSAGE(open != std::string::npos, description);
  std::string inside = description.substr(open + 1, description.size() - open - 2);
  return (open == 0 ? "in(" : "in-ignore-case(") + inside + ")";
}

std::string DefaultText(const rapidjson::Value& v) {
  if (v.IsBool()) return v.GetBool() ? "true" : "false";
  if (v.IsInt64()) return std::to_string(v.GetInt64());
  if (v.IsDouble()) {
    std::ostringstream out;
    out << v.GetDouble();
    return out.str();
  }
  if (v.IsString()) return v.GetString();
  std::string joined;
  for (const auto& element : v.GetArray()) {
    if (!joined.empty()) joined += ',';
    joined += element.GetString();
  }
  return joined;
}

}  // namespace

std::vector<rapidjson::Document> GoldenLines(const std::string& name) {
  std::ifstream in(Path(name));
  std::vector<rapidjson::Document> out;
  for (std::string line; std::getline(in, line);) out.push_back(ParseText(line));
  return out;
}

rapidjson::Document Golden(const std::string& name) {
  std::ifstream in(Path(name));
  std::ostringstream text;
  text << in.rdbuf();
  return ParseText(text.str());
}

ConfigDef RecordedDefinition(const rapidjson::Value& definitions, const std::string& name) {
  REQUIRE_MESSAGE(definitions.HasMember(name.c_str()), name);
  const rapidjson::Value& table = definitions[name.c_str()];
  ConfigDef def;
  for (const auto& key_name : table["keys_in_definition_order"].GetArray()) {
    const rapidjson::Value& k = table["keys"][key_name.GetString()];
    ConfigKey key;
    key.name = key_name.GetString();
    key.type = TypeOf(k["type"].GetString());
    key.required = k["required"].GetBool();
    if (!key.required && !k["default"].IsNull()) key.default_value = DefaultText(k["default"]);
    std::string_view importance = k["importance"].GetString();
    key.importance = importance == "HIGH"     ? Importance::kHigh
                     : importance == "MEDIUM" ? Importance::kMedium
                                              : Importance::kLow;
    if (k.HasMember("group") && k["group"].IsString()) key.group = k["group"].GetString();
    key.order = k["order"].GetInt();
    std::string_view width = k["width"].GetString();
    key.width = width == "SHORT"    ? Width::kShort
                : width == "MEDIUM" ? Width::kMedium
                : width == "LONG"   ? Width::kLong
                                    : Width::kNone;
    key.display_name = k["display_name"].GetString();
    if (k.HasMember("valid_values") && k["valid_values"].IsString()) {
      key.validator = ExpressionOf(key.name, k["valid_values"].GetString());
    }
    def.Add(std::move(key));
  }
  return def;
}

RecordedCatalog::RecordedCatalog() {
  const rapidjson::Document definitions = Golden("config-defs.json");
  const std::string package = "org.apache.kafka.connect.";
  auto add = [&](int role, const std::string& name, const std::string& definition, bool built_in) {
    classes_.emplace_back(Class{package + name, "4.1.2", role, built_in}, RecordedDefinition(definitions, definition));
  };
  add(MR_ROLE_SOURCE, "file.FileStreamSourceConnector", "connector/FileStreamSource", false);
  add(MR_ROLE_SINK, "file.FileStreamSinkConnector", "connector/FileStreamSink", false);
  for (const char* c : {"Boolean", "ByteArray", "Double", "Float", "Integer", "Long", "Short"}) {
    add(MR_ROLE_CONVERTER, std::string("converters.") + c + "Converter", std::string("converter/") + c + "Converter",
        true);
  }
  add(MR_ROLE_CONVERTER, "json.JsonConverter", "converter/JsonConverter", true);
  add(MR_ROLE_HEADER_CONVERTER, "storage.SimpleHeaderConverter", "converter/SimpleHeaderConverter", true);
  add(MR_ROLE_CONVERTER, "storage.StringConverter", "converter/StringConverter", true);
  for (const char* c : {"Cast", "ExtractField", "Flatten", "HeaderFrom", "HoistField", "InsertField", "MaskField",
                        "ReplaceField", "SetSchemaMetadata", "TimestampConverter"}) {
    for (const char* part : {"$Key", "$Value"}) {
      add(MR_ROLE_TRANSFORM, std::string("transforms.") + c + part, std::string("transform/") + c, true);
    }
  }
  for (const char* c : {"DropHeaders", "Filter", "InsertHeader", "RegexRouter", "TimestampRouter", "ValueToKey"}) {
    add(MR_ROLE_TRANSFORM, std::string("transforms.") + c, std::string("transform/") + c, true);
  }
  for (const char* c : {"HasHeaderKey", "RecordIsTombstone", "TopicNameMatches"}) {
    add(MR_ROLE_PREDICATE, std::string("transforms.predicates.") + c, std::string("predicate/") + c, true);
  }
  std::sort(classes_.begin(), classes_.end(), [](const auto& a, const auto& b) { return a.first.name < b.first.name; });
}

std::vector<ClassCatalog::Class> RecordedCatalog::Find(int role, std::string_view name) const {
  auto simple = [](std::string_view full) { return full.substr(full.rfind('.') + 1); };
  auto pruned = [&](std::string_view full) {
    std::string_view s = simple(full);
    for (std::string_view suffix : {"Connector", "Converter"}) {
      if (s.ends_with(suffix)) return s.substr(0, s.size() - suffix.size());
    }
    return s;
  };
  std::vector<Class> out;
  for (const auto& [c, def] : classes_) {
    bool fits = role == 0 || c.role == role || (role == MR_ROLE_HEADER_CONVERTER && c.role == MR_ROLE_CONVERTER);
    if (fits && (c.name == name || simple(c.name) == name || pruned(c.name) == name)) out.push_back(c);
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Class& a, const Class& b) { return Version(a.version) < Version(b.version); });
  return out;
}

std::vector<ClassCatalog::Class> RecordedCatalog::All(int role) const {
  std::vector<Class> out;
  for (const auto& [c, def] : classes_) {
    if (c.role == role || (role == MR_ROLE_HEADER_CONVERTER && c.role == MR_ROLE_CONVERTER)) out.push_back(c);
  }
  return out;
}

Result<ConfigDef> RecordedCatalog::Definition(const Class& wanted) const {
  for (const auto& [c, def] : classes_) {
    if (c.name == wanted.name && c.version == wanted.version && c.role == wanted.role) return def;
  }
  return Status::NotFound("no such class");
}

void RecordedCatalog::Add(Class c, ConfigDef def) { classes_.emplace_back(std::move(c), std::move(def)); }

}  // namespace millrace::config
