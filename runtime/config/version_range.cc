// SPDX-License-Identifier: Apache-2.0
#include "config/version_range.h"

#include <algorithm>
#include <array>

namespace millrace::config {
namespace {

// Versions come from manifests and configurations; one that is longer is cut, so that comparing is always cheap.
constexpr size_t kMaxVersion = 256;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view Trim(std::string_view s) {
  const auto space = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  while (!s.empty() && space(s.front())) s.remove_prefix(1);
  while (!s.empty() && space(s.back())) s.remove_suffix(1);
  return s;
}

std::string_view StripZeros(std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

// Known qualifiers in their order, then all others, which compare as text behind them.
std::string SortKey(std::string_view qualifier) {
  constexpr std::array<std::string_view, 7> known = {"alpha", "beta", "milestone", "rc", "snapshot", "", "sp"};
  const auto it = std::find(known.begin(), known.end(), qualifier);
  if (it == known.end()) return std::to_string(known.size()) + "-" + std::string(qualifier);
  return std::to_string(it - known.begin());
}
constexpr std::string_view kReleaseKey = "5";

std::string Qualifier(std::string_view text, bool digit_follows) {
  if (digit_follows && text == "a") return "alpha";
  if (digit_follows && text == "b") return "beta";
  if (digit_follows && text == "m") return "milestone";
  if (text == "ga" || text == "final" || text == "release") return "";
  return text == "cr" ? "rc" : std::string(text);
}

int Sign(int i) { return i < 0 ? -1 : (i > 0 ? 1 : 0); }

int OrderNumbers(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return Sign(a.compare(b));
}

}  // namespace

bool Version::Item::IsNull() const {
  switch (kind) {
    case kNumber: return text.empty();
    case kText: return SortKey(text) == kReleaseKey;
    case kList: return list.empty();
  }
  return false;
}

void Version::Normalize(Item* list) {
  // Trailing nulls go (1.0 = 1), and so do those before trailing lists (1.0-rc = 1-rc).
  for (size_t i = list->list.size(); i-- > 0;) {
    const Item& last = list->list[i];
    if (last.IsNull()) {
      list->list.erase(list->list.begin() + static_cast<ptrdiff_t>(i));
    } else if (last.kind != Item::kList) {
      break;
    }
  }
}

Version::Version(std::string_view text) : text_(text.substr(0, kMaxVersion)) {
  std::string v = text_;
  std::transform(v.begin(), v.end(), v.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });

  // Lists nest to the right, so the open ones are a chain; `open` is built flat and folded at the end.
  std::vector<Item> open(1);
  open[0].kind = Item::kList;
  const auto nest = [&open] { open.emplace_back().kind = Item::kList; };
  const auto add = [&open](bool number, std::string_view part, bool digit_follows) {
    Item item;
    item.kind = number ? Item::kNumber : Item::kText;
    item.text = number ? std::string(StripZeros(part)) : Qualifier(part, digit_follows);
    open.back().list.push_back(std::move(item));
  };

  const std::string_view s = v;
  bool digits = false;
  size_t start = 0;
  for (size_t i = 0; i < s.size(); ++i) {
    const std::string_view part = s.substr(start, i - start);
    if (s[i] == '.' || s[i] == '-') {
      if (part.empty()) {
        add(true, "", false);
      } else {
        add(digits, part, false);
      }
      start = i + 1;
      if (s[i] == '-') nest();
    } else if (IsDigit(s[i])) {
      if (!digits && !part.empty()) {
        // ".x1" counts as "-x1"
        if (!open.back().list.empty()) nest();
        add(false, part, true);
        start = i;
        nest();
      }
      digits = true;
    } else {
      if (digits && !part.empty()) {
        add(true, part, false);
        start = i;
        nest();
      }
      digits = false;
    }
  }
  if (s.size() > start) {
    if (!digits && !open.back().list.empty()) nest();
    add(digits, s.substr(start), false);
  }
  while (open.size() > 1) {
    Item inner = std::move(open.back());
    open.pop_back();
    Normalize(&inner);
    open.back().list.push_back(std::move(inner));
  }
  Normalize(&open[0]);
  items_ = std::move(open[0]);
}

int Version::Order(const Item* a, const Item* b) {
  if (a == nullptr) return b == nullptr ? 0 : -Order(b, nullptr);
  switch (a->kind) {
    case Item::kNumber:
      if (b == nullptr) return a->text.empty() ? 0 : 1;
      return b->kind == Item::kNumber ? OrderNumbers(a->text, b->text) : 1;
    case Item::kText:
      if (b == nullptr) return Sign(SortKey(a->text).compare(kReleaseKey));
      return b->kind == Item::kText ? Sign(SortKey(a->text).compare(SortKey(b->text))) : -1;
    case Item::kList: break;
  }
  if (b != nullptr && b->kind != Item::kList) return b->kind == Item::kNumber ? -1 : 1;
  const size_t n = std::max(a->list.size(), b == nullptr ? 0 : b->list.size());
  for (size_t i = 0; i < n; ++i) {
    const Item* l = i < a->list.size() ? &a->list[i] : nullptr;
    const Item* r = b != nullptr && i < b->list.size() ? &b->list[i] : nullptr;
    if (const int order = Order(l, r); order != 0) return order;
  }
  return 0;
}

int Version::Compare(const Version& other) const { return Order(&items_, &other.items_); }

std::string Version::Print(const Item& list) {
  std::string out;
  for (const Item& item : list.list) {
    if (!out.empty()) out += item.kind == Item::kList ? '-' : '.';
    if (item.kind == Item::kList) {
      out += Print(item);
    } else {
      out += item.kind == Item::kNumber && item.text.empty() ? "0" : item.text;
    }
  }
  return out;
}

std::string Version::Canonical() const { return Print(items_); }

Result<VersionRange::Part> VersionRange::ParsePart(std::string_view spec) {
  Part part;
  part.lower_inclusive = spec.front() == '[';
  part.upper_inclusive = spec.back() == ']';
  const std::string_view inner = Trim(spec.substr(1, spec.size() - 2));
  const size_t comma = inner.find(',');
  if (comma == std::string_view::npos) {
    if (!part.lower_inclusive || !part.upper_inclusive) {
      return Status::Config("Single version must be surrounded by []: " + std::string(spec));
    }
    part.lower = part.upper = Version(inner);
    return part;
  }
  const std::string_view lower = Trim(inner.substr(0, comma)), upper = Trim(inner.substr(comma + 1));
  if (!lower.empty()) part.lower = Version(lower);
  if (!upper.empty()) part.upper = Version(upper);
  if (part.lower && part.upper) {
    const int order = part.upper->Compare(*part.lower);
    if (order < 0 || (order == 0 && (!part.lower_inclusive || !part.upper_inclusive))) {
      return Status::Config("Range defies version ordering: " + std::string(spec));
    }
  }
  return part;
}

Result<VersionRange> VersionRange::ParseRequirement(std::string_view text) {
  VersionRange range;
  const std::string_view spec = Trim(text);
  if (text.empty() || text == "latest") return range;
  std::string_view rest = spec;
  while (!rest.empty() && (rest.front() == '[' || rest.front() == '(')) {
    const size_t end = rest.find_first_of(")]");
    if (end == std::string_view::npos) return Status::Config("Unbounded range: " + std::string(spec));
    Result<Part> part = ParsePart(rest.substr(0, end + 1));
    if (!part.ok()) return part.status();
    if (!range.parts_.empty() && range.parts_.back().upper) {
      const Version& before = *range.parts_.back().upper;
      if (!part->lower || part->lower->Compare(before) < 0) {
        return Status::Config("Ranges overlap: " + std::string(spec));
      }
    }
    range.parts_.push_back(*std::move(part));
    rest = Trim(rest.substr(end + 1));
    if (!rest.empty() && rest.front() == ',') rest = Trim(rest.substr(1));
  }
  if (!range.parts_.empty()) {
    if (rest.empty()) return range;
    return Status::Config("Only fully-qualified sets allowed in multiple set scenario: " + std::string(spec));
  }
  // To Maven a version alone is a recommendation; Kafka Connect puts it in brackets, with what that does to a comma.
  return ParseRequirement("[" + std::string(spec) + "]");
}

bool VersionRange::Contains(const Version& v) const {
  if (parts_.empty()) return true;
  return std::any_of(parts_.begin(), parts_.end(), [&v](const Part& p) {
    if (p.lower) {
      const int order = p.lower->Compare(v);
      if (order > 0 || (order == 0 && !p.lower_inclusive)) return false;
    }
    if (p.upper) {
      const int order = p.upper->Compare(v);
      if (order < 0 || (order == 0 && !p.upper_inclusive)) return false;
    }
    return true;
  });
}

std::string VersionRange::ToString() const {
  std::string out;
  for (const Part& p : parts_) {
    if (!out.empty()) out += ',';
    out += p.lower_inclusive ? '[' : '(';
    if (p.lower) out += p.lower->text();
    out += ',';
    if (p.upper) out += p.upper->text();
    out += p.upper_inclusive ? ']' : ')';
  }
  return out;
}

}  // namespace millrace::config
