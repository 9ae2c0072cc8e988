// SPDX-License-Identifier: Apache-2.0
//
// source-bench [LINES [BYTES]]: how long FileStreamSource takes per line, from the file (in the page cache) to
// released batches, and how long a single appended line takes to come out of poll. A program to run by hand; no test.
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "millrace/cpp/host.h"
#include "source_task.h"

namespace {

using millrace::file::FileStreamSourceTask;
using millrace::sdk::MonotonicNanos;
using millrace::sdk::Str;

mr_schema text_schema;

// Of this thread: other work on the machine does not count.
int64_t CpuNanos() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * INT64_C(1'000'000'000) + t.tv_nsec;
}

mr_host MakeHost() {
  mr_host h{};
  h.size = sizeof h;
  h.log = [](mr_ctx*, int32_t, mr_str, mr_str, const mr_kv*, uint32_t) {};
  h.log_enabled = [](mr_ctx*, int32_t, mr_str) -> int32_t { return 0; };
  h.schema_intern = [](const mr_schema* d, mr_error*) -> const mr_schema* { return &(text_schema = *d); };
  h.schema_retain = h.schema_release = [](const mr_schema*) {};
  h.offsets_read = [](mr_ctx*, const mr_value*, uint32_t, mr_value* out, mr_error*) -> mr_status {
    *out = mr_value{};
    return MR_OK;
  };
  return h;
}

}  // namespace

int main(int argc, char** argv) {
  const long lines = argc > 1 ? std::atol(argv[1]) : 2'000'000;
  const long bytes = argc > 2 ? std::atol(argv[2]) : 100;
  const mr_host host = MakeHost();
  millrace::sdk::SetHost(&host);
  char path[] = "/tmp/source-bench-XXXXXX";
  const int fd = mkstemp(path);
  if (fd < 0) return 1;
  {
    const std::string line = std::string(static_cast<size_t>(std::max(1L, bytes) - 1), 'x') + "\n";
    std::string block;
    for (long i = 0; i < lines; ++i) {
      block += line;
      if (block.size() < (1 << 20) && i + 1 < lines) continue;
      if (write(fd, block.data(), block.size()) != static_cast<ssize_t>(block.size())) return 1;
      block.clear();
    }
  }
  const mr_kv cfg[] = {{Str("file"), Str(path)}, {Str("topic"), Str("t")}};
  for (int round = 0; round < 3; ++round) {
    FileStreamSourceTask task{millrace::sdk::Context(nullptr)};
    task.Start(millrace::sdk::Config(cfg, 2));
    long got = 0;
    const int64_t begin = CpuNanos();
    while (got < lines) {
      mr_batch batch{};
      task.Poll(0, &batch);
      got += batch.n;
      if (batch.n != 0) batch.release(&batch);
    }
    std::printf("%ld lines of %ld bytes: %.1f ns of CPU a line\n", got, bytes,
                static_cast<double>(CpuNanos() - begin) / static_cast<double>(lines));
    if (round < 2) continue;
    std::vector<int64_t> delays;
    for (int i = 0; i < 200; ++i) {
      std::atomic<int64_t> written = 0;
      std::thread writer([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        written = MonotonicNanos();
        if (write(fd, "appended\n", 9) != 9) std::abort();
      });
      mr_batch batch{};
      task.Poll(MonotonicNanos() + INT64_C(10'000'000'000), &batch);
      const int64_t seen = MonotonicNanos();
      writer.join();
      if (batch.n != 0) batch.release(&batch);
      delays.push_back(seen - written);
    }
    std::sort(delays.begin(), delays.end());
    std::printf("an appended line: p50 %ld us, p99 %ld us\n", static_cast<long>(delays[100] / 1000),
                static_cast<long>(delays[198] / 1000));
  }
  close(fd);
  unlink(path);
}
