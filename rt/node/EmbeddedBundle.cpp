// EmbeddedBundle.cpp - see EmbeddedBundle.h. The file may be any, so each offset is checked before it is followed, and
// nothing is read through a cast pointer.
#include "EmbeddedBundle.h"

#include <cstring>
#include <elf.h>
#include <optional>

namespace cleave {

using State = EmbeddedBundle::State;

bool isElf(std::string_view file) { return file.substr(0, SELFMAG) == std::string_view(ELFMAG, SELFMAG); }

/// The `bytes` at `offset`, if they are there.
static std::optional<std::string_view> sliceOf(std::string_view file, uint64_t offset, uint64_t bytes) {
  if (offset > file.size() || bytes > file.size() - offset)
    return std::nullopt;
  return file.substr(offset, bytes);
}

template <class Record> static std::optional<Record> recordAt(std::string_view file, uint64_t offset) {
  std::optional<std::string_view> slice = sliceOf(file, offset, sizeof(Record));
  if (!slice)
    return std::nullopt;
  Record record;
  std::memcpy(&record, slice->data(), sizeof record);
  return record;
}

static EmbeddedBundle readContent(std::string_view content) {
  EmbeddedBundle found;
  found.state = State::Damaged;
  std::optional<cleave_embedded_header> header = recordAt<cleave_embedded_header>(content, 0);
  if (!header || std::memcmp(header->magic, CLEAVE_EMBEDDED_MAGIC, sizeof header->magic))
    return found;
  found.header = *header;
  std::optional<std::string_view> bundle = sliceOf(content, sizeof *header, header->bundle_bytes);
  if (!bundle || header->format != CLEAVE_EMBEDDED_FORMAT)
    return found;
  found.bundle = *bundle;
  found.state = State::Found;
  return found;
}

EmbeddedBundle findEmbeddedBundle(std::string_view file) {
  EmbeddedBundle none, cutShort;
  cutShort.state = State::CutShort;
  std::optional<Elf64_Ehdr> start = recordAt<Elf64_Ehdr>(file, 0);
  if (!start)
    return cutShort;
  if (start->e_ident[EI_CLASS] != ELFCLASS64 || start->e_ident[EI_DATA] != ELFDATA2LSB ||
      start->e_shentsize != sizeof(Elf64_Shdr) || start->e_shstrndx >= start->e_shnum)
    return none;
  auto headers = sliceOf(file, start->e_shoff, uint64_t{start->e_shnum} * sizeof(Elf64_Shdr));
  if (!headers)
    return cutShort;
  Elf64_Shdr nameTable = *recordAt<Elf64_Shdr>(*headers, start->e_shstrndx * sizeof(Elf64_Shdr));
  std::optional<std::string_view> names = sliceOf(file, nameTable.sh_offset, nameTable.sh_size);
  if (!names)
    return cutShort;
  constexpr std::string_view wanted(CLEAVE_BUNDLE_SECTION, sizeof CLEAVE_BUNDLE_SECTION); // with its 0
  for (size_t i = 0; i != start->e_shnum; ++i) {
    Elf64_Shdr section = *recordAt<Elf64_Shdr>(*headers, i * sizeof(Elf64_Shdr));
    if (section.sh_name > names->size() || names->substr(section.sh_name, wanted.size()) != wanted)
      continue;
    std::optional<std::string_view> content = sliceOf(file, section.sh_offset, section.sh_size);
    return content ? readContent(*content) : cutShort;
  }
  return none;
}

} // namespace cleave
