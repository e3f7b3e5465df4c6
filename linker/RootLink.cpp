// RootLink.cpp - the root program is what clang++ -static would have made, with the root runtime beside it.
//
// The compiled program is one module, so all of it can be internal, except what native code refers to: `main` from
// crt1.o, a callback from a user's C object, operator new where the program brings its own. The rule, with U the names
// that some native input leaves undefined and D those that one defines:
//
//     keep a definition external if its name is in U, or in D and it is not an inline function
//
// The second half is for replacements (malloc, operator new) and for variables that must be one in the whole program
// (an inline variable, the static of an inline function). An inline function that a library happens to hold too, such
// as a member of std::string, is better internal: ours is optimised with its callers.
//
// All symbol tables on the line are read for this, the C library's included: 3,850 objects, 6 ms. Rejected: a list of
// names that libc might call back, which would never be finished; lld's own link-time optimisation, which knows all
// this exactly but runs its own pipelines and would put code generation inside the one link that cannot be parallel.
#include "linker/RootLink.h"
#include "linker/Lld.h"
#include "linker/ObjectEditor.h"
#include "linker/Optimise.h"
#include "rt/include/cleave/files.h"
#include "rt/include/cleave/heap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/IR/Module.h"
#include "llvm/Object/Archive.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Transforms/IPO/GlobalDCE.h"
#include "llvm/Transforms/IPO/Internalize.h"

using namespace llvm;
using namespace llvm::object;

namespace cleave {

static std::string rootRuntime(const LinkOptions &options) { return options.runtimeDirectory + "/libcleave_root.a"; }
static std::string sodium(const LinkOptions &options) { return options.runtimeDirectory + "/libsodium.a"; }
static std::string jemalloc(const LinkOptions &options) { return options.runtimeDirectory + "/libjemalloc.a"; }

//===-- The native inputs on lld's command line ---------------------------------------------------------------===//

// "-lfoo" and "-l foo" alike; advances past the value in the second form.
static bool takeValue(ArrayRef<std::string> arguments, size_t &index, StringRef option, StringRef &value) {
  StringRef argument = arguments[index];
  if (!argument.consume_front(option))
    return false;
  if (!argument.empty())
    value = argument;
  else if (index + 1 < arguments.size())
    value = arguments[++index];
  return true;
}

static bool hasSeparateValue(StringRef option) {
  return is_contained({"-o", "-m", "-z", "-e", "-u", "-T", "-dynamic-linker", "-plugin", "-rpath", "-soname", "-y",
                       "-I", "-h", "--defsym", "--wrap", "-Map", "-mllvm"},
                      option);
}

static std::vector<std::string> nativeInputs(const LinkOptions &options) {
  ArrayRef<std::string> arguments = options.rootArguments;
  std::vector<std::string> directories, inputs;
  for (size_t i = 0; i < arguments.size(); ++i)
    if (StringRef value; takeValue(arguments, i, "-L", value))
      directories.push_back(value.str());
  for (size_t i = 0; i < arguments.size(); ++i) {
    StringRef argument = arguments[i], value;
    if (takeValue(arguments, i, "-L", value) || argument == LinkOptions::moduleMarker)
      continue;
    if (takeValue(arguments, i, "-l", value)) {
      std::string file = value.starts_with(":") ? value.drop_front().str() : ("lib" + value + ".a").str();
      for (const std::string &directory : directories)
        if (std::string path = directory + "/" + file; sys::fs::exists(path)) {
          inputs.push_back(std::move(path));
          break;
        }
    } else if (hasSeparateValue(argument)) {
      ++i;
    } else if (!argument.starts_with("-")) {
      inputs.push_back(argument.str());
    }
  }
  inputs.push_back(rootRuntime(options));
  return inputs;
}

//===-- Their symbols -----------------------------------------------------------------------------------------===//

namespace {
struct NativeNames {
  StringSet<> undefined, defined;
};
} // namespace

using SymbolVisitor = function_ref<void(StringRef name, bool isUndefined)>;

/// Calls `note` for each global symbol of an object file.
static Error forEachSymbol(StringRef bytes, SymbolVisitor note) {
  Expected<Sections> object = openSections(bytes);
  if (!object)
    return object.takeError();
  for (const Elf::Elf_Shdr &section : object->headers) {
    if (section.sh_type != ELF::SHT_SYMTAB)
      continue;
    auto symbols = object->elf.symbols(&section);
    auto strings = object->elf.getStringTableForSymtab(section);
    if (!symbols || !strings)
      return joinErrors(symbols.takeError(), strings.takeError());
    // sh_info: the first symbol that is not local.
    for (const Elf::Elf_Sym &symbol : symbols->drop_front(std::min<size_t>(section.sh_info, symbols->size()))) {
      Expected<StringRef> name = symbol.getName(*strings);
      if (!name)
        return name.takeError();
      note(*name, symbol.isUndefined());
    }
  }
  return Error::success();
}

static Error readInput(StringRef path, StringRef bytes, SymbolVisitor note);

static Error readArchive(StringRef path, StringRef bytes, SymbolVisitor note) {
  Expected<std::unique_ptr<Archive>> archive = Archive::create(MemoryBufferRef(bytes, path));
  if (!archive)
    return archive.takeError();
  Error walk = Error::success();
  for (const Archive::Child &child : (*archive)->children(walk)) {
    Expected<StringRef> member = child.getBuffer();
    if (!member)
      return joinErrors(std::move(walk), member.takeError());
    if (identify_magic(*member) != file_magic::elf_relocatable)
      continue;
    if (Error error = forEachSymbol(*member, note))
      return joinErrors(std::move(walk), std::move(error));
  }
  return walk;
}

// libm.a on Debian is a linker script with GROUP ( paths ).
static Error readScript(StringRef text, SymbolVisitor note) {
  SmallVector<StringRef, 4> words;
  text.split("GROUP").second.split('(').second.split(')').first.split(words, ' ', -1, false);
  for (StringRef path : words)
    if (ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(path.trim()))
      if (Error error = readInput(path, (*buffer)->getBuffer(), note))
        return error;
  return Error::success();
}

static Error readInput(StringRef path, StringRef bytes, SymbolVisitor note) {
  Error error = Error::success();
  switch (identify_magic(bytes)) {
  case file_magic::archive:
    cantFail(std::move(error));
    error = readArchive(path, bytes, note);
    break;
  case file_magic::elf_relocatable:
    cantFail(std::move(error));
    error = forEachSymbol(bytes, note);
    break;
  case file_magic::unknown:
    cantFail(std::move(error));
    error = readScript(bytes, note);
    break;
  default: // lld will say what is wrong with it
    break;
  }
  return error ? createFileError(path, std::move(error)) : Error::success();
}

/// The passes room notes it on each function (passes/Prepare.h).
static constexpr const char *originalLinkage = "cleave-linkage";

/// Gives functions back what they were to the inliner, under names that meet nobody else's.
static void restoreLinkage(Module &root) {
  for (Function &function : root) {
    StringRef linkage = function.getFnAttribute(originalLinkage).getValueAsString();
    if (linkage.empty() || !function.hasLocalLinkage() || function.isDeclaration())
      continue;
    function.setName(function.getName() + ".cleave");
    function.setLinkage(linkage == "inline" ? GlobalValue::LinkOnceODRLinkage : GlobalValue::ExternalLinkage);
    function.setVisibility(GlobalValue::HiddenVisibility);
    function.setDSOLocal(true);
    function.removeFnAttr(originalLinkage);
  }
}

/// What tasks alone needed, and what nobody does: before all this is given names that others could know.
static void dropUnused(Module &root) {
  PassBuilder builder;
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  GlobalDCEPass().run(root, modules);
}

Error internaliseRoot(Module &root, const LinkOptions &options) {
  NativeNames names;
  auto note = [&](StringRef name, bool isUndefined) {
    if (root.getNamedValue(name))
      (isUndefined ? names.undefined : names.defined).insert(name);
  };
  for (const std::string &path : nativeInputs(options)) {
    // A file that is missing is lld's to report: it knows whether it is needed.
    ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                                                          /*RequiresNullTerminator=*/false);
    if (buffer)
      if (Error error = readInput(path, (*buffer)->getBuffer(), note))
        return error;
  }
  internalizeModule(root, [&](const GlobalValue &global) {
    if (names.undefined.contains(global.getName()) || global.getName() == "main" || global.getName() == splitChoice)
      return true;
    bool isInlineFunction = isa<Function>(global) && global.hasLinkOnceODRLinkage();
    return names.defined.contains(global.getName()) && !isInlineFunction;
  });
  dropUnused(root);
  restoreLinkage(root);
  return Error::success();
}

//===-- The link ----------------------------------------------------------------------------------------------===//

/// Functions that are glibc's malloc's alone: in whatever asks for one of them, that is the malloc.
static bool isOnlyLibrarys(StringRef name) {
  return is_contained({"mallopt", "mallinfo", "mallinfo2", "malloc_info", "malloc_stats", "malloc_trim", "pvalloc", "__libc_malloc", "__libc_calloc",
                       "__libc_realloc", "__libc_free", "__libc_memalign", "__libc_valloc", "__libc_pvalloc"},
                      name);
}

namespace {
struct HeapNames {
  StringSet<> defined;        ///< by the program and its objects
  bool needsLibrarys = false; ///< they or their libraries ask for what only glibc's malloc has
  bool hasForeign = false;    ///< objects that no front end of ours has seen
};
} // namespace

/// What every program begins and ends with, of the C library and the compiler.
static bool isStartFile(StringRef path) {
  return is_contained({"crt1.o", "gcrt1.o", "rcrt1.o", "Scrt1.o", "crti.o", "crtn.o", "crtbegin.o", "crtbeginS.o", "crtbeginT.o",
                       "crtend.o", "crtendS.o"},
                      sys::path::filename(path));
}

static Expected<HeapNames> readHeapNames(StringRef program, const LinkOptions &options) {
  HeapNames names;
  auto want = [&](StringRef name, bool isUndefined) { names.needsLibrarys |= isUndefined && isOnlyLibrarys(name); };
  auto note = [&](StringRef name, bool isUndefined) {
    want(name, isUndefined);
    if (!isUndefined)
      names.defined.insert(name);
  };
  if (Error error = forEachSymbol(program, note))
    return std::move(error);
  for (const std::string &path : nativeInputs(options)) {
    // The system's libraries know of each other, and the run time asks for nothing of the kind.
    if (path == rootRuntime(options) ||
        is_contained({"libc.a", "libm.a", "libstdc++.a", "libgcc.a", "libgcc_eh.a"}, sys::path::filename(path)))
      continue;
    auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
    if (!buffer)
      continue;
    StringRef bytes = (*buffer)->getBuffer();
    bool isObject = identify_magic(bytes) == file_magic::elf_relocatable;
    names.hasForeign |= isObject && !isStartFile(path);
    if (Error error = isObject ? forEachSymbol(bytes, note) : readInput(path, bytes, want))
      return std::move(error);
  }
  return names;
}

/// The options that bring the program's calls of heap functions to the run time (rt/root/Heap.h), which looks after the blocks
/// whichever library asks for them. If the program brings a malloc of its own, this holds for what it brings only: to ask for
/// another function would bring in the C library's, with a second malloc.
static std::vector<std::string> wrapOptions(const HeapNames &names) {
  std::vector<std::string> result;
#define CLEAVE_WRAP(function) \
  if (!names.defined.contains("malloc") || names.defined.contains(#function)) \
    result.push_back("--wrap=" #function);
  CLEAVE_HEAP_FUNCTIONS(CLEAVE_WRAP)
#undef CLEAVE_WRAP
  result.push_back("--wrap=memset"); // rt/root/Zero.cpp
  // Files and streams (rt/root/Files.cpp, rt/root/Streams.cpp).
#define CLEAVE_WRAP(function) result.push_back("--wrap=" #function);
  CLEAVE_FILE_FUNCTIONS(CLEAVE_WRAP)
  CLEAVE_STREAM_FUNCTIONS(CLEAVE_WRAP)
#undef CLEAVE_WRAP
  return result;
}

/// GCC's start file for static programs hands the unwinder's tables over when the program starts (__register_frame_info).
/// Who does that gets a list under a lock, which every frame that an exception passes takes; a program that does not is
/// searched by the header that lld makes of those tables, by any number of threads at once. Else the two files are the same.
static std::string withoutFrameRegistry(StringRef argument) {
  if (sys::path::filename(argument) != "crtbeginT.o")
    return argument.str();
  SmallString<128> other(sys::path::parent_path(argument));
  sys::path::append(other, "crtbegin.o");
  return sys::fs::exists(other) ? other.str().str() : argument.str();
}

Expected<std::vector<char>> linkRoot(ArrayRef<char> object, const LinkOptions &options) {
  Expected<MemoryFile> input = MemoryFile::create(object);
  if (!input)
    return input.takeError();
  Expected<HeapNames> names = readHeapNames(StringRef(object.data(), object.size()), options);
  if (!names)
    return names.takeError();
  // The C library finds its own exit handlers between __start_ and __stop_ symbols: those sections stay.
  std::vector<std::string> arguments{"--gc-sections", "-z", "nostart-stop-gc", "-O1"};
  if (!options.keepDebugInfo)
    arguments.push_back("--strip-all");
  append_range(arguments, wrapOptions(*names));
  if (names->hasForeign) // what they do nobody knows (cleave/program.h)
    arguments.push_back("--defsym=cleave_has_foreign_objects=1");
  for (size_t i = 0; i < options.rootArguments.size(); ++i) {
    const std::string &argument = options.rootArguments[i];
    if (argument == LinkOptions::moduleMarker) {
      // The runtime's start must run even in a program without a cut: it takes the node's traces out of the
      // environment. Before the C++ library, so that its operator new is the one that is found.
      arguments.insert(arguments.end(),
                       {input->path(), "-u", "cleave_is_splitting", "-u", "__wrap_malloc", "-u", "__wrap_memset", rootRuntime(options),
                        sodium(options)});
      // The malloc behind what the program brings itself: what one thread allocates another one frees here, and glibc's has a
      // lock for that (docs/workers.md).
      if (!names->needsLibrarys)
        arguments.push_back(jemalloc(options));
    } else if (argument == "-o") {
      ++i; // the image stays in memory
    } else {
      arguments.push_back(withoutFrameRegistry(argument));
    }
  }
  return runLld(arguments, options.verbose);
}

} // namespace cleave
