// SPDX-License-Identifier: Apache-2.0
#include "transforms/field_path.h"

#include <fmt/format.h>

#include "transforms/transform.h"

namespace millrace::transforms {

namespace {

constexpr char kNested[] = "nested field access";

Status Incomplete(std::string_view path, size_t backtick) {
  return converters::JavaError(Code::kConfig, converters::kConfigException,
                               fmt::format("Incomplete backtick pair in path: [{}], consider adding a backslash before "
                                           "backtick at position {} to escape it",
                                           path, backtick));
}

// The step in backticks that begins at *at; *at moves behind it and its dot. A backtick counts as the end only before
// a dot or at the end of the path, and a backslash takes that away from it.
Result<std::string> QuotedStep(std::string_view path, size_t* at) {
  const size_t open = *at;
  size_t start = open + 1, i = open + 1;
  std::string step;
  for (;;) {
    i = path.find('`', i);
    if (i == std::string_view::npos) return Incomplete(path, open);
    const bool escaped = path[i - 1] == '\\';
    if (i + 1 >= path.size()) {
      if (escaped) return Incomplete(path, open);
      step += path.substr(start, i - start);
      *at = i + 1;
      return step;
    }
    if (path[i + 1] != '.') {
      ++i;
    } else if (escaped) {
      step += path.substr(start, i - 1 - start);
      step += '`';
      start = ++i;
    } else {
      step += path.substr(start, i - start);
      *at = i + 2;
      return step;
    }
  }
}

}  // namespace

Result<FieldPath> FieldPath::Parse(std::string_view text, bool v2) {
  FieldPath path;
  if (!v2) {
    path.steps_.emplace_back(text);
    return path;
  }
  for (size_t at = 0; at < text.size();) {
    if (text[at] == '`') {
      Result<std::string> step = QuotedStep(text, &at);
      if (!step.ok()) return step.status();
      path.steps_.push_back(*std::move(step));
      continue;
    }
    const size_t dot = text.find('.', at);
    path.steps_.emplace_back(text.substr(at, dot == std::string_view::npos ? dot : dot - at));
    if (dot == std::string_view::npos) break;
    at = dot + 1;
  }
  if (text.ends_with('.')) path.steps_.emplace_back();
  return path;
}

Status FieldPath::CheckSteps() const {
  if (!steps_.empty()) return {};
  return converters::JavaError(Code::kData, "java.lang.IllegalArgumentException", "fromIndex(0) > toIndex(-1)");
}

Result<const mr_schema*> FieldPath::SchemaOf(const mr_schema& schema) const {
  MILLRACE_RETURN_IF_ERROR(CheckSteps());
  const mr_schema* current = &schema;
  for (const std::string& step : steps_) {
    if (current->kind != MR_STRUCT) return NotAStruct("look up");
    const int at = FieldIndex(*current, step);
    if (at < 0) return static_cast<const mr_schema*>(nullptr);
    current = current->fields[at].schema;
  }
  return current;
}

Result<mr_value> FieldPath::ValueIn(const mr_value& v, const mr_schema& schema, bool with_default) const {
  MILLRACE_RETURN_IF_ERROR(CheckSteps());
  const mr_value* current = &v;
  const mr_schema* of = &schema;
  for (size_t i = 0; i < steps_.size(); ++i) {
    const int at = FieldIndex(*of, steps_[i]);
    if (at < 0) return record::Null();
    const mr_schema* field = of->fields[at].schema;
    const bool last = i + 1 == steps_.size();
    current = &WithDefault(current->u.v[at], *field, with_default || !last);
    if (last) return *current;
    if (current->kind == MR_NULL) return record::Null();
    MILLRACE_RETURN_IF_ERROR(RequireStruct(*current, kNested));
    of = field;
  }
  return *current;
}

Result<mr_value> FieldPath::ValueIn(const mr_value& map) const {
  MILLRACE_RETURN_IF_ERROR(CheckSteps());
  const mr_value* current = &map;
  for (size_t i = 0; i < steps_.size(); ++i) {
    current = MapFind(*current, steps_[i]);
    if (current == nullptr || current->kind == MR_NULL) return record::Null();
    if (i + 1 < steps_.size()) MILLRACE_RETURN_IF_ERROR(RequireMap(*current, kNested));
  }
  return *current;
}

}  // namespace millrace::transforms
