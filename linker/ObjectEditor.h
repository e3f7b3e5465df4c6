// ObjectEditor.h - x86-64 object files whose symbols can be changed.
#ifndef CLEAVE_LINKER_OBJECTEDITOR_H
#define CLEAVE_LINKER_OBJECTEDITOR_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Object/ELF.h"
#include <string>
#include <vector>

namespace llvm {
class MemoryBuffer;
} // namespace llvm

namespace cleave {

using Elf = llvm::object::ELFFile<llvm::object::ELF64LE>;
using Symbol = Elf::Elf_Sym;

inline bool isGlobal(const Symbol &symbol) { return symbol.getBinding() != llvm::ELF::STB_LOCAL; }

/// The sections of an object file, whose bytes must outlive them.
struct Sections {
  Elf elf;
  Elf::Elf_Shdr_Range headers;
};
llvm::Expected<Sections> openSections(llvm::StringRef bytes);

/// An object file of an archive. Symbols may be changed and added; sections keep their places.
class Member {
public:
  static llvm::Expected<Member> parse(llvm::StringRef name, llvm::StringRef bytes);

  llvm::StringRef nameOf(const Symbol &symbol) const { return llvm::StringRef(strings.data() + symbol.st_name); }
  const Symbol *find(llvm::StringRef defined) const;

  /// Another name for the bytes of `original`, which is a symbol of this member.
  void addAlias(const Symbol &original, llvm::StringRef alias, unsigned binding);
  void rename(llvm::StringRef from, llvm::StringRef to);

  /// Makes weak what only bytes [begin, end) of that section refer to and this member does not define: dead code then
  /// asks nothing of a link.
  llvm::Error weakenReferencesOf(unsigned section, uint64_t begin, uint64_t end);

  using Visit = llvm::function_ref<void(const Elf::Elf_Shdr &, llvm::StringRef name, llvm::ArrayRef<uint8_t> contents)>;
  llvm::Error forEachSection(Visit visit) const;

  /// The object file with its symbols as they are now and without unwind tables.
  llvm::Expected<std::string> write() const;

  std::string name;
  std::vector<Symbol> symbols;

private:
  std::string bytes;
  std::string strings;
  unsigned symtabIndex = 0; ///< 0: it has none
};

using Members = std::vector<Member>;

/// Appends one object file, or those of an archive.
llvm::Error readObject(const std::string &path, Members &out);
llvm::Error readArchive(const std::string &path, Members &out);
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> openFile(const llvm::Twine &path);

} // namespace cleave

#endif
