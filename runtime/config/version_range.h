// SPDX-License-Identifier: Apache-2.0
//
// Versions of plugin classes and the requirements on them, as KIP-891 takes them from Maven (maven-artifact 3.9): "1.0"
// equals "1", "1.0-SNAPSHOT" < "1.0-rc1" < "1.0" < "1.0-sp" < "1.0-anything" < "1.0-1" < "1.1"; "1.2" requires exactly
// that version, "[1.0,2.0)" a range, "(,1.0],[1.2,)" several, "latest" or nothing any version. Plain values.
//
//   Result<VersionRange> range = VersionRange::ParseRequirement("1.2");   // [1.2,1.2]
//   if (!range->Contains(Version("1.3"))) ...
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace millrace::config {

class Version {
 public:
  explicit Version(std::string_view text);
  const std::string& text() const { return text_; }
  // < 0, 0, > 0. "1" and "1.0" are the same version.
  int Compare(const Version& other) const;
  bool operator<(const Version& other) const { return Compare(other) < 0; }
  // The normal form that Maven prints: versions with the same one are the same.
  std::string Canonical() const;

 private:
  // A number, a qualifier, or a list of items that a hyphen or a change between digits and letters began.
  struct Item {
    enum Kind { kNumber, kText, kList } kind = kNumber;
    std::string text;  // a number without leading zeros ("" for 0); a qualifier
    std::vector<Item> list;
    bool IsNull() const;
  };
  static int Order(const Item* a, const Item* b);
  static void Normalize(Item* list);
  static std::string Print(const Item& list);

  std::string text_;
  Item items_;
};

class VersionRange {
 public:
  // Errors (kConfig) have Maven's texts: "Unbounded range: [9,".
  static Result<VersionRange> ParseRequirement(std::string_view text);

  bool any() const { return parts_.empty(); }
  bool Contains(const Version& v) const;
  // "[99.0,99.0]"; "" for any.
  std::string ToString() const;

 private:
  struct Part {
    std::optional<Version> lower, upper;
    bool lower_inclusive = false, upper_inclusive = false;
  };
  static Result<Part> ParsePart(std::string_view spec);
  std::vector<Part> parts_;
};

}  // namespace millrace::config
