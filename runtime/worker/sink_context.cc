// SPDX-License-Identifier: Apache-2.0
#include "worker/sink_context.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "millrace/ext/sink_context.h"
#include "record/value.h"

namespace millrace::worker {

struct SinkContext::Calls {
  static SinkContext* Self(mr_ctx* c) { return c == nullptr ? nullptr : static_cast<SinkContext*>(From(c)); }

  // Are these partitions that the task owns?
  static bool Checked(const SinkContext* self, const mr_tp* tps, uint32_t n) {
    if (self == nullptr || (n > 0 && tps == nullptr)) return false;
    return std::all_of(tps, tps + n, [&](const mr_tp& tp) {
      return tp.topic.p != nullptr && self->owner_->Owns(record::View(tp.topic), tp.partition);
    });
  }

  static mr_status Errant(mr_ctx* c, const mr_batch* batch, uint32_t record, mr_status status, mr_str message) {
    SinkContext* self = Self(c);
    if (self == nullptr) return MR_FATAL;
    const bool known = status > MR_OK && status <= MR_AUTH;
    return self->owner_->Errant(
        batch, record, Status(known ? static_cast<Code>(status) : Code::kData, std::string(record::View(message))));
  }
  static mr_status Pause(mr_ctx* c, const mr_tp* tps, uint32_t n) { return SetPaused(c, tps, n, true); }
  static mr_status Resume(mr_ctx* c, const mr_tp* tps, uint32_t n) { return SetPaused(c, tps, n, false); }
  static mr_status SetPaused(mr_ctx* c, const mr_tp* tps, uint32_t n, bool pause) {
    SinkContext* self = Self(c);
    if (!Checked(self, tps, n)) return MR_NOT_FOUND;
    for (uint32_t i = 0; i < n; ++i) self->owner_->PauseByPlugin(record::View(tps[i].topic), tps[i].partition, pause);
    return MR_OK;
  }
  static mr_status Seek(mr_ctx* c, const mr_tp* tps, uint32_t n) {
    SinkContext* self = Self(c);
    if (!Checked(self, tps, n)) return MR_NOT_FOUND;
    for (uint32_t i = 0; i < n; ++i) {
      if (tps[i].offset < 0) return MR_DATA;
    }
    for (uint32_t i = 0; i < n; ++i) {
      self->seeks_.push_back({std::string(record::View(tps[i].topic)), tps[i].partition, tps[i].offset});
    }
    return MR_OK;
  }
  static void Timeout(mr_ctx* c, int64_t ms) {
    if (SinkContext* self = Self(c)) self->timeout_ms_ = std::max<int64_t>(ms, 0);
  }
  static void RequestCommit(mr_ctx* c) {
    if (SinkContext* self = Self(c)) self->commit_requested_ = true;
  }
};

const void* SinkContext::Extension(const char* id) {
  static constexpr mr_sink_context kReporting = {
      sizeof(mr_sink_context), 0,           Calls::Errant,  Calls::Pause,
      Calls::Resume,           Calls::Seek, Calls::Timeout, Calls::RequestCommit};
  static constexpr mr_sink_context kSilent = {
      sizeof(mr_sink_context), 0,           nullptr,        Calls::Pause,
      Calls::Resume,           Calls::Seek, Calls::Timeout, Calls::RequestCommit};
  if (id == nullptr || std::strcmp(id, MR_EXT_SINK_CONTEXT) != 0) return nullptr;
  return reports_errant_ ? &kReporting : &kSilent;
}

}  // namespace millrace::worker
