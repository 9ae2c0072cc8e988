// SPDX-License-Identifier: Apache-2.0
#include "plugins/bundle_scan.h"

#include <sys/stat.h>

#include <chrono>

#include "fixture.h"

namespace millrace::plugins {
namespace {

// "path: reason" or "path: ok", paths without the directory.
std::vector<std::string> Scan(const TempDir& dir, const std::vector<std::string>& path) {
  std::vector<std::string> out;
  for (const ScannedBundle& b : ScanPluginPath(path)) {
    std::string at = b.path.starts_with(dir.path()) ? b.path.substr(dir.path().size()) : b.path;
    out.push_back(at + ": " + (b.refused.ok() ? "ok " + b.manifest.name : b.refused.message()));
  }
  return out;
}
std::vector<std::string> Scan(const TempDir& dir) { return Scan(dir, {dir.path()}); }

constexpr std::string_view kManifest =
    R"({"manifest_version":1,"name":"json","abi":"1.0","classes":[{"role":"sink","name":"x.S"}]})";

TEST_CASE("shared objects in a directory and in its child directories are found, in order") {
  const TempDir dir;
  dir.CopyBundle("counting_source", "b.so");
  dir.CopyBundle("stages", "a.so");
  dir.Dir("folder");
  dir.CopyBundle("c_source", "folder/libc.so");
  dir.Write("README.md", "not a bundle");
  dir.Dir("documentation");
  CHECK(Scan(dir) ==
        std::vector<std::string>{"/a.so: ok stages", "/b.so: ok counting_source", "/folder/libc.so: ok c_source"});
  CHECK(Scan(dir, {dir.path() + "/"}).size() == 3);
  CHECK(Scan(dir, {dir.path() + "/b.so"}) == std::vector<std::string>{"/b.so: ok counting_source"});
}

TEST_CASE("what is no bundle is told and stops nothing") {
  const TempDir dir;
  dir.CopyBundle("counting_source", "good.so");
  dir.Write("text.so", "hello");
  dir.CopyBundle("bad_no_manifest", "none.so");
  dir.Write("java.jar", "PK");
  REQUIRE(mkfifo((dir.path() + "/pipe.so").c_str(), 0600) == 0);
  REQUIRE(symlink("/nowhere/at/all.so", (dir.path() + "/link.so").c_str()) == 0);
  const std::vector<std::string> found = Scan(dir);
  REQUIRE(found.size() == 6);
  CHECK(found[0] == "/good.so: ok counting_source");
  CHECK(found[1].starts_with("/java.jar: a Java archive: Millrace runs native bundles"));
  CHECK(found[2] == "/link.so: cannot be opened: No such file or directory");
  CHECK(found[3].starts_with("/none.so: carries no manifest (section .millrace.manifest)"));
  CHECK(found[4] == "/pipe.so: not a regular file");
  CHECK(found[5] == "/text.so: not an ELF file");
}

TEST_CASE("an element of plugin.path that is not there is told") {
  const TempDir dir;
  const std::string file = dir.Write("file.txt", "");
  const std::vector<std::string> found = Scan(dir, {dir.path() + "/missing", file, ""});
  REQUIRE(found.size() == 2);
  CHECK(
      found[0] ==
      "/missing: this directory of plugin.path cannot be used: No such file or directory. Create it or take it out of "
      "plugin.path");
  CHECK(found[1] == "/file.txt: plugin.path names it, but it is neither a directory nor a .so");
}

TEST_CASE("a manifest.json serves a folder whose library has no manifest of its own") {
  const TempDir dir;
  dir.Dir("one");
  dir.CopyBundle("bad_no_manifest", "one/lib.so");
  dir.Write("one/manifest.json", kManifest);
  dir.Dir("two");
  dir.CopyBundle("bad_no_manifest", "two/liba.so");
  dir.CopyBundle("bad_no_manifest", "two/libb.so");
  dir.Write("two/manifest.json", std::string(kManifest.substr(0, kManifest.size() - 1)) + ",\"library\":\"libb.so\"}");
  CHECK(Scan(dir) == std::vector<std::string>{"/one/lib.so: ok json", "/two/libb.so: ok json"});
  dir.Write("two/manifest.json", kManifest);
  CHECK(Scan(dir)[1].starts_with("/two/manifest.json: there are several shared objects beside it"));
  dir.Write("two/manifest.json", std::string(kManifest.substr(0, kManifest.size() - 1)) + ",\"library\":\"../x.so\"}");
  CHECK(Scan(dir)[1] == "/two/manifest.json: its member \"library\" names ../x.so, which is not beside it");
  dir.Write("two/manifest.json", "{");
  CHECK(Scan(dir)[1].starts_with("/two/manifest.json: the manifest is not valid JSON"));
  std::filesystem::remove(dir.path() + "/two/manifest.json");
  CHECK(Scan(dir)[1].starts_with("/two: none of the shared objects in it (2) carries a manifest"));
}

TEST_CASE("the libraries of a bundle folder are no bundles") {
  const TempDir dir;
  dir.Dir("folder");
  dir.CopyBundle("stages", "folder/libstages.so");
  dir.CopyBundle("bad_no_manifest", "folder/libprivate.so");
  CHECK(Scan(dir) == std::vector<std::string>{"/folder/libstages.so: ok stages"});
}

TEST_CASE("a folder of jars is a Java plugin") {
  const TempDir dir;
  dir.Dir("kafka-connect-jdbc");
  dir.Write("kafka-connect-jdbc/lib.jar", "PK");
  REQUIRE(Scan(dir).size() == 1);
  CHECK(Scan(dir)[0].starts_with("/kafka-connect-jdbc: a Java archive"));
}

TEST_CASE("the same file is used once, whatever its names") {
  const TempDir dir;
  dir.CopyBundle("stages", "a.so");
  REQUIRE(symlink("a.so", (dir.path() + "/b.so").c_str()) == 0);
  REQUIRE(link((dir.path() + "/a.so").c_str(), (dir.path() + "/c.so").c_str()) == 0);
  const std::string same = "the same file as " + dir.path() + "/a.so, which is used";
  CHECK(Scan(dir) == std::vector<std::string>{"/a.so: ok stages", "/b.so: " + same, "/c.so: " + same});
}

TEST_CASE("what others may write is refused, with the fix") {
  const TempDir dir;
  const std::string file = dir.CopyBundle("stages", "a.so");
  chmod(file.c_str(), 0775);
  CHECK(Scan(dir) == std::vector<std::string>{"/a.so: the file " + file +
                                              " can be written by its group (mode 0775), who could run code in this "
                                              "worker through it. Fix: chmod go-w '" +
                                              file + "'"});
  chmod(file.c_str(), 0646);
  CHECK(Scan(dir)[0].find("can be written by everybody (mode 0646)") != std::string::npos);
  chmod(file.c_str(), 0644);
  CHECK(Scan(dir) == std::vector<std::string>{"/a.so: ok stages"});

  chmod(dir.path().c_str(), 01777);  // a sticky bit does not help: a new file can still be put there
  CHECK(Scan(dir)[0].starts_with(": the directory " + dir.path() + " can be written by everybody (mode 1777)"));
  chmod(dir.path().c_str(), 0755);

  const std::string folder = dir.Dir("folder");
  dir.CopyBundle("c_source", "folder/c.so");
  chmod(folder.c_str(), 0775);
  CHECK(Scan(dir)[1].starts_with("/folder: the directory " + folder + " can be written by its group"));
}

TEST_CASE("a link does not lead around the check of its directory") {
  const TempDir dir, open;
  const std::string file = open.CopyBundle("stages", "a.so");
  REQUIRE(symlink(file.c_str(), (dir.path() + "/a.so").c_str()) == 0);
  CHECK(Scan(dir) == std::vector<std::string>{"/a.so: ok stages"});
  chmod(open.path().c_str(), 0777);
  CHECK(Scan(dir)[0].starts_with("/a.so: the directory " + open.path() + " can be written by everybody"));
}

TEST_CASE("what belongs to someone else is refused, what belongs to root is not") {
  struct stat st {};
  st.st_mode = S_IFREG | 0644;
  st.st_uid = 4711;
  CHECK(CheckOwner("/x.so", st, 4711, "file").ok());
  CHECK(
      CheckOwner("/x.so", st, 1000, "file").message() ==
      "the file /x.so belongs to user 4711, who could run code in this worker through it. It must belong to root or to "
      "the worker's own user (1000). Fix: chown 1000 '/x.so'");
  st.st_uid = 0;
  CHECK(CheckOwner("/x.so", st, 1000, "file").ok());
}

TEST_CASE("five hundred bundles are scanned quickly") {
  const TempDir dir;
  const std::string content = ReadFile(BundlePath("counting_source"));
  for (int i = 0; i < 500; ++i) dir.Write("bundle" + std::to_string(i) + ".so", content);
  const auto begin = std::chrono::steady_clock::now();
  const std::vector<ScannedBundle> found = ScanPluginPath({dir.path()});
  const auto took = std::chrono::steady_clock::now() - begin;
  CHECK(found.size() == 500);
  for (const ScannedBundle& b : found) CHECK(b.refused.ok());
  MESSAGE("500 bundles scanned in " << std::chrono::duration_cast<std::chrono::microseconds>(took).count() << " us");
}

}  // namespace
}  // namespace millrace::plugins
