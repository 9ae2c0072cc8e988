// SPDX-License-Identifier: Apache-2.0
// The names that \p{...} may have in Java, as PCRE2 writes them inside brackets.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <array>

#include "base/java_regex_translator.h"

namespace millrace::internal {
namespace {

struct Property {
  std::string_view java, pcre;
};

// Of \p{name} and \p{Isname}; names are compared as they are.
constexpr std::array kProperties = {
    Property{"LC", R"(\p{L&})"},
    Property{"LD", R"(\p{L}\p{Nd})"},
    Property{"L1", R"(\x{0}-\x{ff})"},
    Property{"all", R"(\p{Any})"},
    Property{"ASCII", R"(\x{0}-\x{7f})"},
    Property{"Alnum", "0-9A-Za-z"},
    Property{"Alpha", "A-Za-z"},
    Property{"Blank", R"(\x{20}\t)"},
    Property{"Cntrl", R"(\x{0}-\x{1f}\x{7f})"},
    Property{"Digit", "0-9"},
    Property{"Graph", R"(\x{21}-\x{7e})"},
    Property{"Lower", "a-z"},
    Property{"Print", R"(\x{20}-\x{7e})"},
    Property{"Punct", R"(\x{21}-\x{2f}\x{3a}-\x{40}\x{5b}-\x{60}\x{7b}-\x{7e})"},
    Property{"Space", R"(\x{9}-\x{d}\x{20})"},
    Property{"Upper", "A-Z"},
    Property{"XDigit", "0-9a-fA-F"},
    Property{"javaLowerCase", R"(\p{Lowercase})"},
    Property{"javaUpperCase", R"(\p{Uppercase})"},
    Property{"javaAlphabetic", R"(\p{Alphabetic})"},
    Property{"javaIdeographic", R"(\p{Ideographic})"},
    Property{"javaTitleCase", R"(\p{Lt})"},
    Property{"javaDigit", R"(\p{Nd})"},
    Property{"javaDefined", R"(\P{Cn})"},
    Property{"javaLetter", R"(\p{L})"},
    Property{"javaLetterOrDigit", R"(\p{L}\p{Nd})"},
    Property{"javaJavaIdentifierStart", R"(\p{L}\p{Nl}\p{Sc}\p{Pc})"},
    Property{"javaJavaIdentifierPart",
             R"(\p{L}\p{Nl}\p{Sc}\p{Pc}\p{Nd}\p{Mc}\p{Mn}\p{Cf}\x{0}-\x{8}\x{e}-\x{1b}\x{7f}-\x{9f})"},
    Property{"javaUnicodeIdentifierStart", R"(\p{ID_Start})"},
    Property{"javaUnicodeIdentifierPart", R"(\p{ID_Continue}\p{Cf}\x{0}-\x{8}\x{e}-\x{1b}\x{7f}-\x{9f})"},
    Property{"javaIdentifierIgnorable", R"(\p{Cf}\x{0}-\x{8}\x{e}-\x{1b}\x{7f}-\x{9f})"},
    Property{"javaSpaceChar", R"(\p{Z})"},
    Property{"javaWhitespace", R"(\x{9}-\x{d}\x{1c}-\x{20}\x{1680}\x{2000}-\x{2006}\x{2008}-\x{200a})"
                               R"(\x{2028}\x{2029}\x{205f}\x{3000})"},
    Property{"javaISOControl", R"(\x{0}-\x{1f}\x{7f}-\x{9f})"},
    Property{"javaMirrored", R"(\p{Bidi_M})"},
};

// Of \p{Isname}, and with the flag U the meaning of the POSIX names; compared in upper case.
constexpr std::array kUnicode = {
    Property{"ALPHABETIC", R"(\p{Alphabetic})"},
    Property{"LETTER", R"(\p{L})"},
    Property{"IDEOGRAPHIC", R"(\p{Ideographic})"},
    Property{"LOWERCASE", R"(\p{Lowercase})"},
    Property{"UPPERCASE", R"(\p{Uppercase})"},
    Property{"TITLECASE", R"(\p{Lt})"},
    Property{"WHITE_SPACE", R"(\p{White_Space})"},
    Property{"WHITESPACE", R"(\p{White_Space})"},
    Property{"CONTROL", R"(\p{Cc})"},
    Property{"PUNCTUATION", R"(\p{P})"},
    Property{"HEX_DIGIT", R"(\p{Nd}\p{Hex_Digit})"},
    Property{"HEXDIGIT", R"(\p{Nd}\p{Hex_Digit})"},
    Property{"ASSIGNED", R"(\P{Cn})"},
    Property{"NONCHARACTER_CODE_POINT", R"(\p{Noncharacter_Code_Point})"},
    Property{"NONCHARACTERCODEPOINT", R"(\p{Noncharacter_Code_Point})"},
    Property{"DIGIT", R"(\p{Nd})"},
    Property{"ALNUM", R"(\p{Alphabetic}\p{Nd})"},
    Property{"BLANK", R"(\p{Zs}\t)"},
    Property{"GRAPH", R"(\p{L}\p{M}\p{N}\p{P}\p{S}\p{Cf}\p{Co})"},
    Property{"PRINT", R"(\p{L}\p{M}\p{N}\p{P}\p{S}\p{Cf}\p{Co}\p{Zs})"},
    Property{"WORD", R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control})"},
    Property{"JOIN_CONTROL", R"(\p{Join_Control})"},
    Property{"JOINCONTROL", R"(\p{Join_Control})"},
};

constexpr std::array kPosixWithU = {
    Property{"ALPHA", "ALPHABETIC"},  Property{"LOWER", "LOWERCASE"},   Property{"UPPER", "UPPERCASE"},
    Property{"SPACE", "WHITE_SPACE"}, Property{"PUNCT", "PUNCTUATION"}, Property{"XDIGIT", "HEX_DIGIT"},
    Property{"ALNUM", "ALNUM"},       Property{"CNTRL", "CONTROL"},     Property{"DIGIT", "DIGIT"},
    Property{"BLANK", "BLANK"},       Property{"GRAPH", "GRAPH"},       Property{"PRINT", "PRINT"},
};

constexpr std::array<std::string_view, 37> kCategories = {
    "Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Me", "Mc", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Co", "Cs",
    "Pd", "Ps", "Pe", "Pc", "Po", "Sm", "Sc", "Sk", "So", "Pi", "Pf", "L",  "M",  "N",  "Z",  "C",  "P",  "S"};

std::string_view Find(const auto& table, std::string_view name) {
  auto it = std::find_if(table.begin(), table.end(), [&](const Property& p) { return p.java == name; });
  return it == table.end() ? std::string_view() : it->pcre;
}

std::string Upper(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return out;
}

std::string Category(std::string_view name, bool ignore_case) {
  if (ignore_case) {
    if (name == "Lu" || name == "Ll" || name == "Lt") return R"(\p{L&})";
    if (name == "Lower" || name == "Upper") return "a-zA-Z";
    if (name == "javaLowerCase" || name == "javaUpperCase" || name == "javaTitleCase") {
      return R"(\p{Lowercase}\p{Uppercase}\p{Lt})";
    }
  }
  if (std::find(kCategories.begin(), kCategories.end(), name) != kCategories.end()) {
    return "\\p{" + std::string(name) + "}";
  }
  return std::string(Find(kProperties, name));
}

std::string Unicode(std::string_view name, bool ignore_case) {
  std::string upper = Upper(name);
  if (ignore_case && (upper == "LOWERCASE" || upper == "UPPERCASE" || upper == "TITLECASE")) {
    return R"(\p{Lowercase}\p{Uppercase}\p{Lt})";
  }
  return std::string(Find(kUnicode, upper));
}

// A script that PCRE2 knows by this name or abbreviation.
std::string Script(std::string_view name) {
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (name.empty() || !std::all_of(name.begin(), name.end(), letter)) return {};
  std::string text = "\\p{sc:" + std::string(name) + "}";
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* code =
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), PCRE2_UTF, &error, &offset, nullptr);
  if (code == nullptr) return {};
  pcre2_code_free(code);
  return text;
}

}  // namespace

std::string JavaProperty(std::string_view name, bool ignore_case, bool unicode) {
  size_t equals = name.find('=');
  if (equals != std::string_view::npos) {
    std::string key = Upper(name.substr(0, equals));
    std::string_view value = name.substr(equals + 1);
    if (key == "SC" || key == "SCRIPT") return Script(value);
    if (key == "GC" || key == "GENERAL_CATEGORY") return Category(value, ignore_case);
    return {};
  }
  if (name.starts_with("Is")) {
    std::string_view rest = name.substr(2);
    std::string found = Unicode(rest, ignore_case);
    if (found.empty()) found = Category(rest, ignore_case);
    return found.empty() ? Script(rest) : found;
  }
  if (unicode) {
    std::string_view posix = Find(kPosixWithU, Upper(name));
    if (!posix.empty()) return Unicode(posix, ignore_case);
  }
  return Category(name, ignore_case);
}

}  // namespace millrace::internal
