// SPDX-License-Identifier: Apache-2.0
//
// ExampleConverter: text and bytes as hexadecimal digits in Kafka; what comes back is bytes.
#pragma once

#include <millrace/cpp/converter.h>
#include <millrace/cpp/schema.h>

namespace example {

class ExampleConverter : public millrace::sdk::Converter {
 public:
  using Converter::Converter;
  void Configure(const millrace::sdk::Config& config, int part) override;
  void FromConnect(const mr_batch& batch, int part, millrace::sdk::HostArena& arena, mr_str* bytes,
                   millrace::sdk::RecordErrors& errors) override;
  void ToConnect(millrace::sdk::BatchEditor& batch, int part, const mr_str* bytes) override;

 private:
  const char* digits_ = nullptr;
  millrace::sdk::Schema schema_;  // optional bytes
};

}  // namespace example
