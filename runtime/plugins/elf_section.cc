// SPDX-License-Identifier: Apache-2.0
#include "plugins/elf_section.h"

#include <elf.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace millrace::plugins {
namespace {

constexpr uint64_t kMaxSections = 100'000;
constexpr uint64_t kMaxNames = 4 << 20;

#if defined(__x86_64__)
constexpr uint16_t kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr uint16_t kMachine = EM_AARCH64;
#else
#error "tell the manifest reader the ELF machine of this processor"
#endif

std::string MachineName(uint16_t machine) {
  switch (machine) {
    case EM_X86_64: return "x86-64";
    case EM_AARCH64: return "AArch64";
    case EM_386: return "i386";
    case EM_ARM: return "ARM";
    case EM_RISCV: return "RISC-V";
    case EM_PPC64: return "PowerPC64";
    case EM_S390: return "s390";
    default: return "ELF machine " + std::to_string(machine);
  }
}

Status Truncated(std::string_view what, uint64_t end, uint64_t size) {
  return Status::Fatal("truncated: its " + std::string(what) + " should end at byte " + std::to_string(end) +
                       " and the file has " + std::to_string(size));
}

Status CheckHeader(const Elf64_Ehdr& h) {
  if (std::memcmp(h.e_ident, ELFMAG, SELFMAG) != 0) return Status::Fatal("not an ELF file");
  if (h.e_ident[EI_CLASS] != ELFCLASS64 || h.e_ident[EI_DATA] != ELFDATA2LSB) {
    return Status::Fatal("built for another machine: not a 64-bit little-endian ELF file");
  }
  if (h.e_machine != kMachine) {
    return Status::Fatal("built for " + MachineName(h.e_machine) + "; this machine is " + MachineName(kMachine));
  }
  if (h.e_type != ET_DYN) return Status::Fatal("an ELF file, but not a shared object");
  return {};
}

// Is [offset, offset + n) within `size`?
bool Within(uint64_t offset, uint64_t n, uint64_t size) { return offset <= size && n <= size - offset; }

}  // namespace

Status MemorySource::Read(uint64_t offset, size_t n, char* out) const {
  assert(Within(offset, n, bytes_.size()));
  std::memcpy(out, bytes_.data() + offset, n);
  return {};
}

Status FileSource::Read(uint64_t offset, size_t n, char* out) const {
  for (size_t at = 0; at < n;) {
    const ssize_t got = pread(fd_, out + at, n - at, static_cast<off_t>(offset + at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Status::Fatal("cannot be read: " + std::string(std::strerror(errno)));
    if (got == 0) return Truncated("content", offset + n, offset + at);
    at += static_cast<size_t>(got);
  }
  return {};
}

Result<std::string> ReadElfSection(const ByteSource& file, std::string_view name, size_t max_bytes) {
  const uint64_t size = file.size();
  Elf64_Ehdr header{};
  if (size < SELFMAG) return Status::Fatal("not an ELF file");
  MILLRACE_RETURN_IF_ERROR(
      file.Read(0, static_cast<size_t>(std::min<uint64_t>(size, sizeof(header))), reinterpret_cast<char*>(&header)));
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return Status::Fatal("not an ELF file");
  if (size < sizeof(header)) return Truncated("header", sizeof(header), size);
  MILLRACE_RETURN_IF_ERROR(CheckHeader(header));
  const Status none = Status::NotFound("has no section " + std::string(name));
  if (header.e_shoff == 0) return none;
  if (header.e_shentsize != sizeof(Elf64_Shdr)) {
    return Status::Fatal("damaged: its section headers have " + std::to_string(header.e_shentsize) + " bytes each");
  }

  const auto read_header = [&](uint64_t i, Elf64_Shdr* out) -> Status {
    const uint64_t at = header.e_shoff + i * sizeof(Elf64_Shdr);
    if (header.e_shoff > size || !Within(at, sizeof(Elf64_Shdr), size)) {
      return Truncated("section table", at + sizeof(Elf64_Shdr), size);
    }
    return file.Read(at, sizeof(Elf64_Shdr), reinterpret_cast<char*>(out));
  };
  // Counts too large for the header stand in section 0.
  uint64_t n_sections = header.e_shnum, names_at = header.e_shstrndx;
  if (n_sections == 0 || names_at == SHN_XINDEX) {
    Elf64_Shdr first{};
    MILLRACE_RETURN_IF_ERROR(read_header(0, &first));
    if (n_sections == 0) n_sections = first.sh_size;
    if (names_at == SHN_XINDEX) names_at = first.sh_link;
  }
  if (n_sections > kMaxSections) {
    return Status::Fatal("damaged: it says it has " + std::to_string(n_sections) + " sections");
  }
  const uint64_t table_bytes = n_sections * sizeof(Elf64_Shdr);
  if (!Within(header.e_shoff, table_bytes, size)) {
    return Truncated("section table",
                     header.e_shoff > UINT64_MAX - table_bytes ? UINT64_MAX : header.e_shoff + table_bytes, size);
  }
  if (names_at == SHN_UNDEF) return none;
  if (names_at >= n_sections) return Status::Fatal("damaged: its table of section names is not there");

  std::vector<Elf64_Shdr> sections(static_cast<size_t>(n_sections));
  MILLRACE_RETURN_IF_ERROR(
      file.Read(header.e_shoff, static_cast<size_t>(table_bytes), reinterpret_cast<char*>(sections.data())));
  const Elf64_Shdr& names = sections[static_cast<size_t>(names_at)];
  if (names.sh_type == SHT_NOBITS || names.sh_size > kMaxNames) {
    return Status::Fatal("damaged: its table of section names has " + std::to_string(names.sh_size) + " bytes");
  }
  if (!Within(names.sh_offset, names.sh_size, size))
    return Truncated("table of section names", names.sh_offset + names.sh_size, size);
  std::string text(static_cast<size_t>(names.sh_size), '\0');
  MILLRACE_RETURN_IF_ERROR(file.Read(names.sh_offset, text.size(), text.data()));

  for (const Elf64_Shdr& s : sections) {
    if (s.sh_name >= text.size() || s.sh_type == SHT_NOBITS || s.sh_type == SHT_NULL) continue;
    const std::string_view rest = std::string_view(text).substr(s.sh_name);
    if (rest.substr(0, rest.find('\0')) != name) continue;
    if (!Within(s.sh_offset, s.sh_size, size)) {
      return Truncated("section " + std::string(name), s.sh_offset + s.sh_size, size);
    }
    if (s.sh_size > max_bytes) {
      return Status::Fatal("its section " + std::string(name) + " has " + std::to_string(s.sh_size) +
                           " bytes; it may have " + std::to_string(max_bytes));
    }
    std::string out(static_cast<size_t>(s.sh_size), '\0');
    MILLRACE_RETURN_IF_ERROR(file.Read(s.sh_offset, out.size(), out.data()));
    return out;
  }
  return none;
}

}  // namespace millrace::plugins
