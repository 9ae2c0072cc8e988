// SPDX-License-Identifier: Apache-2.0
//
// The transforms and predicates that come with the host, as the class tables that a bundle would offer. Made once by
// host/ and kept until the process ends; register with ClassRegistry::AddBuiltIn.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "millrace/abi.h"

namespace millrace::transforms {

struct BuiltInClass;

class BuiltInTransforms {
 public:
  explicit BuiltInTransforms(const mr_host* host);
  ~BuiltInTransforms();
  BuiltInTransforms(const BuiltInTransforms&) = delete;
  BuiltInTransforms& operator=(const BuiltInTransforms&) = delete;

  std::span<const mr_class* const> classes() const { return pointers_; }

 private:
  std::vector<std::unique_ptr<BuiltInClass>> classes_;
  std::vector<const mr_class*> pointers_;
};

}  // namespace millrace::transforms
