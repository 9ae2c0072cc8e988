// SPDX-License-Identifier: Apache-2.0
#include "plugins/host_api.h"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <unordered_map>

#include "plugins/call_gate.h"
#include "record/arena.h"
#include "record/value.h"

namespace millrace::plugins {
namespace {

// What a bundle may make the host keep: enough for anything sensible, little enough to be harmless.
constexpr size_t kMaxMessage = 64 << 10;
constexpr size_t kMaxDetail = 16 << 10;
constexpr uint32_t kMaxDetails = 32;
constexpr size_t kMaxLoggerName = 256;
constexpr size_t kMaxLoggers = 4096;
constexpr size_t kMaxArena = size_t{1} << 30;  // of one batch
constexpr uint32_t kMaxMetricTags = 32;

// Text of a bundle, cut to `limit` bytes at a character.
std::string Text(const mr_str& s, size_t limit) {
  const std::string_view all = record::View(s);
  if (all.size() <= limit) return std::string(all);
  size_t cut = limit;
  while (cut > 0 && (static_cast<unsigned char>(all[cut]) & 0xc0) == 0x80) --cut;
  return std::string(all.substr(0, cut)) + "... (" + std::to_string(all.size() - cut) + " bytes more)";
}

Code ToCode(mr_status status) { return status > MR_OK && status <= MR_AUTH ? static_cast<Code>(status) : Code::kFatal; }

Status ToStatus(mr_status status, const mr_str& message, const mr_kv* details, uint32_t n) {
  Status s(ToCode(status), Text(message, kMaxMessage));
  for (uint32_t i = 0; details != nullptr && i < n && i < kMaxDetails; ++i) {
    s.AddDetail(Text(details[i].k, kMaxDetail), Text(details[i].v, kMaxDetail));
  }
  return s;
}

LogLevel ToLevel(int32_t level) {
  if (level <= MR_LOG_TRACE) return LogLevel::kTrace;
  return level >= MR_LOG_ERROR ? LogLevel::kError : static_cast<LogLevel>(level);
}

}  // namespace

struct HostApi::Impl {
  Log* log;
  record::SchemaTable* schemas;
  MetricSink* metrics;
  std::shared_mutex loggers_mutex;
  std::unordered_map<std::string, Logger> loggers;

  // The log keeps every name for ever, so there is an end to how many a bundle may invent.
  Logger GetLogger(const mr_str& name) {
    std::string key = name.p == nullptr || name.n == 0 ? "plugin" : Text(name, kMaxLoggerName);
    {
      const std::shared_lock lock(loggers_mutex);
      if (const auto it = loggers.find(key); it != loggers.end()) return it->second;
    }
    const std::lock_guard lock(loggers_mutex);
    if (loggers.size() >= kMaxLoggers) return log->Get("plugin");
    return loggers.emplace(key, log->Get(EscapeControl(key))).first->second;
  }
};

namespace {

// The HostApi of the process; see the header.
std::atomic<HostApi::Impl*> g_impl{nullptr};

// A bundle that asks for more than the arena may hold still gets memory it can write to, since it was promised never
// to see NULL; its call fails afterwards. The pages are shared by all such requests of the thread and mean nothing.
class Overflow {
 public:
  ~Overflow() { Unmap(); }
  void* Get(size_t bytes) {
    if (bytes > size_) {
      void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (p == MAP_FAILED) return nullptr;
      Unmap();
      at_ = p;
      size_ = bytes;
    } else {
      madvise(at_, size_, MADV_DONTNEED);
    }
    return at_;
  }

 private:
  void Unmap() {
    if (at_ != nullptr) munmap(at_, size_);
  }
  void* at_ = nullptr;
  size_t size_ = 0;
};

// Summing up the arena is too dear for every small piece, so small ones are let through in between.
bool DueForSumming(size_t bytes) {
  constinit thread_local uint32_t pieces = 0;
  return bytes >= 4096 || (++pieces & 1023) == 0;
}

void* OverArena(size_t bytes) {
  thread_local Overflow overflow;
  CallFrame* frame = CallFrame::Current();
  if (frame != nullptr) {
    frame->Fail("asked for " + std::to_string(bytes) + " bytes more of the batch's memory; a batch may hold " +
                std::to_string(kMaxArena));
  }
  void* p = overflow.Get(bytes);
  if (p == nullptr) {
    // Not even address space: the request is garbage, and so is whatever the bundle would do next.
    HostApi::LogFault("", "a bundle asked for " + std::to_string(bytes) + " bytes of memory; ending the process");
    std::abort();
  }
  return p;
}

}  // namespace

// The functions behind the table. None throws: what cannot be done for want of memory is left undone.
struct Callbacks {
  static void ErrorSet(mr_error* e, mr_status status, mr_str message, const mr_kv* details, uint32_t n) noexcept try {
    if (e != nullptr) ErrorSink::From(e)->Set(ToStatus(status, message, details, n));
  } catch (...) {
  }

  static void ErrorRecord(mr_error* e, uint32_t record, mr_status status, mr_str message, const mr_kv* details,
                          uint32_t n) noexcept try {
    if (e != nullptr) ErrorSink::From(e)->AddRecord(record, ToStatus(status, message, details, n));
  } catch (...) {
  }

  static void WriteLog(mr_ctx* ctx, int32_t level, mr_str logger, mr_str message, const mr_kv* fields,
                       uint32_t n) noexcept try {
    HostApi::Impl* impl = g_impl.load(std::memory_order_acquire);
    if (impl == nullptr) return;
    const Logger to = impl->GetLogger(logger);
    const LogLevel l = ToLevel(level);
    if (!to.enabled(l)) return;
    std::string text = Text(message, kMaxMessage);
    for (uint32_t i = 0; fields != nullptr && i < n && i < kMaxDetails; ++i) {
      text += (i == 0 ? " {" : ", ") + Text(fields[i].k, kMaxDetail) + "=" + Text(fields[i].v, kMaxDetail);
    }
    if (fields != nullptr && n > 0) text += "}";
    if (ctx == nullptr) return to.Write(l, text);
    // A thread of the bundle's own carries no context yet.
    const LogContext context(InstanceContext::From(ctx)->log_context());
    to.Write(l, text);
  } catch (...) {
  }

  static int32_t LogEnabled(mr_ctx*, int32_t level, mr_str logger) noexcept try {
    HostApi::Impl* impl = g_impl.load(std::memory_order_acquire);
    return impl != nullptr && impl->GetLogger(logger).enabled(ToLevel(level)) ? 1 : 0;
  } catch (...) {
    return 0;
  }

  static uint32_t MetricRegister(mr_ctx* ctx, mr_str name, int32_t type, mr_str help, const mr_kv* tags,
                                 uint32_t n) noexcept try {
    HostApi::Impl* impl = g_impl.load(std::memory_order_acquire);
    if (impl == nullptr || impl->metrics == nullptr || name.p == nullptr || name.n == 0) return 0;
    if (name.n > kMaxDetail || help.n > kMaxDetail || (type != MR_METRIC_COUNTER && type != MR_METRIC_GAUGE)) return 0;
    const uint32_t n_tags = tags == nullptr ? 0 : std::min(n, kMaxMetricTags);
    const std::string context = ctx == nullptr ? "" : InstanceContext::From(ctx)->log_context();
    return impl->metrics->Register(context, name, type, help, tags, n_tags);
  } catch (...) {
    return 0;
  }

  static void MetricUpdate(mr_ctx*, uint32_t id, double value) noexcept try {
    HostApi::Impl* impl = g_impl.load(std::memory_order_acquire);
    if (impl != nullptr && impl->metrics != nullptr) impl->metrics->Update(id, value);
  } catch (...) {
  }

  static const mr_schema* SchemaIntern(const mr_schema* description, mr_error* e) noexcept try {
    const auto fail = [e](Status s) -> const mr_schema* {
      if (e != nullptr) ErrorSink::From(e)->Set(std::move(s));
      return nullptr;
    };
    HostApi::Impl* impl = g_impl.load(std::memory_order_acquire);
    if (description == nullptr) return fail(Status::Data("schema_intern: the description is NULL"));
    if (description->size < sizeof(mr_schema)) {
      return fail(Status::Data("schema_intern: the description says it has " + std::to_string(description->size) +
                               " bytes; an mr_schema has " + std::to_string(sizeof(mr_schema))));
    }
    if (impl == nullptr) return fail(Status::Fatal("schema_intern: the host is gone"));
    Result<const mr_schema*> interned = impl->schemas->Intern(*description);
    return interned.ok() ? *interned : fail(interned.status());
  } catch (...) {
    return nullptr;
  }

  static void SchemaRetain(const mr_schema* schema) noexcept {
    if (schema != nullptr) record::RetainSchema(schema);
  }
  static void SchemaRelease(const mr_schema* schema) noexcept { record::ReleaseSchema(schema); }

  static void* ArenaAlloc(mr_arena* a, size_t bytes, uint32_t align) noexcept try {
    if (align == 0 || align > 16 || (align & (align - 1)) != 0) {
      if (CallFrame* frame = CallFrame::Current(); frame != nullptr) {
        frame->Fail("asked for memory aligned to " + std::to_string(align) + " bytes; 1, 2, 4, 8 and 16 there are");
      }
      align = 16;
    }
    if (a == nullptr) return OverArena(bytes);
    record::Arena* arena = record::Arena::From(a);
    if (bytes > kMaxArena || (DueForSumming(bytes) && arena->bytes_used() > kMaxArena - bytes)) return OverArena(bytes);
    return arena->Alloc(bytes, align);
  } catch (...) {
    return OverArena(bytes);
  }

  static void ArenaKeepSchema(mr_arena* a, const mr_schema* schema) noexcept try {
    if (a != nullptr && schema != nullptr) record::Arena::From(a)->KeepSchema(schema);
  } catch (...) {
    if (CallFrame* frame = CallFrame::Current(); frame != nullptr) frame->Fail("arena_keep_schema: out of memory");
  }

  static uint16_t BatchTopic(mr_batch* batch, mr_str name) noexcept try {
    CallFrame* frame = CallFrame::Current();
    if (frame == nullptr || batch == nullptr || name.p == nullptr) {
      if (frame != nullptr) frame->Fail("batch_topic was given NULL");
      return 0;
    }
    return frame->TopicIndex(batch, name);
  } catch (...) {
    if (CallFrame* frame = CallFrame::Current(); frame != nullptr) frame->Fail("batch_topic: out of memory");
    return 0;
  }

  static mr_status OffsetsRead(mr_ctx* ctx, const mr_value* partitions, uint32_t n, mr_value* out, mr_error* e) noexcept
      try {
    if (n == 0) return MR_OK;
    Status s = ctx == nullptr || partitions == nullptr || out == nullptr
                   ? Status::Fatal("offsets_read was given NULL")
                   : InstanceContext::From(ctx)->ReadOffsets(partitions, n, out);
    if (s.ok()) return MR_OK;
    const int code = static_cast<int>(s.code());
    if (e != nullptr) ErrorSink::From(e)->Set(std::move(s));
    return code <= MR_AUTH ? code : MR_FATAL;
  } catch (...) {
    return MR_FATAL;
  }

  static int32_t Cancelled(mr_ctx* ctx) noexcept try {
    return ctx != nullptr && InstanceContext::From(ctx)->cancelled() ? 1 : 0;
  } catch (...) {
    return 1;
  }

  static const void* Extension(mr_ctx* ctx, const char* id) noexcept try {
    return ctx == nullptr || id == nullptr ? nullptr : InstanceContext::From(ctx)->Extension(id);
  } catch (...) {
    return nullptr;
  }
};

namespace {

constexpr std::string_view kProduct = "millrace";
constexpr std::string_view kVersion = MILLRACE_VERSION;

constinit const mr_host kTable = {
    sizeof(mr_host),
    MR_ABI_MINOR,
    {kProduct.data(), kProduct.size(), 0},
    {kVersion.data(), kVersion.size(), 0},
    Callbacks::ErrorSet,
    Callbacks::ErrorRecord,
    Callbacks::WriteLog,
    Callbacks::LogEnabled,
    Callbacks::MetricRegister,
    Callbacks::MetricUpdate,
    Callbacks::SchemaIntern,
    Callbacks::SchemaRetain,
    Callbacks::SchemaRelease,
    Callbacks::ArenaAlloc,
    Callbacks::ArenaKeepSchema,
    Callbacks::BatchTopic,
    Callbacks::OffsetsRead,
    Callbacks::Cancelled,
    Callbacks::Extension,
};

}  // namespace

Status InstanceContext::ReadOffsets(const mr_value*, uint32_t, mr_value*) {
  return Status::Unsupported("only source connectors and their tasks have offsets to read");
}

HostApi::HostApi(Log* log, record::SchemaTable* schemas, MetricSink* metrics)
    : impl_(new Impl{log, schemas, metrics, {}, {}}) {
  [[maybe_unused]] const Impl* before = g_impl.exchange(impl_.get(), std::memory_order_acq_rel);
  assert(before == nullptr && "there is one HostApi in a process at a time");
}

HostApi::~HostApi() { g_impl.store(nullptr, std::memory_order_release); }

const mr_host* HostApi::table() const { return &kTable; }

record::SchemaTable* HostApi::schemas() const { return impl_->schemas; }

void HostApi::LogFault(const std::string& context, std::string_view message) {
  Impl* impl = g_impl.load(std::memory_order_acquire);
  if (impl == nullptr) return;
  const LogContext scope(context.empty() ? LogContext::Current() : context);
  impl->log->Get("millrace.plugins").Write(LogLevel::kError, message);
}

}  // namespace millrace::plugins
