// ObjectEditor.cpp - x86-64 object files whose symbols can be changed.
//
// A symbol table may grow without anything else moving: it and its strings are appended to the file, and their
// section headers point there. Relocations name symbols by index, and a new symbol only ever comes behind the others
// (as a global one, which must follow the locals anyway), so every index stays what it was.
#include "linker/ObjectEditor.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Object/Archive.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <set>

using namespace llvm;
using namespace llvm::object;

namespace cleave {

Expected<Sections> openSections(StringRef bytes) {
  Expected<Elf> elf = Elf::create(bytes);
  if (!elf)
    return elf.takeError();
  auto headers = elf->sections();
  if (!headers)
    return headers.takeError();
  return Sections{std::move(*elf), *headers};
}

Expected<Member> Member::parse(StringRef name, StringRef bytes) {
  Member member;
  member.name = name;
  member.bytes = bytes.str();
  Expected<Sections> object = openSections(member.bytes);
  if (!object)
    return object.takeError();
  for (auto [index, section] : enumerate(object->headers)) {
    if (section.sh_type != ELF::SHT_SYMTAB)
      continue;
    auto symbols = object->elf.symbols(&section);
    auto strings = object->elf.getStringTableForSymtab(section);
    if (!symbols || !strings)
      return joinErrors(symbols.takeError(), strings.takeError());
    member.symtabIndex = index;
    member.symbols.assign(symbols->begin(), symbols->end());
    member.strings = strings->str();
  }
  return member;
}

const Symbol *Member::find(StringRef defined) const {
  for (const Symbol &symbol : symbols)
    if (symbol.isDefined() && nameOf(symbol) == defined)
      return &symbol;
  return nullptr;
}

void Member::addAlias(const Symbol &original, StringRef alias, unsigned binding) {
  Symbol copy = original;
  copy.st_name = strings.size();
  copy.setBindingAndType(binding, original.getType());
  strings.append(alias.begin(), alias.end());
  strings.push_back('\0');
  symbols.push_back(copy);
}

void Member::rename(StringRef from, StringRef to) {
  for (Symbol &symbol : symbols)
    if (nameOf(symbol) == from) {
      symbol.st_name = strings.size();
      strings += to.str() + '\0';
    }
}

Error Member::weakenReferencesOf(unsigned section, uint64_t begin, uint64_t end) {
  Expected<Sections> object = openSections(bytes);
  if (!object)
    return object.takeError();
  std::set<unsigned> inside, outside;
  for (const Elf::Elf_Shdr &candidate : object->headers) {
    if (candidate.sh_type != ELF::SHT_RELA)
      continue;
    auto relocations = object->elf.relas(candidate);
    if (!relocations)
      return relocations.takeError();
    for (const Elf::Elf_Rela &relocation : *relocations) {
      bool isInside = candidate.sh_info == section && relocation.r_offset >= begin && relocation.r_offset < end;
      (isInside ? inside : outside).insert(relocation.getSymbol(/*isMips64EL=*/false));
    }
  }
  for (unsigned index : inside)
    if (!outside.contains(index) && symbols[index].isUndefined() && isGlobal(symbols[index]))
      symbols[index].setBinding(ELF::STB_WEAK);
  return Error::success();
}

Error Member::forEachSection(Visit visit) const {
  Expected<Sections> object = openSections(bytes);
  if (!object)
    return object.takeError();
  for (const Elf::Elf_Shdr &section : object->headers) {
    Expected<StringRef> name = object->elf.getSectionName(section);
    Expected<ArrayRef<uint8_t>> contents = object->elf.getSectionContents(section);
    if (!name || !contents)
      return joinErrors(name.takeError(), contents.takeError());
    visit(section, *name, *contents);
  }
  return Error::success();
}

Expected<std::string> Member::write() const {
  std::vector<uint64_t> dropped;
  if (Error error = forEachSection([&](const Elf::Elf_Shdr &section, StringRef name, ArrayRef<uint8_t>) {
        // An address-significance table that lost its symbol table (Debian strips LLVM's libc) says nothing.
        bool isStale = section.sh_type == ELF::SHT_LLVM_ADDRSIG && section.sh_link == 0;
        if (name == ".eh_frame" || name == ".rela.eh_frame" || isStale)
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

Expected<std::unique_ptr<MemoryBuffer>> openFile(const Twine &path) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(path);
  if (!buffer)
    return createFileError(path, buffer.getError());
  return std::move(*buffer);
}

Error readObject(const std::string &path, Members &out) {
  Expected<std::unique_ptr<MemoryBuffer>> buffer = openFile(path);
  if (!buffer)
    return buffer.takeError();
  Expected<Member> member = Member::parse(sys::path::filename(path), (*buffer)->getBuffer());
  if (!member)
    return createFileError(path, member.takeError());
  out.push_back(std::move(*member));
  return Error::success();
}

Error readArchive(const std::string &path, Members &out) {
  Expected<std::unique_ptr<MemoryBuffer>> buffer = openFile(path);
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

} // namespace cleave
