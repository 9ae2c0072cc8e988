// SPDX-License-Identifier: Apache-2.0
#include "worker/batch_run.h"

#include <algorithm>

#include "worker/failure.h"

namespace millrace::worker {

BatchRun::BatchRun(record::HostBatch* host, const mr_batch& batch, ErrorPolicy* policy)
    : host_(host), borrowed_(batch), own_(&batch == host->abi()), policy_(policy) {}

void BatchRun::Own() {
  if (own_) return;
  // The batch's owner holds the reference to the plugin's memory; here it is only looked at.
  mr_batch view = borrowed_;
  view.retain = nullptr;
  view.release = nullptr;
  host_->Wrap(view);
  own_ = true;
}

void BatchRun::Fail(uint32_t record, Stage stage, std::string_view class_name, const Status& error) {
  policy_->counts().failures.fetch_add(1, std::memory_order_relaxed);
  failures_.push_back({record, stage, std::string(class_name), error});
  unsettled_ = true;
}

Status BatchRun::Run(Stage stage, std::string_view class_name, uint32_t n_units, const uint32_t* owner,
                     const Try& attempt) {
  plugins::ErrorSink errors;
  std::vector<uint32_t> again;  // units
  std::vector<Status> last;     // why, by unit of `again`
  const std::vector<uint32_t>* units = nullptr;
  std::vector<uint32_t> selected;
  std::optional<BackOff> back_off;
  const auto record_of = [&](uint32_t unit) { return owner == nullptr ? unit : owner[unit]; };
  while (true) {
    const Status s = attempt(units, &errors);
    if (s.ok()) [[likely]] {
      break;
    }
    again.clear();
    last.clear();
    const bool by_record = !errors.records().empty() && (s.code() == Code::kData || s.retriable());
    if (by_record) {
      for (const plugins::RecordError& e : errors.records()) {
        if (e.record >= n_units) continue;
        if (e.status.retriable()) {
          again.push_back(e.record);
          last.push_back(e.status);
        } else {
          Fail(record_of(e.record), stage, class_name, e.status);
        }
      }
    } else if (s.retriable() || (s.code() == Code::kData && (units != nullptr ? units->size() : n_units) == 1)) {
      // The call as a whole: all that it was about.
      for (uint32_t i = 0; i < (units != nullptr ? units->size() : n_units); ++i) {
        const uint32_t unit = units != nullptr ? (*units)[i] : i;
        if (dropped(record_of(unit))) continue;
        if (s.retriable()) {
          again.push_back(unit);
          last.push_back(s);
        } else {
          Fail(record_of(unit), stage, class_name, s);
        }
      }
    } else if (s.code() == Code::kCancelled) {
      return s;
    } else {
      return Because("Unhandled exception in error handler", s);
    }
    if (again.empty()) break;
    if (!back_off) back_off = policy_->StartBackOff();
    policy_->counts().failures.fetch_add(static_cast<int64_t>(again.size()), std::memory_order_relaxed);
    const Status wait = policy_->WaitForRetry(&*back_off);
    if (wait.code() == Code::kCancelled) return wait;
    if (!wait.ok()) {
      for (size_t i = 0; i < again.size(); ++i) Fail(record_of(again[i]), stage, class_name, last[i]);
      break;
    }
    selected = again;
    units = &selected;
  }
  if (unsettled_) Settle();
  return {};
}

void BatchRun::Settle() {
  unsettled_ = false;
  // Several headers of one record may have failed: the first counts.
  std::stable_sort(failures_.begin(), failures_.end(),
                   [](const RecordFailure& a, const RecordFailure& b) { return a.record < b.record; });
  failures_.erase(std::unique(failures_.begin(), failures_.end(),
                              [](const RecordFailure& a, const RecordFailure& b) { return a.record == b.record; }),
                  failures_.end());
  if (!policy_->tolerant()) {
    failures_.resize(1);
    batch()->n = failures_.front().record;
    return;
  }
  Own();
  for (const RecordFailure& f : failures_) (*this)[f.record].flags |= MR_REC_DROP;
}

const RecordFailure* BatchRun::fatal() const {
  return policy_->tolerant() || failures_.empty() ? nullptr : &failures_.front();
}

Status ToleranceExceeded(const RecordFailure& failure) {
  return Because("Tolerance exceeded in error handler", failure.error);
}

}  // namespace millrace::worker
