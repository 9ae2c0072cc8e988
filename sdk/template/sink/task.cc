// SPDX-License-Identifier: Apache-2.0
#include "task.h"

#include <millrace/cpp/records.h>
#include <millrace/cpp/value.h>

#include <cerrno>
#include <string_view>

namespace sdk = millrace::sdk;

namespace example {

void ExampleSink::Start(const sdk::Config& config) {
  path_ = config.Require("path");
  skip_nulls_ = config.GetBool("skip.nulls", true);
  file_ = std::fopen(path_.c_str(), "a");
  // What may get better by itself is MR_RETRIABLE, what a person must put right MR_CONFIG.
  if (file_ == nullptr) {
    throw sdk::Error(MR_CONFIG, sdk::Cat("cannot append to ", path_, ": ", sdk::ErrnoText(errno))).With("key", "path");
  }
}

void ExampleSink::Put(const mr_batch& batch) {
  const sdk::Records records(batch);
  for (auto it = records.begin(); it != records.end(); ++it) {
    const mr_record& r = *it;
    if (sdk::IsNull(r.value) && skip_nulls_) continue;
    if (r.value.kind != MR_STRING) {
      // One bad record: it goes to the log and the dead letter topic as configured, or ends the task.
      ReportErrant(batch, it.index(), MR_DATA, "the value is not text");
      continue;
    }
    const std::string_view topic = sdk::TopicOf(batch, r), text = sdk::View(r.value);
    std::fprintf(file_, "%.*s %.*s\n", static_cast<int>(topic.size()), topic.data(), static_cast<int>(text.size()),
                 text.data());
  }
}

// Offsets are committed after this: what was put must be safe now.
void ExampleSink::Flush() {
  if (std::fflush(file_) != 0) {
    throw sdk::Error(MR_RETRIABLE, sdk::Cat("cannot write to ", path_, ": ", sdk::ErrnoText(errno)));
  }
}

void ExampleSink::Stop() {
  if (file_ != nullptr) std::fclose(file_);
  file_ = nullptr;
}

}  // namespace example
