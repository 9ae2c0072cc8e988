// SPDX-License-Identifier: Apache-2.0
//
// millrace/testing/batch.h: TestBatch, a batch such as the host would give to a sink, a transform or a converter. It
// counts references, so that a test can see whether a sink gave back what it retained. Add everything before get().
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>
#include <vector>

#include "millrace/abi.h"
#include "millrace/cpp/arena.h"
#include "millrace/cpp/text.h"
#include "millrace/cpp/value.h"

namespace millrace::sdk::testing {

class TestBatch {
 public:
  explicit TestBatch(std::string_view topic = "topic") { topics_.push_back(Str(arena_.Copy(topic))); }
  TestBatch(const TestBatch&) = delete;
  TestBatch& operator=(const TestBatch&) = delete;

  // Text is copied by arena().CopyText; anything else must live as long as the batch.
  mr_record& Add(const mr_value& value, const mr_schema* schema = nullptr) {
    mr_record r{};
    r.value = value;
    r.value_schema = schema;
    r.offset = static_cast<int64_t>(records_.size());
    return records_.emplace_back(r);
  }
  Arena& arena() { return arena_; }
  mr_record& operator[](size_t i) { return records_[i]; }

  mr_batch* get() {
    batch_.size = sizeof batch_;
    batch_.n = static_cast<uint32_t>(records_.size());
    batch_.stride = sizeof(mr_record);
    batch_.records = records_.data();
    if (batch_.topics == nullptr) {
      batch_.topics = topics_.data();
      batch_.n_topics = static_cast<uint32_t>(topics_.size());
    }
    batch_.retain = [](const mr_batch* b) { ++static_cast<TestBatch*>(b->owner)->references_; };
    batch_.release = [](const mr_batch* b) { --static_cast<TestBatch*>(b->owner)->references_; };
    batch_.owner = this;
    return &batch_;
  }
  // Beyond the test's own.
  int references() const { return references_; }

 private:
  Arena arena_;
  std::vector<mr_record> records_;
  std::vector<mr_str> topics_;
  std::atomic<int> references_{0};
  mr_batch batch_{};
};

}  // namespace millrace::sdk::testing
