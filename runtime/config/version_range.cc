// SPDX-License-Identifier: Apache-2.0
#include "config/version_range.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/config_value.h"

namespace millrace::config {
namespace {

// One part of a version: a number without leading zeros, or a qualifier in lower case.
struct Part {
  bool number = false;
  std::string text;
  bool hyphen = false;  // begins a new list: after '-' or between digits and letters
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view Qualifier(std::string_view text, bool digit_follows) {
  if (digit_follows && text == "a") return "alpha";
  if (digit_follows && text == "b") return "beta";
  if (digit_follows && text == "m") return "milestone";
  if (text == "cr") return "rc";
  if (text == "ga" || text == "final" || text == "release") return "";
  return text;
}

std::vector<Part> Split(std::string_view version) {
  std::vector<Part> parts;
  bool hyphen = false;
  size_t i = 0;
  while (i < version.size()) {
    if (version[i] == '.' || version[i] == '-') {
      bool empty = i == 0 || version[i - 1] == '.' || version[i - 1] == '-';
      if (empty) parts.push_back(Part{true, std::string(), hyphen});
      hyphen = version[i] == '-';
      ++i;
      continue;
    }
    size_t begin = i;
    bool number = IsDigit(version[i]);
    while (i < version.size() && version[i] != '.' && version[i] != '-' && IsDigit(version[i]) == number) ++i;
    std::string text(version.substr(begin, i - begin));
    if (number) {
      text.erase(0, std::min(text.find_first_not_of('0'), text.size()));
    } else {
      for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
      bool digit = i < version.size() && IsDigit(version[i]);
      bool hyphen_digit = i + 1 < version.size() && version[i] == '-' && IsDigit(version[i + 1]);
      text = std::string(Qualifier(text, digit || hyphen_digit));
    }
    Part part{number, std::move(text), hyphen || !number};
    parts.push_back(std::move(part));
    hyphen = i < version.size() && version[i] != '.' && version[i] != '-';
  }
  // Zeros and empty qualifiers say nothing at the end of a version or before a hyphen: 1.0-rc is 1-rc.
  std::vector<Part> out;
  for (size_t k = 0; k <= parts.size(); ++k) {
    if (k == parts.size() || parts[k].hyphen) {
      while (!out.empty() && out.back().text.empty()) out.pop_back();
    }
    if (k < parts.size()) out.push_back(std::move(parts[k]));
  }
  return out;
}

// Where a qualifier stands among the known ones; unknown ones come after them, by text.
int Rank(std::string_view qualifier) {
  constexpr std::array<std::string_view, 7> kOrder = {"alpha", "beta", "milestone", "rc", "snapshot", "", "sp"};
  auto it = std::find(kOrder.begin(), kOrder.end(), qualifier);
  return static_cast<int>(it - kOrder.begin());
}

int Sign(int v) { return (v > 0) - (v < 0); }

// nullptr: that version has ended.
int ComparePart(const Part* a, const Part* b) {
  if (a == nullptr) return -ComparePart(b, nullptr);
  if (b == nullptr) {
    if (a->number) return a->text.empty() ? 0 : 1;
    return Sign(Rank(a->text) - Rank(""));
  }
  if (a->number && b->number) {
    if (a->text.size() != b->text.size()) return a->text.size() < b->text.size() ? -1 : 1;
    return Sign(a->text.compare(b->text));
  }
  if (a->number != b->number) return a->number ? 1 : -1;  // 1.1 > 1-sp
  int ra = Rank(a->text);
  int rb = Rank(b->text);
  return ra != rb ? Sign(ra - rb) : Sign(a->text.compare(b->text));
}

}  // namespace

int CompareVersions(std::string_view a, std::string_view b) {
  std::vector<Part> x = Split(a);
  std::vector<Part> y = Split(b);
  for (size_t i = 0; i < std::max(x.size(), y.size()); ++i) {
    const Part* p = i < x.size() ? &x[i] : nullptr;
    const Part* q = i < y.size() ? &y[i] : nullptr;
    // A number after a dot is newer than one after a hyphen: 1.0.1 > 1.0-1.
    if (p && q && p->number && q->number && p->hyphen != q->hyphen) return p->hyphen ? -1 : 1;
    if (int c = ComparePart(p, q); c != 0) return c;
  }
  return 0;
}

Result<VersionRange::Restriction> VersionRange::ParseRestriction(std::string_view text) {
  Restriction r;
  r.lower_inclusive = text.front() == '[';
  r.upper_inclusive = text.back() == ']';
  std::string_view inner = JavaTrim(text.substr(1, text.size() - 2));
  size_t comma = inner.find(',');
  if (comma == std::string_view::npos) {
    if (!r.lower_inclusive || !r.upper_inclusive) {
      return Status::Config(fmt::format("Single version must be surrounded by []: {}", text));
    }
    r.lower = r.upper = inner;
    r.exact = true;
    return r;
  }
  r.lower = JavaTrim(inner.substr(0, comma));
  r.upper = JavaTrim(inner.substr(comma + 1));
  if (!r.lower.empty() && !r.upper.empty()) {
    int c = CompareVersions(r.upper, r.lower);
    if (c < 0 || (c == 0 && (!r.lower_inclusive || !r.upper_inclusive))) {
      return Status::Config(fmt::format("Range defies version ordering: {}", text));
    }
  }
  return r;
}

Result<VersionRange> VersionRange::ParseRequirement(std::string_view text) {
  VersionRange range;
  if (text == "latest") return range;
  std::string_view spec = JavaTrim(text);
  std::string_view rest = spec;
  while (!rest.empty() && (rest.front() == '[' || rest.front() == '(')) {
    size_t end = rest.find_first_of(")]");
    if (end == std::string_view::npos) return Status::Config(fmt::format("Unbounded range: {}", spec));
    Result<Restriction> r = ParseRestriction(rest.substr(0, end + 1));
    if (!r.ok()) return r.status();
    if (!range.restrictions_.empty()) {
      const std::string& before = range.restrictions_.back().upper;
      if (!before.empty() && (r->lower.empty() || CompareVersions(r->lower, before) < 0)) {
        return Status::Config(fmt::format("Ranges overlap: {}", spec));
      }
    }
    range.restrictions_.push_back(*std::move(r));
    rest = JavaTrim(rest.substr(end + 1));
    if (!rest.empty() && rest.front() == ',') rest = JavaTrim(rest.substr(1));
  }
  if (rest.empty() && !range.restrictions_.empty()) return range;
  if (!range.restrictions_.empty()) {
    return Status::Config(fmt::format("Only fully-qualified sets allowed in multiple set scenario: {}", spec));
  }
  Restriction exact;
  exact.lower = exact.upper = rest;
  exact.exact = true;
  range.restrictions_.push_back(std::move(exact));
  return range;
}

bool VersionRange::Contains(std::string_view version) const {
  if (any()) return true;
  return std::any_of(restrictions_.begin(), restrictions_.end(), [&](const Restriction& r) {
    if (!r.lower.empty() || r.exact) {
      int c = CompareVersions(r.lower, version);
      if (c > 0 || (c == 0 && !r.lower_inclusive)) return false;
    }
    if (!r.upper.empty() || r.exact) {
      int c = CompareVersions(r.upper, version);
      if (c < 0 || (c == 0 && !r.upper_inclusive)) return false;
    }
    return true;
  });
}

std::string VersionRange::ToString() const {
  std::string out;
  for (const Restriction& r : restrictions_) {
    if (!out.empty()) out += ',';
    out += fmt::format("{}{},{}{}", r.lower_inclusive ? '[' : '(', r.lower, r.upper, r.upper_inclusive ? ']' : ')');
  }
  return out;
}

}  // namespace millrace::config
