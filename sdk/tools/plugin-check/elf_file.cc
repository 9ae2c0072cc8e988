// SPDX-License-Identifier: Apache-2.0
#include "elf_file.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>

#include "millrace/abi.h"

namespace plugin_check {
namespace {

// The file's bytes; what lies outside reads as nothing.
class Bytes {
 public:
  explicit Bytes(std::string_view all) : all_(all) {}

  std::string_view Range(uint64_t offset, uint64_t n) const {
    if (offset > all_.size() || n > all_.size() - offset) return {};
    return all_.substr(offset, n);
  }
  template <class T>
  bool At(uint64_t offset, T* out) const {
    const std::string_view bytes = Range(offset, sizeof(T));
    if (bytes.empty()) return false;
    std::memcpy(out, bytes.data(), sizeof(T));
    return true;
  }
  template <class T>
  std::vector<T> Array(uint64_t offset, uint64_t n_bytes) const {
    const std::string_view bytes = Range(offset, n_bytes / sizeof(T) * sizeof(T));
    std::vector<T> out(bytes.size() / sizeof(T));
    if (!out.empty()) std::memcpy(out.data(), bytes.data(), out.size() * sizeof(T));
    return out;
  }

 private:
  std::string_view all_;
};

std::string Name(std::string_view table, uint64_t at) {
  if (at >= table.size()) return {};
  const std::string_view rest = table.substr(at);
  return std::string(rest.substr(0, rest.find('\0')));
}

}  // namespace

std::string ElfFile::Read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return "cannot be opened";
  std::ostringstream content;
  content << in.rdbuf();
  const std::string all = content.str();
  const Bytes file(all);

  Elf64_Ehdr header{};
  if (!file.At(0, &header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return "not an ELF file";
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB) {
    return "not a 64-bit little-endian ELF file";
  }
  if (header.e_type != ET_DYN) return "not a shared object";
  const auto sections = file.Array<Elf64_Shdr>(header.e_shoff, uint64_t{header.e_shnum} * sizeof(Elf64_Shdr));
  if (sections.empty() || sections.size() != header.e_shnum || header.e_shstrndx >= sections.size()) {
    return "truncated, or without section headers";
  }
  const auto content_of = [&](const Elf64_Shdr& s) {
    return s.sh_type == SHT_NOBITS ? std::string_view() : file.Range(s.sh_offset, s.sh_size);
  };
  const auto linked = [&](const Elf64_Shdr& s) {
    return s.sh_link < sections.size() ? content_of(sections[s.sh_link]) : std::string_view();
  };

  for (const auto& segment : file.Array<Elf64_Phdr>(header.e_phoff, uint64_t{header.e_phnum} * sizeof(Elf64_Phdr))) {
    relro = relro || segment.p_type == PT_GNU_RELRO;
    executable_stack = executable_stack || (segment.p_type == PT_GNU_STACK && (segment.p_flags & PF_X) != 0);
  }

  std::set<std::string> versions;
  const std::string_view names = content_of(sections[header.e_shstrndx]);
  for (const Elf64_Shdr& s : sections) {
    const std::string_view strings = linked(s);
    if (s.sh_type == SHT_DYNSYM) {
      for (const auto& symbol : file.Array<Elf64_Sym>(s.sh_offset, s.sh_size)) {
        const unsigned bind = ELF64_ST_BIND(symbol.st_info), visibility = ELF64_ST_VISIBILITY(symbol.st_other);
        std::string name = Name(strings, symbol.st_name);
        if (name.empty() || bind == STB_LOCAL) continue;
        if (symbol.st_shndx == SHN_UNDEF) {
          if (bind != STB_WEAK) undefined.push_back(std::move(name));
        } else if (visibility == STV_DEFAULT || visibility == STV_PROTECTED) {
          unique_symbols = unique_symbols || bind == STB_GNU_UNIQUE;
          exported.push_back(std::move(name));
        }
      }
    } else if (s.sh_type == SHT_DYNAMIC) {
      for (const auto& d : file.Array<Elf64_Dyn>(s.sh_offset, s.sh_size)) {
        if (d.d_tag == DT_NULL) break;
        if (d.d_tag == DT_NEEDED) needed.push_back(Name(strings, d.d_un.d_val));
        if (d.d_tag == DT_RPATH || d.d_tag == DT_RUNPATH) run_path = Name(strings, d.d_un.d_val);
        if (d.d_tag == DT_TEXTREL) text_relocations = true;
        if (d.d_tag == DT_BIND_NOW) bind_now = true;
        if (d.d_tag == DT_FLAGS) {
          text_relocations = text_relocations || (d.d_un.d_val & DF_TEXTREL) != 0;
          static_tls = static_tls || (d.d_un.d_val & DF_STATIC_TLS) != 0;
          bind_now = bind_now || (d.d_un.d_val & DF_BIND_NOW) != 0;
        }
        if (d.d_tag == DT_FLAGS_1) bind_now = bind_now || (d.d_un.d_val & DF_1_NOW) != 0;
      }
    } else if (s.sh_type == SHT_GNU_verneed) {
      // A chain of libraries, each with a chain of versions; the links are distances and only lead forward.
      Elf64_Verneed library{};
      for (uint64_t at = s.sh_offset; file.At(at, &library);) {
        Elf64_Vernaux version{};
        for (uint64_t v = at + library.vn_aux; file.At(v, &version);) {
          if (std::string name = Name(strings, version.vna_name); name.starts_with("GLIBC_")) versions.insert(name);
          if (version.vna_next == 0) break;
          v += version.vna_next;
        }
        if (library.vn_next == 0) break;
        at += library.vn_next;
      }
    } else if (Name(names, s.sh_name) == MR_MANIFEST_SECTION) {
      std::string text(content_of(s));
      while (!text.empty() && text.back() == '\0') text.pop_back();
      manifest = std::move(text);
    }
  }
  glibc.assign(versions.begin(), versions.end());
  std::sort(exported.begin(), exported.end());
  std::sort(undefined.begin(), undefined.end());
  return {};
}

}  // namespace plugin_check
