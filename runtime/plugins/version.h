// SPDX-License-Identifier: Apache-2.0
//
// Versions of classes and ranges of them, as Kafka Connect understands *.plugin.version (KIP-891), which is as Maven
// does (maven-artifact 3.9): "1.0" equals "1", "1.0-SNAPSHOT" < "1.0-rc1" < "1.0" < "1.0-sp" < "1.0-anything" < "1.0-1"
// < "1.1"; "[1.0,2.0)", "(,1.0],[1.2,)". Plain values.
//
//   Result<std::optional<VersionRange>> range = ParseVersionRequirement("1.2");   // [1.2,1.2]
//   if (range->has_value() && !(*range)->Contains(Version("1.3"))) ...
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace millrace::plugins {

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
  // "[1.0,2.0)", "(,1.0],[1.2,)", or "1.0" alone, which is no restriction but a recommendation. Errors (kConfig) have
  // Maven's texts: "Unbounded range: [9,".
  static Result<VersionRange> Parse(std::string_view spec);
  bool has_restrictions() const { return recommended_.empty() && !parts_.empty(); }
  bool Contains(const Version& v) const;
  std::string ToString() const;

 private:
  struct Part {
    std::optional<Version> lower, upper;
    bool lower_inclusive = false, upper_inclusive = false;
  };
  static Result<Part> ParsePart(std::string_view spec);
  std::vector<Part> parts_;
  std::string recommended_;
};

// The requirement that a *.plugin.version setting states: none for "" and "latest", and a version alone means exactly
// that one.
Result<std::optional<VersionRange>> ParseVersionRequirement(std::string_view text);

}  // namespace millrace::plugins
