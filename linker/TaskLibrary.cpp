// TaskLibrary.cpp - libcleave_task_base.a: the library code that a task may be linked with.
//
// Made once, when Cleave is built, from the archives of the system:
//
//  * glibc's libm, because a task must give the same last digit as the same program built with g++ (LLVM libc's sin
//    differs from glibc's in 1 of 700 arguments). But glibc chooses sin, exp, floor and some forty others when the
//    program starts, through IFUNC symbols: a loader calls a resolver, the resolver asks cpuid. A task has no loader
//    and may not ask. So the choice is made here, as glibc's selector makes it on a machine with FMA and AVX2.
//  * of glibc's libc the members that libm itself calls and that call nothing else (scalbn, frexp, ldexp), and the
//    plain variants of its string functions (__strlen_sse2). memcmp alone is our own: TaskLibc.cpp says why.
//  * LLVM's libc for the rest of memory, strings and number parsing. glibc's memcpy cannot be had without its start-up
//    code, and for these the standard leaves no choice of result.
//  * libstdc++ and libgcc.
//
// Members that hold an instruction which the verifier forbids are left out: whoever calls them finds an undefined
// symbol, with a name, and not a system call in a binary.
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
// Unwind tables are dropped: a task never unwinds.
#include "linker/TaskLibrary.h"
#include "linker/Instructions.h"
#include "linker/ObjectEditor.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/MemoryBuffer.h"
#include <map>

using namespace llvm;
using namespace llvm::object;

namespace cleave {
namespace {

/// A variant's suffix and the CPU features it was compiled for, the best first. glibc's selectors ask for AVX2 beside
/// FMA except for fma() itself, whose variant is the one instruction.
struct Variant {
  StringLiteral suffix;
  StringLiteral features;
};
constexpr Variant variants[] = {{"_fma", "fma,avx2"}, {"_fma3", "fma"}, {"_avx2", "avx2"}, {"_sse41", "sse4.1"}};

// libm.a is a linker script on Debian: GROUP ( libm-2.36.a libmvec.a ). The first archive is libm itself.
Expected<std::string> throughLinkerScript(const std::string &path) {
  Expected<std::unique_ptr<MemoryBuffer>> buffer = openFile(path);
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
        if (const Symbol *found = member.find(wanted); found && isGlobal(*found))
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
    return createStringError(home.name + ": '" + names.front() +
                             "' is chosen at start-up among variants whose "
                             "names are not known here; see TaskLibrary.cpp");
  Member &source = *choice->member;
  const Symbol target = source.symbols[choice->symbol];
  // The resolver's code stays where it is, beside the others of its section, but nobody will call it.
  const Symbol resolver = home.symbols[aliases.front()];
  if (Error error = home.weakenReferencesOf(resolver.st_shndx, resolver.st_value, resolver.st_value + resolver.st_size))
    return error;
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

// One resolver, one function: s_sin.o has two, for sin and cos. Each with the indices of its names.
std::map<std::pair<unsigned, uint64_t>, std::vector<size_t>> chosenFunctions(const Member &home) {
  std::map<std::pair<unsigned, uint64_t>, std::vector<size_t>> byResolver;
  for (auto [index, symbol] : enumerate(home.symbols))
    if (symbol.getType() == ELF::STT_GNU_IFUNC)
      byResolver[{symbol.st_shndx, symbol.st_value}].push_back(index);
  return byResolver;
}

Error resolveChosenFunctions(Members &members) {
  for (Member &home : members)
    for (auto &[resolver, aliases] : chosenFunctions(home))
      if (Error error = resolveOne(members, home, aliases))
        return error;
  return Error::success();
}

//===-- What is taken of each archive -------------------------------------------------------------------------===//

StringSet<> namesIn(const Members &members, bool defined) {
  StringSet<> names;
  for (const Member &member : members)
    for (const Symbol &symbol : member.symbols)
      if (symbol.isDefined() == defined && isGlobal(symbol))
        names.insert(member.nameOf(symbol));
  return names;
}

// Of libc: the members that define something libm lacks, as far as they need nothing but libm, each other and errno.
void addLibcForMath(Members &libc, Members &math) {
  StringSet<> needed = namesIn(math, false), there = namesIn(math, true);
  for (StringRef given : {"errno", "_GLOBAL_OFFSET_TABLE_"})
    there.insert(given);
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
      if (isTaken[index] || none_of(member.symbols, named(true, needed)) ||
          any_of(member.symbols, named(true, there)) || any_of(member.symbols, isMissing))
        continue;
      isTaken[index] = isChanged = true;
      for (const Symbol &symbol : member.symbols)
        if (isGlobal(symbol) && symbol.isDefined())
          there.insert(member.nameOf(symbol));
    }
  }
  for (auto [index, member] : enumerate(libc))
    if (isTaken[index])
      math.push_back(member);
}

// Of libc: the plain variants of its string functions, as far as they need nothing.
void addStringFunctions(Members &libc, Members &out) {
  auto isLeaf = [](const Member &member) {
    return none_of(member.symbols, [](const Symbol &symbol) { return isGlobal(symbol) && symbol.isUndefined(); });
  };
  StringMap<Member> taken;
  for (const Member &home : libc)
    for (const auto &[resolver, aliases] : chosenFunctions(home)) {
      auto variant = [&](const Member &member) -> const Symbol * {
        for (size_t index : aliases)
          if (const Symbol *found = member.find(("__" + home.nameOf(home.symbols[index]) + "_sse2").str()))
            return found;
        return nullptr;
      };
      auto member = find_if(libc, variant);
      if (member == libc.end() || !isLeaf(*member))
        continue;
      Symbol target = *variant(*member);
      Member &copy = taken.try_emplace(member->name, *member).first->second;
      for (size_t index : aliases)
        copy.addAlias(target, home.nameOf(home.symbols[index]), ELF::STB_WEAK);
    }
  std::vector<StringRef> order(taken.keys().begin(), taken.keys().end());
  sort(order);
  for (StringRef name : order)
    out.push_back(std::move(taken.find(name)->second));
}

// LLVM's libc is taken for what the standard defines to the last bit, and for nothing that has a state, a locale or a
// wording of its own.
bool isExactlyDefined(const Member &member) {
  bool hasName = false;
  for (const Symbol &symbol : member.symbols) {
    StringRef name = member.nameOf(symbol);
    if (symbol.isUndefined() || !isGlobal(symbol) || name.starts_with("_Z"))
      continue;
    auto startsWith = [&](StringRef prefix) { return name.starts_with(prefix); };
    if (none_of(ArrayRef<StringRef>{"mem", "str", "stp", "ato", "bcmp", "bzero"}, startsWith) ||
        any_of(ArrayRef<StringRef>{"strerror", "strsignal", "strtok", "strcoll", "strxfrm", "strfrom"}, startsWith))
      return false;
    hasName = true;
  }
  return hasName;
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

static Expected<Members> gather(const TaskLibrarySources &sources) {
  Members members, libc, strings;
  for (const std::string &path : sources.own)
    if (Error error = readObject(path, members))
      return std::move(error);
  Expected<std::string> math = throughLinkerScript(sources.math);
  if (!math)
    return math.takeError();
  if (Error error = readArchive(*math, members))
    return std::move(error);
  if (Error error = resolveChosenFunctions(members))
    return std::move(error);
  if (Error error = readArchive(sources.libc, libc))
    return std::move(error);
  addLibcForMath(libc, members);
  addStringFunctions(libc, members);
  if (Error error = readArchive(sources.llvmLibc, strings))
    return std::move(error);
  copy_if(strings, std::back_inserter(members), isExactlyDefined);
  for (const std::string &path : sources.rest)
    if (Error error = readArchive(path, members))
      return std::move(error);
  return members;
}

Error writeTaskLibrary(const TaskLibrarySources &sources, const std::string &output) {
  Expected<Members> members = gather(sources);
  if (!members)
    return members.takeError();
  Expected<std::unique_ptr<InstructionCheck>> check = InstructionCheck::create();
  if (!check)
    return check.takeError();
  std::vector<std::string> contents;
  std::vector<NewArchiveMember> list;
  contents.reserve(members->size());
  for (const Member &member : *members) {
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
