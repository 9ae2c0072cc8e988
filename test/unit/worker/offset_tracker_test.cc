// SPDX-License-Identifier: Apache-2.0
#include "worker/offset_tracker.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>

#include "scripted.h"

using millrace::kafka::Ticket;
using millrace::storage::OffsetMap;
using millrace::test::FillBatch;
using millrace::test::Row;
using millrace::worker::OffsetTracker;

namespace {

// A batch with its tickets.
struct Polled {
  explicit Polled(std::vector<Row> r) : rows(std::move(r)), tickets(new Ticket[rows.size()]), left_out(rows.size()) {
    FillBatch(rows, &batch);
    tracked.batch = &batch;
    tracked.n = batch.n;
    tracked.tickets = tickets.get();
    tracked.left_out = left_out.data();
  }
  ~Polled() { batch.release(&batch); }
  void Set(size_t i, Ticket::State s) { tickets[i].state.store(s); }
  std::vector<Row> rows;
  mr_batch batch{};
  std::unique_ptr<Ticket[]> tickets;
  std::vector<uint8_t> left_out;
  OffsetTracker::Batch tracked;
};

std::string Key(const std::string& partition) { return "[\"c\",{\"source\":\"" + partition + "\"}]"; }
std::string At(int64_t offset) { return "{\"at\":" + std::to_string(offset) + "}"; }

OffsetMap Collect(OffsetTracker* tracker, bool ok = true) {
  OffsetMap out;
  tracker->Collect(&out);
  tracker->Written(ok);
  return out;
}

}  // namespace

TEST_CASE("the offset of the longest acknowledged prefix, also within a batch that is not done") {
  OffsetTracker tracker("c");
  Polled b({{.value = "a", .offset = 1}, {.value = "b", .offset = 2}, {.value = "c", .offset = 3}});
  REQUIRE(tracker.Add(&b.tracked).ok());
  CHECK(Collect(&tracker).empty());
  b.Set(1, Ticket::kAcked);
  CHECK(Collect(&tracker).empty());
  b.Set(0, Ticket::kAcked);
  CHECK(Collect(&tracker) == OffsetMap{{Key("p"), At(2)}});
  CHECK(Collect(&tracker).empty());  // once is enough
  b.Set(2, Ticket::kAcked);
  tracker.Complete(&b.tracked);
  CHECK(Collect(&tracker) == OffsetMap{{Key("p"), At(3)}});
  CHECK(Collect(&tracker).empty());
}

TEST_CASE("a record that is late holds back its own source partition only, and later batches of it") {
  OffsetTracker tracker("c");
  Polled one({{.value = "a", .partition = "p", .offset = 1}, {.value = "b", .partition = "q", .offset = 1}});
  Polled two({{.value = "c", .partition = "p", .offset = 2}, {.value = "d", .partition = "q", .offset = 2}});
  REQUIRE(tracker.Add(&one.tracked).ok());
  REQUIRE(tracker.Add(&two.tracked).ok());
  one.Set(1, Ticket::kAcked);
  two.Set(0, Ticket::kAcked);
  two.Set(1, Ticket::kAcked);
  tracker.Complete(&two.tracked);
  CHECK(Collect(&tracker) == OffsetMap{{Key("q"), At(2)}});
  one.Set(0, Ticket::kAcked);
  tracker.Complete(&one.tracked);
  CHECK(Collect(&tracker) == OffsetMap{{Key("p"), At(2)}});
}

TEST_CASE("dropped records do not count: all dropped, no offset; what is sent later moves past them") {
  OffsetTracker tracker("c");
  Polled one({{.value = "a", .offset = 1}, {.value = "b", .offset = 2}});
  one.left_out = {1, 1};
  REQUIRE(tracker.Add(&one.tracked).ok());
  tracker.Complete(&one.tracked);
  CHECK(Collect(&tracker).empty());
  Polled two({{.value = "c", .offset = 3}, {.value = "d", .offset = 4}});
  two.left_out = {0, 1};
  REQUIRE(tracker.Add(&two.tracked).ok());
  two.Set(0, Ticket::kAcked);
  tracker.Complete(&two.tracked);
  CHECK(Collect(&tracker) == OffsetMap{{Key("p"), At(3)}});
}

TEST_CASE("a record without an offset holds back but has nothing to commit") {
  OffsetTracker tracker("c");
  Polled b({{.value = "a", .offset = 1}, {.value = "part of 2"}, {.value = "b", .offset = 2}});
  REQUIRE(tracker.Add(&b.tracked).ok());
  b.Set(0, Ticket::kAcked);
  b.Set(2, Ticket::kAcked);
  CHECK(Collect(&tracker) == OffsetMap{{Key("p"), At(1)}});
  b.Set(1, Ticket::kAcked);
  CHECK(Collect(&tracker) == OffsetMap{{Key("p"), At(2)}});
}

TEST_CASE("a refused record ends its source partition, or is passed when that is tolerated") {
  for (const bool tolerated : {false, true}) {
    OffsetTracker tracker("c");
    Polled b({{.value = "a", .offset = 1}, {.value = "b", .offset = 2}, {.value = "c", .offset = 3}});
    b.tracked.failed_counts = tolerated;
    REQUIRE(tracker.Add(&b.tracked).ok());
    b.Set(0, Ticket::kAcked);
    b.Set(1, Ticket::kFailed);
    b.Set(2, Ticket::kAcked);
    tracker.Complete(&b.tracked);
    Polled later({{.value = "d", .offset = 4}});
    REQUIRE(tracker.Add(&later.tracked).ok());
    later.Set(0, Ticket::kAcked);
    tracker.Complete(&later.tracked);
    CHECK(Collect(&tracker) == OffsetMap{{Key("p"), At(tolerated ? 4 : 1)}});
    CHECK(Collect(&tracker).empty());
  }
}

TEST_CASE("what could not be written is collected again, or what is newer") {
  OffsetTracker tracker("c");
  Polled b({{.value = "a", .offset = 1}, {.value = "b", .offset = 2}});
  REQUIRE(tracker.Add(&b.tracked).ok());
  b.Set(0, Ticket::kAcked);
  CHECK(Collect(&tracker, false) == OffsetMap{{Key("p"), At(1)}});
  CHECK(Collect(&tracker, false) == OffsetMap{{Key("p"), At(1)}});
  b.Set(1, Ticket::kAcked);
  CHECK(Collect(&tracker) == OffsetMap{{Key("p"), At(2)}});
  CHECK(Collect(&tracker).empty());
}

TEST_CASE("equal source partitions listed twice are one") {
  OffsetTracker tracker("c");
  Polled b({{.value = "a", .partition = "p", .offset = 1}, {.value = "b", .partition = "q", .offset = 2}});
  // Make the second entry of the table equal to the first.
  const_cast<mr_value*>(b.batch.src_partitions)[1] = b.batch.src_partitions[0];
  REQUIRE(tracker.Add(&b.tracked).ok());
  b.Set(1, Ticket::kAcked);
  CHECK(Collect(&tracker).empty());
  b.Set(0, Ticket::kAcked);
  CHECK(Collect(&tracker) == OffsetMap{{Key("p"), At(2)}});
}

TEST_CASE("property: whatever order records are acknowledged in, no offset passes one that is not") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    std::minstd_rand random(seed + 1);
    const auto below = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); };
    OffsetTracker tracker("c");
    struct Record {
      Polled* batch;
      size_t index;
      std::string partition;
      int64_t offset;
      bool counts, acked = false;
    };
    std::vector<std::unique_ptr<Polled>> batches;
    std::map<Polled*, size_t> pending;
    std::vector<Record> records;  // in the order polled
    std::vector<size_t> open;     // of records, not acknowledged
    std::map<std::string, int64_t> committed, next;
    const auto check = [&] {
      const bool written = below(4) != 0;
      for (const auto& [key, value] : Collect(&tracker, written)) {
        REQUIRE(value.has_value());
        if (written) {
          // Offsets only ever grow.
          const int64_t at = std::stoll(value->substr(6));
          CHECK(at >= committed[key]);
          committed[key] = at;
        }
        for (const Record& r : records) {
          if (Key(r.partition) == key && r.counts && r.offset <= std::stoll(value->substr(6))) CHECK(r.acked);
        }
      }
    };
    for (int step = 0; step < 120; ++step) {
      if (below(3) == 0) {
        std::vector<Row> rows;
        for (size_t i = 0, n = 1 + below(6); i < n; ++i) {
          const std::string p(1, static_cast<char>('p' + below(3)));
          rows.push_back({.value = "v", .partition = p, .offset = ++next[p]});
        }
        batches.push_back(std::make_unique<Polled>(rows));
        Polled* b = batches.back().get();
        for (size_t i = 0; i < rows.size(); ++i) {
          const bool counts = below(5) != 0;
          b->left_out[i] = counts ? 0 : 1;
          if (counts) {
            open.push_back(records.size());
            ++pending[b];
          }
          records.push_back({b, i, rows[i].partition, rows[i].offset, counts});
        }
        REQUIRE(tracker.Add(&b->tracked).ok());
        if (pending[b] == 0) tracker.Complete(&b->tracked);
      } else if (!open.empty()) {
        const size_t k = below(open.size());
        Record& r = records[open[k]];
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(k));
        r.acked = true;
        r.batch->Set(r.index, Ticket::kAcked);
        if (--pending[r.batch] == 0) tracker.Complete(&r.batch->tracked);
      }
      if (below(3) == 0) check();
    }
    for (const size_t i : open) {
      records[i].acked = true;
      records[i].batch->Set(records[i].index, Ticket::kAcked);
      if (--pending[records[i].batch] == 0) tracker.Complete(&records[i].batch->tracked);
    }
    for (int i = 0; i < 20; ++i) check();
    // In the end everything that counts is committed.
    OffsetMap rest;
    tracker.Collect(&rest);
    for (const auto& [key, value] : rest) committed[key] = std::stoll(value->substr(6));
    for (const auto& [p, last] : next) {
      int64_t expected = 0;
      for (const Record& r : records) {
        if (r.partition == p && r.counts) expected = std::max(expected, r.offset);
      }
      CHECK(committed[Key(p)] == expected);
    }
  }
}
