// SPDX-License-Identifier: Apache-2.0
//
// Plugins whose calls are functions of the test: a source, a sink, a transform, a predicate and a converter, registered
// as classes test.Source, test.Sink, test.Transform, test.Predicate, test.Converter. One Script at a time.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "config/properties.h"
#include "millrace/abi.h"
#include "plugins/registry.h"

namespace millrace::test {

// A polled batch that owns what it points to.
struct Row {
  std::string value;
  std::string topic = "t";
  std::string partition = "p";  // source partition {"source": partition}
  int64_t offset = -1;          // source offset {"at": offset}, -1: none
  std::string key;              // "": null
  int32_t kafka_partition = MR_NO_PARTITION;
  std::vector<std::pair<std::string, std::string>> headers;
};
void FillBatch(const std::vector<Row>& rows, mr_batch* out);
// Batches that were filled and not yet released.
int LiveBatches();

struct Script {
  Script();
  ~Script();

  const mr_host* host = nullptr;  // once registered
  std::mutex mutex;
  std::vector<std::string> calls;  // "start", "poll", ... with what matters of their arguments
  void Note(const std::string& call);
  std::vector<std::string> Calls();
  int Count(const std::string& call);

  // Source.
  std::function<mr_status(mr_ctx*, mr_error*)> start;
  std::function<mr_status(int64_t deadline_ns, mr_batch*, mr_error*)> poll;  // default: waits for cancel
  std::function<void(const mr_batch*, const uint32_t* idx, const int64_t* offsets, uint32_t n)> acked;
  std::function<mr_status(mr_error*)> commit;
  std::function<void()> stop;
  std::atomic<bool> cancelled{false};
  // Sink.
  std::function<mr_status(mr_ctx*, const mr_batch*, mr_error*)> put;
  std::function<mr_status(mr_ctx*, const mr_tp*, uint32_t)> open;
  std::function<mr_status(mr_tp*, uint32_t, mr_error*)> pre_commit;
  // Transform, predicate, converter.
  std::function<mr_status(mr_batch*, const uint8_t* mask, mr_arena*, mr_error*)> apply;
  std::function<mr_status(const mr_batch*, uint8_t* mask, mr_error*)> test;
  std::function<mr_status(const mr_batch*, int32_t part, mr_arena*, mr_str*, mr_error*)> from_connect;
  std::function<mr_status(mr_batch*, int32_t part, const mr_str*, mr_arena*, mr_error*)> to_connect;
  std::function<mr_status(const config::Properties&, int32_t part)> configure_converter;

  void Register(plugins::ClassRegistry* classes, const mr_host* table);
};

std::string TextOf(const mr_value& v);
mr_str StrOf(const std::string& s);

}  // namespace millrace::test
