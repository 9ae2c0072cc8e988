// SPDX-License-Identifier: Apache-2.0
//
// VersionRange: versions of plugin classes and the requirements on them, as KIP-891 takes them from Maven: "1.2" means
// exactly that version, "[1.0,2.0)" a range, "[1.0],[2.0,)" a set of ranges, "latest" or nothing any version. Plain
// data; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace millrace::config {

// <0, 0, >0: Maven's order of versions (1.0-alpha < 1.0-rc < 1.0 = 1 < 1.0.1 < 1.10).
int CompareVersions(std::string_view a, std::string_view b);

class VersionRange {
 public:
  // The errors are Maven's: "Unbounded range: [9,".
  static Result<VersionRange> ParseRequirement(std::string_view text);

  bool any() const { return restrictions_.empty(); }
  bool Contains(std::string_view version) const;
  // "[99.0,99.0]"; "" for any.
  std::string ToString() const;

 private:
  struct Restriction {
    std::string lower, upper;  // "": unbounded
    bool lower_inclusive = true, upper_inclusive = true;
    bool exact = false;  // one version, which may be empty
  };
  static Result<Restriction> ParseRestriction(std::string_view text);
  std::vector<Restriction> restrictions_;
};

}  // namespace millrace::config
