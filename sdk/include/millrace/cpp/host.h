// SPDX-License-Identifier: Apache-2.0
//
// millrace/cpp/host.h: what a bundle may ask of its host: Context (one instance's view), Logger and Metric.
//
// The host table is set once, when the bundle is opened, and lives until the process ends. A Context is a handle as
// cheap as a pointer, valid until the instance that got it is destroyed. Thread-safe unless said otherwise.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "millrace/abi.h"
#include "millrace/cpp/error.h"
#include "millrace/cpp/text.h"

namespace millrace::sdk {

namespace internal {

inline const mr_host* host = nullptr;
// The error sink of the call that this thread is in (thunk.h), for host functions that want one.
inline thread_local mr_error* call_error = nullptr;

}  // namespace internal

// [load] Called by mr_plugin_open_v1, and by hosts that link classes in.
inline void SetHost(const mr_host* host) { internal::host = host; }
inline const mr_host& Host() { return *internal::host; }

class Context {
 public:
  explicit Context(mr_ctx* ctx) : ctx_(ctx) {}
  mr_ctx* abi() const { return ctx_; }

  bool cancelled() const { return Host().cancelled(ctx_) != 0; }

  // [task, connector] The committed offset of a source partition (a MAP), or a NULL value. Blocks until read; the
  // value lives as long as the instance.
  mr_value ReadOffset(const mr_value& partition) const {
    mr_value out{};
    ReadOffsets({&partition, 1}, {&out, 1});
    return out;
  }
  void ReadOffsets(std::span<const mr_value> partitions, std::span<mr_value> out) const {
    const mr_status status = Host().offsets_read(ctx_, partitions.data(), static_cast<uint32_t>(partitions.size()),
                                                 out.data(), internal::call_error);
    if (status != MR_OK) throw Error::Reported(status);
  }

  // A capability of the host; nullptr: this host does not have it.
  template <class Table>
  const Table* Extension(const char* id) const {
    return static_cast<const Table*>(Host().extension(ctx_, id));
  }

 private:
  mr_ctx* ctx_;
};

// Log lines under a dotted name. INFO lifecycle, WARN recovered by itself, ERROR needs an operator; never per record.
// The host adds connector and task. `name` must be a literal.
class Logger {
 public:
  Logger(Context context, std::string_view name) : ctx_(context.abi()), name_(Str(name)) {}

  bool enabled(int level) const { return Host().log_enabled(ctx_, level, name_) != 0; }
  template <class... A>
  void Debug(const A&... pieces) const {
    Write(MR_LOG_DEBUG, pieces...);
  }
  template <class... A>
  void Info(const A&... pieces) const {
    Write(MR_LOG_INFO, pieces...);
  }
  template <class... A>
  void Warn(const A&... pieces) const {
    Write(MR_LOG_WARN, pieces...);
  }
  template <class... A>
  void Error(const A&... pieces) const {
    Write(MR_LOG_ERROR, pieces...);
  }

 private:
  template <class... A>
  void Write(int level, const A&... pieces) const {
    if (!enabled(level)) return;
    const std::string text = Cat(pieces...);
    Host().log(ctx_, level, name_, Str(text), nullptr, 0);
  }

  mr_ctx* ctx_;
  mr_str name_;
};

// A counter or gauge of one instance. Made in the constructor or in Start; updated from any thread.
class Metric {
 public:
  static Metric Counter(Context context, std::string_view name, std::string_view help) {
    return Metric(context, MR_METRIC_COUNTER, name, help);
  }
  static Metric Gauge(Context context, std::string_view name, std::string_view help) {
    return Metric(context, MR_METRIC_GAUGE, name, help);
  }
  void Update(double value) const { Host().metric_update(ctx_, id_, value); }

 private:
  Metric(Context context, int type, std::string_view name, std::string_view help)
      : ctx_(context.abi()), id_(Host().metric_register(ctx_, Str(name), type, Str(help), nullptr, 0)) {}
  mr_ctx* ctx_;
  uint32_t id_;
};

}  // namespace millrace::sdk
