// SPDX-License-Identifier: Apache-2.0
#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/java_regex.h"

#include <fmt/format.h>
#include <pcre2.h>

#include <vector>

#include "base/java_regex_translator.h"

namespace millrace {
namespace {

// A match that takes more steps than this is given up: some tenths of a second.
constexpr uint32_t kMatchLimit = 5'000'000;
constexpr uint32_t kHeapLimitKiB = 64 * 1024;

// What one match call works in; one per thread, since making it costs more than most matches.
struct Scratch {
  pcre2_match_context* context = pcre2_match_context_create(nullptr);
  pcre2_jit_stack* stack = pcre2_jit_stack_create(32 * 1024, 1024 * 1024, nullptr);
  Scratch() {
    if (context == nullptr) return;
    pcre2_set_match_limit(context, kMatchLimit);
    pcre2_set_heap_limit(context, kHeapLimitKiB);
    if (stack != nullptr) pcre2_jit_stack_assign(context, nullptr, stack);
  }
  ~Scratch() {
    pcre2_match_context_free(context);
    pcre2_jit_stack_free(stack);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
};

Scratch& ThreadScratch() {
  thread_local Scratch scratch;
  return scratch;
}

struct CodeFree {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
using Compiled = std::unique_ptr<pcre2_code, CodeFree>;
struct MatchFree {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
using MatchData = std::unique_ptr<pcre2_match_data, MatchFree>;

std::string ErrorText(int code) {
  unsigned char buffer[256];
  pcre2_get_error_message(code, buffer, sizeof buffer);
  return reinterpret_cast<const char*>(buffer);
}

Result<Compiled> CompileCode(const std::string& pcre, std::string_view pattern, uint32_t options) {
  std::unique_ptr<pcre2_compile_context, void (*)(pcre2_compile_context*)> context(
      pcre2_compile_context_create(nullptr), &pcre2_compile_context_free);
  if (context) pcre2_set_parens_nest_limit(context.get(), 1000);
  int error = 0;
  PCRE2_SIZE offset = 0;
  options |= PCRE2_UTF | PCRE2_DOTALL | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
  Compiled code(
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pcre.data()), pcre.size(), options, &error, &offset, context.get()));
  if (!code) {
    constexpr int kLookBehind = 125;
    std::string why = error == kLookBehind ? "Look-behind groups without a fixed length are not supported"
                                           : "Not supported: " + ErrorText(error);
    return Status::Config(internal::PatternSyntaxMessage(why, -1, pattern));
  }
  pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);  // without the JIT the interpreter does it
  return code;
}

}  // namespace

struct JavaRegex::Program {
  std::string pattern;
  internal::JavaRegexTranslation translation;
  Compiled find, whole;

  // 1: matched, 0: not.
  Result<bool> Run(const pcre2_code* code, std::string_view text, size_t start, pcre2_match_data* data,
                   uint32_t options = 0) const {
    // An empty view may have no address; PCRE2 wants one.
    const char* p = text.data() == nullptr ? "" : text.data();
    int n =
        pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(p), text.size(), start, options, data, ThreadScratch().context);
    if (n >= 0) return true;
    if (n == PCRE2_ERROR_NOMATCH) return false;
    return Status::Data(fmt::format("Matching the regular expression {} was given up: {}; simplify the expression",
                                    pattern, ErrorText(n)));
  }
};

Result<JavaRegex> JavaRegex::Compile(std::string_view pattern) {
  Result<internal::JavaRegexTranslation> translation = internal::TranslateJavaRegex(pattern);
  if (!translation.ok()) return translation.status();
  auto program = std::make_shared<Program>();
  program->pattern = pattern;
  program->translation = *std::move(translation);
  const std::string& pcre = program->translation.pcre;
  Result<Compiled> find = CompileCode(pcre, pattern, 0);
  if (!find.ok()) return find.status();
  Result<Compiled> whole = CompileCode(pcre, pattern, PCRE2_ANCHORED | PCRE2_ENDANCHORED);
  if (!whole.ok()) return whole.status();
  program->find = *std::move(find);
  program->whole = *std::move(whole);
  return JavaRegex(std::move(program));
}

const std::string& JavaRegex::pattern() const { return program_->pattern; }

Result<bool> JavaRegex::Matches(std::string_view text) const {
  thread_local MatchData data(pcre2_match_data_create(1, nullptr));
  return program_->Run(program_->whole.get(), text, 0, data.get());
}

Result<bool> JavaRegex::Find(std::string_view text) const {
  thread_local MatchData data(pcre2_match_data_create(1, nullptr));
  return program_->Run(program_->find.get(), text, 0, data.get());
}

Result<std::string> JavaRegex::ReplaceFirst(std::string_view text, std::string_view replacement) const {
  return Replace(text, replacement, false);
}

Result<std::string> JavaRegex::ReplaceAll(std::string_view text, std::string_view replacement) const {
  return Replace(text, replacement, true);
}

namespace {

Status ReplacementError(std::string message, const char* java_class) {
  Status s = Status::Data(std::move(message));
  s.AddDetail("class", java_class);
  return s;
}

// Matcher.appendExpandedReplacement.
Status Expand(std::string_view replacement, const internal::JavaRegexTranslation& translation, std::string_view text,
              const pcre2_match_data* data, std::string* out) {
  constexpr const char* kIllegal = "java.lang.IllegalArgumentException";
  PCRE2_SIZE* ovector = pcre2_get_ovector_pointer(const_cast<pcre2_match_data*>(data));
  auto append = [&](int group) {
    size_t begin = ovector[2 * group];
    if (begin != PCRE2_UNSET) out->append(text.substr(begin, ovector[2 * group + 1] - begin));
  };
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  size_t i = 0;
  while (i < replacement.size()) {
    char c = replacement[i++];
    if (c == '\\') {
      if (i == replacement.size()) return ReplacementError("character to be escaped is missing", kIllegal);
      out->push_back(replacement[i++]);
      continue;
    }
    if (c != '$') {
      out->push_back(c);
      continue;
    }
    if (i == replacement.size()) return ReplacementError("Illegal group reference: group index is missing", kIllegal);
    if (replacement[i] == '{') {
      size_t begin = ++i;
      while (i < replacement.size() && (letter(replacement[i]) || digit(replacement[i]))) ++i;
      std::string_view name = replacement.substr(begin, i - begin);
      if (name.empty()) return ReplacementError("named capturing group has 0 length name", kIllegal);
      if (i == replacement.size() || replacement[i] != '}') {
        return ReplacementError("named capturing group is missing trailing '}'", kIllegal);
      }
      if (digit(name[0])) {
        return ReplacementError(fmt::format("capturing group name {{{}}} starts with digit character", name), kIllegal);
      }
      auto it = translation.names.find(name);
      if (it == translation.names.end())
        return ReplacementError(fmt::format("No group with name {{{}}}", name), kIllegal);
      append(it->second);
      ++i;
      continue;
    }
    if (!digit(replacement[i])) return ReplacementError("Illegal group reference", kIllegal);
    int group = replacement[i++] - '0';
    if (group > translation.groups) {
      return ReplacementError(fmt::format("No group {}", group), "java.lang.IndexOutOfBoundsException");
    }
    // More digits belong to it as long as there is such a group.
    while (i < replacement.size() && digit(replacement[i])) {
      int longer = group * 10 + (replacement[i] - '0');
      if (longer > translation.groups) break;
      group = longer;
      ++i;
    }
    append(group);
  }
  return {};
}

}  // namespace

Result<std::string> JavaRegex::Replace(std::string_view text, std::string_view replacement, bool all) const {
  MatchData data(pcre2_match_data_create_from_pattern(program_->find.get(), nullptr));
  if (!data) return Status::Fatal("out of memory while replacing text");
  PCRE2_SIZE* ovector = pcre2_get_ovector_pointer(data.get());
  std::string out;
  size_t copied = 0;
  size_t start = 0;
  while (start <= text.size()) {
    Result<bool> found = program_->Run(program_->find.get(), text, start, data.get());
    if (!found.ok()) return found.status();
    if (!*found) break;
    size_t begin = ovector[0];
    size_t end = ovector[1];
    out.append(text.substr(copied, begin - copied));
    MILLRACE_RETURN_IF_ERROR(Expand(replacement, program_->translation, text, data.get(), &out));
    copied = end;
    if (!all) break;
    start = end;
    if (begin == end) {  // after an empty match the next search begins one character further
      ++start;
      while (start < text.size() && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) ++start;
    }
  }
  if (copied < text.size()) out.append(text.substr(copied));
  return out;
}

}  // namespace millrace
