// SPDX-License-Identifier: Apache-2.0
//
// millrace/cpp/config.h: Config, the settings of one call (start, configure, validate), with typed getters.
//
// The host has checked the values against the class's table before, so a getter throws (MR_CONFIG, naming the key)
// only for settings that the table does not cover. Texts live for the call: copy what is needed later.
#pragma once

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/abi.h"
#include "millrace/cpp/error.h"
#include "millrace/cpp/text.h"

namespace millrace::sdk {

class Config {
 public:
  Config(const mr_kv* kv, uint32_t n) : all_(kv, n) {}

  std::span<const mr_kv> all() const { return all_; }
  // nullopt: not set, or set to null. The last of equal keys counts.
  std::optional<std::string_view> Get(std::string_view key) const {
    for (size_t i = all_.size(); i-- > 0;) {
      if (View(all_[i].k) != key) continue;
      if (all_[i].v.p == nullptr) return std::nullopt;
      return View(all_[i].v);
    }
    return std::nullopt;
  }
  std::string GetString(std::string_view key, std::string_view fallback = {}) const {
    return std::string(Get(key).value_or(fallback));
  }
  std::string Require(std::string_view key) const {
    const auto v = Get(key);
    if (!v) throw Error(MR_CONFIG, Cat("the setting \"", key, "\" is missing")).With("key", std::string(key));
    return std::string(*v);
  }
  int64_t GetInt(std::string_view key, int64_t fallback, int64_t min = std::numeric_limits<int64_t>::min(),
                 int64_t max = std::numeric_limits<int64_t>::max()) const {
    const auto v = Get(key);
    if (!v) return fallback;
    const std::string_view text = Trim(*v);
    int64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc() || end != text.data() + text.size()) Refuse(key, *v, "it is not a whole number");
    if (number < min || number > max) Refuse(key, *v, Cat("it must be between ", min, " and ", max));
    return number;
  }
  double GetDouble(std::string_view key, double fallback) const {
    const auto v = Get(key);
    if (!v) return fallback;
    const std::string_view text = Trim(*v);
    double number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc() || end != text.data() + text.size()) Refuse(key, *v, "it is not a number");
    return number;
  }
  bool GetBool(std::string_view key, bool fallback) const {
    const auto v = Get(key);
    if (!v) return fallback;
    if (EqualsIgnoreCase(Trim(*v), "true")) return true;
    if (EqualsIgnoreCase(Trim(*v), "false")) return false;
    Refuse(key, *v, "it is neither true nor false");
  }
  // Comma-separated, each part trimmed; an empty text is an empty list.
  std::vector<std::string> GetList(std::string_view key) const {
    std::vector<std::string> out;
    std::string_view rest = Trim(Get(key).value_or(std::string_view()));
    while (!rest.empty()) {
      const size_t comma = rest.find(',');
      out.emplace_back(Trim(rest.substr(0, comma)));
      rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    }
    return out;
  }

  // The error for a value that cannot be used. Values of secrets must not go through it.
  [[noreturn]] static void Refuse(std::string_view key, std::string_view value, std::string_view why) {
    throw Error(MR_CONFIG, Cat("the setting \"", key, "\" has the value \"", value, "\": ", why))
        .With("key", std::string(key));
  }

 private:
  static std::string_view Trim(std::string_view s) {
    constexpr std::string_view kSpace = " \t\r\n\f\v";
    const size_t first = s.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return s.substr(first, s.find_last_not_of(kSpace) - first + 1);
  }
  static bool EqualsIgnoreCase(std::string_view a, std::string_view lower) {
    if (a.size() != lower.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
      const char c = a[i] >= 'A' && a[i] <= 'Z' ? static_cast<char>(a[i] - 'A' + 'a') : a[i];
      if (c != lower[i]) return false;
    }
    return true;
  }

  std::span<const mr_kv> all_;
};

}  // namespace millrace::sdk
