// SPDX-License-Identifier: Apache-2.0
//
// The crash handler: when a fatal signal ends the process, standard error says first which bundle, class and function
// the thread was in, or which bundle's code it was running, so that the guilty one of many plugins has a name. Then the
// signal takes its former course (a core dump, a sanitizer's report).
//
//   InstallCrashHandler();          // once, early in main
//
// The handler uses nothing but memory that is there already and write(2). It runs on a stack of its own
// (EnsureSignalStack, called for every thread that makes plugin instances), so that stack overflows are told too.
#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace::plugins {

// For SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGABRT. Once.
void InstallCrashHandler();

// Gives the calling thread an alternate signal stack that lives as long as the thread; does nothing when it has one.
void EnsureSignalStack();

// Tells the handler that the code at [begin, end) is that of a bundle, so that crashes of a bundle's own threads have a
// name. `path` must live until the process ends. Beyond a few thousand ranges nothing is kept. Thread-safe.
void AddBundleRange(uintptr_t begin, uintptr_t end, const char* path);

// The bundle whose code holds `address`, nullptr when none does. Async-signal-safe.
const char* BundleAt(uintptr_t address);

// What the handler says, without a terminating NUL; returns the length. Async-signal-safe. `pc` and `address`: where it
// happened and what was accessed, 0 for not known.
size_t DescribeCrash(char* out, size_t size, int signal, uintptr_t pc, uintptr_t address);

}  // namespace millrace::plugins
