// Nondeterminism.cpp - what makes it unseen who asks first.
//
//   random numbers   from outside: no two draws have an order, and none has a state that the program could set.
//   environment      what it says is the same for all, as long as nobody can change it. So it is with the locale, by
//                    which the C library tells letters and reads numbers: a program that never sets one has "C".
//   clocks           a clock does not go back between two readings, whoever reads: so readings have an order, and whoever
//                    compiles must give it up (-fcleave-relaxed-clocks), for calls that are made at the same time.
//
// All else of the kind (the state of `rand`, the process's number, its processor time) stays in the program.
//
// What a rule cannot see from a call alone is found out before, and noted on the call.
#include "passes/Nondeterminism.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Module.h"
#include "llvm/TargetParser/Triple.h"
#include <time.h>

using namespace llvm;

namespace cleave {

static constexpr const char *defaultSource = "cleave-default-source";
static constexpr const char *fixedEnvironment = "cleave-fixed-environment";
static constexpr const char *fixedLocale = "cleave-fixed-locale";
static constexpr const char *relaxedClock = "cleave-relaxed-clock";

static void mark(CallBase &call, const char *what) { call.addFnAttr(Attribute::get(call.getContext(), what)); }

/// It touches no memory but what its arguments point to, as far as the bits say that the caller sets.
static void modelAsPure(const CallBase &call, CallModel &model) {
  model.kind = CallModel::Class::Pure;
  model.returns = CallModel::Returns::Nothing;
  model.reads = BitVector(call.arg_size());
  model.writes = BitVector(call.arg_size());
}

/// Functions whose answers are others each time, and that change nothing but their own state.
static bool asksOnly(StringRef symbol) {
  static const StringSet<> names = {"rand",   "srand",    "random",   "srandom", "drand48", "lrand48",   "rand_r",        "time",
                                    "clock",  "getpid",   "getenv",   "gettimeofday", "clock_gettime", "times", "getrusage", "secure_getenv",
                                    "timespec_get"};
  return names.contains(symbol);
}

// ---- random numbers ----------------------------------------------------------------------------------------------

static bool drawsFromSystem(StringRef symbol) {
  return is_contained({"getrandom", "getentropy", "arc4random", "arc4random_buf", "arc4random_uniform"}, symbol);
}

/// A device of a token of the program's own may be none that there is, and then throws.
static bool modelDraw(const CallBase &call, StringRef symbol, StringRef name, CallModel &model) {
  bool isDevice = name.consume_front("std::random_device::");
  bool isInit = isDevice && name == "_M_init", isEnd = isDevice && name == "_M_fini";
  bool isDraw = isDevice ? is_contained({"_M_getval", "_M_getentropy"}, name) || (isInit && call.hasFnAttr(defaultSource))
                         : drawsFromSystem(symbol);
  if (!isDraw && !isEnd)
    return false;
  modelAsPure(call, model);
  model.draws = isDraw;
  model.isForSpace = isDevice; // where no source is left, as where no memory is
  if (isDevice)
    model.reads.set();
  if (call.arg_size() && call.getArgOperand(0)->getType()->isPointerTy())
    model.writes.set(0);
  model.writesErrno = !isDevice && symbol.starts_with("get");
  return true;
}

void markDefaultSources(Module &module) {
  const Function *init = module.getFunction("_ZNSt13random_device7_M_initERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE");
  for (const char *name : {"_ZNSt13random_deviceC1Ev", "_ZNSt13random_deviceC2Ev"})
    if (Function *constructor = init ? module.getFunction(name) : nullptr)
      for (Instruction &instruction : instructions(*constructor))
        if (auto *call = dyn_cast<CallBase>(&instruction); call && call->getCalledFunction() == init)
          mark(*call, defaultSource);
}

// ---- the environment ---------------------------------------------------------------------------------------------

static bool isEnvironment(StringRef symbol) { return symbol == "getenv" || symbol == "secure_getenv"; }

/// Where a variable's text lies nobody writes (C forbids it), so whoever asks may as well get memory of his own.
static bool modelEnvironment(const CallBase &call, StringRef symbol, CallModel &model) {
  if (!isEnvironment(symbol) || !call.hasFnAttr(fixedEnvironment))
    return false;
  modelAsPure(call, model);
  model.readsEnvironment = true;
  model.returns = CallModel::Returns::Fresh;
  model.reads.set();
  return true;
}

// ---- the locale --------------------------------------------------------------------------------------------------

/// Letters, digits and the rest, of one byte.
static bool tellsCharacters(StringRef symbol) {
  static const StringSet<> names = {"isalpha", "isdigit", "isalnum", "isspace", "isupper",  "islower", "ispunct",
                                    "isprint", "isgraph", "iscntrl", "isblank", "isxdigit", "toupper", "tolower"};
  return names.contains(symbol);
}

static bool readsNumbers(StringRef symbol) {
  return is_contained({"strtol", "strtoul", "strtoll", "strtoull", "strtod", "strtof", "strtold", "atoi", "atol", "atoll", "atof"}, symbol);
}

bool goesByLocale(StringRef symbol) { return tellsCharacters(symbol) || readsNumbers(symbol); }

/// Where the locale may change, they are ordered like I/O: the call that sets it is.
static bool modelLocale(const CallBase &call, StringRef symbol, CallModel &model) {
  if (!goesByLocale(symbol))
    return false;
  modelAsPure(call, model);
  if (!call.hasFnAttr(fixedLocale))
    model.kind = CallModel::Class::Io;
  if (readsNumbers(symbol)) {
    model.reads.set(0);
    model.writesErrno = true;
    // Where the number ends, which is a place in the text.
    if (symbol.starts_with("strto")) {
      model.writes.set(1);
      model.secondKeepsFirst = true;
    }
  }
  return true;
}

// ---- what nobody changes -----------------------------------------------------------------------------------------

/// A function of the C or the C++ library, or of what compilers bring along, of which it is known what it can change. By
/// name: whoever links a library of his own under one of these names replaces the standard one in every program.
static bool isOfLibraries(const Function &function, const TargetLibraryInfoImpl &library) {
  static const StringSet<> others = {"nanosleep", "clock_nanosleep", "usleep",      "sleep",    "sched_yield", "sysconf", "mmap", "munmap",
                                     "localtime", "localtime_r",     "gmtime_r",    "strftime", "setlocale", "uselocale",
                                     "setenv",    "putenv",          "unsetenv",    "clearenv"};
  static constexpr StringLiteral families[] = {"_ZNSt", "_ZNKSt", "_ZSt",    "_ZNVSt", "_ZN9__gnu_cxx", "_Zn",      "_Zd",
                                               "__cxa_", "__gxx_", "_Unwind_", "__errno_", "__assert_",   "__libc_single", "pthread_"};
  StringRef name = function.getName();
  LibFunc known;
  return function.isIntrinsic() || asksOnly(name) || drawsFromSystem(name) || tellsCharacters(name) || others.contains(name) ||
         library.getLibFunc(name, known) || any_of(families, [&](StringRef family) { return name.starts_with(family); });
}

/// Is there nothing in the program but libraries' functions, and `changes` none of them?
static bool isNeverChanged(const Module &module, function_ref<bool(StringRef)> changes) {
  TargetLibraryInfoImpl library(module.getTargetTriple());
  return all_of(module, [&](const Function &function) {
    return !function.isDeclaration() || (isOfLibraries(function, library) && !changes(function.getName()));
  });
}

static bool isEnvironmentFixed(const Module &module) {
  const Function *main = module.getFunction("main");
  if (!main || main->arg_size() > 2) // the third is the environment itself
    return false;
  for (StringRef name : {"environ", "__environ", "_environ"})
    if (module.getNamedValue(name))
      return false;
  return isNeverChanged(module, [](StringRef symbol) { return is_contained({"setenv", "putenv", "unsetenv", "clearenv"}, symbol); });
}

static bool isLocaleFixed(const Module &module) {
  return isNeverChanged(module, [](StringRef symbol) {
    return symbol == "setlocale" || symbol == "uselocale" || symbol.starts_with("_ZNSt6locale6global");
  });
}

// ---- clocks ------------------------------------------------------------------------------------------------------

static bool isClockFunction(StringRef symbol) {
  return is_contained({"clock_gettime", "time", "gettimeofday", "timespec_get", "_ZNSt6chrono3_V212steady_clock3nowEv",
                       "_ZNSt6chrono3_V212system_clock3nowEv"},
                      symbol);
}

/// Clocks that tell the time. Those that tell what a process or a thread has used do not: the process is another one.
static bool isClock(const CallBase &call, StringRef symbol) {
  if (symbol != "clock_gettime")
    return isClockFunction(symbol);
  auto *which = dyn_cast<ConstantInt>(call.getArgOperand(0));
  return which && is_contained({CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE,
                                CLOCK_BOOTTIME},
                               which->getSExtValue());
}

static bool modelClock(const CallBase &call, StringRef symbol, CallModel &model) {
  if (!call.hasFnAttr(relaxedClock) || !isClock(call, symbol))
    return false;
  modelAsPure(call, model);
  model.readsClock = true;
  for (unsigned k = 0; k < call.arg_size(); ++k)
    model.writes[k] = call.getArgOperand(k)->getType()->isPointerTy();
  model.writesErrno = !symbol.starts_with("_Z");
  return true;
}

// ---- all of them -------------------------------------------------------------------------------------------------

static bool isNondeterministic(StringRef symbol, StringRef name) {
  return asksOnly(symbol) || symbol == "sched_getcpu" || name.starts_with("std::chrono::") || name.starts_with("std::random_device");
}

bool modelNondeterminism(const CallBase &call, StringRef symbol, StringRef name, CallModel &model) {
  if (modelDraw(call, symbol, name, model) || modelEnvironment(call, symbol, model) || modelLocale(call, symbol, model) ||
      modelClock(call, symbol, model))
    return true;
  if (!isNondeterministic(symbol, name))
    return false;
  model.kind = CallModel::Class::Nondeterministic;
  model.returns = CallModel::Returns::Unknown;
  model.reads = BitVector(call.arg_size(), true);
  model.writes = BitVector(call.arg_size(), true);
  return true;
}

/// Says so of the function, since who calls it may be known later than who does not.
static void markAll(Module &module, const char *what, function_ref<bool(StringRef)> isMeant) {
  for (Function &function : module)
    if (function.isDeclaration() && isMeant(function.getName()))
      function.addFnAttr(what);
}

void markFixedSurroundings(Module &module) {
  if (isEnvironmentFixed(module))
    markAll(module, fixedEnvironment, isEnvironment);
  if (isLocaleFixed(module))
    markAll(module, fixedLocale, [](StringRef symbol) { return tellsCharacters(symbol) || readsNumbers(symbol); });
}

void relaxClocks(Module &module) { markAll(module, relaxedClock, isClockFunction); }

} // namespace cleave
