// SPDX-License-Identifier: Apache-2.0
//
// BatchRun: one batch on its way through transforms and converters, and the records that failed on it.
//
// Records are processed in bulk, but the outcome is the one that Kafka Connect has by taking them one after the other:
// with errors.tolerance=none the first failing record (of all stages) ends the batch just before it, what is before it
// goes on, and only it is reported; with all, failing records are taken out and reported in their order.
//
// Run() makes the tries of one stage: which records failed, which may be tried again and when. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "millrace/abi.h"
#include "plugins/host_api.h"
#include "record/host_batch.h"
#include "worker/error_policy.h"

namespace millrace::worker {

struct RecordFailure {
  uint32_t record = 0;  // index in the batch
  Stage stage = Stage::kTransformation;
  std::string class_name;
  Status error;
};

class BatchRun {
 public:
  // `host`: where the arena is. `batch`: what is processed; either host's own batch or, as long as nothing has to be
  // changed in it, a plugin's, of which a shallow copy is kept.
  BatchRun(record::HostBatch* host, const mr_batch& batch, ErrorPolicy* policy);

  mr_batch* batch() { return own_ ? host_->abi() : &borrowed_; }
  const mr_batch& batch() const { return own_ ? std::as_const(*host_).abi() : borrowed_; }
  record::HostBatch* host() { return host_; }
  record::Arena& arena() { return host_->arena(); }
  uint32_t size() const { return batch().n; }
  mr_record& operator[](uint32_t i) { return *MR_AT(mr_record, batch()->records, batch()->stride, i); }
  const mr_record& operator[](uint32_t i) const { return *MR_AT(const mr_record, batch().records, batch().stride, i); }
  bool dropped(uint32_t i) const { return ((*this)[i].flags & MR_REC_DROP) != 0; }
  // Makes the records the host's own, so that they can be changed.
  void Own();

  // One try of a stage on units (records, or headers of records). `units`: those to try, nullptr: all. Record errors
  // it reports are indices of units.
  using Try = std::function<Status(const std::vector<uint32_t>* units, plugins::ErrorSink* errors)>;
  // Tries until every unit has succeeded or failed for good. `owner`: the record of each unit, nullptr: unit = record.
  // An error: the task fails, or (kCancelled) is being stopped.
  Status Run(Stage stage, std::string_view class_name, uint32_t n_units, const uint32_t* owner, const Try& attempt);

  // What failed and is to be reported, in the order of the records.
  const std::vector<RecordFailure>& failures() const { return failures_; }
  // With errors.tolerance=none: the failure that ends the task, nullptr: none.
  const RecordFailure* fatal() const;

 private:
  void Fail(uint32_t record, Stage stage, std::string_view class_name, const Status& error);
  void Settle();

  record::HostBatch* const host_;
  mr_batch borrowed_;
  bool own_;
  ErrorPolicy* const policy_;
  std::vector<RecordFailure> failures_;
  bool unsettled_ = false;
};

// ConnectException "Tolerance exceeded in error handler", caused by the failure.
Status ToleranceExceeded(const RecordFailure& failure);

}  // namespace millrace::worker
