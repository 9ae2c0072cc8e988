// SPDX-License-Identifier: Apache-2.0
#include "transform.h"

#include <millrace/cpp/value.h>

#include <cstring>
#include <string_view>

namespace sdk = millrace::sdk;

namespace example {

void ExampleTransform::Configure(const sdk::Config& config) { prefix_ = config.Require("prefix"); }

void ExampleTransform::Apply(sdk::BatchEditor& batch) {
  batch.ForEach([&](mr_record& r) {
    if (sdk::IsNull(r.value)) {
      r.flags |= MR_REC_DROP;
      return;
    }
    // The error of this record alone; errors.tolerance decides what becomes of it.
    if (r.value.kind != MR_STRING) throw sdk::Error(MR_DATA, "the value is not text");
    const std::string_view text = sdk::View(r.value);
    char* joined = batch.arena().AllocArray<char>(prefix_.size() + text.size());
    std::memcpy(joined, prefix_.data(), prefix_.size());
    std::memcpy(joined + prefix_.size(), text.data(), text.size());
    r.value = sdk::Text({joined, prefix_.size() + text.size()});
  });
}

}  // namespace example
