// Verifier.cpp - what a task binary must be, checked on the bytes that lld wrote.
//
// Design, section 1: a task cannot open, read, time or randomise anything; section 4: the linker proves it where it
// can, and every node refuses the rest. The inference is what should make it so; this is the check behind it, on a
// different level (machine code, not IR), so that one mistake does not pass both.
//
// Two kinds of rules. The SHAPE of the file: fixed addresses, everything resolved, no memory both writable and
// executable: a node loads it by copying segments and runs no loader. The INSTRUCTIONS: none that leaves user mode,
// and none whose result depends on anything but the task's inputs (time, randomness, the processor's identity).
//
// Disassembly is linear, restarted at every function symbol, which is why it is done before symbols are stripped. It
// proves that our compiler and libraries put no such instruction there. It does not prove that a jump into the
// middle of an instruction finds none: that would take aligned bundles as in Native Client, which cost speed and
// size. Against code that was subverted while running there is the node's jail.
#include "linker/Verifier.h"
#include "linker/Instructions.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Object/ELF.h"

using namespace llvm;
using namespace llvm::object;
using Elf = ELFFile<ELF64LE>;

namespace cleave {

static Error broken(const Twine &rule) { return createStringError(rule); }

namespace {
struct Function {
  uint64_t address;
  StringRef name;
};
} // namespace

// Code may hold no data: every byte of a section from one function to the next is decoded.
static Error checkSection(const InstructionCheck &check, const Elf::Elf_Shdr &section, ArrayRef<uint8_t> bytes,
                          ArrayRef<Function> functions) {
  uint64_t begin = section.sh_addr, end = begin + bytes.size();
  StringRef name = "_start";
  for (const Function &function : functions) {
    if (function.address < section.sh_addr || function.address >= end)
      continue;
    if (Error error = check.check(bytes.slice(begin - section.sh_addr, function.address - begin), begin, name))
      return error;
    begin = function.address;
    name = function.name;
  }
  return check.check(bytes.drop_front(begin - section.sh_addr), begin, name);
}

//===-- Shape -------------------------------------------------------------------------------------------------===//

static Error checkHeader(const Elf &elf) {
  const Elf::Elf_Ehdr &header = elf.getHeader();
  // A node copies segments to their addresses; it does not relocate.
  if (header.e_type != ELF::ET_EXEC)
    return broken("it is not linked to fixed addresses");
  if (header.e_machine != ELF::EM_X86_64)
    return broken("it is not for x86-64");
  return Error::success();
}

static Error checkSegments(const Elf &elf, Elf::Elf_Phdr_Range segments) {
  bool isEntryCode = false;
  for (const Elf::Elf_Phdr &segment : segments) {
    bool isExecutable = segment.p_flags & ELF::PF_X;
    switch (segment.p_type) {
    case ELF::PT_INTERP: // would hand control to code that the task's digest does not cover
      return broken("it asks for a dynamic loader");
    case ELF::PT_DYNAMIC:
      return broken("it has a dynamic section");
    case ELF::PT_GNU_STACK:
      if (isExecutable)
        return broken("its stack is executable");
      break;
    case ELF::PT_LOAD:
      // Code that can be written could become a system call after this check.
      if (isExecutable && (segment.p_flags & ELF::PF_W))
        return broken("a segment is writable and executable");
      // File headers are bytes that nobody compiled.
      if (isExecutable && segment.p_offset < elf.getHeader().e_ehsize)
        return broken("its file header is executable");
      isEntryCode |= isExecutable && elf.getHeader().e_entry - segment.p_vaddr < segment.p_filesz;
      break;
    }
  }
  return isEntryCode ? Error::success() : broken("its entry point is not in an executable segment");
}

static Error checkSections(Elf::Elf_Phdr_Range segments, Elf::Elf_Shdr_Range sections) {
  for (const Elf::Elf_Shdr &section : sections) {
    if (!(section.sh_flags & ELF::SHF_ALLOC) || !section.sh_size)
      continue;
    switch (section.sh_type) {
    case ELF::SHT_REL: // .rela.iplt above all: a function that is chosen when the program starts
    case ELF::SHT_RELA:
    case ELF::SHT_RELR:
      return broken("relocations are left over");
    case ELF::SHT_DYNSYM:
      return broken("it has dynamic symbols");
    case ELF::SHT_INIT_ARRAY: // the task's start-up runs none: what they would set up would be missing
    case ELF::SHT_PREINIT_ARRAY:
    case ELF::SHT_FINI_ARRAY:
      return broken("it has static constructors or destructors, which nobody runs");
    }
    // Only what was disassembled may be run.
    for (const Elf::Elf_Phdr &segment : segments)
      if (segment.p_type == ELF::PT_LOAD && (segment.p_flags & ELF::PF_X) &&
          section.sh_addr - segment.p_vaddr < segment.p_memsz && !(section.sh_flags & ELF::SHF_EXECINSTR))
        return broken("data lies in an executable segment");
  }
  return Error::success();
}

static Expected<std::vector<Function>> checkSymbols(const Elf &elf, Elf::Elf_Shdr_Range sections) {
  std::vector<Function> functions;
  bool isThere = false;
  for (const Elf::Elf_Shdr &section : sections) {
    if (section.sh_type != ELF::SHT_SYMTAB)
      continue;
    isThere = true;
    auto symbols = elf.symbols(&section);
    auto names = elf.getStringTableForSymtab(section);
    if (!symbols || !names)
      return joinErrors(symbols.takeError(), names.takeError());
    for (const Elf::Elf_Sym &symbol : symbols->drop_front(symbols->empty() ? 0 : 1)) {
      Expected<StringRef> name = symbol.getName(*names);
      if (!name)
        return name.takeError();
      // A weak reference that nothing defines is null, and the code asks first.
      if (symbol.isUndefined() && symbol.getBinding() != ELF::STB_WEAK)
        return broken("'" + *name + "' is undefined");
      if (symbol.getType() == ELF::STT_GNU_IFUNC)
        return broken("'" + *name + "' is chosen when the program starts, by a loader that a task does not have");
      if (symbol.getType() == ELF::STT_FUNC && symbol.isDefined())
        functions.push_back({symbol.st_value, *name});
    }
  }
  if (!isThere) // then nothing above was proved
    return broken("it has no symbols to check");
  llvm::sort(functions, [](const Function &a, const Function &b) {
    return std::tie(a.address, a.name) < std::tie(b.address, b.name);
  });
  return functions;
}

static Error checkCode(const InstructionCheck &check, const Elf &elf, Elf::Elf_Shdr_Range sections,
                       ArrayRef<Function> functions) {
  for (const Elf::Elf_Shdr &section : sections) {
    if (!(section.sh_flags & ELF::SHF_EXECINSTR))
      continue;
    Expected<ArrayRef<uint8_t>> bytes = elf.getSectionContents(section);
    if (!bytes)
      return bytes.takeError();
    if (Error error = checkSection(check, section, *bytes, functions))
      return error;
  }
  return Error::success();
}

Error verifyTaskImage(ArrayRef<char> image, const InstructionCheck &instructions) {
  Expected<Elf> elf = Elf::create(StringRef(image.data(), image.size()));
  if (!elf)
    return elf.takeError();
  if (Error error = checkHeader(*elf))
    return error;
  Expected<Elf::Elf_Phdr_Range> segments = elf->program_headers();
  if (!segments)
    return segments.takeError();
  if (Error error = checkSegments(*elf, *segments))
    return error;
  Expected<Elf::Elf_Shdr_Range> sections = elf->sections();
  if (!sections)
    return sections.takeError();
  if (Error error = checkSections(*segments, *sections))
    return error;
  Expected<std::vector<Function>> functions = checkSymbols(*elf, *sections);
  if (!functions)
    return functions.takeError();
  return checkCode(instructions, *elf, *sections, *functions);
}

} // namespace cleave
