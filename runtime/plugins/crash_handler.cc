// SPDX-License-Identifier: Apache-2.0
#include "plugins/crash_handler.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <mutex>
#include <string_view>

#include "plugins/call_gate.h"

namespace millrace::plugins {
namespace {

constexpr std::array<int, 5> kSignals = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
constexpr size_t kStackBytes = 64 << 10;  // MINSIGSTKSZ grows with the registers of the processor
constexpr size_t kMaxRanges = 4096;

struct Range {
  uintptr_t begin, end;
  const char* path;
};

// Ranges are written before the count that covers them and never change after.
constinit Range g_ranges[kMaxRanges] = {};
constinit std::atomic<size_t> g_n_ranges{0};
constinit std::mutex g_ranges_mutex;  // writers
constinit struct sigaction g_before[kSignals.size()] = {};
constinit std::atomic<bool> g_installed{false};
constinit std::atomic<bool> g_told{false};

// Appends to a buffer without allocating; what does not fit is cut.
class Line {
 public:
  Line(char* out, size_t size) : out_(out), size_(size) {}
  Line& operator<<(std::string_view text) {
    for (const char c : text) {
      if (n_ == size_) break;
      // A class name is checked when its bundle is loaded; a path may hold anything.
      out_[n_++] = static_cast<unsigned char>(c) < 0x20 && c != '\n' ? '?' : c;
    }
    return *this;
  }
  Line& Number(uint64_t v, unsigned base = 10) {
    char digits[20];
    size_t n = 0;
    do {
      digits[n++] = "0123456789abcdef"[v % base];
      v /= base;
    } while (v != 0);
    while (n > 0) *this << std::string_view(&digits[--n], 1);
    return *this;
  }
  size_t size() const { return n_; }

 private:
  char* out_;
  size_t size_, n_ = 0;
};

std::string_view SignalName(int signal) {
  switch (signal) {
    case SIGSEGV: return "SIGSEGV (bad memory access)";
    case SIGBUS: return "SIGBUS (bad memory access)";
    case SIGILL: return "SIGILL (illegal instruction)";
    case SIGFPE: return "SIGFPE (arithmetic error)";
    case SIGABRT: return "SIGABRT (abort)";
    default: return "a fatal signal";
  }
}

uintptr_t ProgramCounter(const void* context) {
#if defined(__x86_64__)
  return static_cast<uintptr_t>(static_cast<const ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return static_cast<uintptr_t>(static_cast<const ucontext_t*>(context)->uc_mcontext.pc);
#else
  (void)context;
  return 0;
#endif
}

void Handle(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  // A second crash, in this handler or beside it, has nothing to add.
  if (!g_told.exchange(true)) {
    char text[2048];
    const bool access = signal == SIGSEGV || signal == SIGBUS;
    const size_t n = DescribeCrash(text, sizeof(text), signal, ProgramCounter(context),
                                   access ? reinterpret_cast<uintptr_t>(info->si_addr) : 0);
    for (size_t at = 0; at < n;) {
      const ssize_t written = write(STDERR_FILENO, text + at, n - at);
      if (written <= 0) break;
      at += static_cast<size_t>(written);
    }
  }
  for (size_t i = 0; i < kSignals.size(); ++i) {
    if (kSignals[i] == signal) sigaction(signal, &g_before[i], nullptr);
  }
  errno = saved_errno;
  // A fault happens again when the handler returns; a signal that was sent must be sent again.
  if (signal == SIGABRT || info->si_code <= 0) raise(signal);
}

// The alternate stack of one thread.
class SignalStack {
 public:
  SignalStack() {
    stack_t now{};
    if (sigaltstack(nullptr, &now) != 0 || (now.ss_flags & SS_DISABLE) == 0) return;
    void* p = mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) return;
    stack_t mine{};
    mine.ss_sp = p;
    mine.ss_size = kStackBytes;
    if (sigaltstack(&mine, nullptr) == 0) {
      at_ = p;
    } else {
      munmap(p, kStackBytes);
    }
  }
  ~SignalStack() {
    if (at_ == nullptr) return;
    stack_t off{};
    off.ss_flags = SS_DISABLE;
    sigaltstack(&off, nullptr);
    munmap(at_, kStackBytes);
  }
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;

 private:
  void* at_ = nullptr;
};

}  // namespace

void EnsureSignalStack() {
  thread_local const SignalStack stack;
  (void)stack;
}

void InstallCrashHandler() {
  if (g_installed.exchange(true)) return;
  EnsureSignalStack();
  for (size_t i = 0; i < kSignals.size(); ++i) {
    struct sigaction action {};
    action.sa_sigaction = Handle;
    // A bundle written in Go expects handlers of others to run on the alternate stack.
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    sigaction(kSignals[i], &action, &g_before[i]);
  }
}

void AddBundleRange(uintptr_t begin, uintptr_t end, const char* path) {
  const std::lock_guard lock(g_ranges_mutex);
  const size_t n = g_n_ranges.load(std::memory_order_relaxed);
  if (n == kMaxRanges) return;
  g_ranges[n] = {begin, end, path};
  g_n_ranges.store(n + 1, std::memory_order_release);
}

const char* BundleAt(uintptr_t address) {
  const size_t n = g_n_ranges.load(std::memory_order_acquire);
  for (size_t i = 0; i < n; ++i) {
    if (address >= g_ranges[i].begin && address < g_ranges[i].end) return g_ranges[i].path;
  }
  return nullptr;
}

size_t DescribeCrash(char* out, size_t size, int signal, uintptr_t pc, uintptr_t address) {
  Line line(out, size);
  line << "\nmillrace: ended by " << SignalName(signal);
  if (address != 0) (line << " at address 0x").Number(address, 16);
  char thread[16] = {};
  if (prctl(PR_GET_NAME, thread) == 0) line << ", thread \"" << std::string_view(thread, strnlen(thread, 16)) << "\"";
  line << "\n";
  const CallFrame* frame = CallFrame::Current();
  const char* running = pc != 0 ? BundleAt(pc) : nullptr;
  if (frame != nullptr) {
    line << "millrace: it was in a call of bundle " << frame->bundle();
    if (!frame->class_name().empty()) line << ", class " << frame->class_name();
    line << ", function " << frame->function();
    timespec now{};
    if (clock_gettime(CLOCK_MONOTONIC, &now) == 0) {
      const int64_t ms = (int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec - frame->since_ns()) / 1'000'000;
      if (ms >= 0) (line << ", for ").Number(static_cast<uint64_t>(ms)) << " ms";
    }
    line << "\n";
  }
  if (running != nullptr && (frame == nullptr || strcmp(running, frame->bundle()) != 0)) {
    line << "millrace: it was running code of bundle " << running << "\n";
  }
  if (frame == nullptr && running == nullptr) line << "millrace: it was in no call of a bundle\n";
  return line.size();
}

}  // namespace millrace::plugins
