// SPDX-License-Identifier: Apache-2.0
//
// Configuration files: Java .properties, YAML and JSON read into one flat form that remembers where each key stood.
//
// By extension: .properties (java.util.Properties exactly: escapes, continuations, last duplicate wins), .yaml/.yml
// (nested maps flatten with dots, lists join with commas, scalars stay text), .json ({"name","config"} or flat; numbers
// keep their text). Any other name: JSON when the text begins with {, else .properties. All problems of a file are
// reported at once, each with line and column, why, and what to write instead.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "config/properties.h"

namespace millrace::config {

struct Position {
  int line = 0, column = 0;  // from 1, columns count characters; 0: not known
};

// Something wrong (or doubtful) in a file.
struct Problem {
  enum class Severity { kError, kWarning } severity = Severity::kError;
  std::string file;
  Position at;
  std::string key, value;  // value is masked for passwords
  std::string why, fix;
  // "conf/w.properties:12:1: error: offset.flush.interval.ms = abc: not a number of type LONG; write milliseconds"
  std::string ToString() const;
};

bool HasErrors(const std::vector<Problem>& problems);

struct File {
  std::string path;
  Properties values;
  std::map<std::string, Position, std::less<>> positions;  // by key
  std::string initial_state;  // of the form {"name","config","initial_state"}; "": not given

  Position At(std::string_view key) const;
};

// Reads a file whatever its format; errors go to `problems` and leave nullopt.
std::optional<File> Load(const std::string& path, std::vector<Problem>* problems);
// The same from text, `path` naming it and choosing the format.
std::optional<File> Parse(const std::string& path, std::string_view text, std::vector<Problem>* problems);

}  // namespace millrace::config
