// SPDX-License-Identifier: Apache-2.0
//
// ElfFile: what the dynamic linker will see in a shared object, and the bytes of its manifest section. Reads the whole
// file into memory; every offset is checked before it is followed. Plain data once read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace plugin_check {

struct ElfFile {
  std::vector<std::string> exported;   // names that other objects can bind to
  std::vector<std::string> undefined;  // names that another object must provide (weak ones left out)
  std::vector<std::string> needed;     // DT_NEEDED
  std::vector<std::string> glibc;      // GLIBC_2.17 ...: the versions of libc that it wants
  std::string run_path;
  bool text_relocations = false, static_tls = false, bind_now = false, relro = false, executable_stack = false;
  bool unique_symbols = false;
  std::optional<std::string> manifest;  // the text of .millrace.manifest

  // Reads `path`; an empty string is success, anything else says what is wrong with the file.
  std::string Read(const std::string& path);
};

}  // namespace plugin_check
