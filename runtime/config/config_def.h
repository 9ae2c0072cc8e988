// SPDX-License-Identifier: Apache-2.0
//
// ConfigDef: a table of settings, and the check of a configuration against it, with the rules, the order and the
// texts of org.apache.kafka.common.config.ConfigDef. REST answers, `millrace validate`, option tables in the docs
// and the typed getters all come from the same table. Plain data; thread-safe once built.
#pragma once

#include <cstdint>
#include <functional>
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

// A parsed value. monostate: null. Passwords are std::string; whoever shows values asks the key's type.
using Value = std::variant<std::monostate, bool, int64_t, double, std::string, std::vector<std::string>>;

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
  // What validators call the setting when that is not `name`: an embedded key's name without its prefix.
  std::string own_name = {};
  // A check in code, after `validator`: the error message, or nullopt. For the framework's own keys.
  std::function<std::optional<std::string>(const Value&)> check = {};

  const std::string& shown_name() const { return display_name.empty() ? name : display_name; }
};

// One setting of a checked configuration, as REST shows it (ConfigValueInfo).
struct ConfigValue {
  std::string name;
  std::optional<std::string> value;  // as Java prints the parsed value; passwords as "[hidden]"
  std::vector<std::string> recommended_values;
  std::vector<std::string> errors;
  bool visible = true;
  Value parsed = {};
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

// The full name of the class that a name or alias means; nullopt: there is no such class. An empty function takes any
// name as it is, for when no classes are known yet.
using ClassNames = std::function<std::optional<std::string>(std::string_view name_or_alias)>;

RawConfig ToRaw(const Properties& props);

class ConfigDef {
 public:
  ConfigDef() = default;
  // From a bundle's table; a malformed table is an error that names the key.
  static Result<ConfigDef> FromAbi(const mr_config_table* table);

  ConfigDef& Add(ConfigKey key);  // replaces a key of the same name
  ConfigDef& AddAll(const ConfigDef& other);
  // Adds the keys of `child` below `prefix` ("transforms.a."), in the order in which documentation lists them, as
  // the group `group`, numbered from `first_order`.
  ConfigDef& Embed(std::string_view prefix, std::string_view group, int first_order, const ConfigDef& child);
  const std::vector<ConfigKey>& keys() const { return keys_; }  // in definition order
  const ConfigKey* Find(std::string_view name) const;
  const std::vector<std::string>& groups() const { return groups_; }  // in order of first use
  // The order of documentation: by group, position, required first, importance, name.
  std::vector<const ConfigKey*> Sorted() const;

  // Parses and checks one value: Java's texts ("Invalid value abc for configuration tasks.max: Not a number of type
  // INT"). A missing value takes the default.
  static Result<Value> Parse(const ConfigKey& key, const std::optional<std::string>& text,
                             const ClassNames& classes = {});

  // Checks all keys; one ConfigValue per key in definition order. Unknown settings are left alone.
  std::vector<ConfigValue> Validate(const RawConfig& props, const ClassNames& classes = {}) const;
  std::vector<ConfigValue> Validate(const Properties& props, const ClassNames& classes = {}) const {
    return Validate(ToRaw(props), classes);
  }

 private:
  std::vector<ConfigKey> keys_;
  std::map<std::string, size_t, std::less<>> index_;
  std::vector<std::string> groups_;
};

// A configuration that passed its ConfigDef, with typed getters that cannot fail (an unknown name is a programmer's
// error). Parse once, read often.
class ParsedConfig {
 public:
  // Which problems are in the message (code kConfig): all, or as Java's constructors say it, the first.
  enum class Report { kAll, kFirst };
  static Result<ParsedConfig> Make(const ConfigDef& def, const Properties& props, const ClassNames& classes = {},
                                   Report report = Report::kAll);
  bool GetBool(std::string_view key) const;    // false for null
  int64_t GetInt(std::string_view key) const;  // INT, SHORT, LONG; 0 for null
  double GetDouble(std::string_view key) const;
  std::string GetString(std::string_view key) const;  // "" for null
  bool IsNull(std::string_view key) const;
  std::vector<std::string> GetList(std::string_view key) const;
  const Properties& originals() const { return originals_; }

 private:
  const Value& Get(std::string_view key) const;
  std::map<std::string, Value, std::less<>> values_;
  Properties originals_;
};

}  // namespace millrace::config
