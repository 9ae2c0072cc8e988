// SPDX-License-Identifier: Apache-2.0
//
// CheckBatch on records whose counts, kinds and indices are random bytes; pointers are null or good. What it lets
// through can be copied and compared.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "record/value.h"

using namespace millrace;  // NOLINT: a program of its own

namespace {

class Input {
 public:
  Input(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  uint32_t Take() {
    uint32_t v = 0;
    const size_t n = std::min<size_t>(size_, 4);
    if (n > 0) std::memcpy(&v, data_, n);
    data_ += n;
    size_ -= n;
    return v;
  }
  bool empty() const { return size_ == 0; }

 private:
  const uint8_t* data_;
  size_t size_;
};

constexpr uint32_t kSlots = 16;

// Counts stay within the memory there is: that a plugin's count is true is the one thing that cannot be checked.
mr_value Value(Input* in, const mr_value* below, int depth) {
  mr_value v{};
  const uint32_t w = in->Take();
  v.kind = static_cast<uint8_t>(w % 15);
  v.logical = static_cast<uint8_t>(w / 15 % 6);
  v.n = w >> 16;
  v.u.i = static_cast<int64_t>(static_cast<int32_t>(in->Take())) << (w % 33);
  if (v.kind == MR_STRING || v.kind == MR_BYTES) {
    static constexpr char kText[kSlots + 1] = "0123456789abcdef";
    v.u.s = w % 7 == 0 ? nullptr : kText;
    v.n %= kSlots;
  } else if (v.kind >= MR_ARRAY) {
    v.u.v = depth == 0 || w % 7 == 0 ? nullptr : below;
    v.n %= kSlots / 2;
  }
  return v;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input in(data, size);
  std::array<std::array<mr_value, kSlots>, 3> levels{};
  for (size_t l = levels.size(); l-- > 0;) {
    for (mr_value& v : levels[l])
      v = Value(&in, l + 1 < levels.size() ? levels[l + 1].data() : nullptr, l + 1 < levels.size());
  }
  std::array<mr_record, 4> records{};
  for (mr_record& r : records) {
    r.key = levels[0][in.Take() % kSlots];
    r.value = levels[0][in.Take() % kSlots];
    r.src_offset = levels[0][in.Take() % kSlots];
    const uint32_t w = in.Take();
    r.topic = static_cast<uint16_t>(w % 3);
    r.src_partition = w / 3 % 3;
    r.partition = static_cast<int32_t>(w / 9 % 4) - 2;
  }
  std::array<mr_str, 2> topics{mr_str{"a", 1, 0}, mr_str{"b", in.Take() % 2, 0}};
  mr_batch batch{};
  batch.size = sizeof(batch);
  batch.n = in.Take() % 5;
  batch.stride = sizeof(mr_record);
  batch.records = in.Take() % 8 == 0 ? nullptr : records.data();
  batch.topics = topics.data();
  batch.n_topics = in.Take() % 3;
  batch.src_partitions = levels[0].data();
  batch.n_src_partitions = in.Take() % 3;
  batch.release = [](const mr_batch*) {};
  if (!record::CheckBatch(batch, {}).ok() || batch.n == 0) return 0;
  record::Arena arena;
  for (uint32_t i = 0; i < batch.n; ++i) {
    const mr_value copy = record::CopyValue(records[i].value, &arena);
    if (!record::Equal(copy, records[i].value)) std::abort();
  }
  return 0;
}
