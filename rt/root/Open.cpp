#include "Open.h"

#include "../task/Memory.h"
#include "Check.h"
#include "ImageReader.h"
#include "Memo.h"
#include "Session.h"
#include "Workers.h"

#include <new>

namespace cleave {

constinit thread_local OpenStack openStack{};

void link(OpenWork *work, void (*end)(OpenWork *work)) {
  work->end = end;
  work->serial = ++openStack.serial;
  work->next = nullptr;
  work->previous = openStack.last;
  if (openStack.last)
    openStack.last->next = work;
  openStack.last = work;
}

void unlink(OpenWork *work) {
  if (work->previous)
    work->previous->next = work->next;
  if (work->next)
    work->next->previous = work->previous;
  else
    openStack.last = work->previous;
}

void endSince(uint64_t serial) {
  while (openStack.last && openStack.last->serial > serial)
    openStack.last->end(openStack.last);
}

void forgetOpenWork() { openStack.last = nullptr; }

uint64_t nextEpoch() {
  static uint64_t epoch;
  return ++epoch;
}

SharedImage *emptyShared() {
  static SharedImage *empty;
  if (empty)
    return empty;
  static const cleave_kind none{};
  /* The program may count its operator new; ours are none of it. */
  empty = new (growBlock(nullptr, sizeof(SharedImage))) SharedImage{};
  empty->memory = static_cast<uint8_t *>(growBlock(nullptr, kBodyOffset));
  empty->image.begin(empty->memory, kBodyOffset, none, 0, 1, 0, 0);
  empty->image.add(nullptr);
  empty->bytes = empty->image.finish();
  nameShared(*empty);
  empty->isNamed = true;
  empty->users = 1; /* for ever */
  return empty;
}

namespace {

[[noreturn]] void fail(const Batch &batch, uint32_t cause, uint32_t detail) {
  endRun(batch.site->kind->id, cause, detail, batch.causeBytes, batch.text ? batch.text : "", batch.textBytes);
}

} // namespace

void settle(Batch &batch) {
  if (!batch.isFound || batch.state != BatchState::InFlight || batch.record->state == memo::State::Pending)
    return;
  bool isReady = batch.record->state == memo::State::Ready;
  batch.state = isReady ? BatchState::Done : BatchState::InPlace;
  batch.output = batch.record->body;
  batch.outputBodyBytes = batch.record->bodyBytes;
}

Taken take(Batch &batch, void *result) {
  uint64_t index = batch.recordIndex + batch.taken++;
  if (batch.state == BatchState::Dead)
    fail(batch, batch.cause, batch.causeDetail);
  if (batch.state == BatchState::Thrown)
    ++counters().redone;
  if (batch.state != BatchState::Done)
    return Taken::InPlace;
  const cleave_kind &kind = *batch.site->kind;
  if (batch.isFound)
    memo::countFound(batch);
  if (!kind.result)
    return Taken::Result;
  ImageReader reader(batch.output, batch.outputBodyBytes, symbolsOf(kind));
  switch (reader.read(*kind.result, index * resultStride(kind), result)) {
  case ReadError::None:
    return Taken::Result;
  case ReadError::NoMemory: /* the program's own attempt will throw std::bad_alloc at its place, or succeed */
    return Taken::InPlace;
  case ReadError::Malformed:
    break;
  }
  if (batch.record)
    memo::forget(batch.record);
  if (batch.isFound)
    return Taken::InPlace;
  fail(batch, CLEAVE_CAUSE_OUTPUT, 0);
}

} // namespace cleave
