// RangeOwned.cpp - loops that local workers alone can do, because of what they read or because of what they change.
//
// WHAT CANNOT TRAVEL IS BORROWED. A tree of raw pointers, a node that std::map::find returned, a function object: a copy
// elsewhere could not be made, or pointers into it would lead nowhere. A local worker has the program's addresses, and may
// read all of it where nothing of it is what the loop writes, as far as the points-to sets tell. Such a loop is a range loop
// like any other, but only local workers do it (RangeMemory::onlyHere).
//
// WHAT AN ELEMENT OWNS IS THE ITERATION'S, also where a call changes all of it (a string is assigned to, a row grows), where
// memory that the iteration has made is handed to it, and where the iteration's own variables hold what it owned (a vector
// that is moved from). That too is for local workers, and cannot be taken back.
//
// WHAT IS WRITTEN HERE AND THERE, and never where another iteration reads or writes (RangeScatter.cpp), has no part to travel.
#include "passes/ElementReference.h"
#include "passes/Facts.h"
#include "passes/Models.h"
#include "passes/Places.h"
#include "passes/PointerFreeCopies.h"
#include "passes/RangeIntervals.h"
#include "passes/RangeMemoryAnalysis.h"
#include "passes/RangeScatter.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace cleave {

/// The loop can only be done in the program's process, and reads `set` there. Else it would be refused for the reason given.
bool MemoryAnalysis::borrow(const ObjectSet &set, const char *reason, const Twine &message, const Instruction *where,
                            const char *cure) {
  // Each thread has its own.
  for (ObjectId id : objects.widened(set))
    if (auto *global = dyn_cast_or_null<GlobalVariable>(objects.object(id).value); global && global->isThreadLocal())
      return refuse(reason, message, where, cure);
  if (!onlyHere)
    onlyHere = {reason, message.str(), {blockedAt(where, cure)}};
  borrowed |= set;
  borrowed.intersectWithComplement(own.objects);
  borrowed.reset(FunctionMemory::constantObject);
  return true;
}

/// A call that changes elements of the iteration's own, with what they own, and nothing else: an assignment, a row that
/// grows, memory that an element has given up. `changed`: by which arguments; what it reads through them is taken from `sets`.
bool MemoryAnalysis::addOwnedWrites(CallBase &call, AccessSets &sets, SmallVectorImpl<unsigned> &changed) {
  ObjectSet written;
  BitVector through;
  if (!context.effects.writesThroughArguments(call, through))
    return false;
  for (unsigned number : through.set_bits()) {
    Use &argument = call.getArgOperandUse(number);
    Value *pointer = argument.get();
    if (!pointer->getType()->isPointerTy())
      continue;
    ObjectSet reached = objects.reach(objects.pointsTo(pointer));
    written |= reached;
    bool isOwn = isPrivate(objects.pointsTo(pointer));
    SmallVector<Way, 4> ways;
    if (isOwn || !basesOf(pointer, ways)) {
      ObjectSet read = reached;
      read &= sets.reads;
      reached &= sets.writes;
      untraced.push_back({reached, &call, true});
      untraced.push_back({read, &call, false});
      if (!isOwn)
        changed.push_back(number);
      continue;
    }
    changed.push_back(number);
    TypedPlace place = places.of(pointer);
    if (!place || !place.isElement || place.offset != 0)
      return false;
    for (Way way : ways) {
      // What an element's own pointer leads to is all the element's; beside the element lie others.
      if (isConstantData(way.base) || (!way.first && !keepsToObject(call, number, typeSize(place.type))))
        return false;
      Block &block = blocks[blockOf(way.base)];
      block.objects |= reached;
      block.isWritten = true;
      block.writer = &call;
      block.followed = way.first ? static_cast<Instruction *>(way.first) : &call;
      Value *element = way.first ? way.first->getPointerOperand() : pointer;
      uint64_t bytes = way.first ? 8 : typeSize(place.type);
      const SCEV *size = evolution.getConstant(Type::getInt64Ty(function.getContext()), bytes);
      auto interval = finder.touched(element, way.base, size, way.first ? *static_cast<Instruction *>(way.first) : call);
      block.parts.push_back({interval.value_or(Interval()), &call, argument.getOperandNo(), true, nullptr, size, way.first ? 0 : bytes,
                             way.first, !way.first});
    }
  }
  if (!written.contains(sets.writes))
    return false;
  ObjectSet others; // what the call reads through other arguments
  for (Use &argument : call.args())
    if (argument->getType()->isPointerTy() && !is_contained(changed, argument.getOperandNo()))
      others |= objects.reach(objects.pointsTo(argument.get()));
  written.intersectWithComplement(others);
  sets.reads.intersectWithComplement(written);
  isFinal = true;
  return true;
}

/// A block that cannot travel by its type travels as bytes, and what its pointers lead to is borrowed.
bool MemoryAnalysis::unfollow(Block &block) {
  ObjectSet behind;
  for (const Part &part : block.parts) {
    if (part.isWrite && (part.first || part.isWhole))
      return false;
    const ObjectSet &set = objects.pointsTo(part.where->getOperand(part.operand));
    if (isa<CallBase>(part.where) && !part.size)
      behind |= context.effects.accesses(*part.where).reads;
    else if (part.first)
      behind |= set;
  }
  if (!borrow(behind, refusal.reason.c_str(), refusal.message, block.followed, copyValues))
    return false;
  erase_if(block.parts, [](const Part &part) { return part.first; });
  block.followed = nullptr;
  block.element = nullptr;
  block.owner = nullptr;
  block.objects.clear();
  for (const Part &part : block.parts)
    block.objects |= objects.pointsTo(part.where->getOperand(part.operand));
  refusal = {};
  return true;
}

bool MemoryAnalysis::settleUntraced() {
  given = own.made;
  given.intersectWithComplement(own.objects);
  ObjectSet owned;
  for (const Block &block : blocks)
    if (isOwner(block))
      owned |= objects.reach(objects.loadFrom(objects.pointsTo(block.base)));
  owned.reset(FunctionMemory::constantObject);
  bool isUsed = false;
  for (const Untraced &access : untraced) {
    ObjectSet rest = access.objects;
    rest.intersectWithComplement(own.made);
    rest.intersectWithComplement(owned);
    if (rest.empty()) {
      isUsed |= access.objects.intersects(owned);
      isFinal |= access.isWrite;
    } else if (access.isWrite || !borrowFollowed(access.objects, access.where)) {
      return refuseToFollow(access.objects, access.where);
    }
  }
  if (!isUsed)
    return true;
  given |= owned;
  ObjectSet elements;
  for (Block &block : blocks)
    if (isOwner(block)) {
      elements |= objects.pointsTo(block.base);
      block.objects |= objects.reach(objects.loadFrom(objects.pointsTo(block.base)));
    }
  // A short string leads into itself: then elements are among what elements own. Whoever has a pointer into one from memory must not
  // have put it there himself.
  if (owned.intersects(elements))
    for (BasicBlock *block : loop.blocks())
      for (Instruction &instruction : *block)
        if (handsOnElements(instruction))
          return refuseToFollow(elements, &instruction);
  return borrowFollowed({}, untraced.front().where);
}

/// A place in an element of a block that owns, by arithmetic from the block's base.
bool MemoryAnalysis::isElementPlace(Value *pointer) {
  SmallVector<Way, 4> ways;
  return pointer->getType()->isPtrOrPtrVectorTy() && basesOf(pointer, ways) && any_of(ways, [&](const Way &way) {
           auto number = numbers.find(way.base);
           return !way.first && number != numbers.end() && isOwner(blocks[number->second]);
         });
}

/// Might a place in an element come into memory by `instruction`, other than into an element?
bool MemoryAnalysis::handsOnElements(Instruction &instruction) {
  if (auto *store = dyn_cast<StoreInst>(&instruction))
    return isElementPlace(store->getValueOperand()) && !isElementPlace(store->getPointerOperand());
  if (isa<GetElementPtrInst, LoadInst, PHINode, SelectInst, ICmpInst, PtrToIntInst, MemIntrinsic>(instruction))
    return false;
  auto *call = dyn_cast<CallBase>(&instruction);
  if (!call)
    return any_of(instruction.operands(), [&](Use &operand) { return isElementPlace(operand.get()); });
  if (isa<IntrinsicInst>(call))
    return false;
  const Function *callee = call->getCalledFunction();
  bool isKnown = callee && callee->arg_size() == call->arg_size();
  const OwnershipSummary *summary = isKnown ? context.effects.ownership().summary(callee) : nullptr;
  for (Use &argument : call->args()) {
    if (!isElementPlace(argument.get()))
      continue;
    if (!summary) {
      if (CallModel model = modelOfCall(*call); model.escapes || (model.firstKeeps && !model.keepsToObject))
        return true;
      continue;
    }
    ObjectId place = FunctionMemory::parameterObject(argument.getOperandNo(), 0);
    if (summary->returned.test(place) && !call->use_empty())
      return true;
    for (ObjectId id = 0; id < summary->contents.size(); ++id)
      if (id != place && summary->contents[id].test(place))
        return true;
  }
  return false;
}

/// What an iteration has made may be handed to an element of its own, which owns it from then on. Whoever reads a pointer
/// to such memory from outside must have it from an element of his own, too: by its type nobody else's leads there.
bool MemoryAnalysis::checkGiven() {
  if (given.empty())
    return true;
  ObjectSet inside = own.made;
  inside |= given;
  auto isInside = [&](const ObjectSet &set) { return !set.empty() && inside.contains(set); };
  auto leads = [&](const ObjectSet &from) { return objects.reach(objects.loadFrom(from)).intersects(given); };
  auto no = [&](const Instruction &where) {
    return refuse("loop-pointer", "the loop follows pointers to what it made itself", &where, copyValues);
  };
  if (objects.mayOverlap(borrowed, given))
    return no(*loop.getHeader()->getTerminator());
  for (BasicBlock *block : loop.blocks())
    for (Instruction &instruction : *block) {
      for (Value *operand : instruction.operands()) {
        auto *inner = dyn_cast<Instruction>(operand);
        bool isFromOutside = isa<Argument>(operand) || (inner && !loop.contains(inner) && !is_contained(own.locals, inner));
        auto number = numbers.find(operand);
        bool isElements = number != numbers.end() && isOwner(blocks[number->second]);
        if (isFromOutside && !isElements && !isa<ICmpInst, PtrToIntInst>(instruction) && objects.pointsTo(operand).intersects(given))
          return no(instruction);
      }
      if (isa<IntToPtrInst>(instruction) && objects.pointsTo(&instruction).intersects(given))
        return no(instruction);
      if (auto *load = dyn_cast<LoadInst>(&instruction)) {
        if (!load->getType()->isPointerTy() || isInside(objects.pointsTo(load->getPointerOperand())) ||
            !objects.pointsTo(load).intersects(given))
          continue;
        SmallVector<Way, 4> ways;
        if (!basesOf(load->getPointerOperand(), ways) || !all_of(ways, [&](const Way &way) {
              auto number = numbers.find(way.base);
              return number != numbers.end() && isOwner(blocks[number->second]);
            }))
          return no(*load);
      } else if (auto *transfer = dyn_cast<MemTransferInst>(&instruction)) {
        const ObjectSet &source = objects.pointsTo(transfer->getRawSource());
        if (!isInside(source) && !transfer->getMetadata(pointerFree) && leads(source))
          return no(*transfer);
      } else if (auto *call = dyn_cast<CallBase>(&instruction); call && !isa<IntrinsicInst>(call)) {
        for (Use &argument : call->args()) {
          const ObjectSet &set = objects.pointsTo(argument.get());
          bool isOwn = any_of(blocks, [&](const Block &block) {
            return block.element && any_of(block.parts, [&](const Part &part) {
                     return part.where == call && part.operand == argument.getOperandNo() && part.isWrite;
                   });
          });
          if (!isOwn && !isInside(set) && leads(set))
            return no(*call);
        }
      }
    }
  return true;
}

/// A table, of rows that own their memory or in one piece, where iterations write to rows of others too, but never to the same place.
bool MemoryAnalysis::isScattered(const Block &block) {
  if (block.isTwin)
    return false;
  SmallVector<ScatteredAccess, 8> accesses;
  for (const Part &part : block.parts) {
    if (!part.size)
      return false; // a call looks at whole rows
    if (!block.element) {
      if (part.first || !part.offset || !part.bytes)
        return false;
      accesses.push_back({nullptr, part.offset, part.bytes, part.isWrite, part.where});
      continue;
    }
    if (!part.first && !part.isWrite)
      continue; // of the rows' own words, which nobody changes
    const SCEV *column = part.first && part.bytes ? finder.offset(part.where->getOperand(part.operand), part.first) : nullptr;
    const Loop *ofRow = part.first ? context.loops.getLoopFor(part.first->getParent()) : nullptr;
    if (!column || !part.offset || !ofRow->contains(part.where))
      return false;
    accesses.push_back({part.offset, column, part.bytes, part.isWrite, part.where});
  }
  return areApart(context, accesses, block.element ? typeSize(block.element) : 0);
}

} // namespace cleave
