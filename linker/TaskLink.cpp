// TaskLink.cpp - a task's object, the task runtime and the library code it uses become one static ELF.
//
// The archives are libcleave_task.a (rt/task: start-up, heap, codecs) and libcleave_task_base.a, which is made once
// from the system's own libraries when Cleave is built (TaskLibrary.cpp says what is in it and why). There is no
// libc, so whatever reaches outside computation is an undefined symbol here.
//
// The order is: link with symbols, verify, strip. The verifier needs symbols, a node does not; stripping is a cut
// after the last byte that is loaded, not a second link.
//
// Layout: lld's own, without padding to pages (segments share file pages and are told apart by their addresses),
// without read-only-after-relocation, as there are no relocations, and without tables for unwinding.
#include "linker/TaskLink.h"
#include "linker/Lld.h"
#include "linker/TaskLibrary.h"
#include "linker/Verifier.h"
#include "llvm/Object/ELF.h"

using namespace llvm;
using namespace llvm::object;
using Elf = ELFFile<ELF64LE>;

namespace cleave {

// The library code names what it was compiled for by marker symbols (TaskLibrary.h): those still there are in use.
static Expected<std::set<std::string>> libraryFeatures(const Elf &elf) {
  std::set<std::string> features;
  auto sections = elf.sections();
  if (!sections)
    return sections.takeError();
  for (const Elf::Elf_Shdr &section : *sections) {
    if (section.sh_type != ELF::SHT_SYMTAB)
      continue;
    auto symbols = elf.symbols(&section);
    auto names = elf.getStringTableForSymtab(section);
    if (!symbols || !names)
      return joinErrors(symbols.takeError(), names.takeError());
    for (const Elf::Elf_Sym &symbol : *symbols) {
      Expected<StringRef> name = symbol.getName(*names);
      if (!name)
        return name.takeError();
      for (StringRef feature : featuresOfMarker(*name))
        features.insert(feature.str());
    }
  }
  return features;
}

static Expected<std::vector<char>> strip(std::vector<char> image) {
  Expected<Elf> elf = Elf::create(StringRef(image.data(), image.size()));
  if (!elf)
    return elf.takeError();
  auto segments = elf->program_headers();
  if (!segments)
    return segments.takeError();
  uint64_t end = 0;
  for (const Elf::Elf_Phdr &segment : *segments)
    if (segment.p_type == ELF::PT_LOAD)
      end = std::max<uint64_t>(end, segment.p_offset + segment.p_filesz);
  auto *header = reinterpret_cast<Elf::Elf_Ehdr *>(image.data());
  header->e_shoff = 0;
  header->e_shnum = 0;
  header->e_shstrndx = 0;
  image.resize(end);
  image.shrink_to_fit();
  return image;
}

Expected<TaskImage> linkTask(ArrayRef<char> object, const InstructionCheck &instructions,
                             const std::string &runtimeDirectory, bool verbose) {
  Expected<MemoryFile> input = MemoryFile::create(object);
  if (!input)
    return input.takeError();
  Expected<std::vector<char>> image = runLld({"-static",
                                              "-nostdlib",
                                              "--no-dynamic-linker",
                                              "-e",
                                              "_start",
                                              "--gc-sections",
                                              "--icf=safe",
                                              "-O2",
                                              "-z",
                                              "noexecstack",
                                              "-z",
                                              "norelro",
                                              "-z",
                                              "max-page-size=4096",
                                              "-z",
                                              "noseparate-code",
                                              "--build-id=none",
                                              "--no-undefined",
                                              "--no-eh-frame-hdr",
                                              "--threads=1",
                                              "--error-limit=0",
                                              input->path(),
                                              runtimeDirectory + "/libcleave_task.a",
                                              runtimeDirectory + "/libcleave_task_base.a"},
                                             verbose);
  if (!image)
    return image.takeError();
  if (Error error = verifyTaskImage(*image, instructions))
    return error;
  Expected<Elf> elf = Elf::create(StringRef(image->data(), image->size()));
  if (!elf)
    return elf.takeError();
  Expected<std::set<std::string>> features = libraryFeatures(*elf);
  if (!features)
    return features.takeError();
  Expected<std::vector<char>> stripped = strip(std::move(*image));
  if (!stripped)
    return stripped.takeError();
  return TaskImage{std::move(*stripped), std::move(*features)};
}

} // namespace cleave
