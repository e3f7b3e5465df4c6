// Inputs.cpp - an object of ours is LLVM bitcode under an object's name, so `make` and CMake handle it unawares, and
// `ar` packs it into archives beside native members.
//
//   cleave++ main.o libgrid.a legacy.o -lm -o app       main.o: ours; libgrid.a: ours and native; legacy.o: native
//
// Ours are loaded here and leave the line; lld gets the rest, with the program's object where the first of ours stood.
// An archive gives the members that define something still undefined, over and over until nothing changes, as a
// linker does; what native objects leave undefined counts too, and so do native members that a module pulls in (we
// take them all for that purpose: a member loaded in vain costs time, one not loaded costs the link). An archive with
// native members stays on the line. Definitions that native code refers to are listed in llvm.used, so that the passes
// do not make them internal.
//
// Archives are read member by member and not through their symbol table: Debian's ar has no plugin for bitcode, warns,
// and leaves our members out of the table.
#include "frontend/Inputs.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Object/Archive.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;

namespace cleave {

namespace {
/// A bitcode member of an archive that nothing has asked for yet.
struct Member {
  std::unique_ptr<Module> module; ///< lazy: functions' bodies are read when it is taken
  StringSet<> defines;
};

class LinkLine {
public:
  LinkLine(LLVMContext &context) : context(context) {}

  Error addFile(const std::string &path, bool isWhole, bool isLibrary, bool &staysOnLine);
  void addModule(std::unique_ptr<Module> module);
  Error takeMembers();
  void keepWhatNativeCodeNeeds();
  void nameForeignCode();
  std::vector<std::unique_ptr<Module>> modules;

private:
  Error addArchive(MemoryBufferRef buffer, bool isWhole, bool &hasNative);
  Error addNative(MemoryBufferRef buffer);
  Expected<std::unique_ptr<Module>> loadLazily(MemoryBufferRef buffer);

  LLVMContext &context;
  std::vector<std::unique_ptr<MemoryBuffer>> buffers;
  std::vector<std::unique_ptr<object::Archive>> archives;
  std::vector<Member> members;
  StringSet<> defined, undefined, nativeUndefined;
  std::vector<std::string> foreign; ///< files with code of which we see nothing, the toolchain's own left out
};
} // namespace

static Error inFile(StringRef path, Error error) {
  return createStringError("'" + path + "': " + toString(std::move(error)));
}

/// What every program is linked with: start-up objects and the libraries of the language.
static bool isToolchains(StringRef path) {
  StringRef file = sys::path::filename(path);
  return (file.ends_with(".o") && file.contains("crt")) ||
         is_contained({"libstdc++.a", "libm.a", "libgcc.a", "libgcc_eh.a", "libc.a", "libpthread.a", "libdl.a", "librt.a",
                       "libatomic.a", "libutil.a"},
                      file);
}

static bool isBitcode(StringRef bytes) { return identify_magic(bytes) == file_magic::bitcode; }

Expected<std::unique_ptr<Module>> LinkLine::loadLazily(MemoryBufferRef buffer) {
  return getLazyBitcodeModule(buffer, context, /*ShouldLazyLoadMetadata=*/false);
}

void LinkLine::addModule(std::unique_ptr<Module> module) {
  for (const GlobalValue &value : module->global_values()) {
    if (value.hasLocalLinkage() || value.getName().starts_with("llvm."))
      continue;
    if (value.isDeclarationForLinker())
      undefined.insert(value.getName());
    else
      defined.insert(value.getName());
  }
  modules.push_back(std::move(module));
}

/// Native symbols decide which of our definitions must keep their names, and which members are wanted.
Error LinkLine::addNative(MemoryBufferRef buffer) {
  Expected<std::unique_ptr<object::ObjectFile>> file = object::ObjectFile::createObjectFile(buffer);
  if (!file)
    return file.takeError();
  for (const object::SymbolRef &symbol : (*file)->symbols()) {
    Expected<uint32_t> flags = symbol.getFlags();
    Expected<StringRef> name = symbol.getName();
    if (!flags || !name)
      return joinErrors(flags ? Error::success() : flags.takeError(), name ? Error::success() : name.takeError());
    if (*flags & object::SymbolRef::SF_Undefined)
      nativeUndefined.insert(*name);
  }
  return Error::success();
}

Error LinkLine::addArchive(MemoryBufferRef buffer, bool isWhole, bool &hasNative) {
  Expected<std::unique_ptr<object::Archive>> archive = object::Archive::create(buffer);
  if (!archive)
    return archive.takeError();
  archives.push_back(std::move(*archive));
  Error error = Error::success();
  for (const object::Archive::Child &child : archives.back()->children(error)) {
    Expected<MemoryBufferRef> contents = child.getMemoryBufferRef();
    if (!contents)
      return joinErrors(std::move(error), contents.takeError());
    if (!isBitcode(contents->getBuffer())) {
      hasNative = true;
      // A member that is no object (a text file, say) has no symbols.
      if (identify_magic(contents->getBuffer()) == file_magic::elf_relocatable)
        if (Error inner = addNative(*contents))
          return joinErrors(std::move(error), std::move(inner));
      continue;
    }
    // Members are aligned to two bytes in an archive, and the reader wants four.
    buffers.push_back(MemoryBuffer::getMemBufferCopy(contents->getBuffer(), contents->getBufferIdentifier()));
    Expected<std::unique_ptr<Module>> module = loadLazily(*buffers.back());
    if (!module)
      return joinErrors(std::move(error), module.takeError());
    Member member{std::move(*module), {}};
    for (const GlobalValue &value : member.module->global_values())
      if (!value.isDeclarationForLinker() && !value.hasLocalLinkage())
        member.defines.insert(value.getName());
    members.push_back(std::move(member));
    if (isWhole) {
      if (Error inner = members.back().module->materializeAll())
        return joinErrors(std::move(error), std::move(inner));
      addModule(std::move(members.back().module));
      members.pop_back();
    }
  }
  return error;
}

/// `isLibrary`: found through -l, where nothing but an archive of ours is our business.
Error LinkLine::addFile(const std::string &path, bool isWhole, bool isLibrary, bool &staysOnLine) {
  staysOnLine = true;
  file_magic magic;
  if (std::error_code code = identify_magic(path, magic))
    return isLibrary ? Error::success() : inFile(path, errorCodeToError(code));
  if (magic != file_magic::bitcode && magic != file_magic::archive && magic != file_magic::elf_relocatable)
    return Error::success();
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(path, false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return inFile(path, errorCodeToError(buffer.getError()));
  MemoryBufferRef bytes = **buffer;
  buffers.push_back(std::move(*buffer));
  if (magic == file_magic::elf_relocatable && !isToolchains(path))
    foreign.push_back(path);
  if (magic == file_magic::elf_relocatable)
    return addNative(bytes) ? inFile(path, createStringError("not a readable object")) : Error::success();
  if (magic == file_magic::archive) {
    size_t before = members.size() + modules.size();
    bool hasNative = false;
    if (Error error = addArchive(bytes, isWhole, hasNative))
      return inFile(path, std::move(error));
    bool hasOurs = members.size() + modules.size() != before;
    staysOnLine = hasNative || !hasOurs;
    if (hasNative && !isToolchains(path))
      foreign.push_back(path);
    return Error::success();
  }
  staysOnLine = false;
  Expected<std::unique_ptr<Module>> module = parseBitcodeFile(bytes, context);
  if (!module)
    return inFile(path, module.takeError());
  addModule(std::move(*module));
  return Error::success();
}

Error LinkLine::takeMembers() {
  auto isWanted = [&](const Member &member) {
    return any_of(member.defines, [&](const auto &symbol) {
      StringRef name = symbol.getKey();
      return !defined.contains(name) && (undefined.contains(name) || nativeUndefined.contains(name));
    });
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (Member &member : members) {
      if (!member.module || !isWanted(member))
        continue;
      if (Error error = member.module->materializeAll())
        return error;
      addModule(std::move(member.module));
      changed = true;
    }
  }
  return Error::success();
}

void LinkLine::keepWhatNativeCodeNeeds() {
  for (const std::unique_ptr<Module> &module : modules) {
    SmallVector<GlobalValue *, 4> needed;
    for (GlobalValue &value : module->global_values())
      // An inline function is in every native object that refers to it.
      if (value.hasName() && value.getName() != "main" && !value.isDeclarationForLinker() && !value.hasLocalLinkage() &&
          !value.isDiscardableIfUnused() && nativeUndefined.contains(value.getName()))
        needed.push_back(&value);
    if (!needed.empty())
      appendToUsed(*module, needed);
  }
}

/// Native code may hold classes and functions that the passes would have to know (`!cleave.foreign`, passes/Dispatch.cpp).
void LinkLine::nameForeignCode() {
  if (foreign.empty() || modules.empty())
    return;
  LLVMContext &itsContext = modules.front()->getContext();
  NamedMDNode *list = modules.front()->getOrInsertNamedMetadata("cleave.foreign");
  for (const std::string &file : foreign)
    list->addOperand(MDNode::get(itsContext, MDString::get(itsContext, file)));
}

/// "-lfoo" as the linker would look for it, in user folders and the system's alike.
static std::string findLibrary(StringRef name, ArrayRef<std::string> folders) {
  std::string file = name.starts_with(":") ? name.drop_front().str() : ("lib" + name + ".a").str();
  for (const std::string &folder : folders)
    if (std::string path = folder + "/" + file; sys::fs::exists(path))
      return path;
  return {};
}

/// Options of ld's that take the next argument.
static bool takesValue(StringRef option) {
  return is_contained({"-o", "-m", "-z", "-e", "-u", "-T", "-dynamic-linker", "-plugin", "-rpath", "-soname", "-y",
                       "-I", "-h", "--defsym", "--wrap", "-Map", "-mllvm", "-L"},
                      option);
}

Expected<LinkInputs> sortLinkLine(const std::vector<std::string> &line,
                                  std::vector<std::pair<std::string, std::unique_ptr<Module>>> compiled,
                                  const std::string &marker, LLVMContext &context) {
  LinkLine sorted(context);
  LinkInputs result;
  std::vector<std::string> folders;
  bool isWhole = false, isMarked = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const std::string &argument = line[i];
    StringRef text = argument;
    bool stays = true;
    if (text == "--whole-archive" || text == "--no-whole-archive") {
      isWhole = text == "--whole-archive";
    } else if (takesValue(text)) {
      result.arguments.push_back(argument);
      if (++i < line.size())
        result.arguments.push_back(line[i]);
      if (text == "-L" && i < line.size())
        folders.push_back(line[i]);
      continue;
    } else if (text.consume_front("-L")) {
      folders.push_back(text.str());
    } else if (text == "-lgcc_s") {
      // There is no static form. CMake asks for it by name where C is compiled by gcc; libgcc_eh, which the driver's
      // own part of the line has, is what stands in for it in a static program.
      continue;
    } else if (text.consume_front("-l")) {
      if (std::string path = findLibrary(text, folders); !path.empty())
        if (Error error = sorted.addFile(path, isWhole, /*isLibrary=*/true, stays))
          return std::move(error);
    } else if (!text.starts_with("-")) {
      auto own = find_if(compiled, [&](const auto &unit) { return unit.first == argument; });
      stays = own == compiled.end();
      if (!stays)
        sorted.addModule(std::move(own->second));
      else if (Error error = sorted.addFile(argument, isWhole, /*isLibrary=*/false, stays))
        return std::move(error);
    }
    if (stays)
      result.arguments.push_back(argument);
    else if (!std::exchange(isMarked, true))
      result.arguments.push_back(marker);
  }
  if (Error error = sorted.takeMembers())
    return std::move(error);
  sorted.keepWhatNativeCodeNeeds();
  sorted.nameForeignCode();
  result.modules = std::move(sorted.modules);
  return result;
}

} // namespace cleave
