// Nondeterminism.cpp - what makes it unseen who asks first.
//
//   random numbers   from outside: no two draws have an order, and none has a state that the program could set.
//   environment      what it says is the same for all, as long as nobody can change it.
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

/// A function of the C or the C++ library, or of what compilers bring along, that does not change the environment. By name:
/// whoever links a library of his own under one of these names replaces the standard one in every program.
static bool leavesEnvironment(const Function &function, const TargetLibraryInfoImpl &library) {
  static const StringSet<> changing = {"setenv", "putenv", "unsetenv", "clearenv"};
  static const StringSet<> others = {"nanosleep", "clock_nanosleep", "usleep",      "sleep",    "sched_yield", "sysconf", "mmap", "munmap",
                                     "localtime", "localtime_r",     "gmtime_r",    "strftime", "setlocale"};
  static constexpr StringLiteral families[] = {"_ZNSt", "_ZNKSt", "_ZSt",    "_ZNVSt", "_ZN9__gnu_cxx", "_Zn",      "_Zd",
                                               "__cxa_", "__gxx_", "_Unwind_", "__errno_", "__assert_",   "__libc_single", "pthread_"};
  StringRef name = function.getName();
  LibFunc known;
  return !changing.contains(name) &&
         (function.isIntrinsic() || asksOnly(name) || drawsFromSystem(name) || others.contains(name) || library.getLibFunc(name, known) ||
          any_of(families, [&](StringRef family) { return name.starts_with(family); }));
}

static bool isEnvironmentFixed(const Module &module) {
  TargetLibraryInfoImpl library(module.getTargetTriple());
  const Function *main = module.getFunction("main");
  if (!main || main->arg_size() > 2) // the third is the environment itself
    return false;
  for (StringRef name : {"environ", "__environ", "_environ"})
    if (module.getNamedValue(name))
      return false;
  return all_of(module, [&](const Function &function) { return !function.isDeclaration() || leavesEnvironment(function, library); });
}

// ---- clocks ------------------------------------------------------------------------------------------------------

/// Clocks that tell the time. Those that tell what a process or a thread has used do not: the process is another one.
static bool isClock(const CallBase &call, StringRef symbol) {
  if (symbol == "clock_gettime") {
    auto *which = dyn_cast<ConstantInt>(call.getArgOperand(0));
    return which && is_contained({CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE,
                                  CLOCK_BOOTTIME},
                                 which->getSExtValue());
  }
  return is_contained({"time", "gettimeofday", "timespec_get", "_ZNSt6chrono3_V212steady_clock3nowEv", "_ZNSt6chrono3_V212system_clock3nowEv"},
                      symbol);
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
  if (modelDraw(call, symbol, name, model) || modelEnvironment(call, symbol, model) || modelClock(call, symbol, model))
    return true;
  if (!isNondeterministic(symbol, name))
    return false;
  model.kind = CallModel::Class::Nondeterministic;
  model.returns = CallModel::Returns::Unknown;
  model.reads = BitVector(call.arg_size(), true);
  model.writes = BitVector(call.arg_size(), true);
  return true;
}

static void markCalls(Module &module, const char *what, function_ref<bool(const CallBase &, StringRef)> isMarked) {
  for (Function &function : module)
    if (function.isDeclaration())
      for (User *user : function.users())
        if (auto *call = dyn_cast<CallBase>(user); call && call->getCalledFunction() == &function && isMarked(*call, function.getName()))
          mark(*call, what);
}

void markFixedEnvironment(Module &module) {
  if (isEnvironmentFixed(module))
    markCalls(module, fixedEnvironment, [](const CallBase &, StringRef symbol) { return isEnvironment(symbol); });
}

/// All that isClock() might know: which clock a call asks may be seen only when constants have been propagated.
void relaxClocks(Module &module) {
  markCalls(module, relaxedClock, [](const CallBase &call, StringRef symbol) { return symbol == "clock_gettime" || isClock(call, symbol); });
}

} // namespace cleave
