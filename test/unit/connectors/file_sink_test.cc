// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "millrace/cpp/value.h"
#include "millrace/testing/batch.h"
#include "millrace/testing/instances.h"
#include "temp_dir.h"

using namespace millrace::test;
using namespace millrace::sdk::testing;
namespace sdk = millrace::sdk;

namespace {

constexpr char kClass[] = "org.apache.kafka.connect.file.FileStreamSinkConnector";

mr_status PutValues(SinkTask& task, const std::vector<mr_value>& values) {
  TestBatch batch;
  for (const mr_value& v : values) batch.Add(v);
  return task.Put(*batch.get());
}

mr_status PutLines(SinkTask& task, std::initializer_list<std::string_view> lines) {
  std::vector<mr_value> values;
  for (const std::string_view line : lines) values.push_back(sdk::Text(line));
  return PutValues(task, values);
}

// No file of this process may grow beyond `bytes` while it lives: the write that crosses it is cut short.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    before_action_ = signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, before_action_);
  }

 private:
  rlimit before_{};
  void (*before_action_)(int);
};

struct Fixture {
  TestHost host;
  TempDir dir;
  std::string path = dir.File("out.txt");
  SinkTask task{host, FileClass(kClass)};

  void Start() { REQUIRE_MESSAGE(task.Start({{"file", path}}) == MR_OK, task.error().message); }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "sink: a line per value, in the file when put returns, appended to what was there") {
  WriteFile(path, "before\n");
  Start();
  CHECK(PutLines(task, {"one", "", "two\nlines"}) == MR_OK);
  CHECK(ReadFile(path) == "before\none\n\ntwo\nlines\n");
  CHECK(task.Flush() == MR_OK);
  CHECK(PutValues(task, {}) == MR_OK);
  CHECK(PutLines(task, {"three"}) == MR_OK);
  CHECK(ReadFile(path) == "before\none\n\ntwo\nlines\nthree\n");
}

TEST_CASE_FIXTURE(Fixture, "sink: other values are written as Java's println writes them") {
  Start();
  const mr_value list[] = {sdk::Int32(1), sdk::Text("x")};
  CHECK(PutValues(task, {sdk::Null(), sdk::Int64(-5), sdk::Float64(1e10), sdk::Bool(true), sdk::Array(list)}) == MR_OK);
  CHECK(ReadFile(path) == "null\n-5\n1.0E10\ntrue\n[1, x]\n");
}

TEST_CASE_FIXTURE(Fixture, "sink: dropped records are left out") {
  Start();
  TestBatch batch;
  for (const char* text : {"a", "b", "c"}) batch.Add(sdk::Text(text));
  batch[1].flags = MR_REC_DROP;
  CHECK(task.Put(*batch.get()) == MR_OK);
  CHECK(ReadFile(path) == "a\nc\n");
}

TEST_CASE_FIXTURE(Fixture, "sink: a batch larger than the buffer, with a value larger than it") {
  Start();
  const std::string big(700'000, 'x'), line(1000, 'y');
  std::vector<mr_value> values(600, sdk::Text(line));
  values[300] = sdk::Text(big);
  CHECK(PutValues(task, values) == MR_OK);
  std::string expected;
  for (int i = 0; i < 600; ++i) expected += (i == 300 ? big : line) + "\n";
  CHECK(ReadFile(path) == expected);
}

TEST_CASE_FIXTURE(Fixture, "sink: a full disk is retriable and leaves nothing of the batch behind") {
  Start();
  CHECK(PutLines(task, {"first"}) == MR_OK);
  const std::string long_line(3000, 'z');
  {
    const FileSizeLimit limit(2000);
    CHECK(PutLines(task, {"second", long_line}) == MR_RETRIABLE);
    CHECK(task.error().message == "cannot write to " + path + ": File too large");
    CHECK(ReadFile(path) == "first\n");
  }
  CHECK(PutLines(task, {"second", long_line}) == MR_OK);
  CHECK(ReadFile(path) == "first\nsecond\n" + long_line + "\n");
}

TEST_CASE("sink: a device without room is retriable, too") {
  TestHost host;
  SinkTask task(host, FileClass(kClass));
  REQUIRE(task.Start({{"file", "/dev/full"}}) == MR_OK);
  CHECK(PutLines(task, {"x"}) == MR_RETRIABLE);
  CHECK(task.error().message == "cannot write to /dev/full: No space left on device");
}

TEST_CASE_FIXTURE(Fixture, "sink: a line torn by a crash is ended before anything is appended") {
  WriteFile(path, "whole\ntor");
  Start();
  CHECK(PutLines(task, {"torn", "next"}) == MR_OK);
  CHECK(ReadFile(path) == "whole\ntor\ntorn\nnext\n");
  CHECK(host.Logged("ends in the middle of a line"));
}

TEST_CASE_FIXTURE(Fixture, "sink: a value without a text fails the batch and leaves nothing of it behind") {
  Start();
  CHECK(PutValues(task, {sdk::Text(std::string(300'000, 'x')), sdk::Struct({})}) == MR_DATA);
  CHECK(task.error().message == "a struct came without its schema");
  CHECK(ReadFile(path) == "");
}

TEST_CASE_FIXTURE(Fixture, "sink: a name with a NUL is refused") {
  CHECK(task.Start({{"file", std::string("a\0b", 3)}}) == MR_CONFIG);
  CHECK(task.error().details.at("key") == "file");
}

TEST_CASE_FIXTURE(Fixture, "sink: cancel ends a put that waits for a reader") {
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  Start();
  const std::string big(1 << 20, 'x');  // more than a pipe holds
  std::thread other([&] { task.Cancel(); });
  CHECK(PutLines(task, {big}) == MR_CANCELLED);
  other.join();
}

TEST_CASE_FIXTURE(Fixture, "sink: a file that cannot be made is refused in Java's words") {
  CHECK(task.Start({{"file", dir.File("none/out")}}) == MR_FATAL);
  CHECK(task.error().message == "Couldn't find or create file '" + dir.File("none/out") +
                                    "' for FileStreamSinkTask: No such file or directory");
}

TEST_CASE_FIXTURE(Fixture, "sink: tasks that share a file do not tear each other's batches") {
  Start();
  SinkTask other(host, FileClass(kClass));
  REQUIRE(other.Start({{"file", path}}) == MR_OK);
  const std::string a(300'000, 'a'), b(300'000, 'b');
  std::thread thread([&] {
    for (int i = 0; i < 20; ++i) CHECK(PutLines(other, {b, b}) == MR_OK);
  });
  for (int i = 0; i < 20; ++i) CHECK(PutLines(task, {a, a}) == MR_OK);
  thread.join();
  const std::string content = ReadFile(path);
  size_t lines = 0;
  for (size_t at = 0; at < content.size(); at += a.size() + 1, ++lines) {
    const std::string_view line = std::string_view(content).substr(at, a.size() + 1);
    REQUIRE((line == a + "\n" || line == b + "\n"));
    // both lines of a batch stand together
    if (lines % 2 == 1) CHECK(content[at] == content[at - a.size() - 1]);
  }
  CHECK(lines == 80);
}

TEST_CASE("sink: the standard output, and a reader that has gone") {
  TestHost host;
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const int saved = dup(STDOUT_FILENO);
  REQUIRE(dup2(ends[1], STDOUT_FILENO) == STDOUT_FILENO);
  close(ends[1]);
  std::string text(64, '\0');
  ssize_t got = 0;
  mr_status put = MR_OK, flushed = MR_OK, broken = MR_OK;
  {
    SinkTask task(host, FileClass(kClass));
    const mr_status started = task.Start({});
    put = PutLines(task, {"one", "two"});
    got = read(ends[0], text.data(), text.size());
    flushed = task.Flush();
    close(ends[0]);
    broken = PutLines(task, {"three"});  // a SIGPIPE would end the process
    dup2(saved, STDOUT_FILENO);
    close(saved);
    CHECK(started == MR_OK);
    CHECK(task.error().message == "cannot write to stdout: Broken pipe");
  }
  CHECK(put == MR_OK);
  CHECK(flushed == MR_OK);
  CHECK(broken == MR_FATAL);
  CHECK(text.substr(0, static_cast<size_t>(got)) == "one\ntwo\n");
}
