// SPDX-License-Identifier: Apache-2.0
// The manifest of a bundle: the first byte says whether the rest is an ELF file or the JSON of a manifest.
#include "plugins/manifest.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "millrace/abi.h"
#include "plugins/elf_section.h"

using millrace::Result;
using namespace millrace::plugins;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 'e') {
    Result<std::string> text = ReadElfSection(MemorySource(rest), MR_MANIFEST_SECTION, 1 << 16);
    if (text.ok() && text->size() > rest.size()) std::abort();
    if (text.ok()) (void)ParseManifest(*text).ok();
    return 0;
  }
  Result<Manifest> m = ParseManifest(rest);
  if (!m.ok()) {
    if (m.status().message().empty()) std::abort();
    return 0;
  }
  if (m->classes.empty()) std::abort();
  for (const ManifestClass& c : m->classes) {
    if (c.role == 0 || c.name.empty()) std::abort();
  }
  return 0;
}
