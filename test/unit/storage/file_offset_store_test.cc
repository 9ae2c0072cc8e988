// SPDX-License-Identifier: Apache-2.0
#include "storage/file_offset_store.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "temp_dir.h"

using millrace::Code;
using millrace::Status;
using millrace::storage::FileOffsetStore;
using millrace::storage::FileOps;
using millrace::storage::FormatJavaHashMap;
using millrace::storage::OffsetMap;
using millrace::test::ReadFile;
using millrace::test::TempDir;
using millrace::test::WriteFile;

namespace {

// Lets the n-th operation fail (from 0), and counts them.
class FailingOps final : public FileOps {
 public:
  explicit FailingOps(int fail_at = -1, int error = ENOSPC) : fail_at_(fail_at), error_(error) {}
  int Open(const char* path, int flags, mode_t mode) override {
    return Fails() ? -1 : FileOps::Open(path, flags, mode);
  }
  ssize_t Read(int fd, void* buffer, size_t n) override { return Fails() ? -1 : FileOps::Read(fd, buffer, n); }
  ssize_t Write(int fd, const void* bytes, size_t n) override {
    // A full disk takes some bytes first.
    if (Fails())
      return error_ == ENOSPC && n > 7 && !short_ ? (short_ = true, --count_, FileOps::Write(fd, bytes, 7)) : -1;
    return FileOps::Write(fd, bytes, n);
  }
  int Fsync(int fd) override { return Fails() ? -1 : FileOps::Fsync(fd); }
  int Close(int fd) override {
    const int result = FileOps::Close(fd);
    return Fails() ? -1 : result;
  }
  int Rename(const char* from, const char* to) override { return Fails() ? -1 : FileOps::Rename(from, to); }
  int count() const { return count_; }

 private:
  bool Fails() {
    errno = error_;
    return count_++ == fail_at_;
  }
  const int fail_at_, error_;
  int count_ = 0;
  bool short_ = false;
};

const OffsetMap kOld = {{"a", "1"}, {"b", std::nullopt}};

}  // namespace

TEST_CASE("a missing and an empty file hold no offsets") {
  const TempDir dir;
  FileOffsetStore missing(dir / "none");
  REQUIRE(missing.Start().ok());
  CHECK(missing.All().empty());
  WriteFile(dir / "empty", "");
  FileOffsetStore empty(dir / "empty");
  REQUIRE(empty.Start().ok());
  CHECK(empty.All().empty());
}

TEST_CASE("a missing folder and a missing name say what to do") {
  const TempDir dir;
  const Status s = FileOffsetStore(dir / "no/such/file").Start();
  CHECK(s.code() == Code::kConfig);
  CHECK(s.message().find(dir / "no/such") != std::string::npos);
  CHECK(s.message().find("offset.storage.file.filename") != std::string::npos);
  CHECK(FileOffsetStore("").Start().code() == Code::kConfig);
}

TEST_CASE("what was put is read again, by this store and the next") {
  const TempDir dir;
  FileOffsetStore store(dir / "offsets");
  REQUIRE(store.Start().ok());
  REQUIRE(store.Put({{"a", "1"}, {"b", "2"}}).ok());
  REQUIRE(store.Put({{"b", std::nullopt}, {"c", "3"}}).ok());
  CHECK(store.Get("a") == "1");
  CHECK_FALSE(store.Get("b").has_value());
  CHECK_FALSE(store.Get("none").has_value());
  FileOffsetStore next(dir / "offsets");
  REQUIRE(next.Start().ok());
  CHECK(next.All() == OffsetMap{{"a", "1"}, {"b", std::nullopt}, {"c", "3"}});
  CHECK(access((dir / "offsets.tmp").c_str(), F_OK) != 0);
}

TEST_CASE("a damaged file is an error that names it, and is left alone") {
  const TempDir dir;
  const std::string good = FormatJavaHashMap(kOld);
  for (const std::string& content : {good.substr(0, good.size() - 1), std::string("hello"), good + good}) {
    WriteFile(dir / "offsets", content);
    FileOffsetStore store(dir / "offsets");
    const Status s = store.Start();
    CHECK(s.code() == Code::kData);
    CHECK(s.message().find(dir / "offsets") != std::string::npos);
    CHECK(s.message().find("Restore it") != std::string::npos);
    CHECK(ReadFile(dir / "offsets") == content);
  }
}

TEST_CASE("each operation failing once leaves the old content or the new") {
  const TempDir dir;
  FailingOps counting;
  {
    WriteFile(dir / "count", FormatJavaHashMap(kOld));
    FileOffsetStore store(dir / "count", &counting);
    REQUIRE(store.Start().ok());
    REQUIRE(store.Put({{"c", "3"}}).ok());
  }
  OffsetMap updated = kOld;
  updated["c"] = "3";
  for (const int error : {ENOSPC, EIO}) {
    for (int at = 0; at < counting.count(); ++at) {
      CAPTURE(at);
      const std::string path = dir / ("offsets-" + std::to_string(error) + "-" + std::to_string(at));
      WriteFile(path, FormatJavaHashMap(kOld));
      FailingOps ops(at, error);
      FileOffsetStore store(path, &ops);
      if (const Status s = store.Start(); !s.ok()) {
        CHECK(s.message().find(path) != std::string::npos);
        continue;
      }
      const Status put = store.Put({{"c", "3"}});
      if (!put.ok()) CHECK(put.code() == (error == ENOSPC ? Code::kRetriable : Code::kFatal));
      FileOffsetStore after(path);
      REQUIRE(after.Start().ok());
      const bool is_new = after.All() == updated;
      CHECK((is_new || after.All() == kOld));
      if (put.ok()) CHECK(is_new);
      // With room again the same store goes on.
      REQUIRE(store.Put({{"c", "4"}}).ok());
      CHECK(store.Get("c") == "4");
      REQUIRE(after.Start().ok());
      CHECK(after.Get("c") == "4");
    }
  }
}

TEST_CASE("an interrupted call is tried again") {
  const TempDir dir;
  FailingOps counting;
  FileOffsetStore first(dir / "count", &counting);
  REQUIRE(first.Start().ok());
  const int before = counting.count();
  FailingOps ops(before + 1, EINTR);  // opening the temporary file, then the write
  FileOffsetStore store(dir / "offsets", &ops);
  REQUIRE(store.Start().ok());
  CHECK(store.Put({{"a", "1"}}).ok());
  CHECK(ops.count() > before + 1);
}

TEST_CASE("mode and symbolic link survive") {
  const TempDir dir;
  WriteFile(dir / "real", FormatJavaHashMap(kOld));
  REQUIRE(chmod((dir / "real").c_str(), 0640) == 0);
  REQUIRE(symlink((dir / "real").c_str(), (dir / "link").c_str()) == 0);
  FileOffsetStore store(dir / "link");
  REQUIRE(store.Start().ok());
  REQUIRE(store.Put({{"z", "9"}}).ok());
  struct stat info {};
  REQUIRE(lstat((dir / "link").c_str(), &info) == 0);
  CHECK(S_ISLNK(info.st_mode));
  REQUIRE(stat((dir / "real").c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0640);
  FileOffsetStore after(dir / "real");
  REQUIRE(after.Start().ok());
  CHECK(after.Get("z") == "9");
}
