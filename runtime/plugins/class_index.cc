// SPDX-License-Identifier: Apache-2.0
#include "plugins/class_index.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <numeric>
#include <tuple>

#include "millrace/abi.h"
#include "plugins/class_check.h"

namespace millrace::plugins {
namespace {

constexpr size_t kSimilar = 3;

std::string Lower(std::string_view s) {
  std::string out(s);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

// How many letters must be changed, added, left out or swapped with their neighbour to make b of a.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before_last, last(b.size() + 1), now(b.size() + 1);
  std::iota(last.begin(), last.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        now[j] = std::min(now[j], before_last[j - 2] + 1);
    }
    before_last = std::exchange(last, now);
  }
  return last[b.size()];
}

// As org.apache.kafka.connect.runtime.isolation.PluginDesc prints itself.
std::string Describe(const ClassIndex::Entry& e, int as_role) {
  const std::string_view role = RoleName(as_role);
  return fmt::format(
      "PluginDesc{{klass=class {0}, name='{0}', version='{1}', encodedVersion={1}, type={2}, typeName='{2}', "
      "location='{3}'}}",
      e.name, e.version.text(), role, e.location);
}

}  // namespace

bool RoleServes(int role, int wanted) {
  if (wanted == 0 || role == wanted) return true;
  if (wanted == kRoleConnector) return role == MR_ROLE_SOURCE || role == MR_ROLE_SINK;
  return wanted == MR_ROLE_HEADER_CONVERTER && role == MR_ROLE_CONVERTER;
}

std::string_view InterfaceName(int role) {
  switch (role) {
    case kRoleConnector:
    case MR_ROLE_SOURCE:
    case MR_ROLE_SINK: return "Connector";
    case MR_ROLE_CONVERTER: return "Converter";
    case MR_ROLE_HEADER_CONVERTER: return "HeaderConverter";
    case MR_ROLE_TRANSFORM: return "Transformation";
    case MR_ROLE_PREDICATE: return "Predicate";
    case MR_ROLE_CONFIG_PROVIDER: return "ConfigProvider";
    default: return {};
  }
}

std::string_view SimpleName(std::string_view class_name) {
  const size_t at = class_name.find_last_of(".$");
  return at == std::string_view::npos ? class_name : class_name.substr(at + 1);
}

std::set<std::string> DerivedAliases(std::string_view class_name, int role) {
  const std::string_view simple = SimpleName(class_name);
  std::set<std::string> out;
  if (simple.empty()) return out;
  out.emplace(simple);
  const auto prune = [&](int kind) {
    // From the last occurrence on, wherever it stands: that is Java's rule.
    const size_t at = simple.rfind(InterfaceName(kind));
    if (at != std::string_view::npos && at > 0) out.emplace(simple.substr(0, at));
  };
  prune(role);
  if (role == MR_ROLE_CONVERTER) prune(MR_ROLE_HEADER_CONVERTER);
  return out;
}

void ClassIndex::Build() {
  std::vector<size_t> order(entries_.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [this](size_t a, size_t b) {
    const Entry &x = entries_[a], &y = entries_[b];
    if (x.name != y.name) return x.name < y.name;
    if (const int c = x.version.Compare(y.version); c != 0) return c < 0;
    if (x.role != y.role) return x.role < y.role;
    return a > b;  // the first one added stands last, where the preferred one is looked for
  });
  std::vector<Entry> sorted;
  sorted.reserve(entries_.size());
  for (const size_t i : order) sorted.push_back(std::move(entries_[i]));
  entries_ = std::move(sorted);

  std::map<std::string, std::set<std::string>> meanings;
  for (const Entry& e : entries_) {
    for (const std::string& alias : DerivedAliases(e.name, e.role)) meanings[alias].insert(e.name);
    for (const std::string& alias : e.aliases) meanings[alias].insert(e.name);
  }
  aliases_.clear();
  for (const auto& [alias, names] : meanings) {
    if (names.size() == 1) aliases_.emplace(alias, *names.begin());
  }
}

std::vector<const ClassIndex::Entry*> ClassIndex::Find(int role, std::string_view name_or_alias) const {
  const auto alias = aliases_.find(name_or_alias);
  const std::string_view name = alias == aliases_.end() ? name_or_alias : std::string_view(alias->second);
  std::vector<const Entry*> out;
  auto at = std::lower_bound(entries_.begin(), entries_.end(), name,
                             [](const Entry& e, std::string_view n) { return e.name < n; });
  for (; at != entries_.end() && at->name == name; ++at) {
    if (RoleServes(at->role, role)) out.push_back(&*at);
  }
  if (!out.empty() || !RoleServes(MR_ROLE_SOURCE, role) || role == 0) return out;
  // Connectors are looked for once more, now by simple name among connectors only: an alias that was taken away by a
  // class of another kind works for them.
  std::set<std::string_view> names;
  for (const Entry& e : entries_) {
    const std::string_view simple = SimpleName(e.name);
    const bool fits = simple == name_or_alias || simple == std::string(name_or_alias) + "Connector";
    if (!fits || !RoleServes(e.role, role)) continue;
    names.insert(e.name);
    out.push_back(&e);
  }
  if (names.size() > 1) out.clear();
  return out;
}

std::string ClassIndex::List(int role) const {
  std::vector<std::string> out;
  const auto add = [&](int wanted) {
    for (const Entry& e : entries_) {
      if (RoleServes(e.role, wanted)) out.push_back(Describe(e, wanted == kRoleConnector ? e.role : wanted));
    }
  };
  add(InterfaceName(role) == "Connector" ? kRoleConnector : role);
  return fmt::format("{}", fmt::join(out, ", "));
}

Status ClassIndex::NotFound(int role, std::string_view name) const {
  Status s;
  if (InterfaceName(role) != "Connector") {
    s = Status::NotFound(fmt::format("Class {} could not be found.", name));
  } else {
    std::set<std::string_view> matches;
    for (const Entry& e : entries_) {
      const std::string_view simple = SimpleName(e.name);
      const bool fits = simple == name || simple == std::string(name) + "Connector";
      if (fits && RoleServes(e.role, kRoleConnector)) matches.insert(e.name);
    }
    s = Status::NotFound(
        matches.size() > 1
            ? fmt::format("More than one connector matches alias {}. Please use full package and class name instead. "
                          "Classes found: {}",
                          name, List(kRoleConnector))
            : fmt::format("Failed to find any class that implements Connector and which name matches {}, available "
                          "connectors are: {}",
                          name, List(kRoleConnector)));
  }
  if (const std::vector<std::string> similar = Similar(role, name); !similar.empty()) {
    s.AddDetail("hint", fmt::format("did you mean {}?", fmt::join(similar, " or ")));
  }
  return s;
}

Result<const ClassIndex::Entry*> ClassIndex::Resolve(int role, std::string_view name_or_alias,
                                                     std::string_view version) const {
  const std::vector<const Entry*> found = Find(role, name_or_alias);
  if (found.empty()) return NotFound(role, name_or_alias);
  Result<config::VersionRange> range = config::VersionRange::ParseRequirement(version);
  if (!range.ok()) return range.status();
  for (auto at = found.rbegin(); at != found.rend(); ++at) {
    if (range->Contains((*at)->version)) return *at;
  }
  // Java counts a class once for each kind of plugin it is, and a converter is two.
  std::vector<std::string> available;
  for (const Entry* e : Find(0, found.front()->name)) {
    available.push_back(e->version.text());
    if (e->role == MR_ROLE_CONVERTER) available.push_back(e->version.text());
  }
  return Status::NotFound(fmt::format("Plugin {} not found that matches the version range {}, available versions: [{}]",
                                      found.front()->name, range->ToString(), fmt::join(available, ", ")));
}

std::vector<std::string> ClassIndex::Similar(int role, std::string_view name) const {
  if (name.empty() || name.size() > kMaxClassName) return {};
  const std::string wanted = Lower(name), wanted_simple = Lower(SimpleName(name));
  std::set<std::pair<size_t, std::string>> ranked;
  const auto consider = [&](std::string_view candidate, std::string_view say) {
    const std::string lower = Lower(candidate);
    // The simple names are compared when packages were written out: org.acme.JdbcSorce -> JdbcSource.
    const std::string_view mine = SimpleName(lower);
    const size_t distance =
        std::min(EditDistance(wanted, lower), EditDistance(wanted_simple, mine) + (wanted == wanted_simple ? 0 : 1));
    if (distance <= std::max<size_t>(2, std::min(wanted_simple.size(), mine.size()) / 4)) ranked.emplace(distance, say);
  };
  for (const Entry& e : entries_) {
    if (RoleServes(e.role, role)) consider(e.name, e.name);
  }
  for (const auto& [alias, class_name] : aliases_) {
    if (!Find(role, class_name).empty()) consider(alias, class_name);
  }
  std::vector<std::string> out;
  for (const auto& [distance, say] : ranked) {
    if (out.size() < kSimilar && std::find(out.begin(), out.end(), say) == out.end()) out.push_back(say);
  }
  return out;
}

}  // namespace millrace::plugins
