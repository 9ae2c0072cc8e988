// SPDX-License-Identifier: Apache-2.0
//
// OffsetStore: where source offsets are kept, as bytes to bytes: key ["connector",{partition}], value {offset}
// (see record/json_text.h). Thread-safe. Values once put are durable when Put returns.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"

namespace millrace::storage {

// nullopt: a null value (a reset offset stays as an entry).
using OffsetMap = std::map<std::string, std::optional<std::string>>;

class OffsetStore {
 public:
  virtual ~OffsetStore() = default;
  virtual Status Start() = 0;  // reads what is there
  virtual OffsetMap All() const = 0;
  virtual std::optional<std::string> Get(const std::string& key) const = 0;
  // Replaces or adds all of them, together or not at all.
  virtual Status Put(const OffsetMap& changes) = 0;
};

}  // namespace millrace::storage
