// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "plugins/host_api.h"

namespace millrace::plugins {
namespace {

constexpr std::array<const char*, 10> kStatusNames = {"MR_OK",        "MR_RETRIABLE", "MR_DATA",    "MR_CONFIG",
                                                      "MR_FATAL",     "MR_CANCELLED", "MR_TIMEOUT", "MR_UNSUPPORTED",
                                                      "MR_NOT_FOUND", "MR_AUTH"};

bool Known(mr_status status) { return status >= 0 && static_cast<size_t>(status) < kStatusNames.size(); }

Status WithCode(const Status& s, Code code) {
  Status out(code, s.message());
  for (const ErrorDetail& d : s.details()) out.AddDetail(d.key, d.value);
  return out;
}

}  // namespace

std::string StatusName(mr_status status) {
  return Known(status) ? kStatusNames[static_cast<size_t>(status)] : "status " + std::to_string(status);
}

void ErrorSink::Begin(uint32_t n_records) {
  status_ = Status();
  n_records_ = n_records;
  outside_.reset();
  records_.clear();
}

void ErrorSink::AddRecord(uint32_t record, Status s) {
  if (record >= n_records_) {
    outside_ = record;
    return;
  }
  // Nearly always the next record; a bundle that goes backwards pays for it itself.
  auto at = records_.end();
  if (!records_.empty() && records_.back().record >= record) {
    at = std::lower_bound(records_.begin(), records_.end(), record,
                          [](const RecordError& e, uint32_t r) { return e.record < r; });
    if (at != records_.end() && at->record == record) {
      at->status = std::move(s);
      return;
    }
  }
  records_.insert(at, RecordError{record, std::move(s)});
}

Status ErrorSink::Finish(mr_status returned, std::string_view what) const {
  if (returned == MR_OK && quiet()) [[likely]] {
    return {};
  }
  if (outside_) {
    return Status::Fatal(std::string(what) + " reported an error of record " + std::to_string(*outside_) +
                         " of a batch of " + std::to_string(n_records_));
  }
  if (!Known(returned)) {
    std::string text =
        std::string(what) + " returned status " + std::to_string(returned) + ", which this host does not know";
    if (!status_.ok()) text += ": " + status_.message();
    return Status::Fatal(std::move(text));
  }
  const Code code = returned == MR_OK ? Code::kData : static_cast<Code>(returned);
  if (!status_.ok()) return WithCode(status_, code);
  if (!records_.empty()) return WithCode(records_.front().status, code);
  return {code, std::string(what) + " failed with " + StatusName(returned) + " and did not say why"};
}

}  // namespace millrace::plugins
