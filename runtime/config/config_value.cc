// SPDX-License-Identifier: Apache-2.0
#include "config/config_value.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace millrace::config {
namespace {

bool EqualsIgnoreCase(std::string_view a, std::string_view lower) {
  if (a.size() != lower.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    char c = a[i] >= 'A' && a[i] <= 'Z' ? static_cast<char>(a[i] + 32) : a[i];
    if (c != lower[i]) return false;
  }
  return true;
}

// Integer.parseInt and its kin: an optional sign and decimal digits, nothing else.
std::optional<int64_t> ParseInteger(std::string_view s, int64_t min, int64_t max) {
  if (!s.empty() && s[0] == '+') {
    s.remove_prefix(1);
    if (!s.empty() && s[0] == '-') return std::nullopt;
  }
  int64_t v = 0;
  auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), v);
  if (error != std::errc() || end != s.data() + s.size() || v < min || v > max) return std::nullopt;
  return v;
}

// Double.parseDouble: decimal or hexadecimal with a p exponent, an optional f or d at the end, NaN, Infinity.
std::optional<double> ParseDouble(std::string_view s) {
  std::string_view body = s;
  if (!body.empty() && (body[0] == '+' || body[0] == '-')) body.remove_prefix(1);
  if (!body.empty() && (body[0] == '+' || body[0] == '-')) return std::nullopt;
  bool negative = s.size() > body.size() && s[0] == '-';
  double v = 0;
  if (body == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (body == "Infinity") {
    v = std::numeric_limits<double>::infinity();
    return negative ? -v : v;
  }
  bool hex = body.size() > 2 && body[0] == '0' && (body[1] == 'x' || body[1] == 'X');
  if (!body.empty() && std::string_view("fFdD").find(body.back()) != std::string_view::npos) body.remove_suffix(1);
  if (hex) {
    body.remove_prefix(2);
    if (body.find_first_of("pP") == std::string_view::npos) return std::nullopt;
  }
  // from_chars would also take "inf" and "nan".
  if (body.find_first_not_of(hex ? "0123456789abcdefABCDEF.pP+-" : "0123456789.eE+-") != std::string_view::npos) {
    return std::nullopt;
  }
  auto [end, error] = std::from_chars(body.data(), body.data() + body.size(), v,
                                      hex ? std::chars_format::hex : std::chars_format::general);
  if (end != body.data() + body.size() || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range)
    v = std::strtod(((hex ? "0x" : "") + std::string(body)).c_str(), nullptr);
  return negative ? -v : v;
}

bool IsRegexSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Pattern.compile("\\s*,\\s*").split(text, -1) on a text that is already trimmed.
std::vector<std::string> SplitList(std::string_view text) {
  std::vector<std::string> out;
  size_t begin = 0;
  while (true) {
    size_t comma = text.find(',', begin);
    size_t end = comma == std::string_view::npos ? text.size() : comma;
    if (comma != std::string_view::npos) {
      while (end > begin && IsRegexSpace(text[end - 1])) --end;
    }
    out.emplace_back(text.substr(begin, end - begin));
    if (comma == std::string_view::npos) return out;
    begin = comma + 1;
    while (begin < text.size() && IsRegexSpace(text[begin])) ++begin;
  }
}

// Double.toString: plain between 0.001 and 10,000,000, else in scientific notation, always with a fraction.
std::string DoubleText(double v) {
  if (std::isnan(v)) return "NaN";
  if (std::isinf(v)) return v < 0 ? "-Infinity" : "Infinity";
  if (v == 0) return std::signbit(v) ? "-0.0" : "0.0";
  double a = std::fabs(v);
  if (a >= 1e-3 && a < 1e7) {
    char buffer[64];
    auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, v, std::chars_format::fixed);
    std::string s(buffer, error == std::errc() ? end : buffer);
    return s.find('.') == std::string::npos ? s + ".0" : s;
  }
  char buffer[64];
  auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, v, std::chars_format::scientific);
  std::string s(buffer, error == std::errc() ? end : buffer);
  size_t e = s.find('e');
  std::string mantissa = s.substr(0, e);
  if (mantissa.find('.') == std::string::npos) mantissa += ".0";
  return fmt::format("{}E{}", mantissa, std::atoi(s.c_str() + e + 1));
}

}  // namespace

std::string_view TypeName(Type type) {
  switch (type) {
    case Type::kBoolean: return "BOOLEAN";
    case Type::kString: return "STRING";
    case Type::kInt: return "INT";
    case Type::kShort: return "SHORT";
    case Type::kLong: return "LONG";
    case Type::kDouble: return "DOUBLE";
    case Type::kList: return "LIST";
    case Type::kClass: return "CLASS";
    case Type::kPassword: return "PASSWORD";
  }
  return "STRING";
}

std::string_view ImportanceName(Importance i) {
  switch (i) {
    case Importance::kHigh: return "HIGH";
    case Importance::kMedium: return "MEDIUM";
    case Importance::kLow: return "LOW";
  }
  return "LOW";
}

std::string_view WidthName(Width width) {
  switch (width) {
    case Width::kNone: return "NONE";
    case Width::kShort: return "SHORT";
    case Width::kMedium: return "MEDIUM";
    case Width::kLong: return "LONG";
  }
  return "NONE";
}

std::string_view JavaTrim(std::string_view text) {
  auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool IsBlank(std::string_view text) {
  // Character.isWhitespace: the separators 0x1C to 0x1F count too.
  for (char c : text) {
    if (!IsRegexSpace(c) && !(c >= 0x1C && c <= 0x1F)) return false;
  }
  return true;
}

std::string InvalidValue(std::string_view name, std::string_view value, std::string_view why) {
  return fmt::format("Invalid value {} for configuration {}: {}", value, name, why);
}

Result<Value> ParseType(std::string_view name, std::string_view text, Type type, const ClassNames& classes) {
  std::string_view trimmed = JavaTrim(text);
  auto integer = [&](int64_t min, int64_t max) -> Result<Value> {
    std::optional<int64_t> v = ParseInteger(trimmed, min, max);
    if (v) return Value(*v);
    return Status::Config(InvalidValue(name, text, fmt::format("Not a number of type {}", TypeName(type))));
  };
  switch (type) {
    case Type::kBoolean:
      if (EqualsIgnoreCase(trimmed, "true")) return Value(true);
      if (EqualsIgnoreCase(trimmed, "false")) return Value(false);
      return Status::Config(InvalidValue(name, text, "Expected value to be either true or false"));
    case Type::kString:
    case Type::kPassword: return Value(std::string(trimmed));
    case Type::kInt: return integer(std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max());
    case Type::kShort: return integer(std::numeric_limits<int16_t>::min(), std::numeric_limits<int16_t>::max());
    case Type::kLong: return integer(std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max());
    case Type::kDouble: {
      std::optional<double> v = ParseDouble(trimmed);
      if (v) return Value(*v);
      return Status::Config(InvalidValue(name, text, "Not a number of type DOUBLE"));
    }
    case Type::kList: return trimmed.empty() ? Value(std::vector<std::string>()) : Value(SplitList(trimmed));
    case Type::kClass: {
      if (!classes) return Value(std::string(trimmed));
      std::optional<std::string> found = classes(trimmed);
      if (found) return Value(*std::move(found));
      return Status::Config(InvalidValue(name, text, fmt::format("Class {} could not be found.", text)));
    }
  }
  return Status::Config(InvalidValue(name, text, "Unknown type."));
}

std::optional<std::string> ToText(const Value& value, Type type) {
  if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
  if (type == Type::kPassword) return std::string(kHidden);
  if (const bool* b = std::get_if<bool>(&value)) return *b ? "true" : "false";
  if (const int64_t* i = std::get_if<int64_t>(&value)) return fmt::format("{}", *i);
  if (const double* d = std::get_if<double>(&value)) return DoubleText(*d);
  if (const std::string* s = std::get_if<std::string>(&value)) return *s;
  return fmt::format("{}", fmt::join(std::get<std::vector<std::string>>(value), ","));
}

std::optional<std::string> DefaultText(const ConfigKey& key) {
  if (key.required || !key.default_value) return std::nullopt;
  Result<Value> v = ParseType(key.name, *key.default_value, key.type);
  return v.ok() ? ToText(*v, key.type) : key.default_value;
}

std::string ToErrorText(const Value& value, Type type) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    return fmt::format("[{}]", fmt::join(*list, ", "));
  }
  if (type == Type::kClass && std::holds_alternative<std::string>(value)) {
    return "class " + std::get<std::string>(value);
  }
  return ToText(value, type).value_or("null");
}

}  // namespace millrace::config
