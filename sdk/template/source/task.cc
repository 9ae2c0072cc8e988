// SPDX-License-Identifier: Apache-2.0
#include "task.h"

#include <millrace/cpp/value.h>

#include <algorithm>

namespace sdk = millrace::sdk;

namespace example {

void ExampleSource::Start(const sdk::Config& config) {
  topic_ = config.Require("topic");
  interval_ns_ = config.GetInt("interval.ms", 1000, 1) * 1'000'000;
  schema_ = sdk::Schema::String();
  // Where the last run got to. A source partition says what is read (a table, a queue), the offset how far.
  const mr_value partition[] = {sdk::Text("clock"), sdk::Text("example")};
  const mr_value* count = sdk::Find(context_.ReadOffset(sdk::Map(partition)), "count");
  if (count != nullptr && count->kind == MR_I64) count_ = count->u.i;
  next_ns_ = sdk::MonotonicNanos();
}

void ExampleSource::Poll(int64_t deadline_ns, mr_batch* out) {
  // Wait for something new, but not beyond the deadline; cancel_ ends the wait at once.
  if (cancel_.SleepUntil(std::min(next_ns_, deadline_ns)) || sdk::MonotonicNanos() < next_ns_) return;
  next_ns_ += interval_ns_;

  sdk::BatchBuilder batch = pool_.Take();
  sdk::Arena& arena = batch.arena();
  mr_record& r = batch.Add();
  r.topic = batch.Topic(topic_);
  r.value_schema = batch.Use(schema_);
  r.value = arena.CopyText(sdk::Cat("tick ", ++count_));
  r.src_partition = batch.Partition(arena.MakeMap({{"clock", sdk::Text("example")}}));
  r.src_offset = arena.MakeMap({{"count", sdk::Int64(count_)}});
  batch.Finish(out);
}

}  // namespace example
