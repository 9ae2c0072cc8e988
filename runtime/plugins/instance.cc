// SPDX-License-Identifier: Apache-2.0
#include "plugins/instance.h"

#include <dlfcn.h>

#include <cstring>

#include "plugins/class_check.h"
#include "plugins/crash_handler.h"
#include "plugins/instance_call.h"
#include "record/value.h"

namespace millrace::plugins {
namespace {

// The file that holds `address`, "built-in" for the program itself.
std::string FileOf(const void* address) {
  static const char here = 0;
  Dl_info info{}, own{};
  if (dladdr(address, &info) == 0 || info.dli_fname == nullptr) return "built-in";
  if (dladdr(&here, &own) != 0 && own.dli_fbase == info.dli_fbase) return "built-in";
  return info.dli_fname;
}

}  // namespace

std::vector<mr_kv> AbiConfig(const config::Properties& cfg) {
  std::vector<mr_kv> out;
  out.reserve(cfg.size());
  for (const auto& [key, value] : cfg) out.push_back({record::Str(key), record::Str(value)});
  return out;
}

void ReleaseBatch(const mr_class& type, const mr_batch& batch) {
  if (batch.release == nullptr) return;
  // One thread mostly releases batches of one class.
  thread_local const mr_class* last = nullptr;
  thread_local std::string bundle;
  if (last != &type) {
    bundle = FileOf(&type);
    last = &type;
  }
  CallFrame frame(bundle.c_str(), record::View(type.name), "release", nullptr);
  if (Status s = Guard(frame, [&] { batch.release(&batch); }); !s.ok()) HostApi::LogFault("", s.message());
}

Instance::Instance(const mr_class* type, InstanceContext* context) : class_(type), context_(context) {
  if (type == nullptr) return;
  bundle_ = FileOf(type);
}

Instance::~Instance() {
  if (!created_ || destroy_ == nullptr) return;
  CallVoid("destroy", [&] { destroy_(self_); });
}

CallInfo Instance::current_call() const {
  CallInfo info;
  const char* function = nullptr;
  for (const CallRecord* r : {&call_, &beside_}) {
    function = r->function.load(std::memory_order_acquire);
    info.since_ns = r->since_ns.load(std::memory_order_relaxed);
    if (function != nullptr) break;
  }
  if (function == nullptr) return {};
  info.bundle = bundle_;
  info.class_name = name_;
  info.function = function;
  return info;
}

Status Instance::Prepare(int role) {
  if (class_ == nullptr) return Status::Fatal("there is no class to make an instance of");
  Status valid = CheckClass(*class_);
  if (valid.ok() && static_cast<int>(class_->role) != role) {
    valid = Status::Fatal("its role is " + std::string(RoleName(static_cast<int>(class_->role))) + ", not " +
                          std::string(RoleName(role)));
  }
  if (!valid.ok()) return valid.Context("class " + std::string(record::View(class_->name)) + " of " + bundle_);
  name_ = record::View(class_->name);
  // The thread that makes an instance is the one that runs it.
  EnsureSignalStack();
  return {};
}

Status Instance::Create(int role) {
  MILLRACE_RETURN_IF_ERROR(Prepare(role));
  MILLRACE_RETURN_IF_ERROR(Call("create", [&](mr_error* e) { return class_->create(class_, Context(), &self_, e); }));
  created_ = true;
  destroy_ = class_->destroy;
  return {};
}

// ---------------------------------------------------------------- source

Result<std::unique_ptr<SourceTask>> SourceTask::Make(const mr_class* type, InstanceContext* context) {
  std::unique_ptr<SourceTask> t(new SourceTask(type, context));
  MILLRACE_RETURN_IF_ERROR(t->Create(MR_ROLE_SOURCE));
  return t;
}

Status SourceTask::Start(const config::Properties& cfg) {
  if (!MR_HAS(table(), start)) return {};
  const std::vector<mr_kv> kv = AbiConfig(cfg);
  return Call("start", [&](mr_error* e) { return table()->start(self_, kv.data(), Count(kv), e); });
}

Status SourceTask::Poll(int64_t deadline_ns, mr_batch* out) {
  std::memset(out, 0, sizeof(*out));
  Status s = Call("poll", [&](mr_error* e) { return table()->poll(self_, deadline_ns, out, e); });
  if (!s.ok()) {
    if (out->release != nullptr) CallVoid("release", [&] { out->release(out); });
    std::memset(out, 0, sizeof(*out));
  }
  return s;
}

Status SourceTask::Commit() {
  if (!MR_HAS(table(), commit)) return {};
  return Call("commit", [&](mr_error* e) { return table()->commit(self_, e); });
}

bool SourceTask::wants_acks() const { return MR_HAS(table(), acked); }

Status SourceTask::Acked(const mr_batch& batch, std::span<const uint32_t> idx, std::span<const int64_t> kafka_offsets) {
  assert(idx.size() == kafka_offsets.size());
  if (!wants_acks() || idx.empty()) return {};
  return Call("acked", [&](mr_error* e) {
    return table()->acked(self_, &batch, idx.data(), kafka_offsets.data(), Count(idx), e);
  });
}

void SourceTask::Cancel() {
  if (MR_HAS(table(), cancel))
    CallVoid(
        "cancel", [&] { table()->cancel(self_); }, true);
}

void SourceTask::Stop() {
  if (MR_HAS(table(), stop)) CallVoid("stop", [&] { table()->stop(self_); });
}

// ---------------------------------------------------------------- sink

Result<std::unique_ptr<SinkTask>> SinkTask::Make(const mr_class* type, InstanceContext* context) {
  std::unique_ptr<SinkTask> t(new SinkTask(type, context));
  MILLRACE_RETURN_IF_ERROR(t->Create(MR_ROLE_SINK));
  return t;
}

Status SinkTask::Start(const config::Properties& cfg) {
  if (!MR_HAS(table(), start)) return {};
  const std::vector<mr_kv> kv = AbiConfig(cfg);
  return Call("start", [&](mr_error* e) { return table()->start(self_, kv.data(), Count(kv), e); });
}

Status SinkTask::Open(std::span<const mr_tp> partitions) {
  if (!MR_HAS(table(), open)) return {};
  return Call("open", [&](mr_error* e) { return table()->open(self_, partitions.data(), Count(partitions), e); });
}

Status SinkTask::Put(const mr_batch& batch) {
  return Call("put", [&](mr_error* e) { return table()->put(self_, &batch, e); });
}

Status SinkTask::PreCommit(std::span<mr_tp> inout) {
  if (MR_HAS(table(), pre_commit)) {
    return Call("pre_commit", [&](mr_error* e) { return table()->pre_commit(self_, inout.data(), Count(inout), e); });
  }
  if (!MR_HAS(table(), flush)) return {};
  return Call("flush", [&](mr_error* e) { return table()->flush(self_, e); });
}

Status SinkTask::Close(std::span<const mr_tp> partitions) {
  if (!MR_HAS(table(), close)) return {};
  return Call("close", [&](mr_error* e) { return table()->close(self_, partitions.data(), Count(partitions), e); });
}

void SinkTask::Cancel() {
  if (MR_HAS(table(), cancel))
    CallVoid(
        "cancel", [&] { table()->cancel(self_); }, true);
}

void SinkTask::Stop() {
  if (MR_HAS(table(), stop)) CallVoid("stop", [&] { table()->stop(self_); });
}

}  // namespace millrace::plugins
