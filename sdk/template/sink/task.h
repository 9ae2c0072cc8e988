// SPDX-License-Identifier: Apache-2.0
//
// ExampleSink: "topic value" lines in a file. Replace the file by what you write to.
#pragma once

#include <millrace/cpp/sink.h>

#include <cstdio>
#include <string>

namespace example {

class ExampleSink : public millrace::sdk::Sink {
 public:
  using Sink::Sink;
  void Start(const millrace::sdk::Config& config) override;
  void Put(const mr_batch& batch) override;
  void Flush() override;
  void Stop() override;

 private:
  std::string path_;
  bool skip_nulls_ = true;
  std::FILE* file_ = nullptr;
};

}  // namespace example
