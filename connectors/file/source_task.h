// SPDX-License-Identifier: Apache-2.0
//
// FileStreamSourceTask: follows a file (or reads the standard input) and makes a record of each finished line. The
// drop-in for Kafka Connect's class of that name; README.md says where it does better.
//
// Lines are not copied: a record points into the block that was read, and the batch holds the block.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "input.h"
#include "line_splitter.h"
#include "millrace/cpp/batch.h"
#include "millrace/cpp/schema.h"
#include "millrace/cpp/source.h"

namespace millrace::file {

class FileStreamSourceTask : public sdk::Source {
 public:
  explicit FileStreamSourceTask(sdk::Context context);
  ~FileStreamSourceTask() override;
  void Start(const sdk::Config& config) override;
  void Poll(int64_t deadline_ns, mr_batch* out) override;
  void Stop() override;

 private:
  class Filler;
  bool Open();
  int64_t StartPosition();
  void Fill(Filler* filler);
  // At the end of what there is: true when there is something else to look at now.
  bool TurnOver(Filler* filler, int64_t* deadline_ns);
  // Positions are stored for named files only, as in Java; the standard input has none.
  bool tracks_offsets() const { return filename_.has_value() && !filename_->empty(); }
  std::string Name() const { return tracks_offsets() ? *filename_ : "stdin"; }

  sdk::Logger log_;
  std::optional<std::string> filename_;  // as configured; unset and "" both mean the standard input
  std::string topic_;
  uint32_t batch_size_ = 0;
  int64_t rotation_quiet_ns_ = 0;
  sdk::Schema value_schema_;
  sdk::BatchPool pool_;
  std::optional<Input> input_;
  std::optional<LineSplitter> lines_;

  bool offset_read_ = false;            // the stored position counts only for the first file opened
  bool missing_reported_ = false;       // "couldn't find" is said once per absence
  std::optional<int64_t> quiet_since_;  // since when the replaced file has not grown, CLOCK_MONOTONIC
};

}  // namespace millrace::file
