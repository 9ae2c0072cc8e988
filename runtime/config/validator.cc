// SPDX-License-Identifier: Apache-2.0
#include "config/validator.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>

#include "base/java_regex.h"
#include "config/config_value.h"
#include "config/http_headers.h"
#include "config/version_range.h"

namespace millrace::config {
namespace {

using List = std::vector<std::string>;

struct TermInfo {
  std::string_view name;
  bool arguments;
  std::string_view description;  // when it does not depend on arguments
};

constexpr std::string_view kUrlList = "List of comma-separated URLs, ex: http://localhost:8080,https://localhost:8443.";
constexpr std::string_view kPairs = "list of colon-delimited pairs, e.g. <code>foo:bar,abc:xyz</code>";

constexpr std::array kTerms = {
    TermInfo{"non-empty", false, "non-empty string"},
    TermInfo{"non-null", false, "non-null string"},
    TermInfo{"non-empty-list", false, "non-empty list"},
    TermInfo{"name", false, "non-empty string without ISO control characters"},
    TermInfo{"range", true, ""},
    TermInfo{"in", true, ""},
    TermInfo{"in-ignore-case", true, ""},
    TermInfo{"list", true, ""},
    TermInfo{"list-size", true, ""},
    TermInfo{"unique", true, ""},
    TermInfo{"class", true, ""},
    TermInfo{"regex", false, "valid regex"},
    // Java describes this one with the wrong text; documentation and REST show it all the same.
    TermInfo{"regex-list", false, "Positive number, or -1 to use the broker's default"},
    TermInfo{"partitions", false, "Positive number, or -1 to use the broker's default"},
    TermInfo{"replication-factor", false,
             "Positive number not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's "
             "default"},
    TermInfo{"version-range", false, "a version or version range such as 1.2.0 or [1.0,2.0)"},
    TermInfo{"rename-pairs", false, kPairs},
    TermInfo{"cast-spec", false, kPairs},
    TermInfo{"listeners", false, kUrlList},
    TermInfo{"admin-listeners", false, kUrlList},
    TermInfo{"http-headers", false,
             "Comma-separated header rules, where each header rule is of the form '[action] [header name]:[header "
             "value]' and optionally surrounded by double quotes if any part of a header rule contains a comma"},
    TermInfo{"connect-protocol", false, "[eager, compatible, sessioned]"},
    TermInfo{"key-generator", false, "Any KeyGenerator algorithm supported by the worker JVM"},
    TermInfo{"mac", false, "Any MAC algorithm supported by the worker JVM"},
    TermInfo{"mac-list", false, "A list of one or more MAC algorithms, each supported by the worker JVM"},
};

const TermInfo* FindTerm(std::string_view name) {
  auto it = std::find_if(kTerms.begin(), kTerms.end(), [&](const TermInfo& t) { return t.name == name; });
  return it == kTerms.end() ? nullptr : &*it;
}

std::vector<std::string> SplitAt(std::string_view text, char separator) {
  std::vector<std::string> out;
  size_t begin = 0;
  while (true) {
    size_t end = text.find(separator, begin);
    out.emplace_back(JavaTrim(text.substr(begin, end == std::string_view::npos ? end : end - begin)));
    if (end == std::string_view::npos) return out;
    begin = end + 1;
  }
}

std::string Upper(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return out;
}

bool IsNumber(const std::string& s) {
  char* end = nullptr;
  std::strtod(s.c_str(), &end);
  return !s.empty() && *end == '\0';
}

// The text of a string value; nullptr: null or not text.
const std::string* Text(const Value& v) { return std::get_if<std::string>(&v); }
const List* AsList(const Value& v) { return std::get_if<List>(&v); }
double Number(const Value& v) {
  if (const int64_t* i = std::get_if<int64_t>(&v)) return static_cast<double>(*i);
  if (const double* d = std::get_if<double>(&v)) return *d;
  return 0;
}

// ISO control characters: 0 to 31 and 127 to 159. UTF-8 holds the latter as C2 80 to C2 9F.
List ControlCharacters(std::string_view s) {
  List found;
  for (size_t i = 0; i < s.size(); ++i) {
    auto c = static_cast<unsigned char>(s[i]);
    if (c < 0x20 || c == 0x7F) found.push_back(fmt::format("{}", c));
    if (c == 0xC2 && i + 1 < s.size()) {
      auto d = static_cast<unsigned char>(s[i + 1]);
      if (d >= 0x80 && d <= 0x9F) found.push_back(fmt::format("{}", d));
    }
  }
  return found;
}

// String.split(":"): trailing empty parts are dropped.
List SplitColons(std::string_view mapping) {
  List parts;
  size_t begin = 0;
  for (size_t end; (end = mapping.find(':', begin)) != std::string_view::npos; begin = end + 1) {
    parts.emplace_back(mapping.substr(begin, end - begin));
  }
  parts.emplace_back(mapping.substr(begin));
  while (parts.size() > 1 && parts.back().empty()) parts.pop_back();
  return parts;
}

std::string InvalidMapping(const List& all, const std::string& mapping) {
  return InvalidValue("renames", fmt::format("[{}]", fmt::join(all, ", ")), "Invalid rename mapping: " + mapping);
}

std::optional<std::string> CheckCastSpec(const List* list) {
  if (list == nullptr || list->empty()) return "Must specify at least one field to cast.";
  constexpr std::array<std::string_view, 8> kTargets = {"INT8",    "INT16",   "INT32",   "INT64",
                                                        "FLOAT32", "FLOAT64", "BOOLEAN", "STRING"};
  constexpr std::array<std::string_view, 4> kOthers = {"BYTES", "ARRAY", "MAP", "STRUCT"};
  bool whole_value = false;
  for (const std::string& mapping : *list) {
    List parts = SplitColons(mapping);
    if (parts.size() > 2) return InvalidMapping(*list, mapping);
    whole_value = whole_value || parts.size() == 1;
    std::string type(JavaTrim(parts.back()));
    std::string upper = Upper(type);
    if (std::find(kTargets.begin(), kTargets.end(), upper) != kTargets.end()) continue;
    if (std::find(kOthers.begin(), kOthers.end(), upper) != kOthers.end()) {
      return fmt::format("Cast transformation does not support casting to {}; supported types are [{}]", upper,
                         fmt::join(kTargets, ", "));
    }
    // Java passes the cause where the value belongs; clients see this text.
    return fmt::format(
        "Invalid value java.lang.IllegalArgumentException: No enum constant "
        "org.apache.kafka.connect.data.Schema.Type.{} for configuration Invalid type found in casting spec: {}",
        upper, type);
  }
  if (whole_value && list->size() > 1) {
    return "Cast transformations that specify a type to cast the entire value to may only specify a single cast in "
           "their spec";
  }
  return std::nullopt;
}

std::optional<std::string> CheckListeners(const List* list, std::string_view key, bool required) {
  if (list == nullptr || list->empty()) {
    if (!required) return std::nullopt;
    return list == nullptr ? "Invalid value type for listeners (expected list of URLs , ex: "
                             "http://localhost:8080,https://localhost:8443)."
                           : "Invalid value for listeners, at least one URL is expected, ex: "
                             "http://localhost:8080,https://localhost:8443.";
  }
  for (const std::string& url : *list) {
    if (IsBlank(url)) return fmt::format("Empty URL found when parsing {} list.", key);
  }
  return std::nullopt;
}

// What a Java 17 runtime offers (standard algorithm names; Java compares them without case).
bool IsMac(std::string_view name) {
  constexpr std::array<std::string_view, 17> kMacs = {
      "HMACMD5",        "HMACSHA1",       "HMACSHA224",    "HMACSHA256",    "HMACSHA384",   "HMACSHA512",
      "HMACSHA512/224", "HMACSHA512/256", "HMACSHA3-224",  "HMACSHA3-256",  "HMACSHA3-384", "HMACSHA3-512",
      "HMACPBESHA1",    "HMACPBESHA224",  "HMACPBESHA256", "HMACPBESHA384", "HMACPBESHA512"};
  return std::find(kMacs.begin(), kMacs.end(), Upper(name)) != kMacs.end();
}

bool IsKeyGenerator(std::string_view name) {
  constexpr std::array<std::string_view, 7> kCiphers = {"AES", "ARCFOUR", "BLOWFISH", "CHACHA20",
                                                        "DES", "DESEDE",  "RC2"};
  std::string upper = Upper(name);
  if (std::find(kCiphers.begin(), kCiphers.end(), upper) != kCiphers.end()) return true;
  return IsMac(upper) && !upper.starts_with("HMACPBE");
}

constexpr std::string_view kAlgorithm = "the algorithm is not supported; use one such as HmacSHA256";

}  // namespace

Result<Validator> Validator::Parse(std::string_view expression) {
  Validator v;
  if (JavaTrim(expression).empty()) return v;
  for (const std::string& text : SplitAt(expression, ';')) {
    Term term;
    std::string_view rest = text;
    constexpr std::string_view kOptional = "optional ";
    if (rest.starts_with(kOptional)) {
      term.optional = true;
      rest = JavaTrim(rest.substr(kOptional.size()));
    }
    size_t open = rest.find('(');
    term.name = rest.substr(0, open);
    const TermInfo* info = FindTerm(term.name);
    if (info == nullptr) return Status::Config(fmt::format("there is no validator {}", term.name));
    if (info->arguments != (open != std::string_view::npos) || (info->arguments && !rest.ends_with(')'))) {
      return Status::Config(fmt::format("the validator {} takes {}", term.name,
                                        info->arguments ? "arguments in parentheses" : "no arguments"));
    }
    if (info->arguments) {
      term.argument = rest.substr(open + 1, rest.size() - open - 2);
      term.arguments = SplitAt(term.argument, ',');
    }
    if (term.name == "range") {
      const List& a = term.arguments;
      bool good = a.size() == 2 && (a[0].empty() || IsNumber(a[0])) && (a[1].empty() || IsNumber(a[1]));
      if (!good) return Status::Config("range takes two numbers, either of them may be empty: range(1,)");
    }
    if (term.name == "list-size" && !IsNumber(term.argument)) return Status::Config("list-size takes a number");
    v.terms_.push_back(std::move(term));
  }
  return v;
}

std::optional<std::string> Validator::Check(std::string_view name, const Value& value, Type type) const {
  for (const Term& term : terms_) {
    if (auto error = CheckTerm(term, name, value, type)) return error;
  }
  return std::nullopt;
}

std::optional<std::string> Validator::CheckTerm(const Term& term, std::string_view name, const Value& value,
                                                Type type) {
  bool null = std::holds_alternative<std::monostate>(value);
  if (null && term.optional) return std::nullopt;
  const std::string* text = Text(value);
  const List* list = AsList(value);
  auto invalid = [&](std::string_view why) {
    return std::optional<std::string>(InvalidValue(name, ToErrorText(value, type), why));
  };
  auto one_of = [&](const std::string& s) {
    return std::find(term.arguments.begin(), term.arguments.end(), s) != term.arguments.end();
  };
  std::string_view t = term.name;

  if (t == "non-empty") return text != nullptr && text->empty() ? invalid("String must be non-empty") : std::nullopt;
  if (t == "non-null") return null ? invalid("entry must be non null") : std::nullopt;
  if (t == "non-empty-list") return list == nullptr || list->empty() ? invalid("Empty list") : std::nullopt;
  if (t == "name") {
    if (text == nullptr) return std::nullopt;
    if (text->empty()) return invalid("String may not be empty");
    List control = ControlCharacters(*text);
    if (control.empty()) return std::nullopt;
    return invalid(fmt::format("String may not contain control sequences but had the following ASCII chars: {}",
                               fmt::join(control, ", ")));
  }
  if (t == "range") {
    if (null) return invalid("Value must be non-null");
    const std::string& min = term.arguments[0];
    const std::string& max = term.arguments[1];
    if (!min.empty() && Number(value) < std::atof(min.c_str())) return invalid("Value must be at least " + min);
    if (!max.empty() && Number(value) > std::atof(max.c_str())) return invalid("Value must be no more than " + max);
    return std::nullopt;
  }
  if (t == "in") {
    if (text != nullptr && one_of(*text)) return std::nullopt;
    return invalid(fmt::format("String must be one of: {}", fmt::join(term.arguments, ", ")));
  }
  if (t == "in-ignore-case") {
    auto same = [&](const std::string& s) { return Upper(s) == Upper(*text); };
    if (text != nullptr && std::any_of(term.arguments.begin(), term.arguments.end(), same)) return std::nullopt;
    return invalid(fmt::format("String must be one of (case insensitive): {}",
                               Upper(fmt::format("{}", fmt::join(term.arguments, ", ")))));
  }
  if (t == "list") {
    if (list == nullptr) return std::nullopt;
    for (const std::string& s : *list) {
      if (one_of(s)) continue;
      return InvalidValue(name, s, fmt::format("String must be one of: {}", fmt::join(term.arguments, ", ")));
    }
    return std::nullopt;
  }
  if (t == "list-size") {
    if (list == nullptr || static_cast<double>(list->size()) <= std::atof(term.argument.c_str())) return std::nullopt;
    return invalid(fmt::format("exceeds maximum list size of [{}].", term.argument));
  }
  if (t == "unique") {
    if (list == nullptr || std::set<std::string>(list->begin(), list->end()).size() == list->size())
      return std::nullopt;
    return invalid("Duplicate alias provided.");
  }
  if (t == "regex") {
    if (text == nullptr) {
      return invalid("Invalid regex: Cannot invoke \"String.isEmpty()\" because \"this.pattern\" is null");
    }
    Result<JavaRegex> regex = JavaRegex::Compile(*text);
    return regex.ok() ? std::nullopt : invalid("Invalid regex: " + regex.status().message());
  }
  if (t == "regex-list") {
    if (list == nullptr) return std::nullopt;
    for (const std::string& s : *list) {
      Result<JavaRegex> regex = JavaRegex::Compile(s);
      if (!regex.ok()) return invalid("Syntax error in regular expression: " + regex.status().message());
    }
    return std::nullopt;
  }
  if (t == "partitions" || t == "replication-factor") {
    const int64_t* n = std::get_if<int64_t>(&value);
    if (n != nullptr && (*n == -1 || *n >= 1)) return std::nullopt;
    return invalid(t == "partitions" ? "Number of partitions must be positive, or -1 to use the broker's default"
                                     : "Replication factor must be positive and not larger than the number of brokers "
                                       "in the Kafka cluster, or -1 to use the broker's default");
  }
  if (t == "version-range") {
    if (text == nullptr) return std::nullopt;
    Result<VersionRange> range = VersionRange::ParseRequirement(*text);
    // Java throws the message as it is.
    return range.ok() ? std::nullopt : std::optional<std::string>(range.status().message());
  }
  if (t == "rename-pairs") {
    if (list == nullptr) return std::nullopt;
    for (const std::string& mapping : *list) {
      if (SplitColons(mapping).size() != 2) return InvalidMapping(*list, mapping);
    }
    return std::nullopt;
  }
  if (t == "cast-spec") return CheckCastSpec(list);
  if (t == "listeners") return CheckListeners(list, "listeners", true);
  if (t == "admin-listeners") return CheckListeners(list, "admin.listeners", false);
  if (t == "http-headers") {
    if (text == nullptr) return std::nullopt;
    Result<std::vector<HttpHeaderRule>> rules = ParseHttpHeaderRules(*text);
    return rules.ok() ? std::nullopt : std::optional<std::string>(rules.status().message());
  }
  if (t == "connect-protocol") {
    std::string upper = text == nullptr ? "" : Upper(*text);
    if (upper == "EAGER" || upper == "COMPATIBLE" || upper == "SESSIONED") return std::nullopt;
    return invalid("Invalid Connect protocol compatibility");
  }
  if (t == "mac") return text != nullptr && IsMac(*text) ? std::nullopt : invalid(kAlgorithm);
  if (t == "key-generator") return text != nullptr && IsKeyGenerator(*text) ? std::nullopt : invalid(kAlgorithm);
  if (t == "mac-list") {
    if (list == nullptr || list->empty())
      return invalid("At least one signature verification algorithm must be provided");
    for (const std::string& s : *list) {
      if (!IsMac(s)) return InvalidValue(name, s, kAlgorithm);
    }
    return std::nullopt;
  }
  return std::nullopt;  // class(role): checked against the catalog, see connector_validation.cc
}

std::string Validator::Describe() const {
  std::string out;
  for (const Term& term : terms_) {
    if (!out.empty()) out += ", ";
    out += DescribeTerm(term);
  }
  return out;
}

std::string Validator::DescribeTerm(const Term& term) {
  const List& a = term.arguments;
  if (term.name == "range") {
    if (a[0].empty() && a[1].empty()) return "[...]";
    if (a[0].empty()) return fmt::format("[...,{}]", a[1]);
    if (a[1].empty()) return fmt::format("[{},...]", a[0]);
    return fmt::format("[{},...,{}]", a[0], a[1]);
  }
  if (term.name == "in" || term.name == "list") return fmt::format("[{}]", fmt::join(a, ", "));
  if (term.name == "in-ignore-case") {
    return fmt::format("(case insensitive) [{}]", Upper(fmt::format("{}", fmt::join(a, ", "))));
  }
  if (term.name == "list-size") return fmt::format("List containing maximum of {} elements", term.argument);
  if (term.name == "unique") return "unique " + term.argument;
  if (term.name == "class") {
    std::string_view java = term.argument == "converter"          ? "org.apache.kafka.connect.storage.Converter"
                            : term.argument == "header-converter" ? "org.apache.kafka.connect.storage.HeaderConverter"
                            : term.argument == "transform"        ? "org.apache.kafka.connect.transforms.Transformation"
                            : term.argument == "predicate" ? "org.apache.kafka.connect.transforms.predicates.Predicate"
                                                           : std::string_view(term.argument);
    return fmt::format("A concrete subclass of {}, A class with a public, no-argument constructor", java);
  }
  return std::string(FindTerm(term.name)->description);
}

}  // namespace millrace::config
