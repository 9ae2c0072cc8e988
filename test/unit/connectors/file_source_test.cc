// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "millrace/testing/batch.h"
#include "millrace/testing/instances.h"
#include "temp_dir.h"

using namespace millrace::test;
using namespace millrace::sdk::testing;

namespace {

constexpr char kClass[] = "org.apache.kafka.connect.file.FileStreamSourceConnector";

struct Record {
  std::string text;
  int64_t position;
  bool operator==(const Record&) const = default;
};

}  // namespace

template <>
struct doctest::StringMaker<std::vector<Record>> {
  static String convert(const std::vector<Record>& all) {
    std::string out;
    for (const Record& r : all) out += r.text + "@" + std::to_string(r.position) + " ";
    return out.c_str();
  }
};

namespace {

std::vector<Record> Read(const mr_batch& batch) {
  std::vector<Record> out;
  for (uint32_t i = 0; i < batch.n; ++i) {
    const mr_record& r = *MR_AT(const mr_record, batch.records, batch.stride, i);
    const mr_value& position = r.src_offset.u.v[1];
    out.push_back({std::string(r.value.u.s, r.value.n), position.kind == MR_I64 ? position.u.i : -1});
  }
  return out;
}

// Polls until n records have come; a condition with a deadline. Anything beyond n that a batch brings is kept, too.
std::vector<Record> Take(SourceTask& task, size_t n) {
  std::vector<Record> out;
  const int64_t deadline = millrace::sdk::MonotonicNanos() + INT64_C(20'000'000'000);
  while (out.size() < n && millrace::sdk::MonotonicNanos() < deadline) {
    mr_batch batch;
    REQUIRE_MESSAGE(task.Poll(&batch, 50) == MR_OK, task.error().message);
    for (const Record& r : Read(batch)) out.push_back(r);
    if (batch.n != 0) batch.release(&batch);
  }
  return out;
}

std::vector<Record> TakeWhatIsThere(SourceTask& task) {
  std::vector<Record> out;
  for (;;) {
    mr_batch batch;
    REQUIRE_MESSAGE(task.Poll(&batch) == MR_OK, task.error().message);
    if (batch.n == 0) return out;
    for (const Record& r : Read(batch)) out.push_back(r);
    batch.release(&batch);
  }
}

struct Fixture {
  TestHost host;
  TempDir dir;
  std::string path = dir.File("in.txt");
  SourceTask task{host, FileClass(kClass)};

  void Start(Settings more = {}) {
    more.insert(more.end(), {{"file", path}, {"topic", "t"}});
    REQUIRE_MESSAGE(task.Start(more) == MR_OK, task.error().message);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "source: every terminator ends a line, and positions count bytes after it") {
  WriteFile(path, "a\nbb\rccc\r\n\n\xC3\xA9\n\r\r\nrest");
  Start();
  CHECK(TakeWhatIsThere(task) ==
        std::vector<Record>{{"a", 2}, {"bb", 5}, {"ccc", 10}, {"", 11}, {"\xC3\xA9", 14}, {"", 15}, {"", 17}});
}

TEST_CASE_FIXTURE(Fixture, "source: an unfinished line waits, and so does a carriage return at the end") {
  WriteFile(path, "ab");
  Start();
  CHECK(TakeWhatIsThere(task).empty());
  AppendFile(path, "c\r");
  CHECK(TakeWhatIsThere(task).empty());
  AppendFile(path, "\nd\r");
  CHECK(Take(task, 1) == std::vector<Record>{{"abc", 5}});
  AppendFile(path, "e\n");
  CHECK(Take(task, 2) == std::vector<Record>{{"d", 7}, {"e", 9}});
}

TEST_CASE_FIXTURE(Fixture, "source: a record is what Java makes") {
  WriteFile(path, "one\n");
  Start();
  mr_batch batch;
  REQUIRE(task.Poll(&batch) == MR_OK);
  REQUIRE(batch.n == 1);
  REQUIRE(batch.n_topics == 1);
  CHECK(std::string(batch.topics[0].p, batch.topics[0].n) == "t");
  const mr_record& r = batch.records[0];
  CHECK(r.key.kind == MR_NULL);
  CHECK(r.key_schema == nullptr);
  CHECK(r.value.kind == MR_STRING);
  REQUIRE(r.value_schema != nullptr);
  CHECK(r.value_schema->kind == MR_STRING);
  CHECK(r.value_schema->optional == 0);
  CHECK(r.partition == MR_NO_PARTITION);
  CHECK(r.n_headers == 0);
  CHECK((r.flags & MR_REC_HAS_TS) != 0);
  CHECK(r.timestamp > INT64_C(1'500'000'000'000));
  REQUIRE(batch.n_src_partitions == 1);
  const mr_value& partition = batch.src_partitions[r.src_partition];
  REQUIRE(partition.kind == MR_MAP);
  REQUIRE(partition.n == 1);
  CHECK(std::string(partition.u.v[0].u.s, partition.u.v[0].n) == "filename");
  CHECK(std::string(partition.u.v[1].u.s, partition.u.v[1].n) == path);
  CHECK(std::string(r.src_offset.u.v[0].u.s, r.src_offset.u.v[0].n) == "position");
  CHECK(r.src_offset.u.v[1].kind == MR_I64);
  CHECK(r.src_offset.u.v[1].u.i == 4);
  batch.release(&batch);
}

TEST_CASE_FIXTURE(Fixture, "source: batch.size bounds a batch, and at least one record is in it") {
  std::string content;
  for (int i = 0; i < 10; ++i) content += std::to_string(i) + "\n";
  WriteFile(path, content);
  uint32_t expected = 0;
  SUBCASE("4") {
    Start({{"batch.size", "4"}});
    expected = 4;
  }
  SUBCASE("0") {
    Start({{"batch.size", "0"}});
    expected = 1;
  }
  mr_batch batch;
  REQUIRE(task.Poll(&batch) == MR_OK);
  CHECK(batch.n == expected);
  batch.release(&batch);
  CHECK(TakeWhatIsThere(task).size() == 10 - expected);
}

TEST_CASE_FIXTURE(Fixture, "source: waits for a file that does not exist yet, and says so once") {
  Start();
  CHECK(TakeWhatIsThere(task).empty());
  CHECK(TakeWhatIsThere(task).empty());
  CHECK(host.Logged("WARN org.apache.kafka.connect.file.FileStreamSourceTask: Couldn't find file " + path +
                    " for FileStreamSourceTask, sleeping to wait for it to be created") == 1);
  std::thread writer([&] { WriteFile(path, "late\n"); });
  CHECK(Take(task, 1) == std::vector<Record>{{"late", 5}});
  writer.join();
}

TEST_CASE_FIXTURE(Fixture, "source: a folder that does not exist yet is waited for, too") {
  path = dir.File("new/in.txt");
  Start();
  CHECK(TakeWhatIsThere(task).empty());
  std::filesystem::create_directory(dir.File("new"));
  WriteFile(path, "late\n");
  CHECK(Take(task, 1) == std::vector<Record>{{"late", 5}});
}

TEST_CASE_FIXTURE(Fixture, "source: goes on at the stored position") {
  WriteFile(path, "one\ntwo\nthree\n");
  mr_value position{};
  position.kind = MR_I64;
  SUBCASE("in the file") {
    position.u.i = 4;
    host.StoreOffset(path, "position", position);
    Start();
    CHECK(TakeWhatIsThere(task) == std::vector<Record>{{"two", 8}, {"three", 14}});
  }
  SUBCASE("at its end") {
    position.u.i = 14;
    host.StoreOffset(path, "position", position);
    Start();
    CHECK(TakeWhatIsThere(task).empty());
    AppendFile(path, "four\n");
    CHECK(Take(task, 1) == std::vector<Record>{{"four", 19}});
  }
  SUBCASE("beyond its end: it was truncated meanwhile") {
    position.u.i = 15;
    host.StoreOffset(path, "position", position);
    Start();
    CHECK(TakeWhatIsThere(task).size() == 3);
    CHECK(host.Logged("is beyond its end at 14"));
  }
  SUBCASE("of the wrong type") {
    position.kind = MR_F64;
    position.u.d = 1.5;
    host.StoreOffset(path, "position", position);
    Start();
    mr_batch batch;
    CHECK(task.Poll(&batch) == MR_FATAL);
    CHECK(task.error().message == "Offset position is the incorrect type");
  }
}

TEST_CASE_FIXTURE(Fixture, "source: a truncated file is read from its beginning") {
  WriteFile(path, "one\ntwo\nunfinished");
  Start();
  CHECK(TakeWhatIsThere(task).size() == 2);
  WriteFile(path, "x\n");
  CHECK(Take(task, 1) == std::vector<Record>{{"x", 2}});
  CHECK(host.Logged("was truncated to 2 bytes while it was read at 18"));
}

TEST_CASE_FIXTURE(Fixture, "source: a file that was replaced is finished, then the new one is read") {
  WriteFile(path, "one\n");
  Start({{"millrace.rotation.quiet.ms", "0"}});
  CHECK(Take(task, 1) == std::vector<Record>{{"one", 4}});
  std::filesystem::rename(path, path + ".1");
  AppendFile(path + ".1", "two\nlast");
  CHECK(Take(task, 1) == std::vector<Record>{{"two", 8}});
  WriteFile(path, "three\n");
  CHECK(Take(task, 2) == std::vector<Record>{{"last", 0}, {"three", 6}});
  CHECK(host.Logged("was replaced by another file, after 12 bytes of the old one"));
}

TEST_CASE_FIXTURE(Fixture, "source: a replaced file gets time for its last lines") {
  WriteFile(path, "one\n");
  Start({{"millrace.rotation.quiet.ms", "3600000"}});
  CHECK(Take(task, 1).size() == 1);
  std::filesystem::rename(path, path + ".1");
  WriteFile(path, "new\n");
  CHECK(TakeWhatIsThere(task).empty());
  AppendFile(path + ".1", "two\n");
  CHECK(Take(task, 1) == std::vector<Record>{{"two", 8}});
}

TEST_CASE_FIXTURE(Fixture, "source: a deleted file is followed until there is another") {
  WriteFile(path, "one\n");
  Start({{"millrace.rotation.quiet.ms", "0"}});
  CHECK(Take(task, 1).size() == 1);
  std::filesystem::remove(path);
  CHECK(TakeWhatIsThere(task).empty());
  WriteFile(path, "new\n");
  CHECK(Take(task, 1) == std::vector<Record>{{"new", 4}});
}

TEST_CASE_FIXTURE(Fixture, "source: lines longer than a block, and the bound on them") {
  const std::string big(1'500'000, 'x');
  WriteFile(path, "a\n" + big + "\nb\n");
  SUBCASE("within the bound") {
    Start({{"millrace.line.max.bytes", "1500000"}});
    CHECK(Take(task, 3) == std::vector<Record>{{"a", 2}, {big, 1'500'003}, {"b", 1'500'005}});
  }
  SUBCASE("one byte too long") {
    Start({{"millrace.line.max.bytes", "1499999"}});
    CHECK(Take(task, 1) == std::vector<Record>{{"a", 2}});
    mr_batch batch;
    CHECK(task.Poll(&batch) == MR_DATA);
    CHECK(task.error().details.at("key") == "millrace.line.max.bytes");
  }
  SUBCASE("no end in sight") {
    WriteFile(path, big);
    Start({{"millrace.line.max.bytes", "1000"}});
    mr_batch batch;
    CHECK(task.Poll(&batch) == MR_DATA);
  }
}

TEST_CASE_FIXTURE(Fixture, "source: malformed UTF-8 becomes U+FFFD, the rest of the line is kept") {
  WriteFile(path,
            "a\xFF"
            "b\n\xE4\xB8\n\xE4\xB8\xAD\n\xED\xA0\x80\n");
  Start();
  CHECK(TakeWhatIsThere(task) == std::vector<Record>{{"a\xEF\xBF\xBD"
                                                      "b",
                                                      4},
                                                     {"\xEF\xBF\xBD", 7},
                                                     {"\xE4\xB8\xAD", 11},
                                                     {"\xEF\xBF\xBD", 15}});
}

TEST_CASE_FIXTURE(Fixture, "source: cancel ends a waiting poll") {
  SUBCASE("at the end of the file") { WriteFile(path, "one\n"); }
  SUBCASE("without a file") {}
  Start();
  TakeWhatIsThere(task);
  const int64_t before = millrace::sdk::MonotonicNanos();
  std::thread other([&] { task.Cancel(); });
  mr_batch batch;
  CHECK(task.Poll(&batch, 3'600'000) == MR_OK);
  CHECK(batch.n == 0);
  CHECK(millrace::sdk::MonotonicNanos() - before < INT64_C(60'000'000'000));
  other.join();
}

TEST_CASE_FIXTURE(Fixture, "source: without inotify the file is looked at again after a while") {
  WriteFile(path, "one\n");
  Start();
  CHECK(Take(task, 1).size() == 1);
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const int next = dup(STDERR_FILENO);
  close(next);
  const rlimit none_left{static_cast<rlim_t>(next), before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none_left);
  mr_batch batch;
  const mr_status status = task.Poll(&batch, 10);
  setrlimit(RLIMIT_NOFILE, &before);
  CHECK(status == MR_OK);
  CHECK(batch.n == 0);
  AppendFile(path, "two\n");
  CHECK(Take(task, 1) == std::vector<Record>{{"two", 8}});
}

TEST_CASE("source: a batch outlives its task, and everything is given back in the end") {
  TestHost host;
  TempDir dir;
  mr_batch batch, second;
  {
    SourceTask task(host, FileClass(kClass));
    WriteFile(dir.File("in"), "one\ntwo\n");
    REQUIRE(task.Start({{"file", dir.File("in")}, {"topic", "t"}, {"batch.size", "1"}}) == MR_OK);
    REQUIRE(task.Poll(&batch) == MR_OK);
    batch.retain(&batch);
    batch.release(&batch);
    REQUIRE(task.Poll(&second) == MR_OK);
  }
  const mr_batch copy = batch;  // release must not depend on the address of the struct
  CHECK(Read(copy) == std::vector<Record>{{"one", 4}});
  CHECK(Read(second) == std::vector<Record>{{"two", 8}});
  CHECK(host.live_schemas() > 0);
  std::thread other([&] { copy.release(&copy); });
  other.join();
  second.release(&second);
  CHECK(host.live_schemas() == 0);
}

TEST_CASE_FIXTURE(Fixture, "source: what cannot be read is refused with a reason") {
  mr_batch batch;
  SUBCASE("a directory") {
    path = dir.path();
    Start();
    CHECK(task.Poll(&batch) == MR_CONFIG);
    CHECK(task.error().message.find("is a directory") != std::string::npos);
  }
  SUBCASE("below a file") {
    WriteFile(path, "");
    path += "/in";
    Start();
    CHECK(task.Poll(&batch) == MR_FATAL);
    CHECK(task.error().message == "cannot open " + path + ": Not a directory");
  }
  SUBCASE("without a topic") {
    CHECK(task.Start({{"file", path}}) == MR_CONFIG);
    CHECK(task.error().details.at("key") == "topic");
  }
}

TEST_CASE_FIXTURE(Fixture, "source: a named pipe is read for as long as writers come") {
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  Start();
  CHECK(TakeWhatIsThere(task).empty());
  AppendFile(path, "one\n");
  CHECK(Take(task, 1) == std::vector<Record>{{"one", 4}});
  AppendFile(path, "two\n");
  CHECK(Take(task, 1) == std::vector<Record>{{"two", 8}});
}

TEST_CASE("source: the standard input has null names and positions, and its last line needs no newline") {
  TestHost host;
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const int saved = dup(STDIN_FILENO);
  REQUIRE(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
  close(ends[0]);
  {
    SourceTask task(host, FileClass(kClass));
    REQUIRE(task.Start({{"topic", "t"}}) == MR_OK);
    CHECK(TakeWhatIsThere(task).empty());
    REQUIRE(write(ends[1], "one\ntw", 6) == 6);
    mr_batch batch;
    REQUIRE(task.Poll(&batch, 20'000) == MR_OK);
    REQUIRE(batch.n == 1);
    CHECK(batch.src_partitions[0].u.v[1].kind == MR_NULL);
    CHECK(batch.records[0].src_offset.u.v[1].kind == MR_NULL);
    batch.release(&batch);
    close(ends[1]);
    CHECK(Take(task, 1) == std::vector<Record>{{"tw", -1}});
    CHECK(TakeWhatIsThere(task).empty());
  }
  dup2(saved, STDIN_FILENO);
  close(saved);
}
