// SPDX-License-Identifier: Apache-2.0
//
// What runtime/kafka costs by itself, to be held against a bare librdkafka client doing the same:
//   kafka-bench produce TOPIC FILE [key=value...]   lines of FILE, taken by pointer, one batch of 2000 after the other
//   kafka-bench consume TOPIC N [key=value...]      N records from the beginning, counted and thrown away; with
//                                                   work=NANOS as slow as a sink that takes that long for each
//   kafka-bench latency TOPIC N [key=value...]      N single records 5 ms apart: time from Send to the acknowledgement
// key=value are Java client settings; MILLRACE_TEST_BOOTSTRAP names the broker. Prints one line of figures.
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "base/clock.h"
#include "kafka/consumer.h"
#include "kafka/producer.h"

namespace millrace::kafka {
namespace {

int64_t Now() { return Clock::System().MonotonicNanos(); }

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void Report(const char* what, int64_t records, int64_t bytes, int64_t nanos) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const double wall = static_cast<double>(nanos) / 1e9, n = static_cast<double>(records);
  fmt::print("{}: {} records, {:.1f} MB, wall {:.3f} s, {:.0f} krec/s, cpu {:.3f} s per Mrec, max RSS {:.0f} MiB\n",
             what, records, static_cast<double>(bytes) / 1e6, wall, n / wall / 1e3, CpuSeconds() / n * 1e6,
             static_cast<double>(usage.ru_maxrss) / 1024);
}

ClientConfig Config(ClientRole role, int argc, char** argv, int from) {
  config::Properties settings = ConnectDefaults(role);
  const char* bootstrap = std::getenv("MILLRACE_TEST_BOOTSTRAP");
  settings["bootstrap.servers"] = bootstrap == nullptr ? "127.0.0.1:9092" : bootstrap;
  if (role == ClientRole::kConsumer) settings["group.id"] = fmt::format("kafka-bench-{}", getpid());
  for (int i = from; i < argc; ++i) {
    const char* equals = std::strchr(argv[i], '=');
    if (equals != nullptr && std::strncmp(argv[i], "work=", 5) != 0)
      settings[std::string(argv[i], static_cast<size_t>(equals - argv[i]))] = equals + 1;
  }
  Result<ClientConfig> config = Translate(role, settings);
  if (!config.ok()) {
    fmt::print(stderr, "{}\n", config.status().message());
    std::exit(2);
  }
  for (const std::string& warning : config->warnings) fmt::print(stderr, "{}\n", warning);
  return *config;
}

constexpr size_t kBatch = 2000;

struct Batch {
  Submission submission;
  std::vector<Ticket> tickets{kBatch};
  std::vector<OutRecord> records;
  std::atomic<bool> free{true};
};

int Produce(int argc, char** argv, Log* log) {
  const int fd = open(argv[3], O_RDONLY | O_CLOEXEC);
  struct stat info {};
  if (fd < 0 || fstat(fd, &info) != 0) return 2;
  auto* text = static_cast<const char*>(
      mmap(nullptr, static_cast<size_t>(info.st_size), PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0));
  const char* const end = text + info.st_size;
  const int64_t begin = Now();
  auto producer = Producer::Make(Config(ClientRole::kProducer, argc, argv, 4), log);
  if (!producer.ok()) return 2;
  std::vector<Batch> batches(100);
  for (Batch& b : batches) {
    b.records.reserve(kBatch);
    b.submission.user = &b;
    b.submission.done = [](Submission* s) { static_cast<Batch*>(s->user)->free.store(true); };
  }
  int64_t records = 0, bytes = 0;
  for (size_t next = 0; text < end; next = (next + 1) % batches.size()) {
    Batch& b = batches[next];
    while (!b.free.load()) std::this_thread::sleep_for(std::chrono::microseconds(200));
    b.free.store(false);
    b.records.clear();
    while (text < end && b.records.size() < kBatch) {
      const auto* newline = static_cast<const char*>(memchr(text, '\n', static_cast<size_t>(end - text)));
      if (newline == nullptr) newline = end;
      Ticket& ticket = b.tickets[b.records.size()];
      ticket.owner = &b.submission;
      b.records.push_back({.key = {}, .value = {text, static_cast<uint32_t>(newline - text), 0}, .ticket = &ticket});
      bytes += newline - text;
      text = newline + 1;
    }
    b.submission.pending.store(static_cast<uint32_t>(b.records.size()));
    records += static_cast<int64_t>(b.records.size());
    std::span<const OutRecord> left = b.records;
    while (!left.empty()) {
      Status status;
      left = left.subspan(producer.value()->Send(argv[2], left, &status));
      if (left.empty()) break;
      if (status.code() != Code::kRetriable) return 1;
      producer.value()->WaitForSpace(Now() + 1'000 * kNanosPerMilli);
    }
  }
  if (!producer.value()->Flush(Now() + 60'000 * kNanosPerMilli).ok()) return 1;
  Report("produce", records, bytes, Now() - begin);
  for (Batch& b : batches) {
    if (b.submission.failed != 0) return 1;
  }
  return 0;
}

int Consume(int argc, char** argv, Log* log) {
  const int64_t want = std::atoll(argv[3]);
  auto consumer = Consumer::Make(Config(ClientRole::kConsumer, argc, argv, 4), nullptr, log);
  if (!consumer.ok() || !consumer.value()->Subscribe({argv[2]}).ok()) return 2;
  int64_t records = 0, bytes = 0, begin = 0, longest_gap = 0, last = 0, work = 0;
  for (int i = 4; i < argc; ++i) {
    if (std::strncmp(argv[i], "work=", 5) == 0) work = std::atoll(argv[i] + 5);
  }
  while (records < want) {
    auto chunk = consumer.value()->Poll(Now() + 1'000 * kNanosPerMilli, kBatch);
    if (!chunk.ok()) return 1;
    if (*chunk == nullptr) continue;
    const int64_t now = Now();
    if (begin == 0) begin = last = now;
    longest_gap = std::max(longest_gap, now - last);
    records += static_cast<int64_t>((*chunk)->records().size());
    bytes += static_cast<int64_t>((*chunk)->bytes());
    const int64_t busy_until = now + work * static_cast<int64_t>((*chunk)->records().size());
    while (work > 0 && Now() < busy_until) {
    }
    last = Now();  // the time at work is no wait
  }
  Report("consume, from the first record on", records, bytes, Now() - begin);
  fmt::print("longest wait between two chunks: {:.1f} ms\n", static_cast<double>(longest_gap) / 1e6);
  return 0;
}

int Latency(int argc, char** argv, Log* log) {
  const int n = std::atoi(argv[3]);
  auto producer = Producer::Make(Config(ClientRole::kProducer, argc, argv, 4), log);
  if (!producer.ok()) return 2;
  std::vector<double> millis;
  for (int i = 0; i < n; ++i) {
    Ticket ticket;
    const OutRecord record{.key = {}, .value = {"x", 1, 0}, .ticket = &ticket};
    Status status;
    const int64_t begin = Now();
    producer.value()->Send(argv[2], std::span(&record, 1), &status);
    while (ticket.state.load(std::memory_order_acquire) == Ticket::kPending)
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    millis.push_back(static_cast<double>(Now() - begin) / 1e6);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  fmt::print("first {:.1f} ms; ", millis[0]);
  std::sort(millis.begin(), millis.end());
  const auto at = [&](double q) { return millis[static_cast<size_t>(q * static_cast<double>(millis.size() - 1))]; };
  fmt::print("p50 {:.2f} ms, p99 {:.2f} ms, max {:.2f} ms\n", at(0.5), at(0.99), at(1));
  return 0;
}

}  // namespace
}  // namespace millrace::kafka

int main(int argc, char** argv) {
  if (argc < 4) {
    fmt::print(stderr, "see the head of kafka_bench.cc\n");
    return 2;
  }
  millrace::Log log;
  const std::string_view what = argv[1];
  if (what == "produce") return millrace::kafka::Produce(argc, argv, &log);
  if (what == "consume") return millrace::kafka::Consume(argc, argv, &log);
  return millrace::kafka::Latency(argc, argv, &log);
}
