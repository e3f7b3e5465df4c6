// RangeMemory.cpp - the memory of a loop, base by base.
//
// THE PROBLEM. A loop over arrays
//
//     for (int y = 0; y < h; ++y)
//       for (int x = 0; x < w; ++x)
//         next[y * w + x] = rule(grid, x, y);
//
// may run as tasks if each iteration of y writes a part of `next` that no other iteration touches, and reads only what
// the loop does not write. What has to travel is then: all of grid's block, and a slice of next's.
//
// THE ANSWER works on IR and needs no types, because what travels is bytes:
//   1. Every access is traced to its BASE, the pointer that comes into the loop (through address arithmetic, phis and
//      selects). A pointer that is read from memory which travels as bytes would lead nowhere; where the frontend tells
//      what lies in a block (RangeTypes.cpp: a vector of vectors), the block travels as values of that type, and the
//      trace goes on through the load. An element owns what its pointers lead to, so iterations that keep to elements
//      of their own keep to memory of their own.
//   2. Offsets from a written base are turned into an interval that is linear in the iteration number
//      (RangeIntervals.cpp).
//   3. What static analysis cannot know is asked while the program runs, once a loop: where the block of a base begins
//      and ends, whether two blocks that the points-to sets take for possibly the same (buffers that swap their roles
//      in each step of a simulation) really are different, whether neighbouring iterations' intervals overlap. If an
//      answer is no, the loop runs in place.
//
// Memory that lives within an iteration (locals, containers built and destroyed in it) is the task's own.
//
// WHY ONE FILE of this length: it is one analysis, whose steps all read and split the same list of blocks. What could be told apart
// from that list is: intervals, types, gathering, private memory, and what local workers alone may do (RangeOwned.cpp) have files of
// their own.
#include "passes/RangeMemory.h"
#include "passes/Facts.h"
#include "passes/Models.h"
#include "passes/Places.h"
#include "passes/PointerFreeCopies.h"
#include "passes/RangeMemoryAnalysis.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace cleave {

bool MemoryAnalysis::refuse(const char *reason, const Twine &message, const Instruction *where, const char *cure) {
  refusal = {reason, message.str(), {blockedAt(where, cure)}};
  return false;
}

std::string MemoryAnalysis::nameOf(const ObjectSet &set) const {
  for (ObjectId id : set)
    if (std::string text = objects.describe(id); text != "a temporary" && id != FunctionMemory::constantObject)
      return text;
  return "memory";
}

/// The pointer that an address outside of the loop was computed from, under its first name.
Value *MemoryAnalysis::root(Value *pointer) const {
  for (;;) {
    if (auto *inner = dyn_cast<Instruction>(pointer); inner && loop.contains(inner))
      return pointer;
    auto *gep = dyn_cast<GEPOperator>(pointer);
    auto *phi = dyn_cast<PHINode>(pointer);
    if (gep)
      pointer = gep->getPointerOperand();
    else if (phi && phi->getNumIncomingValues() == 1)
      pointer = phi->getIncomingValue(0);
    else
      return pointer;
  }
}

bool MemoryAnalysis::isConstantData(const Value *base) {
  auto *global = dyn_cast<GlobalVariable>(base);
  return global && global->isConstant();
}

/// Is the pointer that `load` reads one that a typed copy of its memory has too?
bool MemoryAnalysis::followsOnly(const LoadInst &load) const {
  return load.isSimple() && load.getType()->isPointerTy() && !isPrivate(objects.pointsTo(load.getPointerOperand()));
}

bool MemoryAnalysis::basesOf(Value *pointer, SmallVectorImpl<Way> &ways) {
  SmallVector<Way, 8> work{{pointer, nullptr}}; // base: any value on the way
  SmallVector<Way, 8> seen;
  while (!work.empty()) {
    Way way = work.pop_back_val();
    if (is_contained(seen, way))
      continue;
    seen.push_back(way);
    auto *inner = dyn_cast<Instruction>(way.base);
    if (!inner || !loop.contains(inner)) {
      Value *base = root(way.base);
      if (isa<ConstantPointerNull>(base) || isa<UndefValue>(base))
        continue;
      if ((isa<Constant>(base) && !isa<GlobalVariable>(base)) || (isConstantData(base) && way.first))
        return false;
      if (!is_contained(ways, Way{base, way.first}))
        ways.push_back({base, way.first});
    } else if (auto *gep = dyn_cast<GetElementPtrInst>(inner)) {
      work.push_back({gep->getPointerOperand(), way.first});
    } else if (auto *phi = dyn_cast<PHINode>(inner)) {
      for (Value *incoming : phi->incoming_values())
        work.push_back({incoming, way.first});
    } else if (auto *select = dyn_cast<SelectInst>(inner)) {
      work.push_back({select->getTrueValue(), way.first});
      work.push_back({select->getFalseValue(), way.first});
    } else if (auto *load = dyn_cast<LoadInst>(inner); load && followsOnly(*load) && places.of(load)) {
      work.push_back({load->getPointerOperand(), load});
    } else {
      return false;
    }
  }
  return true;
}

unsigned MemoryAnalysis::blockOf(Value *base) {
  auto [it, isNew] = numbers.insert({base, blocks.size()});
  if (isNew)
    blocks.emplace_back().base = base;
  return it->second;
}

bool MemoryAnalysis::refuseToFollow(const ObjectSet &set, const Instruction *where) {
  return refuse("loop-pointer", "the loop follows pointers that it reads from " + nameOf(set), where, copyValues);
}

bool MemoryAnalysis::borrowFollowed(const ObjectSet &set, const Instruction *where) {
  return borrow(set, "loop-pointer", "the loop follows pointers that it reads from " + nameOf(set), where, copyValues);
}

bool MemoryAnalysis::addAccess(Access access) {
  Value *pointer = access.where->getOperand(access.operand);
  const ObjectSet &set = objects.pointsTo(pointer);
  if (isPrivate(set))
    return true;
  ObjectSet mixed = set;
  mixed &= own.made;
  SmallVector<Way, 4> ways;
  auto *constantSize = dyn_cast<SCEVConstant>(access.size);
  uint64_t bytes = constantSize ? constantSize->getAPInt().getZExtValue() : 0;
  auto isUnknown = [&](const Way &way) {
    Content content = way.first ? places.contentAt(places.of(pointer), bytes) : Content::Plain;
    return content == Content::Other || (access.isWrite && content != Content::Plain);
  };
  if (!mixed.empty() || !basesOf(pointer, ways)) {
    untraced.push_back({set, access.where, access.isWrite});
    return true;
  }
  if (any_of(ways, isUnknown)) {
    if (!access.isWrite)
      return borrowFollowed(set, access.where);
    // The words of something that an element owns, as of a string in a row.
    if (!places.of(pointer) || !borrowFollowed({}, access.where))
      return refuseToFollow(set, access.where);
    isFinal = true;
  }
  for (Way way : ways) {
    if (isConstantData(way.base))
      continue;
    Block &block = blocks[blockOf(way.base)];
    block.objects |= set;
    if (way.first)
      block.followed = way.first;
    if (auto *load = dyn_cast<LoadInst>(access.where); load && followsOnly(*load) && !way.first)
      block.followed = load;
    if (access.isWrite && !block.isWritten) {
      block.isWritten = true;
      block.writer = access.where;
    }
    const SCEV *size = access.size;
    Value *place = pointer;
    Instruction *where = access.where;
    if (way.first) { // in what an element owns: the element counts
      where = way.first;
      place = way.first->getPointerOperand();
      size = evolution.getConstant(Type::getInt64Ty(function.getContext()), 8);
    }
    auto interval = finder.touched(place, way.base, size, *where);
    block.parts.push_back({interval.value_or(Interval()), access.where, access.operand, access.isWrite,
                           finder.offset(place, way.base), size, bytes, way.first});
  }
  return true;
}

bool MemoryAnalysis::addCall(CallBase &call) {
  AccessSets sets = context.effects.accesses(call);
  sets.writes.intersectWithComplement(own.made);
  sets.reads.intersectWithComplement(own.made);
  sets.reads.reset(FunctionMemory::constantObject);
  const Function *callee = call.getCalledFunction();
  std::string name = callee ? demangledName(callee->getName()) : "a function";
  SmallVector<unsigned, 2> changed; // arguments
  std::string change = "'" + name + "' changes " + nameOf(sets.writes);
  static constexpr const char *returnIt = "return the new value and store it in the loop itself";
  if (!sets.writes.empty() &&
      !(addOwnedWrites(call, sets, changed) && borrow({}, "loop-call-writes", change, &call, returnIt)))
    return refuse("loop-call-writes", change, &call, returnIt);
  if (sets.reads.test(FunctionMemory::unknownObject)) {
    std::string message = "'" + name + "' reads memory that is not known";
    ObjectSet unknown;
    unknown.set(FunctionMemory::unknownObject);
    if (context.effects.has(call, EffectKind::ThreadLocals) || !borrow(unknown, "loop-pointer", message, &call, ""))
      return refuse("loop-pointer", message, &call, "");
  }
  readByCalls |= sets.reads;
  for (ObjectId id : sets.reads)
    if (objects.object(id).kind == MemoryObject::Kind::Global &&
        !isNeverWritten(*cast<GlobalVariable>(objects.object(id).value))) {
      ObjectSet global;
      global.set(id);
      if (!borrow(global, "loop-global", "'" + name + "' reads " + objects.describe(id), &call,
                  "pass it as a parameter, or make it const"))
        return false;
    }
  ObjectSet behind = objects.loadFrom(sets.reads);
  behind.reset(FunctionMemory::constantObject);
  behind.intersectWithComplement(own.made);
  // It may where what it is given travels by its type, with all that it owns.
  auto isWhole = [&](Use &argument) {
    TypedPlace place = places.of(argument.get());
    return !argument->getType()->isPointerTy() || isa<Function>(argument.get()) || is_contained(changed, argument.getOperandNo()) ||
           isPrivate(objects.pointsTo(argument.get())) || (place && place.offset == 0);
  };
  bool isFollowing = !behind.empty();
  if (isFollowing && !all_of(call.args(), isWhole))
    return borrow(sets.reads, "loop-pointer", "'" + name + "' follows pointers that it reads from " + nameOf(sets.reads), &call,
                  "make the loop's body a function of its own that takes what it needs by const reference");
  for (Use &argument : call.args()) {
    if (!argument->getType()->isPointerTy() || isa<Function>(argument.get()))
      continue;
    const ObjectSet &set = objects.pointsTo(argument.get());
    if (isPrivate(set)) {
      // What the iteration's own variables lead to, a closure that refers to a table, is no more its own for that.
      ObjectSet behindIt = objects.reach(set);
      behindIt &= sets.reads;
      if (!behindIt.empty())
        untraced.push_back({behindIt, &call, false});
      continue;
    }
    if (is_contained(changed, argument.getOperandNo()))
      continue;
    SmallVector<Way, 4> ways;
    bool isTraced = basesOf(argument.get(), ways);
    for (Way way : ways)
      isTraced &= !way.first || places.contentAt(places.of(argument.get()), 0) == Content::Plain;
    if (!isTraced) {
      if (!borrow(sets.reads, "loop-pointer", "'" + name + "' gets a pointer that was read from " + nameOf(set), &call, ""))
        return false;
      continue;
    }
    for (Way way : ways)
      if (!isConstantData(way.base)) {
        Block &block = blocks[blockOf(way.base)];
        block.objects |= isFollowing ? objects.reach(set) : set;
        if (isFollowing)
          block.followed = &call;
        Interval interval;
        if (way.first) {
          block.followed = way.first;
          const SCEV *size = evolution.getConstant(Type::getInt64Ty(function.getContext()), 8);
          interval = finder.touched(way.first->getPointerOperand(), way.base, size, *way.first).value_or(Interval());
        }
        block.parts.push_back({interval, &call, argument.getOperandNo(), false, nullptr, nullptr, 0, way.first});
      }
  }
  return true;
}

bool MemoryAnalysis::collect(Instruction &instruction) {
  const DataLayout &layout = function.getDataLayout();
  auto sizeOf = [&](Type *type) {
    return evolution.getConstant(Type::getInt64Ty(function.getContext()),
                                 layout.getTypeStoreSize(type).getFixedValue());
  };
  if (auto *load = dyn_cast<LoadInst>(&instruction)) {
    if (load->getType()->isPtrOrPtrVectorTy() && !isPrivate(objects.pointsTo(load->getPointerOperand())) &&
        !(followsOnly(*load) && places.of(load)) &&
        !borrow({}, "loop-pointer", "the loop reads a pointer from " + nameOf(objects.pointsTo(load->getPointerOperand())), load,
                copyValues))
      return false;
    return addAccess({load, LoadInst::getPointerOperandIndex(), sizeOf(load->getType()), false});
  }
  if (auto *store = dyn_cast<StoreInst>(&instruction)) {
    Value *value = store->getValueOperand();
    if (value->getType()->isPtrOrPtrVectorTy() && !isa<Constant>(value) &&
        !(isPrivate(objects.pointsTo(value)) && isPrivate(objects.pointsTo(store->getPointerOperand()))) &&
        !borrow({}, "loop-pointer", "the loop stores a pointer", store, "store an index instead"))
      return false;
    return addAccess({store, StoreInst::getPointerOperandIndex(), sizeOf(value->getType()), true});
  }
  auto *call = dyn_cast<CallBase>(&instruction);
  if (!call)
    return true;
  if (isa<DbgInfoIntrinsic>(call) || call->isLifetimeStartOrEnd() || isa<AssumeInst>(call) ||
      isa<NoAliasScopeDeclInst>(call))
    return true;
  if (auto *memory = dyn_cast<MemIntrinsic>(call)) {
    const SCEV *size = finder.wide(memory->getLength());
    auto *transfer = dyn_cast<MemTransferInst>(memory);
    if (transfer && !transfer->getMetadata(pointerFree) &&
        !objects.loadFrom(objects.pointsTo(transfer->getRawSource())).empty() &&
        !isPrivate(objects.pointsTo(transfer->getRawSource())) &&
        !borrow({}, "loop-pointer", "the loop copies pointers", transfer, ""))
      return false;
    return addAccess({memory, 0, size, true}) && (!transfer || addAccess({memory, 1, size, false}));
  }
  return addCall(*call);
}

/// Pointers are not the same numbers in a task: they may be followed and compared, and their distance taken.
bool MemoryAnalysis::checkPointerUses(Instruction &instruction) {
  auto isDistance = [](const User *user) {
    auto *difference = dyn_cast<BinaryOperator>(user);
    return difference && difference->getOpcode() == Instruction::Sub && isa<PtrToIntInst>(difference->getOperand(0)) &&
           isa<PtrToIntInst>(difference->getOperand(1));
  };
  auto isAddress = [&](const Value *value) {
    auto *cast = dyn_cast<PtrToIntInst>(value);
    return cast && !isPrivate(objects.pointsTo(cast->getOperand(0)));
  };
  bool isFine = !isa<IntToPtrInst>(instruction);
  if (isAddress(&instruction))
    isFine &= all_of(instruction.users(), isDistance);
  isFine &= isDistance(&instruction) || none_of(instruction.operands(), isAddress);
  return isFine ||
         borrow({}, "loop-address", "the loop computes with an address", &instruction, "compute with indices instead");
}

/// Every pointer that comes into the loop is told relative to a block's base, or is borrowed.
bool MemoryAnalysis::addBounds(RangeMemory &result) {
  DenseMap<Value *, Value *> known;
  SmallVector<std::pair<Value *, Value *>, 8> comparisons;
  SmallVector<Value *, 8> loose;
  auto visitPointer = [&](Value *pointer) {
    auto *inner = dyn_cast<Instruction>(pointer);
    if (!pointer->getType()->isPointerTy() || (inner && loop.contains(inner)) || is_contained(own.locals, inner))
      return;
    Value *base = root(pointer);
    if (isa<ConstantPointerNull>(pointer) || isa<UndefValue>(pointer) || isa<Function>(pointer) ||
        (isConstantData(base) && isa<Constant>(pointer)))
      return;
    if (numbers.count(base) || isConstantData(base)) {
      if (pointer != base && known.insert({pointer, base}).second)
        result.bounds.push_back({pointer, base});
    } else if (!is_contained(loose, pointer)) {
      loose.push_back(pointer);
    }
  };
  for (BasicBlock *block : loop.blocks())
    for (Instruction &instruction : *block) {
      if (auto *marker = dyn_cast<CallBase>(&instruction);
          marker && (marker->isLifetimeStartOrEnd() || isa<DbgInfoIntrinsic>(marker)))
        continue;
      for (Value *operand : instruction.operands()) {
        visitPointer(operand);
        auto *cast = dyn_cast<PtrToIntInst>(operand);
        if (cast && !loop.contains(cast) && !is_contained(result.addresses, cast)) {
          result.addresses.push_back(cast);
          visitPointer(cast->getOperand(0));
        }
      }
      Value *left = nullptr, *right = nullptr;
      if (auto *compare = dyn_cast<ICmpInst>(&instruction);
          compare && compare->getOperand(0)->getType()->isPointerTy()) {
        left = compare->getOperand(0);
        right = compare->getOperand(1);
      } else if (instruction.getOpcode() == Instruction::Sub && isa<PtrToIntInst>(instruction.getOperand(0)) &&
                 isa<PtrToIntInst>(instruction.getOperand(1))) {
        left = cast<Instruction>(instruction.getOperand(0))->getOperand(0);
        right = cast<Instruction>(instruction.getOperand(1))->getOperand(0);
      }
      if (left && !isa<ConstantPointerNull>(left) && !isa<ConstantPointerNull>(right))
        comparisons.push_back({left, right});
    }
  // Both sides of a comparison must be relative to one base; a loose pointer takes its partner's.
  auto compareHere = [&](Value *left, const char *what) {
    return borrow({}, "loop-address", Twine("the loop compares ") + what, dyn_cast<Instruction>(left), "");
  };
  static constexpr const char *different = "addresses of different objects";
  for (auto [left, right] : comparisons) {
    if (isPrivate(objects.pointsTo(left)) && isPrivate(objects.pointsTo(right)))
      continue;
    SmallVector<Way, 4> ways;
    bool isFine = true;
    if (!basesOf(left, ways) || !basesOf(right, ways)) {
      isFine = compareHere(left, "pointers of unknown origin");
    } else if (any_of(ways, [](const Way &way) { return way.first; })) {
      isFine = isSameVector(left, right) || compareHere(left, different);
    } else {
      SmallVector<Value *, 4> followed, others;
      for (Way way : ways)
        (numbers.count(way.base) || isConstantData(way.base) ? followed : others).push_back(way.base);
      if (followed.size() != 1)
        isFine = compareHere(left, different);
      else
        for (Value *pointer : loose)
          if (is_contained(others, root(pointer))) {
            if (auto [it, isNew] = known.insert({pointer, followed.front()}); isNew)
              result.bounds.push_back({pointer, followed.front()});
            else if (it->second != followed.front())
              isFine &= compareHere(left, different);
          }
    }
    if (!isFine)
      return false;
  }
  for (Value *pointer : loose)
    if (!known.count(pointer)) {
      if (!borrow({}, "loop-pointer", "the loop hands on a pointer that it does not follow itself", nullptr, ""))
        return false;
      result.borrowed.push_back(pointer);
    }
  return true;
}

/// Do both lead into the elements of one container, by its own two words, read in one iteration of all loops around?
/// Copies of them compare as they do.
bool MemoryAnalysis::isSameVector(Value *left, Value *right) {
  LoadInst *loads[2] = {nullptr, nullptr};
  SmallVector<PHINode *, 4> phis;
  for (unsigned number : {0u, 1u}) {
    SmallVector<Value *, 4> work{number ? right : left};
    SmallPtrSet<Value *, 8> seen;
    while (!work.empty()) {
      Value *value = work.pop_back_val();
      if (!seen.insert(value).second)
        continue;
      if (auto *gep = dyn_cast<GEPOperator>(value)) {
        work.push_back(gep->getPointerOperand());
      } else if (auto *phi = dyn_cast<PHINode>(value)) {
        append_range(work, phi->incoming_values());
        phis.push_back(phi);
      } else if (auto *load = dyn_cast<LoadInst>(value); load && (!loads[number] || loads[number] == load)) {
        loads[number] = load;
      } else {
        return false;
      }
    }
    if (!loads[number] || !loop.contains(loads[number]))
      return false;
  }
  // What an earlier iteration read may be another container's.
  for (PHINode *phi : phis)
    for (LoadInst *load : loads)
      if (const Loop *inner = context.loops.getLoopFor(phi->getParent());
          inner->getHeader() == phi->getParent() && inner->contains(load))
        return false;
  if (loads[0] == loads[1])
    return true;
  auto distance = dyn_cast<SCEVConstant>(evolution.getMinusSCEV(evolution.getSCEV(loads[0]->getPointerOperand()),
                                                                evolution.getSCEV(loads[1]->getPointerOperand())));
  if (!distance || distance->getAPInt().abs() != 8)
    return distance && distance->isZero();
  return TypedPlaces::isBeginOfVector(places.of(loads[distance->getAPInt().isNegative() ? 0 : 1]->getPointerOperand()));
}

static uint64_t variableBytes(const Value *base, const DataLayout &layout) {
  if (auto *global = dyn_cast<GlobalVariable>(base))
    return layout.getTypeAllocSize(global->getValueType());
  if (auto *local = dyn_cast<AllocaInst>(base); local && local->isStaticAlloca())
    if (auto size = local->getAllocationSize(layout); size && !size->isScalable())
      return size->getFixedValue();
  return 0;
}

/// Is the vector that lies at `owner` there when the loop begins, as it was when `base` was read from it? It is a variable,
/// or nothing was called in between.
static bool isThereBefore(const Loop &loop, const LoadInst &base) {
  const Value *owner = base.getPointerOperand();
  while (auto *gep = dyn_cast<GEPOperator>(owner))
    owner = gep->getPointerOperand();
  if (isa<AllocaInst>(owner) || isa<Argument>(owner) || isa<GlobalVariable>(owner))
    return true;
  if (base.getParent() != loop.getLoopPreheader())
    return false;
  return std::none_of(std::next(base.getIterator()), base.getParent()->end(), [](const Instruction &later) {
    return isa<CallBase>(later) && !isa<IntrinsicInst>(later);
  });
}

/// A block whose pointers are followed: what it holds, where that ends, and whether all that the loop does with it can be
/// done with a copy.
bool MemoryAnalysis::settleTyped(Block &block) {
  auto no = [&] { return refuseToFollow(block.objects, block.followed); };
  TypedPlace place = places.of(block.base);
  if (!place || place.offset != 0)
    return no();
  const MDNode *whole = place.type;
  block.bytes = variableBytes(block.base, function.getDataLayout());
  if (auto *load = dyn_cast<LoadInst>(block.base); load && place.isElement) {
    if (!TypedPlaces::isBeginOfVector(places.of(load->getPointerOperand())) || !isThereBefore(loop, *load))
      return no();
    block.owner = load->getPointerOperand();
  } else if (place.isElement) {
    return no();
  } else {
    block.bytes = typeSize(whole);
    while (const MDNode *element = TypedPlaces::elementOf(place.type))
      place.type = element;
  }
  block.element = place.type;
  if (!whyNotPortable(*function.getParent(), block.element, /*isParameter=*/true).empty() ||
      (block.isWritten && holdsView(*function.getParent(), block.element)))
    return no();
  for (Part &part : block.parts) {
    if (isa<CallBase>(part.where) && !part.size && !part.first) {
      TypedPlace argument = places.of(part.where->getOperand(part.operand));
      bool isElement = argument && argument.offset == 0 && (argument.type == block.element || argument.type == whole);
      if (!isElement)
        return refuseToFollow(block.objects, part.where);
    } else if (part.isWhole) {
      TypedPlace element = places.of(part.where->getOperand(part.operand));
      if (element.type != block.element && element.type != whole)
        return refuseToFollow(block.objects, part.where);
    } else if (!part.first) {
      auto *size = dyn_cast_or_null<SCEVConstant>(part.size);
      Content content = places.contentAt(places.of(part.where->getOperand(part.operand)),
                                         size ? size->getAPInt().getZExtValue() : 0);
      // In the program's process an element's own words are what they are.
      bool isPortable = size && content != Content::Other && !(part.isWrite && content != Content::Plain);
      if (!isPortable && !(size && borrowFollowed({}, part.where)))
        return refuseToFollow(block.objects, part.where);
      isFinal |= !isPortable && part.isWrite;
    }
    if (block.isWritten && !roundToElements(block, part, whole))
      part.interval = Interval();
  }
  return true;
}

bool MemoryAnalysis::settleFollowed() {
  for (Block &block : blocks) {
    if (!block.followed)
      continue;
    Block asCollected = block;
    if (settleTyped(block))
      continue;
    block = std::move(asCollected);
    if (!unfollow(block))
      return false;
  }
  return true;
}

/// The elements that an access touches, or that own what it touches.
bool MemoryAnalysis::roundToElements(Block &block, Part &part, const MDNode *whole) {
  if (!part.interval.low)
    return false;
  TypedPlace place = places.of(part.first ? part.first->getPointerOperand() : part.where->getOperand(part.operand));
  auto *size = dyn_cast_or_null<SCEVConstant>(part.size);
  uint64_t touched = part.first ? 8 : size ? size->getAPInt().getZExtValue() : 0; // a pointer, which the rest is reached by
  if (!place || !place.offset || !touched || (place.type != block.element && place.type != whole))
    return false;
  Type *word = Type::getInt64Ty(function.getContext());
  uint64_t bytes = typeSize(block.element), rest = *place.offset % bytes;
  const SCEV *before = evolution.getConstant(word, rest);
  part.interval.low = evolution.getMinusSCEV(part.interval.low, before);
  const SCEV *behind = evolution.getConstant(word, bytes - rest - touched, /*isSigned=*/true);
  part.interval.high = evolution.getAddExpr(part.interval.high, behind);
  return true;
}

Value *MemoryAnalysis::expand(const SCEV *value) {
  return expandBefore(context, value, Type::getInt64Ty(function.getContext()));
}

/// An array of structs of which the loop changes some members of the iteration's own element and reads others of any
/// element: what is read and what is written never meet, because they differ modulo the struct's size. The two become
/// blocks of their own with one base.
bool MemoryAnalysis::separateMembers(unsigned number) {
  std::optional<uint64_t> stride;
  uint64_t first = 0, last = 0; // of the written members, from the first one's place; both modulo the stride
  auto place = [&](const Part &part) -> std::optional<std::pair<uint64_t, uint64_t>> {
    auto *size = dyn_cast_or_null<SCEVConstant>(part.size);
    auto rest = part.offset && size ? finder.residue(part.offset, *stride, *part.where) : std::nullopt;
    if (!rest)
      return std::nullopt;
    uint64_t from = (rest->first + *stride - first) % *stride;
    return std::pair{from, from + rest->spread + size->getAPInt().getZExtValue()};
  };
  for (const Part &part : blocks[number].parts) {
    if (!part.isWrite)
      continue;
    auto *low = dyn_cast_or_null<SCEVAddRecExpr>(part.interval.low);
    auto *step = low && low->getLoop() == &loop ? dyn_cast<SCEVConstant>(low->getStepRecurrence(evolution)) : nullptr;
    if (!step || step->getAPInt().isNonPositive() || (stride && *stride != step->getAPInt().getZExtValue()))
      return false;
    if (!stride) {
      stride = step->getAPInt().getZExtValue();
      auto rest = part.offset ? finder.residue(part.offset, *stride, *part.where) : std::nullopt;
      if (!rest)
        return false;
      first = rest->first;
    }
    auto members = place(part);
    if (!members || members->second > *stride)
      return false;
    last = std::max(last, members->second);
  }
  if (!stride)
    return false;
  SmallVector<Part, 4> written, read;
  for (const Part &part : blocks[number].parts) {
    auto members = part.isWrite ? std::nullopt : place(part);
    bool isApart = members && members->first >= last && members->second <= *stride;
    (isApart ? read : written).push_back(part);
  }
  if (read.empty())
    return false;
  separate(number, std::move(written), std::move(read));
  return true;
}

void MemoryAnalysis::separate(unsigned number, SmallVector<Part, 4> written, SmallVector<Part, 4> read) {
  Block twin = blocks[number];
  twin.parts = std::move(written);
  twin.isTwin = true;
  blocks[number].parts = std::move(read);
  blocks[number].isWritten = false;
  blocks.push_back(std::move(twin));
}

/// A table in one piece, of which each row is combined with row k: what all iterations read alike becomes a block of its own,
/// whose bytes are told to the run time. It finds the iterations that write there, if there are any, and splits around
/// them (Barrier, rt/root/RangeBlocks.h).
bool MemoryAnalysis::separatePivot(unsigned number) {
  SmallVector<Part, 4> written, read;
  for (const Part &part : blocks[number].parts) {
    bool isSame = !part.isWrite && part.interval.low && evolution.isLoopInvariant(part.interval.low, &loop) &&
                  evolution.isLoopInvariant(part.interval.high, &loop);
    (isSame ? read : written).push_back(part);
  }
  if (read.empty() || !isLinear(written))
    return false;
  separate(number, std::move(written), std::move(read));
  blocks[number].isPivot = true;
  return true;
}

bool MemoryAnalysis::measurePivot(const Block &block, RangeBlock &result) {
  const SCEV *low = nullptr, *high = nullptr;
  for (const Part &part : block.parts) {
    low = low ? evolution.getSMinExpr(low, part.interval.low) : part.interval.low;
    high = high ? evolution.getSMaxExpr(high, part.interval.high) : part.interval.high;
  }
  result.low = expand(low);
  result.high = expand(high);
  return (result.low && result.high) ||
         refuse("loop-extent", "which part of " + nameOf(block.objects) + " all iterations read cannot be computed before the loop",
                block.parts.front().where, "");
}

/// The interval of iteration t as two linear functions.
bool MemoryAnalysis::measure(Block &block, RangeBlock &result) {
  Type *word = Type::getInt64Ty(function.getContext());
  const SCEV *ends[2] = {nullptr, nullptr}, *steps[2] = {nullptr, nullptr};
  for (const Part &part : block.parts) {
    auto no = [&] {
      return refuse("loop-extent",
                    "which part of " + nameOf(block.objects) + " an iteration uses is not known before it runs",
                    part.where, "write results to the element of the iteration's own index");
    };
    if (!part.interval.low)
      return no();
    for (int k = 0; k < 2; ++k) {
      const SCEV *value = k ? part.interval.high : part.interval.low, *start = value, *step = evolution.getZero(word);
      if (auto *recurrence = dyn_cast<SCEVAddRecExpr>(value); recurrence && recurrence->getLoop() == &loop) {
        start = recurrence->getStart();
        step = recurrence->getStepRecurrence(evolution);
      }
      if (!evolution.isLoopInvariant(start, &loop) || !evolution.isLoopInvariant(step, &loop) ||
          (steps[k] && steps[k] != step))
        return no();
      steps[k] = step;
      ends[k] = !ends[k] ? start : k ? evolution.getSMaxExpr(ends[k], start) : evolution.getSMinExpr(ends[k], start);
    }
  }
  if (steps[0]->isZero() && steps[1]->isZero())
    return refuse(
        "loop-carried", "each iteration changes the same part of " + nameOf(block.objects), block.writer,
        "make it a variable of the iteration, or collect the changes in a vector and apply them after the loop");
  // What can be told now need not be asked later: neighbours that always overlap.
  if (steps[0]->isZero() || steps[1]->isZero())
    return refuse("loop-carried", "an iteration uses a part of " + nameOf(block.objects) + " that another one changes",
                  block.writer, "write the results to a second array");
  auto *distance = dyn_cast<SCEVConstant>(evolution.getMinusSCEV(ends[1], ends[0]));
  auto *step = steps[0] == steps[1] ? dyn_cast<SCEVConstant>(steps[0]) : nullptr;
  block.isSpread = step && !distance;
  if (distance && step && distance->getAPInt().sgt(step->getAPInt().abs()))
    return refuse("loop-carried", "an iteration uses a part of " + nameOf(block.objects) + " that another one changes",
                  block.writer, "write the results to a second array");
  result.low = expand(ends[0]);
  result.high = expand(ends[1]);
  result.lowStep = expand(steps[0]);
  result.highStep = expand(steps[1]);
  return (result.low && result.high && result.lowStep && result.highStep) ||
         refuse("loop-extent", "where an iteration writes cannot be computed before the loop", block.writer, "");
}

/// A written block and another that may be the same memory, as far as can be told now: a question for the run time. It
/// knows where owners lead, but not who else holds a view.
bool MemoryAnalysis::isolateWritten(RangeMemory &result) {
  for (unsigned k = 0; k < blocks.size(); ++k) {
    if (!blocks[k].isWritten)
      continue;
    // What is gathered is gathered elsewhere first: addresses there are not the program's.
    if (onlyHere && (blocks[k].gathering || objects.mayOverlap(blocks[k].objects, borrowed))) {
      refusal = *onlyHere;
      return false;
    }
    for (unsigned j = 0; j < blocks.size(); ++j) {
      bool isVariablePair = result.blocks[k].bytes && result.blocks[j].bytes;
      bool isTwinPair = blocks[j].base == blocks[k].base;
      if (j != k && isTwinPair && blocks[j].isPivot) {
        result.distinct.push_back({k, j});
        continue;
      }
      if (j == k || (blocks[j].isWritten && j < k) || isVariablePair || isTwinPair)
        continue;
      if (!objects.mayOverlap(blocks[k].objects, blocks[j].objects))
        continue;
      if (blocks[j].element && holdsView(*function.getParent(), blocks[j].element))
        return refuseToFollow(blocks[j].objects, blocks[j].followed);
      result.distinct.push_back({k, j});
    }
  }
  return true;
}

std::optional<RangeMemory> MemoryAnalysis::run() {
  for (BasicBlock *block : loop.blocks())
    for (Instruction &instruction : *block)
      if (!collect(instruction) || !checkPointerUses(instruction))
        return std::nullopt;
  if (!settleFollowed() || !settleUntraced() || !checkGiven())
    return std::nullopt;
  RangeMemory result;
  result.locals = own.locals;
  result.touched = readByCalls;
  for (const Block &block : blocks) {
    result.touched |= block.objects;
    if (block.isWritten)
      result.written |= block.objects;
  }
  const DataLayout &layout = function.getDataLayout();
  for (unsigned number = 0, count = blocks.size(); number < count; ++number) {
    if (!blocks[number].followed && blocks[number].isWritten && !isLinear(blocks[number].parts)) {
      SmallVector<Instruction *, 8> accesses;
      for (const Part &part : blocks[number].parts)
        accesses.push_back(part.where);
      blocks[number].gathering = findGathering(accesses);
      if (!blocks[number].gathering && !separateMembers(number))
        separatePivot(number);
    }
  }
  for (Block &block : blocks) {
    if (block.isTwin)
      for (const Part &part : block.parts)
        result.rerouted.push_back({part.where, part.operand, static_cast<unsigned>(&block - blocks.data())});
    RangeBlock one;
    one.base = block.base;
    one.bytes = block.element ? block.bytes : variableBytes(block.base, layout);
    one.element = block.element;
    one.owner = block.owner;
    one.isWritten = block.isWritten;
    one.isTwin = block.isTwin;
    one.isPivot = block.isPivot;
    if (block.gathering) {
      one.gathers = block.gathering->kind;
      one.elementBytes = block.gathering->elementBytes;
      result.gathering.append(block.gathering->operations);
    } else if (block.isWritten) {
      bool isMeasured = measure(block, one);
      // A column in a table in one piece is an interval too, which overlaps its neighbours'.
      if ((!isMeasured || block.isSpread) && isScattered(block)) {
        refusal = {};
        one.low = one.high = one.lowStep = one.highStep = nullptr;
        one.isScattered = true;
        isFinal = true;
      } else if (!isMeasured) {
        return std::nullopt;
      }
    } else if (block.isPivot && !measurePivot(block, one)) {
      return std::nullopt;
    }
    result.blocks.push_back(one);
  }
  if (!addBounds(result) || !isolateWritten(result))
    return std::nullopt;
  result.touched |= borrowed;
  result.onlyHere = std::move(onlyHere);
  result.isFinal = isFinal;
  return result;
}

std::optional<RangeMemory> analyseRangeMemory(LoopContext &context, Refusal &refusal) {
  return MemoryAnalysis(context, refusal).run();
}

} // namespace cleave
