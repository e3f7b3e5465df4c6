// WholeRun.cpp - see WholeRun.h.
//
// All functions of the program are looked at, and not those that `main` leads to: constructors, destructors and what is
// called through pointers count the same. What has a body does what it calls and no more, but for assembly. Of what has none
// the functions below are known to be functions of their arguments, of the process's own state (the heap, `rand`, streams) and
// of files and streams that they open, read and write, which the run time sees. "C" is the locale, since nobody sets another.
#include "passes/WholeRun.h"
#include "passes/Models.h"
#include "passes/Nondeterminism.h"
#include "passes/Places.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/ModRef.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

namespace cleave {

/// The C library's.
static bool isHarmlessC(StringRef symbol) {
  static const StringSet<> names = {
      // memory and text
      "malloc", "calloc", "realloc", "free", "aligned_alloc", "posix_memalign", "memcpy", "memmove", "memset", "memcmp", "memchr",
      "memrchr", "mempcpy", "bcmp", "bzero", "strlen", "strnlen", "strcpy", "strncpy", "stpcpy", "stpncpy", "strcat", "strncat", "strcmp",
      "strncmp", "strcasecmp", "strncasecmp", "strcoll", "strxfrm", "strchr", "strrchr", "strchrnul", "strstr", "strspn", "strcspn",
      "strpbrk", "strtok", "strtok_r", "strdup", "strndup", "strerror", "wcslen", "wmemcpy", "wmemset", "wmemcmp", "wmemchr", "wmemmove",
      "__ctype_b_loc", "__ctype_tolower_loc", "__ctype_toupper_loc", "__ctype_get_mb_cur_max",
      // algorithms, and the state of generators
      "qsort", "bsearch", "div", "ldiv", "lldiv", "rand", "srand", "random", "srandom", "drand48", "lrand48", "mrand48",
      "erand48", "srand48", "rand_r", "lgamma", "lgammaf", "lgammal", "gamma", "tgamma", "tgammaf", "tgammal",
      // streams
      "fopen", "fopen64", "fclose", "fflush", "fread", "fwrite", "fgetc", "fgets", "getc", "getchar", "ungetc", "fputc", "fputs", "putc",
      "putchar", "puts", "getline", "getdelim", "feof", "ferror", "clearerr", "fseek", "fseeko", "ftell", "ftello", "rewind", "fgetpos",
      "fsetpos", "setvbuf", "setbuf", "setlinebuf", "perror", "printf", "fprintf", "sprintf", "snprintf", "asprintf", "vprintf", "vfprintf",
      "vsprintf", "vsnprintf", "vasprintf", "scanf", "fscanf", "sscanf", "vscanf", "vfscanf", "vsscanf", "__isoc99_scanf",
      "__isoc99_fscanf", "__isoc99_sscanf", "__isoc23_scanf", "__isoc23_fscanf", "__isoc23_sscanf", "__isoc23_strtol", "__isoc23_strtoul",
      "__isoc23_strtoll", "__isoc23_strtoull", "getc_unlocked", "getchar_unlocked", "putc_unlocked", "putchar_unlocked",
      "fread_unlocked", "fwrite_unlocked", "fgets_unlocked", "fputs_unlocked",
      // the end, and the compiler's own
      "exit", "_exit", "quick_exit", "atexit", "at_quick_exit", "abort", "__assert_fail", "__errno_location",
      "__stack_chk_fail", "__dynamic_cast",
      // locks, with nobody else there
      "pthread_mutex_init", "pthread_mutex_lock", "pthread_mutex_trylock", "pthread_mutex_unlock", "pthread_mutex_destroy", "pthread_once"};
  StringRef checked = symbol; // __printf_chk, by _FORTIFY_SOURCE
  if (checked.consume_front("__") && checked.consume_back("_chk"))
    return names.contains(checked);
  static constexpr StringLiteral families[] = {"__cxa_", "__gxx_", "_Unwind_", "_Zn", "_Zd"};
  return names.contains(symbol) || goesByLocale(symbol) || isComplexArithmetic(symbol) ||
         any_of(families, [&](StringRef family) { return symbol.starts_with(family); });
}

/// The C++ library's, by name and scope.
static bool isHarmlessCxx(StringRef symbol) {
  static const StringRef prefixes[] = {
      "basic_string<", "basic_string_view<", "basic_stringbuf<", "basic_istringstream<", "basic_ostringstream<", "basic_stringstream<",
      "string::", "ostream::", "istream::", "iostream::", "ios_base::", "basic_ios<", "basic_ostream<", "basic_istream<", "basic_iostream<",
      "basic_streambuf<", "basic_filebuf<", "basic_ifstream<", "basic_ofstream<", "basic_fstream<", "__basic_file<", "operator<<",
      "operator>>", "getline", "endl", "ends", "flush", "ws", "__ostream_insert", "__istream_extract", "ctype<", "num_put<", "num_get<",
      "numpunct<", "codecvt<", "use_facet<", "has_facet<", "__try_use_facet<", "locale::~locale", "locale::operator=", "locale::classic",
      "locale::id::", "__throw_", "_Rb_tree_", "__detail::", "_Hash_bytes", "_Fnv_hash_bytes", "_Sp_counted_base", "to_chars", "from_chars",
      "uncaught_exception", "current_exception", "rethrow_exception", "__exception_ptr::", "terminate", "bad_", "exception::",
      "error_code::", "error_category::", "_V2::error_category::", "_V2::generic_category", "_V2::system_category", "system_error::",
      "iostream_category", "__glibcxx_assert_fail", "pmr::", "nested_exception::", "__codecvt_utf8", "__moneypunct"};
  std::optional<FunctionText> text = textOfFunction(symbol);
  StringRef name = text ? StringRef(text->name) : "";
  if (!name.consume_front("std::"))
    return false;
  if (isExceptionClass(text->name))
    return true;
  name.consume_front("__cxx11::");
  // With a name of its own a locale comes from the machine's files.
  if (name == "locale::locale")
    return is_contained({"()", "(std::locale const&)"}, text->parameters);
  return any_of(prefixes, [&](StringRef prefix) { return name.starts_with(prefix); });
}

static bool isHarmlessIntrinsic(const Function &function) {
  switch (function.getIntrinsicID()) {
  case Intrinsic::readcyclecounter:
  case Intrinsic::readsteadycounter:
  case Intrinsic::read_register:
  case Intrinsic::read_volatile_register:
  case Intrinsic::write_register:
    return false;
  default:
    return !function.isTargetIntrinsic() || function.onlyAccessesArgMemory(); // not rdtsc and its like
  }
}

/// LLVM knows it, and that it goes by its arguments: libm's functions, for the most part. Who declares a function may say the same of
/// one that asks the machine (`pthread_self`, `getpagesize`).
static bool isFunctionOfArguments(const Function &function, const TargetLibraryInfoImpl &library) {
  LibFunc known;
  return library.getLibFunc(function.getName(), known) &&
         function.getMemoryEffects()
             .getWithoutLoc(IRMemLocation::ArgMem)
             .getWithoutLoc(IRMemLocation::ErrnoMem)
             .doesNotAccessMemory();
}

static bool isHarmless(const Function &function, const TargetLibraryInfoImpl &library) {
  if (function.isIntrinsic())
    return isHarmlessIntrinsic(function);
  StringRef symbol = function.getName();
  return isFunctionOfArguments(function, library) || isHarmlessC(symbol) || isHarmlessCxx(symbol);
}

/// Virtual tables, names of types, streams, and what numbers facets have: the library's own, and the same in each run.
static bool isHarmless(const GlobalVariable &variable) {
  StringRef symbol = variable.getName();
  return any_of(ArrayRef<StringRef>{"_ZT", "_ZSt", "_ZNSt", "llvm."}, [&](StringRef prefix) { return symbol.starts_with(prefix); }) ||
         is_contained({"stdin", "stdout", "stderr", "__dso_handle", "__libc_single_threaded", "signgam"}, symbol);
}

/// Where a person wrote what comes to use `value`.
static SourcePlace placeOfUse(const Value &value) {
  SmallVector<const Value *, 8> worklist{&value};
  SmallPtrSet<const Value *, 16> seen;
  SourcePlace place;
  while (!worklist.empty() && !place) {
    const Value *next = worklist.pop_back_val();
    if (!seen.insert(next).second)
      continue;
    if (auto *instruction = dyn_cast<Instruction>(next))
      place = isUsers(*instruction) ? placeOf(instruction) : outerPlaceOf(*instruction);
    else if (isa<Constant>(next))
      append_range(worklist, next->users());
  }
  return place;
}

static const CallBase *findAssembly(const Function &function) {
  for (const Instruction &instruction : instructions(function))
    if (auto *call = dyn_cast<CallBase>(&instruction); call && call->isInlineAsm())
      if (!cast<InlineAsm>(call->getCalledOperand())->getAsmString().empty()) // an empty one only keeps the optimiser off
        return call;
  return nullptr;
}

std::optional<RunDependence> findRunDependence(const Module &program) {
  if (!program.getModuleInlineAsm().empty())
    return RunDependence{"it has assembly of its own", {}};
  TargetLibraryInfoImpl library(program.getTargetTriple());
  for (const Function &function : program) {
    if (function.isDeclaration() && !isHarmless(function, library))
      return RunDependence{"it may call '" + spokenName(function.getName()) + "'", placeOfUse(function)};
    if (function.getName() == "main" && function.arg_size() > 2)
      return RunDependence{"it is given the environment", {}};
    if (const CallBase *call = findAssembly(function))
      return RunDependence{"it has assembly of its own", placeOf(call)};
  }
  for (const GlobalVariable &variable : program.globals())
    if (variable.isDeclaration() && !isHarmless(variable))
      return RunDependence{"it uses '" + demangledName(variable.getName()) + "'", placeOfUse(variable)};
  return std::nullopt;
}

void noteRunDependence(Module &program, const std::optional<RunDependence> &dependence, json::Value &partition) {
  json::Object run{{"repeats", !dependence}};
  if (dependence) {
    run["depends"] = dependence->what;
    run["file"] = dependence->place.file;
    run["line"] = dependence->place.line;
  }
  (*partition.getAsObject())["run"] = std::move(run);
  if (dependence)
    return;
  // `extern const int cleave_run_is_repeatable` of cleave/program.h
  Type *type = Type::getInt32Ty(program.getContext());
  new GlobalVariable(program, type, /*isConstant=*/true, GlobalValue::ExternalLinkage, ConstantInt::get(type, 1),
                     "cleave_run_is_repeatable");
}

} // namespace cleave
