// SPDX-License-Identifier: Apache-2.0
//
// ConfigDef: a table of settings, and the check of a configuration against it, with the rules, the order and the
// texts of org.apache.kafka.common.config.ConfigDef. REST answers, `millrace validate`, option tables in the docs
// and the typed getters all come from the same table. Plain data; thread-safe once built.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/status.h"
#include "config/properties.h"
#include "millrace/abi.h"

namespace millrace::config {

enum class Type { kBoolean, kString, kInt, kShort, kLong, kDouble, kList, kClass, kPassword };  // mr_config_key.type
enum class Importance { kHigh, kMedium, kLow };
enum class Width { kNone, kShort, kMedium, kLong };

struct ConfigKey {
  std::string name;
  Type type = Type::kString;
  bool required = false;                     // no default
  std::optional<std::string> default_value;  // nullopt with !required: null
  std::string validator;                     // the expression language of mr_config_key.validator
  Importance importance = Importance::kHigh;
  std::string documentation;
  std::optional<std::string> group;
  int order = -1;
  Width width = Width::kNone;
  std::string display_name;  // "": the name
  std::vector<std::string> dependents;
  std::vector<std::string> recommended;  // fixed recommended values
  bool internal = false;                 // not shown
};

// A parsed value. monostate: null. Passwords are std::string; whoever shows values asks the key's type.
using Value = std::variant<std::monostate, bool, int64_t, double, std::string, std::vector<std::string>>;

// One setting of a checked configuration, as REST shows it (ConfigValueInfo).
struct ConfigValue {
  std::string name;
  std::optional<std::string> value;  // as Java prints the parsed value; passwords as "[hidden]"
  std::vector<std::string> recommended_values;
  std::vector<std::string> errors;
  bool visible = true;
};

struct ConfigInfo {
  std::optional<ConfigKey> definition;  // none: a setting that no definition knows
  ConfigValue value;
};

// The answer of PUT /connector-plugins/{x}/config/validate.
struct ConfigInfos {
  std::string name;
  int error_count = 0;
  std::vector<std::string> groups;
  std::vector<ConfigInfo> configs;
};

class ConfigDef {
 public:
  ConfigDef() = default;
  // From a bundle's table; a malformed table is an error that names the key.
  static Result<ConfigDef> FromAbi(const mr_config_table* table);

  ConfigDef& Add(ConfigKey key);  // replaces a key of the same name
  ConfigDef& AddAll(const ConfigDef& other);
  const std::vector<ConfigKey>& keys() const { return keys_; }  // in definition order
  const ConfigKey* Find(std::string_view name) const;
  const std::vector<std::string>& groups() const { return groups_; }  // in order of first use

  // Parses and checks one value: Java's texts ("Invalid value abc for configuration tasks.max: Not a number of type
  // INT"). A missing value takes the default.
  static Result<Value> Parse(const ConfigKey& key, const std::optional<std::string>& text);

  // Checks all keys; one ConfigValue per key in definition order. Unknown settings are left alone.
  std::vector<ConfigValue> Validate(const Properties& props) const;

 private:
  std::vector<ConfigKey> keys_;
  std::vector<std::string> groups_;
};

// A configuration that passed its ConfigDef, with typed getters that cannot fail (an unknown name is a programmer's
// error). Parse once, read often.
class ParsedConfig {
 public:
  // All problems at once in the message when there are any (code kConfig).
  static Result<ParsedConfig> Make(const ConfigDef& def, const Properties& props);
  bool GetBool(std::string_view key) const;
  int64_t GetInt(std::string_view key) const;  // INT, SHORT, LONG
  double GetDouble(std::string_view key) const;
  std::string GetString(std::string_view key) const;  // "" for null
  bool IsNull(std::string_view key) const;
  std::vector<std::string> GetList(std::string_view key) const;
  const Properties& originals() const { return originals_; }

 private:
  std::map<std::string, Value, std::less<>> values_;
  Properties originals_;
};

}  // namespace millrace::config
