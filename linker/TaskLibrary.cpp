// TaskLibrary.cpp - libcleave_task_base.a: the library code that a task may be linked with.
//
// Made once, when Cleave is built, from the archives of the system:
//
//  * glibc's libm, because a task must give the same last digit as the same program built with g++ (LLVM libc's sin
//    differs from glibc's in 1 of 700 arguments). But glibc chooses sin, exp, floor and some forty others when the
//    program starts, through IFUNC symbols: a loader calls a resolver, the resolver asks cpuid. A task has no loader
//    and may not ask. So the choice is made here, as glibc's selector makes it on a machine with FMA and AVX2.
//  * of glibc's libc only the members that libm itself calls and that call nothing else (scalbn, frexp, ldexp).
//  * libstdc++, LLVM's libc for memory and strings (glibc's are IFUNCs too) and libgcc. Members that hold an
//    instruction which the verifier forbids are left out: whoever calls them finds an undefined symbol, with a name,
//    and not a system call in a binary.
//
// How an IFUNC goes away: members are edited, not wrapped. s_sin.o has
//     __sin, sin, sinf64   IFUNC  -> resolver              all three become undefined in s_sin.o
//     __sin_fma            in s_sin-fma.o, a member apart  and are defined there, as names of __sin_fma's own bytes
// and where the variant lies in the same member (fma: __fma_fma3, a local) the symbol itself is pointed at it. No
// jump is added. Which names are IFUNCs and which variants there are is read from the archive; what is written down
// here is glibc's naming rule and its order of preference.
//
// Rejected: --defsym=sin=__sin_fma at each link. Each defsym pulls its member into every link, so the linker would
// have to find out first what the task will need; and a local variant cannot be named so.
//
// Unwind tables are dropped (a task never unwinds): a third of a small binary.
#include "linker/TaskLibrary.h"
#include "linker/Instructions.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Object/Archive.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Object/ELF.h"
#include "llvm/Support/MemoryBuffer.h"
#include <map>

using namespace llvm;
using namespace llvm::object;
using Elf = ELFFile<ELF64LE>;
using Symbol = Elf::Elf_Sym;

namespace cleave {
namespace {

/// A variant's suffix and the CPU features it was compiled for, the best first. glibc's selectors ask for AVX2 beside
/// FMA except for fma() itself, whose variant is the one instruction.
struct Variant {
  StringLiteral suffix;
  StringLiteral features;
};
constexpr Variant variants[] = {{"_fma", "fma,avx2"}, {"_fma3", "fma"}, {"_avx2", "avx2"}, {"_sse41", "sse4.1"}};

/// An object file of an archive, open for changes to its symbols.
class Member {
public:
  static Expected<Member> parse(StringRef name, StringRef bytes) {
    Member member;
    member.name = name;
    member.bytes = bytes.str();
    Expected<Elf> elf = Elf::create(member.bytes);
    if (!elf)
      return elf.takeError();
    auto sections = elf->sections();
    if (!sections)
      return sections.takeError();
    for (auto [index, section] : enumerate(*sections)) {
      if (section.sh_type != ELF::SHT_SYMTAB)
        continue;
      auto symbols = elf->symbols(&section);
      auto strings = elf->getStringTableForSymtab(section);
      if (!symbols || !strings)
        return joinErrors(symbols.takeError(), strings.takeError());
      member.symtabIndex = index;
      member.symbols.assign(symbols->begin(), symbols->end());
      member.strings = strings->str();
    }
    return member;
  }

  StringRef nameOf(const Symbol &symbol) const { return StringRef(strings.data() + symbol.st_name); }

  const Symbol *find(StringRef wanted) const {
    for (const Symbol &symbol : symbols)
      if (symbol.isDefined() && nameOf(symbol) == wanted)
        return &symbol;
    return nullptr;
  }

  /// Another global name for the bytes of `original`.
  void addAlias(const Symbol &original, StringRef alias, unsigned binding) {
    Symbol copy = original;
    copy.st_name = strings.size();
    copy.setBindingAndType(binding, original.getType());
    strings.append(alias.begin(), alias.end());
    strings.push_back('\0');
    symbols.push_back(copy);
  }

  void rename(StringRef from, StringRef to) {
    for (Symbol &symbol : symbols)
      if (nameOf(symbol) == from) {
        symbol.st_name = strings.size();
        strings += to.str() + '\0';
      }
  }

  template <class Visit> Error forEachSection(Visit visit) const {
    Expected<Elf> elf = Elf::create(bytes);
    if (!elf)
      return elf.takeError();
    auto sections = elf->sections();
    if (!sections)
      return sections.takeError();
    for (const Elf::Elf_Shdr &section : *sections) {
      Expected<StringRef> name = elf->getSectionName(section);
      Expected<ArrayRef<uint8_t>> contents = elf->getSectionContents(section);
      if (!name || !contents)
        return joinErrors(name.takeError(), contents.takeError());
      visit(section, *name, *contents);
    }
    return Error::success();
  }

  /// The object's bytes with its symbols as they are now and without unwind tables.
  Expected<std::string> write() const {
    std::vector<uint64_t> dropped;
    if (Error error = forEachSection([&](const Elf::Elf_Shdr &section, StringRef name, ArrayRef<uint8_t>) {
          if (name == ".eh_frame" || name == ".rela.eh_frame")
            dropped.push_back(reinterpret_cast<const char *>(&section) - bytes.data());
        }))
      return error;
    std::string out = bytes;
    for (uint64_t offset : dropped)
      reinterpret_cast<Elf::Elf_Shdr *>(out.data() + offset)->sh_type = ELF::SHT_NULL;
    if (!symtabIndex)
      return out;
    auto sectionAt = [&](unsigned index) {
      uint64_t table = reinterpret_cast<const Elf::Elf_Ehdr *>(out.data())->e_shoff;
      return reinterpret_cast<Elf::Elf_Shdr *>(out.data() + table) + index;
    };
    auto move = [&](unsigned index, const void *data, size_t size) {
      out.resize(alignTo(out.size(), 8));
      sectionAt(index)->sh_offset = out.size();
      sectionAt(index)->sh_size = size;
      out.append(static_cast<const char *>(data), size);
    };
    unsigned stringsIndex = sectionAt(symtabIndex)->sh_link;
    move(symtabIndex, symbols.data(), symbols.size() * sizeof(Symbol));
    move(stringsIndex, strings.data(), strings.size());
    return out;
  }

  std::string name;
  std::string bytes;
  std::vector<Symbol> symbols;
  std::string strings;

private:
  unsigned symtabIndex = 0;
};

using Members = std::vector<Member>;

Expected<std::unique_ptr<MemoryBuffer>> open(const Twine &path) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(path);
  if (!buffer)
    return createFileError(path, buffer.getError());
  return std::move(*buffer);
}

Error readArchive(const std::string &path, Members &out) {
  Expected<std::unique_ptr<MemoryBuffer>> buffer = open(path);
  if (!buffer)
    return buffer.takeError();
  Expected<std::unique_ptr<Archive>> archive = Archive::create(**buffer);
  if (!archive)
    return createFileError(path, archive.takeError());
  Error walk = Error::success();
  for (const Archive::Child &child : (*archive)->children(walk)) {
    Expected<StringRef> name = child.getName();
    Expected<StringRef> bytes = child.getBuffer();
    if (!name || !bytes)
      return joinErrors(std::move(walk), joinErrors(name.takeError(), bytes.takeError()));
    if (identify_magic(*bytes) != file_magic::elf_relocatable)
      continue;
    Expected<Member> member = Member::parse(*name, *bytes);
    if (!member)
      return joinErrors(std::move(walk), createFileError(path, member.takeError()));
    out.push_back(std::move(*member));
  }
  return walk;
}

// libm.a is a linker script on Debian: GROUP ( libm-2.36.a libmvec.a ). The first archive is libm itself.
Expected<std::string> throughLinkerScript(const std::string &path) {
  Expected<std::unique_ptr<MemoryBuffer>> buffer = open(path);
  if (!buffer)
    return buffer.takeError();
  StringRef text = (*buffer)->getBuffer();
  if (identify_magic(text) == file_magic::archive)
    return path;
  StringRef list = text.split("GROUP").second.split('(').second.split(')').first;
  StringRef first = list.ltrim().take_until([](char c) { return isSpace(c); });
  if (first.empty())
    return createFileError(path, createStringError("neither an archive nor a linker script with a GROUP"));
  return first.str();
}

//===-- Functions chosen at start-up --------------------------------------------------------------------------===//

struct Choice {
  Member *member;
  size_t symbol;
  const Variant *variant;
};

// Any of the names of one IFUNC may be the one that the variants are called after.
std::optional<Choice> choose(Members &members, Member &home, ArrayRef<std::string> names) {
  for (const Variant &variant : variants)
    for (const std::string &name : names) {
      std::string wanted = name + variant.suffix.str();
      if (const Symbol *found = home.find(wanted))
        return Choice{&home, size_t(found - home.symbols.data()), &variant};
      for (Member &member : members)
        if (const Symbol *found = member.find(wanted); found && found->getBinding() != ELF::STB_LOCAL)
          return Choice{&member, size_t(found - member.symbols.data()), &variant};
    }
  return std::nullopt;
}

Error resolveOne(Members &members, Member &home, ArrayRef<size_t> aliases) {
  std::vector<std::string> names;
  for (size_t index : aliases)
    names.push_back(home.nameOf(home.symbols[index]).str());
  std::optional<Choice> choice = choose(members, home, names);
  if (!choice)
    return createStringError(home.name + ": '" + names.front() + "' is chosen at start-up among variants whose "
                             "names are not known here; see TaskLibrary.cpp");
  Member &source = *choice->member;
  const Symbol target = source.symbols[choice->symbol];
  for (auto [index, name] : zip(aliases, names)) {
    Symbol &symbol = home.symbols[index];
    unsigned binding = symbol.getBinding();
    if (&source == &home) {
      symbol.st_value = target.st_value;
      symbol.st_size = target.st_size;
      symbol.st_shndx = target.st_shndx;
      symbol.setBindingAndType(binding, ELF::STT_FUNC);
      continue;
    }
    source.addAlias(target, name, binding);
    symbol.st_value = 0;
    symbol.st_size = 0;
    symbol.st_shndx = ELF::SHN_UNDEF;
    symbol.setBindingAndType(ELF::STB_GLOBAL, ELF::STT_NOTYPE);
  }
  source.addAlias(target, cpuMarker.str() + choice->variant->features.str() + ":" + names.front(), ELF::STB_GLOBAL);
  return Error::success();
}

Error resolveChosenFunctions(Members &members) {
  for (Member &home : members) {
    // One resolver, one function: s_sin.o has two, for sin and cos.
    std::map<std::pair<unsigned, uint64_t>, std::vector<size_t>> byResolver;
    for (auto [index, symbol] : enumerate(home.symbols))
      if (symbol.getType() == ELF::STT_GNU_IFUNC)
        byResolver[{symbol.st_shndx, symbol.st_value}].push_back(index);
    for (auto &[resolver, aliases] : byResolver)
      if (Error error = resolveOne(members, home, aliases))
        return error;
  }
  return Error::success();
}

//===-- What is taken of each archive -------------------------------------------------------------------------===//

StringSet<> namesIn(const Members &members, bool defined) {
  StringSet<> names;
  for (const Member &member : members)
    for (const Symbol &symbol : member.symbols)
      if (symbol.isDefined() == defined && symbol.getBinding() != ELF::STB_LOCAL)
        names.insert(member.nameOf(symbol));
  return names;
}

// Of libc: the members that define something libm lacks, as far as they need nothing but libm, each other and errno.
Error addLibcForMath(const std::string &path, Members &math) {
  Members libc;
  if (Error error = readArchive(path, libc))
    return error;
  StringSet<> needed = namesIn(math, false), there = namesIn(math, true);
  for (StringRef given : {"errno", "_GLOBAL_OFFSET_TABLE_"})
    there.insert(given);
  auto isGlobal = [](const Symbol &symbol) { return symbol.getBinding() != ELF::STB_LOCAL; };
  std::vector<bool> isTaken(libc.size());
  for (bool isChanged = true; isChanged;) {
    isChanged = false;
    for (auto [index, member] : enumerate(libc)) {
      member.rename("__libc_errno", "errno"); // glibc's private name for it
      auto named = [&](bool defined, const StringSet<> &set) {
        return [&, defined](const Symbol &symbol) {
          return isGlobal(symbol) && symbol.isDefined() == defined && set.contains(member.nameOf(symbol));
        };
      };
      auto isMissing = [&](const Symbol &symbol) {
        return isGlobal(symbol) && symbol.isUndefined() && !there.contains(member.nameOf(symbol));
      };
      if (isTaken[index] || none_of(member.symbols, named(true, needed)) || any_of(member.symbols, named(true, there)) ||
          any_of(member.symbols, isMissing))
        continue;
      isTaken[index] = isChanged = true;
      for (const Symbol &symbol : member.symbols)
        if (isGlobal(symbol) && symbol.isDefined())
          there.insert(member.nameOf(symbol));
    }
  }
  for (auto [index, member] : enumerate(libc))
    if (isTaken[index])
      math.push_back(std::move(member));
  return Error::success();
}

Expected<bool> mayBeInTask(const Member &member, const InstructionCheck &check) {
  bool isAllowed = true;
  Error walk = member.forEachSection([&](const Elf::Elf_Shdr &section, StringRef name, ArrayRef<uint8_t> contents) {
    if (!isAllowed || !(section.sh_flags & ELF::SHF_EXECINSTR))
      return;
    if (Error error = check.check(contents, 0, name)) {
      consumeError(std::move(error));
      isAllowed = false;
    }
  });
  if (walk)
    return std::move(walk);
  return isAllowed;
}

} // namespace

Error writeTaskLibrary(const TaskLibrarySources &sources, const std::string &output) {
  Members members;
  Expected<std::string> math = throughLinkerScript(sources.math);
  if (!math)
    return math.takeError();
  if (Error error = readArchive(*math, members))
    return error;
  if (Error error = resolveChosenFunctions(members))
    return error;
  if (Error error = addLibcForMath(sources.libc, members))
    return error;
  for (const std::string &path : sources.rest)
    if (Error error = readArchive(path, members))
      return error;

  Expected<std::unique_ptr<InstructionCheck>> check = InstructionCheck::create();
  if (!check)
    return check.takeError();
  std::vector<std::string> contents;
  std::vector<NewArchiveMember> list;
  contents.reserve(members.size());
  for (const Member &member : members) {
    Expected<bool> isAllowed = mayBeInTask(member, **check);
    if (!isAllowed)
      return isAllowed.takeError();
    if (!*isAllowed)
      continue;
    Expected<std::string> bytes = member.write();
    if (!bytes)
      return bytes.takeError();
    contents.push_back(std::move(*bytes));
    list.emplace_back(MemoryBufferRef(contents.back(), member.name));
  }
  return writeArchive(output, list, SymtabWritingMode::NormalSymtab, Archive::K_GNU, /*Deterministic=*/true,
                      /*Thin=*/false);
}

} // namespace cleave
