// SPDX-License-Identifier: Apache-2.0
#include "plugins/manifest.h"

#include <elf.h>
#include <fcntl.h>

#include <cstring>

#include "fixture.h"
#include "plugins/elf_section.h"

namespace millrace::plugins {
namespace {

constexpr std::string_view kSection = ".millrace.manifest";

// A minimal shared object: header, content of one section, names, three section headers.
std::string MakeElf(std::string_view content) {
  const std::string names = std::string("\0.shstrtab\0", 11) + std::string(kSection) + '\0';
  Elf64_Ehdr h{};
  std::memcpy(h.e_ident, ELFMAG, SELFMAG);
  h.e_ident[EI_CLASS] = ELFCLASS64;
  h.e_ident[EI_DATA] = ELFDATA2LSB;
  h.e_type = ET_DYN;
#if defined(__x86_64__)
  h.e_machine = EM_X86_64;
#else
  h.e_machine = EM_AARCH64;
#endif
  h.e_shentsize = sizeof(Elf64_Shdr);
  h.e_shnum = 3;
  h.e_shstrndx = 1;
  h.e_shoff = sizeof(h) + content.size() + names.size();
  Elf64_Shdr s[3] = {};
  s[1].sh_name = 1;
  s[1].sh_type = SHT_STRTAB;
  s[1].sh_offset = sizeof(h) + content.size();
  s[1].sh_size = names.size();
  s[2].sh_name = 11;
  s[2].sh_type = SHT_PROGBITS;
  s[2].sh_offset = sizeof(h);
  s[2].sh_size = content.size();
  std::string out(reinterpret_cast<const char*>(&h), sizeof(h));
  out += content;
  out += names;
  out.append(reinterpret_cast<const char*>(s), sizeof(s));
  return out;
}

Elf64_Ehdr* Header(std::string* elf) { return reinterpret_cast<Elf64_Ehdr*>(elf->data()); }
Elf64_Shdr* Section(std::string* elf, size_t i) {
  return reinterpret_cast<Elf64_Shdr*>(elf->data() + Header(elf)->e_shoff) + i;
}

std::string Read(const std::string& elf, size_t max = kMaxManifest) {
  Result<std::string> r = ReadElfSection(MemorySource(elf), kSection, max);
  return r.ok() ? *r : r.status().ToString();
}

std::string Parse(const std::string& json) {
  Result<Manifest> m = ParseManifest(json);
  return m.ok() ? "ok" : m.status().message();
}

std::string With(const std::string& classes) {
  return R"({"manifest_version":1,"name":"x","version":"3","abi":"1.0","classes":[)" + classes + "]}";
}

TEST_CASE("the section of a shared object is read") {
  CHECK(Read(MakeElf("{}")) == "{}");
  CHECK(Read(MakeElf("")).empty());
}

TEST_CASE("what is no shared object for this machine is told apart") {
  CHECK(Read("") == "FATAL: not an ELF file");
  CHECK(Read("this is a text file that is longer than an ELF header, by a good deal of letters") ==
        "FATAL: not an ELF file");
  CHECK(Read("\x7f"
             "ELF") == "FATAL: truncated: its header should end at byte 64 and the file has 4");
  std::string elf = MakeElf("{}");
  Header(&elf)->e_ident[EI_CLASS] = ELFCLASS32;
  CHECK(Read(elf) == "FATAL: built for another machine: not a 64-bit little-endian ELF file");
  elf = MakeElf("{}");
  Header(&elf)->e_machine = EM_S390;
  CHECK(Read(elf).starts_with("FATAL: built for s390; this machine is "));
  elf = MakeElf("{}");
  Header(&elf)->e_type = ET_EXEC;
  CHECK(Read(elf) == "FATAL: an ELF file, but not a shared object");
}

TEST_CASE("a shared object without the section is sound and has no manifest") {
  std::string elf = MakeElf("{}");
  Section(&elf, 2)->sh_name = 1;
  CHECK(Read(elf).starts_with("NOT_FOUND: "));
  elf = MakeElf("{}");
  Header(&elf)->e_shoff = 0;
  CHECK(Read(elf).starts_with("NOT_FOUND: "));
  elf = MakeElf("{}");
  Section(&elf, 2)->sh_type = SHT_NOBITS;
  CHECK(Read(elf).starts_with("NOT_FOUND: "));
}

TEST_CASE("a file that was cut anywhere is never believed") {
  const std::string elf = MakeElf("{\"a\":1}");
  for (size_t n = 0; n < elf.size(); ++n) {
    CAPTURE(n);
    CHECK(Read(elf.substr(0, n)).starts_with("FATAL: "));
  }
}

TEST_CASE("numbers that lead out of the file are refused") {
  std::string elf = MakeElf("{}");
  Header(&elf)->e_shoff = UINT64_MAX - 10;
  CHECK(Read(elf).starts_with("FATAL: truncated: its section table"));
  elf = MakeElf("{}");
  Section(&elf, 2)->sh_offset = UINT64_MAX - 1;
  CHECK(Read(elf).starts_with("FATAL: truncated: its section .millrace.manifest"));
  elf = MakeElf("{}");
  Section(&elf, 2)->sh_size = UINT64_MAX;
  CHECK(Read(elf).starts_with("FATAL: truncated: its section .millrace.manifest"));
  elf = MakeElf("{}");
  Section(&elf, 1)->sh_offset = 1 << 20;
  CHECK(Read(elf).starts_with("FATAL: truncated: its table of section names"));
  elf = MakeElf("{}");
  Section(&elf, 1)->sh_size = UINT64_MAX;
  CHECK(Read(elf).starts_with("FATAL: damaged"));
  elf = MakeElf("{}");
  Header(&elf)->e_shstrndx = 9;
  CHECK(Read(elf).starts_with("FATAL: damaged"));
  elf = MakeElf("{}");
  Header(&elf)->e_shnum = 0;  // then section 0 says how many there are
  Section(&elf, 0)->sh_size = UINT64_MAX / 8;
  CHECK(Read(elf).starts_with("FATAL: damaged"));
  Section(&elf, 0)->sh_size = 3;
  CHECK(Read(elf) == "{}");
  CHECK(Read(MakeElf(std::string(100, 'x')), 99).starts_with("FATAL: its section .millrace.manifest has 100 bytes"));
}

TEST_CASE("a manifest says what a bundle offers") {
  Result<Manifest> m = ParseManifest(
      R"({"manifest_version":1,"name":"file","version":"1.2","abi":"1.7","licence":"MIT","future":[{}],"classes":[
      {"role":"source","name":"org.x.A","aliases":["a","b"]},{"role":"transform","name":"org.x.B$Value","version":"9"},
      {"role":"config_provider","name":"org.x.C","version":null}]})");
  REQUIRE(m.ok());
  CHECK(m->name == "file");
  CHECK(m->licence == "MIT");
  REQUIRE(m->classes.size() == 3);
  CHECK(m->classes[0].version == "1.2");
  CHECK(m->classes[0].aliases == std::vector<std::string>{"a", "b"});
  CHECK(m->classes[1].role == MR_ROLE_TRANSFORM);
  CHECK(m->classes[1].version == "9");
  CHECK(m->classes[2].role == MR_ROLE_CONFIG_PROVIDER);
}

TEST_CASE("every manifest that cannot be used says why") {
  CHECK(Parse("").starts_with("the manifest is not valid JSON: "));
  CHECK(Parse("{\"a\":").starts_with("the manifest is not valid JSON: "));
  CHECK(Parse("{\"a\":\"\xff\"}").starts_with("the manifest is not valid JSON: "));
  CHECK(Parse("[]") == "the manifest is not a JSON object");
  CHECK(Parse("{}") == "the manifest has no manifest_version that is a whole number");
  CHECK(Parse(R"({"manifest_version":"1","abi":"1.0"})") ==
        "the manifest has no manifest_version that is a whole number");
  CHECK(Parse(R"({"manifest_version":2,"abi":"1.0"})") ==
        "the manifest has manifest_version 2; this version of Millrace reads up to 1. Use a newer Millrace or an older "
        "bundle");
  CHECK(Parse(R"({"manifest_version":1,"abi":"2.0"})")
            .starts_with("built for ABI 2.0; this version of Millrace has ABI"));
  CHECK(Parse(R"({"manifest_version":1,"abi":"one"})") == "the manifest has no \"abi\" like \"1.0\": it says \"one\"");
  CHECK(Parse(R"({"manifest_version":1})") == "the manifest has no \"abi\" like \"1.0\": it says \"\"");
  CHECK(Parse(R"({"manifest_version":1,"abi":"1.0"})") == "the manifest has no list \"classes\"");
  CHECK(Parse(R"({"manifest_version":1,"abi":"1.0","name":7})") == "the manifest: its member \"name\" is not a text");
  CHECK(Parse(With("")) == "the manifest names no class");
  CHECK(Parse(With("7")) == "the manifest, class 0: it is not an object");
  CHECK(Parse(With(R"({"role":"source"})")) == "the manifest, class 0: a class has no name");
  CHECK(Parse(With(R"({"role":"source","name":"a b"})"))
            .starts_with("the manifest, class 0: the name of a class has a character"));
  CHECK(Parse(With(R"({"role":"source","name":"a","aliases":{}})"))
            .starts_with("the manifest, class 0: its member \"aliases\" is not a list"));
  CHECK(Parse(With(R"({"role":"oracle","name":"a"})")) ==
        "nothing usable in it: class a was left out: its role \"oracle\" is not known to this version of Millrace");
  CHECK(Parse(std::string(kMaxManifest + 1, ' ')).starts_with("the manifest has 1048577 bytes"));
}

TEST_CASE("a class with an unknown role leaves the others usable") {
  Result<Manifest> m = ParseManifest(With(R"({"role":"oracle","name":"a"},{"role":"sink","name":"b"})"));
  REQUIRE(m.ok());
  CHECK(m->classes.size() == 1);
  REQUIRE(m->notes.size() == 1);
  CHECK(m->notes[0].starts_with("class a was left out"));
}

TEST_CASE("depth is no danger") {
  CHECK(Parse(std::string(500'000, '[')).starts_with("the manifest is not valid JSON"));
  CHECK(Parse(R"({"manifest_version":1,"abi":"1.0","classes":)" + std::string(100'000, '[') +
              std::string(100'000, ']') + "}") == "the manifest, class 0: it is not an object");
}

TEST_CASE("a second manifest in one bundle is noticed") {
  const TempDir dir;
  const std::string one = With(R"({"role":"sink","name":"b"})") + '\0';
  for (const auto& [content, good] : {std::pair{one, true}, {one + one, false}}) {
    const std::string elf = MakeElf(content);
    const std::string path = dir.Write("x.so", elf);
    const int fd = open(path.c_str(), O_RDONLY);
    Result<Manifest> m = ReadManifest(fd, elf.size());
    close(fd);
    CHECK(m.ok() == good);
    if (!good) CHECK(m.status().message().starts_with("has more than one manifest"));
  }
}

}  // namespace
}  // namespace millrace::plugins
