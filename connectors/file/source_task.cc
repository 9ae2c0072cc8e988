// SPDX-License-Identifier: Apache-2.0
#include "source_task.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string_view>
#include <utility>

#include "config.h"
#include "millrace/cpp/value.h"
#include "path.h"
#include "utf8.h"

namespace millrace::file {

namespace {

// A batch ends when its lines reach this many bytes, whatever batch.size says, so that a queue of batches is bounded
// in memory; and it never has more records than this, so that lines of one byte do not defeat the bound.
constexpr size_t kBatchBytes = 1 << 20;
constexpr int64_t kBatchRecords = 32768;

constexpr mr_value kPositionKey = sdk::Text("position");

int64_t WallMillis() {
  using std::chrono::milliseconds;
  return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

// One batch being filled from lines.
class FileStreamSourceTask::Filler {
 public:
  explicit Filler(FileStreamSourceTask* task) : task_(task), batch_(task->pool_.Take()) {}

  bool full() const { return batch_.size() >= task_->batch_size_ || bytes_ >= kBatchBytes; }
  bool empty() const { return batch_.empty(); }

  // `position`: what the record's offset says.
  void Add(const Line& line, int64_t position) {
    if (batch_.empty()) Begin();
    if (held_ != task_->lines_->block().get()) {
      held_ = task_->lines_->block().get();
      batch_.Keep(task_->lines_->block());
    }
    mr_record& r = batch_.Add(prototype_);
    r.value = sdk::Text({line.p, line.n});
    if (!line.ascii && !IsUtf8({line.p, line.n})) [[unlikely]] {
      r.value = batch_.arena().CopyText(ReplaceMalformed({line.p, line.n}));
    }
    mr_value* offset = batch_.arena().AllocArray<mr_value>(2);
    offset[0] = kPositionKey;
    offset[1] = task_->tracks_offsets() ? sdk::Int64(position) : sdk::Null();
    r.src_offset = sdk::Map({offset, 2});
    bytes_ += line.n;
  }
  void Finish(mr_batch* out) { batch_.Finish(out); }

 private:
  void Begin() {
    sdk::Arena& arena = batch_.arena();
    const std::optional<std::string>& name = task_->filename_;
    prototype_ = mr_record{};
    prototype_.partition = MR_NO_PARTITION;
    prototype_.topic = batch_.Topic(task_->topic_);
    prototype_.src_partition =
        batch_.Partition(arena.MakeMap({{"filename", name ? arena.CopyText(*name) : sdk::Null()}}));
    prototype_.value_schema = batch_.Use(task_->value_schema_);
    prototype_.timestamp = WallMillis();
    prototype_.flags = MR_REC_HAS_TS | MR_REC_TS_NOW;
  }

  FileStreamSourceTask* const task_;
  sdk::BatchBuilder batch_;
  mr_record prototype_;
  const char* held_ = nullptr;
  size_t bytes_ = 0;
};

FileStreamSourceTask::FileStreamSourceTask(sdk::Context context)
    : Source(context), log_(context, "org.apache.kafka.connect.file.FileStreamSourceTask") {}

FileStreamSourceTask::~FileStreamSourceTask() = default;

void FileStreamSourceTask::Start(const sdk::Config& config) {
  filename_ = FileSetting(config);
  topic_ = config.Require(kTopic);
  // As in Java, a batch has at least one record.
  batch_size_ =
      static_cast<uint32_t>(std::clamp<int64_t>(config.GetInt(kBatchSize, kDefaultBatchSize), 1, kBatchRecords));
  lines_.emplace(static_cast<size_t>(config.GetInt(kLineMaxBytes, kDefaultLineMaxBytes, 1, kLimitLineMaxBytes)));
  rotation_quiet_ns_ =
      config.GetInt(kRotationQuietMs, kDefaultRotationQuietMs, 0, kLimitRotationQuietMs) * INT64_C(1'000'000);
  value_schema_ = sdk::Schema::String();
  input_.emplace(filename_.value_or(""));
}

void FileStreamSourceTask::Stop() {
  lines_.reset();
  input_.reset();
}

// The position to begin at: the stored one when the file is long enough for it to mean something.
int64_t FileStreamSourceTask::StartPosition() {
  if (offset_read_) return 0;
  const mr_value name = sdk::Text(*filename_);
  const mr_value slots[] = {sdk::Text("filename"), name};
  const mr_value offset = context_.ReadOffset(sdk::Map(slots));
  const mr_value* position = sdk::Find(offset, "position");
  if (position == nullptr || sdk::IsNull(*position)) return 0;
  if (position->kind != MR_I64) {
    throw sdk::Error(MR_FATAL, "Offset position is the incorrect type")
        .With("class", "org.apache.kafka.connect.errors.ConnectException");
  }
  if (!input_->seekable() || position->u.i < 0) return 0;
  const int64_t size = input_->Size();
  if (position->u.i > size) {
    log_.Warn("The stored position ", position->u.i, " of ", Name(), " is beyond its end at ", size,
              ": it was truncated or replaced meanwhile. Reading it from its beginning");
    return 0;
  }
  log_.Debug("Found previous offset, trying to skip to file offset ", position->u.i);
  return position->u.i;
}

bool FileStreamSourceTask::Open() {
  if (input_->is_open()) return true;
  if (!input_->Open()) {
    if (!missing_reported_) {
      log_.Warn("Couldn't find file ", Name(), " for FileStreamSourceTask, sleeping to wait for it to be created");
    }
    missing_reported_ = true;
    return false;
  }
  missing_reported_ = false;
  int64_t position = 0;
  if (tracks_offsets()) {
    position = StartPosition();
    offset_read_ = true;
    if (input_->seekable()) input_->Seek(position);
  }
  lines_->Restart(position);
  log_.Debug("Opened ", Name(), " for reading at ", position);
  return true;
}

void FileStreamSourceTask::Fill(Filler* filler) {
  for (;;) {
    Line line;
    while (lines_->Next(&line)) {
      filler->Add(line, line.end);
      if (filler->full()) return;
    }
    if (cancel_.is_set()) return;
    const std::span<char> space = lines_->Space(input_->Available(lines_->read_position()));
    const size_t n = input_->Read(space.data(), space.size());
    if (n == 0) return;
    lines_->Filled(n);
    quiet_since_.reset();
  }
}

bool FileStreamSourceTask::TurnOver(Filler* filler, int64_t* deadline_ns) {
  if (!input_->seekable()) {
    Line line;
    if (!input_->ended() || !lines_->TakeRest(&line)) return false;
    filler->Add(line, line.end);
    return true;
  }
  if (input_->Size() < lines_->read_position()) {
    log_.Warn(Name(), " was truncated to ", input_->Size(), " bytes while it was read at ", lines_->read_position(),
              ". Reading it from its beginning");
    input_->Seek(0);
    lines_->Restart(0);
    return true;
  }
  if (!input_->Replaced()) {
    quiet_since_.reset();
    return false;
  }
  // Whoever writes the old file may need a moment to notice that it was moved away.
  const int64_t now = sdk::MonotonicNanos();
  if (!quiet_since_) quiet_since_ = now;
  if (now - *quiet_since_ < rotation_quiet_ns_) {
    *deadline_ns = std::min(*deadline_ns, *quiet_since_ + rotation_quiet_ns_);
    return false;
  }
  quiet_since_.reset();
  log_.Info(Name(), " was replaced by another file, after ", lines_->read_position(),
            " bytes of the old one. Reading the new one from its beginning");
  // A last line without its newline will not be finished any more. Its offset is the beginning of the new file, since
  // a position in the old one means nothing there.
  Line line;
  if (lines_->TakeRest(&line)) filler->Add(line, 0);
  input_->Close();
  return true;
}

void FileStreamSourceTask::Poll(int64_t deadline_ns, mr_batch* out) {
  while (!cancel_.is_set()) {
    int64_t until = deadline_ns;
    if (Open()) {
      Filler filler(this);
      try {
        Fill(&filler);
      } catch (const sdk::Error&) {
        // The lines before it are delivered first; nothing has moved on, so the next call meets the error again.
        if (filler.empty()) throw;
      }
      if (filler.empty() && TurnOver(&filler, &until) && filler.empty()) continue;
      if (!filler.empty()) {
        filler.Finish(out);
        return;
      }
    }
    if (sdk::MonotonicNanos() >= deadline_ns) break;
    lines_->Shrink();
    input_->Wait(cancel_, until);
  }
  pool_.Trim();
}

}  // namespace millrace::file
