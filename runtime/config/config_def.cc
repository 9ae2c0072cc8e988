// SPDX-License-Identifier: Apache-2.0
#include "config/config_def.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <set>

#include "config/config_value.h"
#include "config/validator.h"

namespace millrace::config {
namespace {

std::string MissingText(const ConfigKey& key) {
  return fmt::format("Missing required configuration \"{}\" which has no default value.", key.name);
}

std::optional<std::string> CheckValue(const ConfigKey& key, const Value& value) {
  Result<Validator> validator = Validator::Parse(key.validator);
  if (!validator.ok()) return InvalidValue(key.name, ToErrorText(value, key.type), validator.status().message());
  if (auto error = validator->Check(key.own_name.empty() ? key.name : key.own_name, value, key.type)) return error;
  return key.check ? key.check(value) : std::nullopt;
}

Value DefaultOf(const ConfigKey& key) {
  if (!key.default_value) return {};
  Result<Value> v = ParseType(key.name, *key.default_value, key.type);
  assert(v.ok() && "a default that is not of its type");
  return v.ok() ? *std::move(v) : Value();
}

std::string Text(const mr_str& s) { return s.p == nullptr ? std::string() : std::string(s.p, s.n); }

Result<ConfigKey> KeyFromAbi(const mr_config_key& k) {
  ConfigKey key;
  key.name = Text(k.name);
  if (key.name.empty()) return Status::Config("a setting has no name");
  auto bad = [&](std::string_view why) { return Status::Config(fmt::format("setting {}: {}", key.name, why)); };
  if (k.type > MR_T_PASSWORD) return bad(fmt::format("type {} is not known", k.type));
  if (k.importance > MR_IMPORTANCE_LOW) return bad(fmt::format("importance {} is not known", k.importance));
  if (k.width > MR_WIDTH_LONG) return bad(fmt::format("width {} is not known", k.width));
  key.type = static_cast<Type>(k.type);
  key.importance = static_cast<Importance>(k.importance);
  key.width = static_cast<Width>(k.width);
  key.required = k.required != 0;
  if (k.dflt.p != nullptr && !key.required) {
    key.default_value = Text(k.dflt);
    Result<Value> v = ParseType(key.name, *key.default_value, key.type);
    if (!v.ok()) return bad("its default is not of its type: " + v.status().message());
  }
  key.documentation = Text(k.doc);
  if (k.group.p != nullptr && k.group.n != 0) key.group = Text(k.group);
  key.display_name = Text(k.display);
  key.validator = Text(k.validator);
  key.order = k.order;
  Result<Validator> validator = Validator::Parse(key.validator);
  if (!validator.ok()) return bad(validator.status().message());
  if ((k.n_dependents > 0 && k.dependents == nullptr) || (k.n_recommended > 0 && k.recommended == nullptr)) {
    return bad("a list of dependents or recommended values is missing");
  }
  for (uint32_t i = 0; i < k.n_dependents; ++i) key.dependents.push_back(Text(k.dependents[i]));
  for (uint32_t i = 0; i < k.n_recommended; ++i) key.recommended.push_back(Text(k.recommended[i]));
  return key;
}

}  // namespace

RawConfig ToRaw(const Properties& props) {
  RawConfig out;
  for (const auto& [key, value] : props) out.emplace_hint(out.end(), key, value);
  return out;
}

Result<ConfigDef> ConfigDef::FromAbi(const mr_config_table* table) {
  ConfigDef def;
  if (table == nullptr || table->n_keys == 0) return def;
  // Bundles made with an older header have shorter entries; what they do not have stays zero.
  constexpr size_t kLeast = offsetof(mr_config_key, order);
  if (table->keys == nullptr || table->key_size < kLeast) {
    return Status::Config(fmt::format("the table of settings has entries of {} bytes", table->key_size));
  }
  for (uint32_t i = 0; i < table->n_keys; ++i) {
    mr_config_key k{};
    const char* from = reinterpret_cast<const char*>(table->keys) + static_cast<size_t>(table->key_size) * i;
    std::copy_n(from, std::min<size_t>(table->key_size, sizeof k), reinterpret_cast<char*>(&k));
    Result<ConfigKey> key = KeyFromAbi(k);
    if (!key.ok()) return key.status();
    if (def.Find(key->name) != nullptr) {
      return Status::Config(fmt::format("setting {} is defined twice", key->name));
    }
    def.Add(*std::move(key));
  }
  return def;
}

ConfigDef& ConfigDef::Add(ConfigKey key) {
  if (key.group && std::find(groups_.begin(), groups_.end(), *key.group) == groups_.end()) {
    groups_.push_back(*key.group);
  }
  auto [it, added] = index_.try_emplace(key.name, keys_.size());
  if (added) {
    keys_.push_back(std::move(key));
  } else {
    keys_[it->second] = std::move(key);
  }
  return *this;
}

ConfigDef& ConfigDef::AddAll(const ConfigDef& other) {
  for (const ConfigKey& key : other.keys_) Add(key);
  return *this;
}

const ConfigKey* ConfigDef::Find(std::string_view name) const {
  auto it = index_.find(name);
  return it == index_.end() ? nullptr : &keys_[it->second];
}

std::vector<const ConfigKey*> ConfigDef::Sorted() const {
  std::vector<const ConfigKey*> out;
  for (const ConfigKey& key : keys_) out.push_back(&key);
  auto group = [&](const ConfigKey* k) {
    return k->group ? std::find(groups_.begin(), groups_.end(), *k->group) - groups_.begin() : -1;
  };
  std::stable_sort(out.begin(), out.end(), [&](const ConfigKey* a, const ConfigKey* b) {
    if (group(a) != group(b)) return group(a) < group(b);
    if (a->order != b->order) return a->order < b->order;
    if (a->required != b->required) return a->required;
    if (a->importance != b->importance) return a->importance < b->importance;
    return a->name < b->name;
  });
  return out;
}

ConfigDef& ConfigDef::Embed(std::string_view prefix, std::string_view group, int first_order, const ConfigDef& child) {
  int order = first_order;
  for (const ConfigKey* k : child.Sorted()) {
    ConfigKey key = *k;
    key.own_name = k->own_name.empty() ? k->name : k->own_name;
    key.display_name = k->shown_name();
    key.name = std::string(prefix) + k->name;
    key.group = k->group ? fmt::format("{}: {}", group, *k->group) : std::string(group);
    key.order = order++;
    for (std::string& dependent : key.dependents) dependent.insert(0, prefix);
    Add(std::move(key));
  }
  return *this;
}

Result<Value> ConfigDef::Parse(const ConfigKey& key, const std::optional<std::string>& text,
                               const ClassNames& classes) {
  Value value;
  if (text) {
    Result<Value> parsed = ParseType(key.name, *text, key.type, classes);
    if (!parsed.ok()) return parsed.status();
    value = *std::move(parsed);
  } else if (key.required) {
    return Status::Config(MissingText(key));
  } else {
    value = DefaultOf(key);
  }
  if (auto error = CheckValue(key, value)) return Status::Config(*std::move(error));
  return value;
}

std::vector<ConfigValue> ConfigDef::Validate(const RawConfig& props, const ClassNames& classes) const {
  std::vector<ConfigValue> out;
  out.reserve(keys_.size());
  for (const ConfigKey& key : keys_) {
    ConfigValue v;
    v.name = key.name;
    v.recommended_values = key.recommended;
    auto it = props.find(key.name);
    if (it != props.end()) {
      if (it->second) {
        Result<Value> parsed = ParseType(key.name, *it->second, key.type, classes);
        if (parsed.ok()) {
          v.parsed = *std::move(parsed);
        } else {
          v.errors.push_back(parsed.status().message());
        }
      }
    } else if (key.required) {
      v.errors.push_back(MissingText(key));
    } else {
      v.parsed = DefaultOf(key);
    }
    if (auto error = CheckValue(key, v.parsed)) v.errors.push_back(*std::move(error));
    v.value = ToText(v.parsed, key.type);
    out.push_back(std::move(v));
  }
  std::set<std::string> undefined;
  for (const ConfigKey& key : keys_) {
    for (const std::string& dependent : key.dependents) {
      if (Find(dependent) != nullptr || !undefined.insert(dependent).second) continue;
      ConfigValue v;
      v.name = dependent;
      v.errors.push_back(dependent + " is referred in the dependents, but not defined.");
      v.visible = false;
      out.push_back(std::move(v));
    }
  }
  return out;
}

}  // namespace millrace::config
