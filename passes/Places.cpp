// Places.cpp - from debug locations to places that a person can go to.
//
// Most code of a C++ program is the library's: `values.at(k)` is a line of stl_vector.h that was inlined. A remark that
// points there helps nobody, and its path differs from machine to machine, so bundles would differ too. The frontend
// lists the folders in which the compiler looks for system headers (`!cleave.library`); a line below one of them is
// the library's, and the way leads outwards, through inlining first and then through callers, to a line that is not.
#include "passes/Places.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace cleave {

static SmallString<128> fullPath(const DILocation &location) {
  SmallString<128> path;
  if (!sys::path::is_absolute(location.getFilename()))
    path = location.getDirectory();
  sys::path::append(path, location.getFilename());
  return path;
}

/// The path below the library's folder that `location` lies in; empty: it does not lie in one.
static std::string libraryName(const DILocation &location, const Module &module) {
  const NamedMDNode *folders = module.getNamedMetadata("cleave.library");
  if (!folders)
    return {};
  SmallString<128> path = fullPath(location);
  StringRef best;
  for (const MDNode *node : folders->operands()) {
    StringRef rest = path, folder = cast<MDString>(node->getOperand(0))->getString();
    bool isBelow = rest.consume_front(folder) && (folder.ends_with("/") || rest.consume_front("/"));
    if (isBelow && (best.empty() || rest.size() < best.size()))
      best = rest;
  }
  return best.str();
}

static bool isInLibrary(const DILocation &location, const Module &module) {
  return !libraryName(location, module).empty();
}

bool isOfLibrary(const Instruction &instruction) {
  const DILocation *location = instruction.getDebugLoc().get();
  return location && isInLibrary(*location, *instruction.getModule());
}

bool isUsers(const Instruction &instruction) {
  const Module &module = *instruction.getModule();
  for (const DILocation *location = instruction.getDebugLoc().get(); location; location = location->getInlinedAt())
    if (!isInLibrary(*location, module))
      return location->getLine() != 0;
  return false;
}

static SourcePlace describe(const DILocation *location, const Module &module) {
  if (!location || !location->getLine())
    return {};
  std::string name = libraryName(*location, module);
  return {name.empty() ? location->getFilename().str() : name, location->getLine(), location->getColumn()};
}

SourcePlace placeOf(const Instruction *instruction) {
  const DILocation *location = instruction ? instruction->getDebugLoc().get() : nullptr;
  if (!location)
    return {};
  const Module &module = *instruction->getModule();
  while (location->getInlinedAt() && isInLibrary(*location, module))
    location = location->getInlinedAt();
  return describe(location, module);
}

/// The first call of `function` in the order of its uses, which is the same in each run.
static const Instruction *callOf(const Function &function) {
  const Instruction *call = nullptr;
  for (const User *user : function.users())
    if (auto *candidate = dyn_cast<CallBase>(user); candidate && candidate->getCalledFunction() == &function)
      call = candidate;
  return call;
}

SourcePlace outerPlaceOf(const Instruction &instruction) {
  const Module &module = *instruction.getModule();
  SmallPtrSet<const Function *, 8> seen;
  const DILocation *inner = nullptr;
  for (const Instruction *at = &instruction; at && seen.insert(at->getFunction()).second; at = callOf(*at->getFunction())) {
    const DILocation *location = at->getDebugLoc().get();
    while (location && location->getInlinedAt())
      location = location->getInlinedAt();
    if (!location || !location->getLine())
      break;
    if (!isInLibrary(*location, module))
      return describe(location, module);
    if (!inner)
      inner = location;
  }
  return describe(inner, module);
}

RemarkNote blockedAt(const Instruction *instruction, StringRef cure) {
  return noteAt(instruction, "it happens here" + (cure.empty() ? "" : "; " + cure.str()));
}

RemarkNote noteAt(const Instruction *instruction, std::string text) {
  RemarkNote note(std::move(text));
  note.place = placeOf(instruction);
  return note;
}

} // namespace cleave
