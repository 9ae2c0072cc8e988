// SPDX-License-Identifier: Apache-2.0
#include "plugins/bundle_scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <utility>

#include "millrace/abi.h"
#include "plugins/elf_section.h"

namespace millrace::plugins {
namespace {

constexpr std::string_view kManifestFile = "manifest.json";

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) close(fd_);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string Why(int error) { return std::strerror(error); }

std::string Parent(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, std::max<size_t>(slash, 1));
}

std::string RealPath(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr), &std::free);
  return real ? real.get() : path;
}

// The names in a directory, sorted, without hidden ones.
Result<std::vector<std::string>> List(const std::string& dir) {
  const std::unique_ptr<DIR, int (*)(DIR*)> d(opendir(dir.c_str()), closedir);
  if (!d) return Status::Fatal("cannot be listed: " + Why(errno));
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* e = readdir(d.get())) {
    if (e->d_name[0] != '.') names.emplace_back(e->d_name);
  }
  if (errno != 0) return Status::Fatal("cannot be listed: " + Why(errno));
  std::sort(names.begin(), names.end());
  return names;
}

class Scanner {
 public:
  std::vector<ScannedBundle> Take() { return std::move(found_); }

  void Element(const std::string& path) {
    struct stat st {};
    if (stat(path.c_str(), &st) != 0) {
      return Refuse(path, Status::Fatal(fmt::format("this directory of plugin.path cannot be used: {}. Create it or "
                                                    "take it out of plugin.path",
                                                    Why(errno))));
    }
    if (S_ISREG(st.st_mode) && path.ends_with(".so")) return File(path);
    if (!S_ISDIR(st.st_mode)) {
      return Refuse(path, Status::Fatal("plugin.path names it, but it is neither a directory nor a .so"));
    }
    if (Status s = CheckOwner(path, st, user_, "directory"); !s.ok()) return Refuse(path, std::move(s));
    Result<std::vector<std::string>> names = List(path);
    if (!names.ok()) return Refuse(path, names.status());
    for (const std::string& name : *names) {
      const std::string at = (path.ends_with('/') ? path : path + "/") + name;
      if (stat(at.c_str(), &st) != 0) {
        if (name.ends_with(".so")) Refuse(at, Status::Fatal("cannot be opened: " + Why(errno)));
      } else if (S_ISDIR(st.st_mode)) {
        Folder(at, st);
      } else if (name.ends_with(".so")) {
        File(at);
      } else if (name.ends_with(".jar")) {
        Refuse(at, JavaArchive());
      }
    }
  }

 private:
  void Refuse(const std::string& path, Status why, bool no_manifest = false) {
    ScannedBundle b;
    b.path = path;
    b.refused = std::move(why);
    b.no_manifest = no_manifest;
    found_.push_back(std::move(b));
  }

  static Status JavaArchive() {
    return Status::Fatal(
        "a Java archive: Millrace runs native bundles (.so), not Java plugins. Look for the bundle "
        "that takes this plugin's place and answers to the same class names");
  }

  static Status NoManifest() {
    return Status::Fatal(
        fmt::format("carries no manifest (section {}), so what it offers is not known: it is no "
                    "bundle, or it was linked without MR_MANIFEST, or a tool took the section out",
                    MR_MANIFEST_SECTION));
  }

  // Opens a regular file that is safe to load code from.
  Status Open(const std::string& path, Fd* fd, struct stat* st) const {
    if (fd->get() < 0) return Status::Fatal("cannot be opened: " + Why(errno));
    if (fstat(fd->get(), st) != 0) return Status::Fatal("cannot be looked at: " + Why(errno));
    if (!S_ISREG(st->st_mode)) return Status::Fatal("not a regular file");
    MILLRACE_RETURN_IF_ERROR(CheckOwner(path, *st, user_, "file"));
    return {};
  }

  // Where a symbolic link leads must be as safe as where it lies.
  Status CheckRealPlace(const std::string& path, const std::string& real) const {
    const std::string dir = Parent(real);
    if (RealPath(Parent(path)) == dir) return {};
    struct stat st {};
    if (stat(dir.c_str(), &st) != 0) return Status::Fatal("cannot be looked at: " + Why(errno));
    return CheckOwner(dir, st, user_, "directory");
  }

  // The shared object at `path` with its manifest; kNotFound: sound, but without one.
  Result<ScannedBundle> Read(const std::string& path) const {
    // O_NONBLOCK: a pipe that is called .so must not hold up the scan.
    Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat st {};
    MILLRACE_RETURN_IF_ERROR(Open(path, &fd, &st));
    ScannedBundle b;
    b.path = path;
    b.real_path = RealPath(path);
    b.device = st.st_dev;
    b.inode = st.st_ino;
    MILLRACE_RETURN_IF_ERROR(CheckRealPlace(path, b.real_path));
    Result<Manifest> manifest = ReadManifest(fd.get(), static_cast<uint64_t>(st.st_size));
    if (!manifest.ok() && manifest.status().code() != Code::kNotFound) return manifest.status();
    if (manifest.ok()) b.manifest = *std::move(manifest);
    b.no_manifest = b.manifest.classes.empty();
    return b;
  }

  void Add(ScannedBundle b) {
    const auto [it, fresh] = files_.emplace(std::pair(b.device, b.inode), b.path);
    if (!fresh) return Refuse(b.path, Status::Fatal("the same file as " + it->second + ", which is used"));
    found_.push_back(std::move(b));
  }

  void File(const std::string& path) {
    Result<ScannedBundle> b = Read(path);
    if (!b.ok()) return Refuse(path, b.status());
    if (b->no_manifest) return Refuse(path, NoManifest(), true);
    Add(*std::move(b));
  }

  // A child directory: its bundles are the shared objects with a manifest, or the one that manifest.json describes;
  // the others are their libraries.
  void Folder(const std::string& dir, const struct stat& dir_stat) {
    Result<std::vector<std::string>> names = List(dir);
    if (!names.ok()) return Refuse(dir, names.status());
    const auto ends = [&](std::string_view end) {
      return std::any_of(names->begin(), names->end(), [end](const std::string& n) { return n.ends_with(end); });
    };
    if (!ends(".so")) {
      // Nothing in it claims to be a bundle; a folder of jars is what people bring along from Java.
      if (ends(".jar")) Refuse(dir, JavaArchive());
      return;
    }
    if (Status s = CheckOwner(dir, dir_stat, user_, "directory"); !s.ok()) return Refuse(dir, std::move(s));

    std::vector<ScannedBundle> libraries;
    size_t told = found_.size();
    for (const std::string& name : *names) {
      if (!name.ends_with(".so")) continue;
      const std::string path = dir + "/" + name;
      Result<ScannedBundle> b = Read(path);
      if (!b.ok()) {
        Refuse(path, b.status());
      } else if (b->no_manifest) {
        libraries.push_back(*std::move(b));
      } else {
        Add(*std::move(b));
      }
    }
    if (found_.size() != told) return;
    if (std::find(names->begin(), names->end(), kManifestFile) == names->end()) {
      return Refuse(dir,
                    Status::Fatal(fmt::format("none of the shared objects in it ({}) carries a manifest (section {}), "
                                              "and there is no {}",
                                              libraries.size(), MR_MANIFEST_SECTION, kManifestFile)),
                    true);
    }
    FolderManifest(dir, std::move(libraries));
  }

  void FolderManifest(const std::string& dir, std::vector<ScannedBundle> libraries) {
    const std::string path = dir + "/" + std::string(kManifestFile);
    Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat st {};
    if (Status s = Open(path, &fd, &st); !s.ok()) return Refuse(path, std::move(s));
    if (static_cast<uint64_t>(st.st_size) > kMaxManifest) {
      return Refuse(path, Status::Fatal(fmt::format("it has {} bytes; it may have {}", st.st_size, kMaxManifest)));
    }
    std::string text(static_cast<size_t>(st.st_size), '\0');
    if (Status s = FileSource(fd.get(), text.size()).Read(0, text.size(), text.data()); !s.ok()) {
      return Refuse(path, std::move(s));
    }
    Result<Manifest> manifest = ParseManifest(text);
    if (!manifest.ok()) return Refuse(path, manifest.status());
    if (manifest->library.empty() && libraries.size() == 1) {
      libraries[0].manifest = *std::move(manifest);
      return Add(std::move(libraries[0]));
    }
    for (ScannedBundle& library : libraries) {
      if (library.path != dir + "/" + manifest->library) continue;
      library.manifest = *std::move(manifest);
      return Add(std::move(library));
    }
    Refuse(path, Status::Fatal(manifest->library.empty()
                                   ? "there are several shared objects beside it and it has no member \"library\" "
                                     "that names the bundle's"
                                   : "its member \"library\" names " + manifest->library + ", which is not beside it"));
  }

  const uid_t user_ = geteuid();
  std::vector<ScannedBundle> found_;
  std::map<std::pair<dev_t, ino_t>, std::string> files_;  // those in use, and where they were found
};

}  // namespace

Status CheckOwner(const std::string& path, const struct stat& st, uid_t own_user, std::string_view what) {
  if (st.st_uid != 0 && st.st_uid != own_user) {
    return Status::Fatal(
        fmt::format("the {} {} belongs to user {}, who could run code in this worker through it. It "
                    "must belong to root or to the worker's own user ({}). Fix: chown {} '{}'",
                    what, path, st.st_uid, own_user, own_user, path));
  }
  if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return Status::Fatal(
        fmt::format("the {} {} can be written by {} (mode {:04o}), who could run code in this worker "
                    "through it. Fix: chmod go-w '{}'",
                    what, path, (st.st_mode & S_IWOTH) != 0 ? "everybody" : "its group", st.st_mode & 07777U, path));
  }
  return {};
}

std::vector<ScannedBundle> ScanPluginPath(const std::vector<std::string>& plugin_path) {
  Scanner scanner;
  for (const std::string& path : plugin_path) {
    if (!path.empty()) scanner.Element(path);
  }
  return scanner.Take();
}

}  // namespace millrace::plugins
