// SPDX-License-Identifier: Apache-2.0
//
// The converters that come with the host, as the class tables that a bundle would offer. Made once by host/ and kept
// until the process ends; register with ClassRegistry::AddBuiltIn(c.classes().data(), c.classes().size()).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "millrace/abi.h"

namespace millrace::converters {

struct BuiltInClass;

class BuiltInConverters {
 public:
  explicit BuiltInConverters(const mr_host* host);
  ~BuiltInConverters();
  BuiltInConverters(const BuiltInConverters&) = delete;
  BuiltInConverters& operator=(const BuiltInConverters&) = delete;

  std::span<const mr_class* const> classes() const { return pointers_; }

 private:
  std::vector<std::unique_ptr<BuiltInClass>> classes_;
  std::vector<const mr_class*> pointers_;
};

}  // namespace millrace::converters
