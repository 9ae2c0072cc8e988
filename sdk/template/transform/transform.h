// SPDX-License-Identifier: Apache-2.0
//
// ExampleTransform: a prefix in front of text values; records without a value are dropped.
#pragma once

#include <millrace/cpp/transform.h>

#include <string>

namespace example {

class ExampleTransform : public millrace::sdk::Transform {
 public:
  using Transform::Transform;
  void Configure(const millrace::sdk::Config& config) override;
  void Apply(millrace::sdk::BatchEditor& batch) override;

 private:
  std::string prefix_;
};

}  // namespace example
