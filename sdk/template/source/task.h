// SPDX-License-Identifier: Apache-2.0
//
// ExampleSource: a record now and then, numbered. Replace the clock by what you read from.
#pragma once

#include <millrace/cpp/batch.h>
#include <millrace/cpp/schema.h>
#include <millrace/cpp/source.h>

#include <cstdint>
#include <string>

namespace example {

class ExampleSource : public millrace::sdk::Source {
 public:
  using Source::Source;
  void Start(const millrace::sdk::Config& config) override;
  void Poll(int64_t deadline_ns, mr_batch* out) override;

 private:
  std::string topic_;
  int64_t interval_ns_ = 0, next_ns_ = 0;
  int64_t count_ = 0;  // records made so far, in all runs: the source offset
  millrace::sdk::Schema schema_;
  millrace::sdk::BatchPool pool_;
};

}  // namespace example
