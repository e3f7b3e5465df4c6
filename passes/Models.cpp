// Models.cpp - the one table of what bodiless functions do.
//
// The standard library is analysed like any other code: templates have bodies. What is left has none: operator new,
// the __throw_ family, libm, iostream, a handful of helpers behind the containers. Hand-kept lists of mangled names
// never finish (clad #1066, #1706 and Enzyme #2367 show it), so this table is made of rules, from most to least
// certain:
//   1. LLVM's own attributes: memory(none), memory(argmem: read), captures(none), noalias results. They hold for
//      intrinsics, libm and what clang declares with attributes.
//   2. The parameter types in the mangled name: the library does not write through `const T *` and `const T &`.
//   3. Families, by namespace and prefix: __throw_*, containers' helpers (pure), clocks, random numbers and the
//      environment (Nondeterminism.cpp), other functions of namespace std (ordered I/O that keeps nothing but in its own objects).
// Whatever no rule covers is unknown: it may write all that it can reach and all that ever escaped.
#include "passes/Models.h"
#include "passes/Nondeterminism.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Demangle/Demangle.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/ModRef.h"

using namespace llvm;

namespace cleave {

std::string demangledName(StringRef symbol) { return demangle(symbol); }

static std::string take(char *text) {
  std::string result = text ? text : "";
  free(text);
  return result;
}

/// "std::vector<int, std::allocator<int>>::at" -> "std::vector::at".
static std::string withoutTemplateArguments(StringRef text) {
  std::string result;
  unsigned depth = 0;
  for (char c : text) {
    depth += c == '<';
    if (!depth)
      result += c;
    depth -= c == '>' && depth;
  }
  return result;
}

std::string spokenName(StringRef symbol) {
  ItaniumPartialDemangler demangler;
  std::string mangled = symbol.str(); // the demangler points into it
  if (demangler.partialDemangle(mangled.c_str()))
    return mangled;
  if (!demangler.isFunction()) {
    // Of a function's static only its own name, which is behind the function's parameters.
    std::string whole = take(demangler.finishDemangle(nullptr, nullptr));
    size_t behind = mangled.compare(0, 3, "_ZZ") ? std::string::npos : whole.rfind("::");
    return behind == std::string::npos ? whole : whole.substr(behind + 2);
  }
  std::string name = take(demangler.getFunctionBaseName(nullptr, nullptr));
  std::string scope = withoutTemplateArguments(take(demangler.getFunctionDeclContextName(nullptr, nullptr)));
  // What stands behind the operators of streams has names of the library's own.
  StringRef text = name;
  if (text.contains("_insert"))
    return "operator<<";
  if (text.contains("_extract"))
    return "operator>>";
  if (text.starts_with("operator") || scope.empty())
    return name;
  return text.starts_with("_") ? scope : scope + "::" + name;
}

/// What a mangled name says about a function: its parameter types as text, `this` first for members.
struct Signature {
  std::string name; ///< qualified, without parameters
  SmallVector<std::string, 6> parameters;
  bool isMember = false; ///< unknown for data; true if there is one more argument than parameters
};

/// `demangler` points into `mangled`.
static std::optional<FunctionText> textOfFunction(ItaniumPartialDemangler &demangler, const std::string &mangled) {
  if (demangler.partialDemangle(mangled.c_str()) || !demangler.isFunction())
    return std::nullopt;
  return FunctionText{take(demangler.getFunctionName(nullptr, nullptr)), take(demangler.getFunctionParameters(nullptr, nullptr))};
}

std::optional<FunctionText> textOfFunction(StringRef symbol) {
  ItaniumPartialDemangler demangler;
  std::string mangled = symbol.str();
  return textOfFunction(demangler, mangled);
}

static bool parseSignature(StringRef symbol, unsigned argumentCount, Signature &signature) {
  ItaniumPartialDemangler demangler;
  std::string mangled = symbol.str();
  std::optional<FunctionText> text = textOfFunction(demangler, mangled);
  if (!text)
    return false;
  signature.name = std::move(text->name);
  StringRef rest = StringRef(text->parameters).trim();
  if (rest.consume_front("("))
    rest.consume_back(")");
  int depth = 0;
  size_t begin = 0;
  for (size_t k = 0; k <= rest.size(); ++k) {
    char c = k < rest.size() ? rest[k] : ',';
    if (c == '<' || c == '(')
      ++depth;
    else if (c == '>' || c == ')')
      --depth;
    else if (c == ',' && depth <= 0) {
      StringRef part = rest.slice(begin, k).trim();
      if (!part.empty() && part != "void")
        signature.parameters.push_back(part.str());
      begin = k + 1;
    }
  }
  if (signature.parameters.size() + 1 == argumentCount) {
    signature.isMember = true;
    signature.parameters.insert(signature.parameters.begin(),
                                demangler.hasFunctionQualifiers() ? "this const*" : "this*");
  }
  return true;
}

static bool isConstPointer(StringRef type) {
  return type.ends_with("const*") || type.ends_with("const&") || type.ends_with("const&&");
}

/// Exceptions copy their message and nothing else.
bool isExceptionClass(StringRef name) {
  static const StringRef classes[] = {"std::exception::", "std::logic_error::", "std::runtime_error::", "std::invalid_argument::",
                                      "std::domain_error::", "std::length_error::", "std::out_of_range::", "std::range_error::",
                                      "std::overflow_error::", "std::underflow_error::", "std::bad_alloc::"};
  return any_of(classes, [&](StringRef prefix) { return name.starts_with(prefix); });
}

/// Helpers behind the containers that live in libstdc++.so.
static bool isContainerHelper(StringRef name) {
  static const StringRef prefixes[] = {"std::_Rb_tree_", "std::__detail::_List_node_base", "std::_Hash_bytes",
                                       "std::_Fnv_hash_bytes", "std::__detail::_Prime_rehash_policy",
                                       "std::__cxx11::basic_string<", "std::_Sp_counted_base"};
  return any_of(prefixes, [&](StringRef prefix) { return name.starts_with(prefix); });
}

/// From a node of a tree to its neighbour: looks at links and leaves them alone, though the type does not say so.
static bool isTreeWalk(StringRef name) {
  return name == "std::_Rb_tree_increment" || name == "std::_Rb_tree_decrement";
}

/// Library functions that call back, start threads or keep what they get beyond their own objects.
static bool keepsForLater(StringRef name) {
  static const StringRef prefixes[] = {"std::thread", "std::set_", "std::signal", "std::atexit", "std::at_quick_exit",
                                       "std::__future_base", "std::condition_variable", "std::call_once", "std::this_thread"};
  return any_of(prefixes, [&](StringRef prefix) { return name.starts_with(prefix); });
}

static void touchAll(CallModel &model, unsigned count) {
  // Not resize(): the rules that were asked before leave vectors of this length behind.
  model.reads = BitVector(count, true);
  model.writes = BitVector(count, true);
}

/// Rules 1: what LLVM's attributes prove. False: they prove too little.
static bool modelFromAttributes(const CallBase &call, CallModel &model) {
  MemoryEffects effects = call.getMemoryEffects();
  unsigned count = call.arg_size();
  model.reads.resize(count);
  model.writes.resize(count);
  MemoryEffects beyond = effects.getWithoutLoc(IRMemLocation::ArgMem).getWithoutLoc(IRMemLocation::ErrnoMem)
                             .getWithoutLoc(IRMemLocation::InaccessibleMem);
  if (!beyond.doesNotAccessMemory())
    return false;
  // A bodiless function that touches memory the program cannot see (its own state) may remember or print.
  if (!isa<IntrinsicInst>(call) && isModOrRefSet(effects.getModRef(IRMemLocation::InaccessibleMem)))
    return false;
  ModRefInfo onArguments = effects.getModRef(IRMemLocation::ArgMem);
  for (unsigned k = 0; k < count; ++k) {
    if (!call.getArgOperand(k)->getType()->isPointerTy())
      continue;
    if (isModOrRefSet(onArguments) && !call.doesNotCapture(k) && !call.onlyReadsMemory(k) && !isa<IntrinsicInst>(call))
      return false;
    if (isRefSet(onArguments) && !call.onlyWritesMemory(k))
      model.reads.set(k);
    if (isModSet(onArguments) && !call.onlyReadsMemory(k))
      model.writes.set(k);
  }
  model.writesErrno = isModSet(effects.getModRef(IRMemLocation::ErrnoMem));
  model.kind = CallModel::Class::Pure;
  model.returns = call.getType()->isPointerTy() ? CallModel::Returns::ReachOfArguments : CallModel::Returns::Nothing;
  return true;
}

static bool isOperatorNew(StringRef symbol) { return symbol.starts_with("_Znw") || symbol.starts_with("_Zna"); }
static bool isOperatorDelete(StringRef symbol) { return symbol.starts_with("_Zdl") || symbol.starts_with("_Zda"); }

static bool modelRuntimeFunction(StringRef symbol, const CallBase &call, CallModel &model) {
  using Class = CallModel::Class;
  unsigned count = call.arg_size();
  auto is = [&](std::initializer_list<StringRef> names) { return is_contained(names, symbol); };
  model.reads.resize(count);
  model.writes.resize(count);
  if (isOperatorNew(symbol) || is({"malloc", "calloc", "aligned_alloc", "__cxa_allocate_exception"})) {
    model.kind = Class::Allocates;
  } else if (isOperatorDelete(symbol) || is({"free", "__cxa_free_exception"})) {
    model.kind = Class::Frees;
    model.returns = CallModel::Returns::Nothing;
  } else if (is({"exit", "_exit", "quick_exit", "_Exit"})) {
    model.kind = Class::Ends;
    model.returns = CallModel::Returns::Nothing;
  } else if (is({"abort", "_ZSt9terminatev", "__clang_call_terminate", "__assert_fail", "__cxa_pure_virtual",
                 "_ZSt21__glibcxx_assert_failPKciS0_S0_"})) {
    model.kind = Class::Aborts;
    model.returns = CallModel::Returns::Nothing;
  } else if (is({"__cxa_throw", "__cxa_rethrow", "__cxa_throw_bad_array_new_length", "__cxa_bad_cast", "__cxa_bad_typeid"})) {
    // What is thrown is found again through __cxa_begin_catch, whose answer is unknown memory.
    model.kind = Class::Throws;
    model.returns = CallModel::Returns::Nothing;
    model.escapes = true;
    model.isForSpace = symbol == "__cxa_throw_bad_array_new_length";
    model.isAgain = symbol == "__cxa_rethrow";
  } else if (is({"__cxa_guard_acquire", "__cxa_guard_release", "__cxa_guard_abort"})) {
    model.kind = Class::Pure; // what they do to the guard variable is all they do
    model.returns = CallModel::Returns::Nothing;
    model.reads.set(0);
    model.writes.set(0);
  } else if (is({"__cxa_atexit"})) {
    // Comes with a function-local static, whose guard variable tells the rest.
    model.kind = Class::Pure;
    model.returns = CallModel::Returns::Nothing;
    model.escapes = true;
  } else if (is({"__cxa_end_catch"})) {
    model.kind = Class::Pure;
    model.returns = CallModel::Returns::Nothing;
  } else if (is({"__cxa_begin_catch", "__cxa_get_exception_ptr"})) {
    model.kind = Class::Pure;
    model.returns = CallModel::Returns::Unknown;
  } else {
    return false;
  }
  return true;
}

// `long double` and `float` have the suffixes of C, or other letters in the middle.
bool isComplexArithmetic(StringRef symbol) {
  static const StringSet<> names = {"cabs",  "carg",  "cexp",   "clog",  "cpow",   "csqrt", "cproj",  "csin",  "ccos", "ctan",
                                    "casin", "cacos", "catan",  "csinh", "ccosh",  "ctanh", "casinh", "cacosh", "catanh"};
  if (names.contains(symbol) || ((symbol.ends_with("f") || symbol.ends_with("l")) && names.contains(symbol.drop_back())))
    return true;
  StringRef rest = symbol;
  return (rest.consume_front("__mul") || rest.consume_front("__div")) &&
         is_contained({"hc3", "sc3", "dc3", "xc3", "tc3"}, rest);
}

/// Reads on to a terminator, wherever the object ends that it was given.
static bool readsToTerminator(StringRef symbol) {
  return symbol.starts_with("strto") ||
         is_contained({"strlen", "strcmp", "strchr", "strrchr", "strstr", "strspn", "strcspn", "strpbrk", "strcpy", "stpcpy",
                       "strcat", "strdup", "strcoll", "wcslen", "atoi", "atol", "atoll", "atof", "puts", "fputs",
                       "getenv", "secure_getenv"},
                      symbol);
}

/// The C functions that people use inside computations and that LLVM gives no attributes for here.
static bool modelCLibrary(StringRef symbol, const CallBase &call, CallModel &model) {
  auto is = [&](std::initializer_list<StringRef> names) { return is_contained(names, symbol); };
  unsigned count = call.arg_size();
  model.reads.resize(count);
  model.writes.resize(count);
  if (isComplexArithmetic(symbol)) {
    model.kind = CallModel::Class::Pure;
    model.returns = CallModel::Returns::Nothing;
    model.writesErrno = symbol.starts_with("c");
    // Numbers that are too large for registers are handed over in memory, the result as well.
    for (unsigned k = 0; k < count; ++k)
      if (call.getArgOperand(k)->getType()->isPointerTy())
        (call.paramHasAttr(k, Attribute::StructRet) ? model.writes : model.reads).set(k);
    return true;
  }
  if (is({"strlen", "strcmp", "strncmp", "strchr", "strrchr", "memcmp", "bcmp", "memchr"})) {
    model.kind = CallModel::Class::Pure;
    model.returns = call.getType()->isPointerTy() ? CallModel::Returns::FirstArgument : CallModel::Returns::Nothing;
    model.reads.set(0, is({"strcmp", "strncmp", "memcmp", "bcmp"}) ? 2 : 1);
    return true;
  }
  if (is({"printf", "puts", "putchar", "fflush", "fputs", "fputc", "fprintf", "fwrite", "vprintf"})) {
    model.kind = CallModel::Class::Io;
    model.returns = CallModel::Returns::Nothing;
    model.reads.set(0, count);
    return true;
  }
  return false;
}

/// Formatted and unformatted input and output: what they are given is used and forgotten.
static bool isStreamTransfer(StringRef name) {
  // Template arguments may hold "::" themselves: look behind the last one outside of angle brackets.
  size_t begin = 0;
  int depth = 0;
  for (size_t k = 0; k < name.size(); ++k) {
    if (name[k] == '<' && !name.substr(0, k).ends_with("operator") && !name.substr(0, k).ends_with("operator<"))
      ++depth;
    else if (name[k] == '>' && depth)
      --depth;
    else if (name[k] == ':' && !depth)
      begin = k + 1;
  }
  StringRef last = name.substr(begin);
  for (StringRef transfer : {"operator<<", "operator>>", "getline", "__ostream_insert", "_M_insert", "_M_extract", "put",
                             "write", "get", "read", "flush", "ignore", "peek", "widen", "clear", "endl", "ws", "close",
                             "is_open", "unget", "putback", "seekg", "tellg", "seekp", "tellp"})
    if (last.starts_with(transfer))
      return true;
  return false;
}

static void modelStandardLibrary(const Signature &signature, unsigned count, CallModel &model) {
  using Class = CallModel::Class;
  bool isPure = isContainerHelper(signature.name) || isExceptionClass(signature.name);
  model.kind = isPure ? Class::Pure : Class::Io;
  model.deep = true;
  model.firstKeeps = !isStreamTransfer(signature.name);
  model.keepsToObject = isPure && signature.isMember;
  model.returns = CallModel::Returns::ReachOfArguments;
  touchAll(model, count);
  if (isExceptionClass(signature.name)) {
    // Its message is its own, whoever holds the object afterwards.
    model.deep = model.firstKeeps = false;
    model.writes.reset();
    model.writes.set(0);
  }
  if (isTreeWalk(signature.name))
    model.writes.reset();
  // sret and other hidden arguments make the lists differ in length: then every argument counts as written.
  if (signature.parameters.size() == count)
    for (unsigned k = 0; k < count; ++k)
      if (isConstPointer(signature.parameters[k]))
        model.writes.reset(k);
}

static CallModel modelByRules(const CallBase &call);

CallModel modelOfCall(const CallBase &call) {
  CallModel model = modelByRules(call);
  // Whichever rule knows the function: LLVM's attributes say that strlen reads its argument, not how far.
  if (const Function *callee = call.getCalledFunction())
    model.readsUnbounded |= readsToTerminator(callee->getName());
  return model;
}

static CallModel modelByRules(const CallBase &call) {
  CallModel model;
  const Function *callee = call.getCalledFunction();
  if (call.hasMetadata(exceptionsWhat)) {
    model.kind = CallModel::Class::Pure;
    model.deep = true;
    model.returns = CallModel::Returns::ReachOfArguments;
    model.reads = BitVector(call.arg_size(), true);
    model.writes = BitVector(call.arg_size());
    return model;
  }
  if (!callee || call.isInlineAsm())
    return model;
  StringRef symbol = callee->getName();
  unsigned count = call.arg_size();
  if (modelRuntimeFunction(symbol, call, model))
    return model;
  if (call.getIntrinsicID() == Intrinsic::threadlocal_address) {
    model.kind = CallModel::Class::Pure;
    model.returns = CallModel::Returns::FirstArgument;
    model.reads.resize(count);
    model.writes.resize(count);
    return model;
  }
  Signature signature;
  bool isMangled = parseSignature(symbol, count, signature);
  bool isStd = isMangled && StringRef(signature.name).starts_with("std::");
  if (modelNondeterminism(call, symbol, isMangled ? StringRef(signature.name) : symbol, model))
    return model;
  if (modelFromAttributes(call, model))
    return model;
  model = CallModel();
  if (modelCLibrary(symbol, call, model))
    return model;
  if (isStd && StringRef(signature.name).starts_with("std::__throw_")) {
    model.kind = CallModel::Class::Throws;
    model.returns = CallModel::Returns::Nothing;
    model.isForSpace = is_contained({"std::__throw_bad_alloc", "std::__throw_length_error",
                                     "std::__throw_bad_array_new_length"},
                                    StringRef(signature.name));
    model.reads.resize(count);
    model.writes.resize(count);
    return model;
  }
  if (isStd && !keepsForLater(signature.name))
    modelStandardLibrary(signature, count, model);
  return model;
}

} // namespace cleave
