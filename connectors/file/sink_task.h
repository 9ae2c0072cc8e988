// SPDX-License-Identifier: Apache-2.0
//
// FileStreamSinkTask: appends the text of each record's value and a newline to a file (or the standard output). The
// drop-in for Kafka Connect's class of that name; README.md says where it does better.
//
// A batch is in the file when Put returns, or nothing of it is (and Put says MR_RETRIABLE); it is on disk when Flush
// returns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "millrace/cpp/sink.h"

namespace millrace::file {

class FileStreamSinkTask : public sdk::Sink {
 public:
  explicit FileStreamSinkTask(sdk::Context context);
  ~FileStreamSinkTask() override;
  void Start(const sdk::Config& config) override;
  void Put(const mr_batch& batch) override;
  void Flush() override;
  void Stop() override;

 private:
  void WriteBatch(const mr_batch& batch);
  bool AppendOther(const mr_batch& batch, uint32_t index, const mr_record& r);
  void Append(std::string_view text);
  void WriteOut();
  void WriteAll(const char* p, size_t n);
  size_t WaitForRoom(size_t n);
  int64_t EndTornLine();
  void UndoBatch();
  std::string Name() const { return filename_.empty() ? "stdout" : filename_; }

  sdk::Logger log_;
  std::string filename_;  // "": the standard output
  int fd_ = -1;
  bool regular_ = false;
  bool torn_checked_ = false;
  // Tasks of this process that append to the same file, one at a time, so that undoing a batch cannot take away
  // another's.
  std::shared_ptr<std::mutex> file_mutex_;
  std::string buffer_;     // what is not written yet
  int64_t start_ = 0;      // size of the file before this batch
  int64_t written_ = 0;    // bytes of this batch in the file
  bool unsynced_ = false;  // written since the last Flush
  bool name_synced_ = false;
};

}  // namespace millrace::file
