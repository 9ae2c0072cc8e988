// SPDX-License-Identifier: Apache-2.0
#include "worker/task.h"

#include <fmt/format.h>
#include <pthread.h>

#include <cstring>
#include <random>
#include <utility>

#include "worker/failure.h"

namespace millrace::worker {
namespace {

// Enough for plugins that keep large things on the heap, little enough for hundreds of tasks.
constexpr size_t kStackBytes = 512 << 10;

std::string NewFailureId() {
  std::random_device random;
  return fmt::format("failure-{:08x}", random());
}

// A detached thread with a modest stack.
Status StartThread(const std::string& name, std::function<void()> body) {
  struct Start {
    std::string name;
    std::function<void()> body;
  };
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  auto start = std::make_unique<Start>(Start{name.substr(0, 15), std::move(body)});
  pthread_t thread{};
  const int error = pthread_create(
      &thread, &attributes,
      [](void* p) -> void* {
        const std::unique_ptr<Start> s(static_cast<Start*>(p));
        pthread_setname_np(pthread_self(), s->name.c_str());
        s->body();
        return nullptr;
      },
      start.get());
  pthread_attr_destroy(&attributes);
  if (error != 0) {
    return Status::Fatal(
        fmt::format("the system gives no thread for the task ({}); raise its limit of threads", std::strerror(error)));
  }
  (void)start.release();
  return {};
}

}  // namespace

std::string TaskLogContext(const TaskId& id) { return fmt::format("[{}|task-{}] ", id.connector, id.task); }

Task::Task(std::shared_ptr<WorkerParts> parts, TaskSpec spec, std::string kind)
    : parts_(std::move(parts)),
      spec_(std::move(spec)),
      name_(fmt::format("{}{{id={}}}", kind, spec_.id.ToString())),
      logger_(parts_->services.log->Get("org.apache.kafka.connect.runtime." + kind)),
      signal_(std::make_shared<TaskSignal>(spec_.target)) {}

void Task::Launch() {
  const Status s = StartThread(spec_.id.ToString(), [self = shared_from_this()] { self->Main(); });
  if (s.ok()) return;
  Fail(s);
  End();
}

void Task::SetTarget(TargetState target) { signal_->SetTarget(target); }
void Task::RequestStop(int64_t deadline_ns) { signal_->Stop(deadline_ns); }

void Task::CancelPlugin() {
  const std::lock_guard lock(plugin_mutex_);
  if (cancel_) cancel_();
}

void Task::Abandon() {
  abandoned_.store(true, std::memory_order_release);
  { const std::lock_guard lock(report_mutex_); }  // whoever is telling the listener has finished
  if (const std::unique_lock lock(plugin_mutex_, std::try_to_lock); lock.owns_lock() && plugin_ != nullptr) {
    plugin_->Abandon();
  }
}

std::string Task::WhereItIs() {
  const std::unique_lock lock(plugin_mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return "in the plugin's cancel";
  if (plugin_ == nullptr) return "outside of its plugin";
  const plugins::CallInfo call = plugin_->current_call();
  if (call.since_ns == 0) return "outside of its plugin";
  return fmt::format("in {} of {} ({}) for {} ms", call.function, call.class_name, call.bundle,
                     (Now() - call.since_ns) / kNanosPerMilli);
}

void Task::Unwatch() {
  const std::lock_guard lock(plugin_mutex_);
  had_plugin_ |= plugin_ != nullptr;
  plugin_ = nullptr;
  cancel_ = nullptr;
}

bool Task::watched() {
  const std::lock_guard lock(plugin_mutex_);
  return had_plugin_ || plugin_ != nullptr;
}

void Task::Report(State state, const Status& error) {
  const std::lock_guard lock(report_mutex_);
  if (!abandoned()) parts_->listener->OnTaskState(spec_.id, spec_.generation, state, error);
}

void Task::ReportTopic(const std::string& topic) {
  const std::lock_guard lock(report_mutex_);
  if (!abandoned()) parts_->listener->OnTopicUsed(spec_.id.connector, topic);
}

EnsureTopic Task::MakeEnsureTopic(const config::ConnectorConfig& connector) {
  if (services().embedded != nullptr) return EnsureTopicInBroker(services().embedded);
  const config::Properties settings =
      ClientSettings(kafka::ClientRole::kAdmin, *services().config, connector, services().bootstrap_servers);
  return EnsureTopicByAdmin(
      [this, settings]() -> Result<std::unique_ptr<kafka::Admin>> {
        const Result<kafka::ClientConfig> config = TranslateLogged(kafka::ClientRole::kAdmin, settings, logger_);
        if (!config.ok()) return config.status();
        return parts_->clients->Admin(*config);
      },
      services().clock);
}

void Task::Fail(const Status& why) {
  const std::string id = NewFailureId();
  const std::string where = watched() ? "" : " before its plugin was there";
  logger_.Error(
      "{} Task threw an uncaught and unrecoverable exception{}. Task is being killed and will not recover until "
      "manually "
      "restarted. {} ({})",
      name_, where, CauseChain(why), id);
  Status told = why;
  told.AddDetail("id", id);
  Status shown(why.code(), TraceText(told));
  for (const ErrorDetail& d : told.details()) shown.AddDetail(d.key, d.value);
  if (!watched()) shown.AddDetail("version", "none");
  Report(State::kFailed, shown);
}

void Task::Main() {
  const LogContext context(TaskLogContext(spec_.id));
  Status s = Start();
  if (s.ok()) s = Loop();
  const bool failed = !s.ok() && !(s.code() == Code::kCancelled && stopping());
  if (abandoned()) {
    if (!MayDestroy()) AwaitDestroy();
    return Destroy();
  }
  Conclude();
  if (failed && !abandoned()) Fail(s);
  StopPlugin();
  if (MayDestroy()) {
    Destroy();
    if (!failed) Report(State::kUnassigned);
    End();
    return;
  }
  if (!failed) Report(State::kUnassigned);
  End();
  AwaitDestroy();
  Destroy();
}

void Task::End() {
  {
    const std::lock_guard lock(parts_->ended_mutex);
    ended_.store(true, std::memory_order_release);
  }
  parts_->ended.notify_all();
}

}  // namespace millrace::worker
