// Executable.cpp - puts a bundle into a copy of the embedded node (tools/EmbeddedNode.cpp), so that `./app` is all that
// a person types.
//
// The bundle becomes a section that the kernel does not load; the node maps its own file and finds it through the
// section headers. Nothing of the node moves: behind its bytes come the section's content, a longer table of section
// names and new section headers, and the ELF header's fields that lead there are changed.
//
//   | the node, unchanged | header, bundle | section names | section headers |
//
// Rejected: a tail behind the last byte of the ELF, found from the file's end. strip removes it, `cmake --install
// --strip` with it. Section headers at the end have the tail's virtue that a file which was cut short is seen to be.
// GNU's strip keeps any section that is not for debugging; LLVM's keeps what a segment covers, so this one gets a
// segment of a type that no loader knows. Its program header is that of the node's notes: they say for which Linux it
// was built, and of a static executable nobody asks that.
#include "linker/Executable.h"
#include "cleave/bundle.h"
#include "llvm/Object/ELF.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/SHA256.h"
#include <cstring>

using namespace llvm;

namespace cleave {

using Elf = object::ELF64LE;

/// Of the types that are left to operating systems; "clv".
static constexpr uint32_t bundleSegment = ELF::PT_LOOS + 0x636c76;

/// A page: then the content can be mapped alone.
static constexpr uint64_t contentAlignment = 4096;

static void alignTo(std::string &file, uint64_t alignment) { file.resize(llvm::alignTo(file.size(), alignment), '\0'); }

static cleave_embedded_header describe(StringRef bundle) {
  cleave_embedded_header header = {CLEAVE_EMBEDDED_MAGIC, CLEAVE_EMBEDDED_FORMAT, bundle.size(), {}};
  SHA256 hash;
  hash.update(bundle);
  std::array<uint8_t, 32> digest = hash.final();
  std::memcpy(header.sha256, digest.data(), digest.size());
  return header;
}

/// Has the header of the node's notes, in `file`, cover `content` instead. False: there is none.
static bool coverWithSegment(std::string &file, const Elf::Ehdr &start, const Elf::Shdr &content) {
  for (unsigned i = 0; i < start.e_phnum; ++i) {
    char *place = file.data() + start.e_phoff + i * sizeof(Elf::Phdr);
    Elf::Phdr segment;
    std::memcpy(&segment, place, sizeof segment);
    if (segment.p_type != ELF::PT_NOTE)
      continue;
    segment = {};
    segment.p_type = bundleSegment;
    segment.p_flags = ELF::PF_R;
    segment.p_offset = content.sh_offset;
    segment.p_filesz = content.sh_size;
    segment.p_align = content.sh_addralign;
    std::memcpy(place, &segment, sizeof segment);
    return true;
  }
  return false;
}

Expected<std::string> embedBundle(StringRef node, StringRef bundle) {
  Expected<object::ELFFile<Elf>> elf = object::ELFFile<Elf>::create(node);
  if (!elf)
    return elf.takeError();
  auto sections = elf->sections();
  if (!sections)
    return sections.takeError();
  auto nameTable = elf->getSectionStringTable(*sections);
  if (!nameTable)
    return nameTable.takeError();
  if (auto segments = elf->program_headers(); !segments)
    return segments.takeError();

  std::string file = node.str();
  alignTo(file, contentAlignment);
  Elf::Shdr content = {};
  content.sh_type = ELF::SHT_PROGBITS;
  content.sh_name = nameTable->size();
  content.sh_offset = file.size();
  content.sh_size = sizeof(cleave_embedded_header) + bundle.size();
  content.sh_addralign = contentAlignment;
  cleave_embedded_header header = describe(bundle);
  file.append(reinterpret_cast<const char *>(&header), sizeof header).append(bundle);

  std::vector<Elf::Shdr> headers(sections->begin(), sections->end());
  Elf::Shdr &names = headers[elf->getHeader().e_shstrndx];
  names.sh_offset = file.size();
  names.sh_size = nameTable->size() + sizeof CLEAVE_BUNDLE_SECTION;
  file.append(*nameTable).append(CLEAVE_BUNDLE_SECTION, sizeof CLEAVE_BUNDLE_SECTION);
  headers.push_back(content);

  alignTo(file, alignof(uint64_t));
  Elf::Ehdr start = elf->getHeader();
  start.e_shoff = file.size();
  start.e_shnum = headers.size();
  file.append(reinterpret_cast<const char *>(headers.data()), headers.size() * sizeof(Elf::Shdr));
  std::memcpy(file.data(), &start, sizeof start);
  if (!coverWithSegment(file, start, content))
    return createStringError("the embedded node has no notes, whose program header the bundle would take");
  return file;
}

} // namespace cleave
