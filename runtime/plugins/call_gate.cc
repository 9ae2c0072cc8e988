// SPDX-License-Identifier: Apache-2.0
#include "plugins/call_gate.h"

#include <cxxabi.h>

#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>
#include <limits>
#include <unordered_map>

#include "record/value.h"

namespace millrace::plugins {
namespace {

// constinit: no initialisation guard, so that a signal handler may read it.
constinit thread_local CallFrame* t_current = nullptr;

// A few milliseconds of resolution are enough for "hangs since", at a quarter of the price of the exact clock.
int64_t CoarseNanos() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
  return int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

}  // namespace

// The topic table of one batch while it grows.
struct CallFrame::Topics {
  mr_batch* batch = nullptr;
  mr_str* table = nullptr;  // in the arena; room for `capacity` names
  uint32_t capacity = 0;
  std::unordered_map<std::string_view, uint16_t> index;
};

CallFrame::CallFrame(const char* bundle, std::string_view class_name, const char* function, CallRecord* record,
                     record::Arena* arena)
    : bundle_(bundle),
      class_name_(class_name),
      function_(function),
      record_(record),
      arena_(arena),
      outer_(t_current),
      since_ns_(CoarseNanos()) {
  if (record_ != nullptr) {
    record_->since_ns.store(since_ns_, std::memory_order_relaxed);
    record_->function.store(function, std::memory_order_release);
  }
  std::atomic_signal_fence(std::memory_order_release);
  t_current = this;
}

CallFrame::~CallFrame() {
  t_current = outer_;
  std::atomic_signal_fence(std::memory_order_release);
  if (record_ != nullptr) record_->function.store(nullptr, std::memory_order_release);
}

CallFrame* CallFrame::Current() { return t_current; }

void CallFrame::Fail(std::string why) {
  if (failure_ == nullptr) failure_ = std::make_unique<std::string>(std::move(why));
}

uint16_t CallFrame::TopicIndex(mr_batch* batch, mr_str name) {
  if (topics_ == nullptr) topics_ = std::make_unique<Topics>();
  Topics& t = *topics_;
  if (t.batch != batch) {
    t = Topics{};
    t.batch = batch;
    for (uint32_t i = 0; i < batch->n_topics && i <= std::numeric_limits<uint16_t>::max(); ++i) {
      t.index.emplace(record::View(batch->topics[i]), static_cast<uint16_t>(i));
    }
  }
  if (const auto it = t.index.find(record::View(name)); it != t.index.end()) return it->second;
  if (batch->n_topics > std::numeric_limits<uint16_t>::max()) {
    Fail("the batch has 65536 topics and no room for another");
    return 0;
  }
  if (arena_ == nullptr) {
    Fail("batch_topic was called outside of a call that may change its batch");
    return 0;
  }
  if (batch->topics != t.table || batch->n_topics == t.capacity) {
    const uint32_t capacity = batch->n_topics * 2 + 4;
    auto* grown = arena_->AllocArray<mr_str>(capacity);
    if (batch->n_topics > 0) std::memcpy(grown, batch->topics, batch->n_topics * sizeof(mr_str));
    batch->topics = t.table = grown;
    t.capacity = capacity;
  }
  const auto at = static_cast<uint16_t>(batch->n_topics);
  t.table[at] = arena_->Copy(record::View(name));
  t.index.emplace(record::View(t.table[at]), at);
  ++batch->n_topics;
  return at;
}

std::string DescribeCurrentException() {
  std::string type = "an exception of unknown type";
  if (const std::type_info* info = abi::__cxa_current_exception_type(); info != nullptr) {
    int failed = 0;
    char* name = abi::__cxa_demangle(info->name(), nullptr, nullptr, &failed);
    type = failed == 0 && name != nullptr ? name : info->name();
    std::free(name);
  }
  try {
    throw;
  } catch (const std::exception& e) {
    return type + ": " + e.what();
  } catch (...) {
    return type;
  }
}

}  // namespace millrace::plugins
