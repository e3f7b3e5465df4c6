/* LocalFutures.cpp - calls that were moved, as work for local workers.
 *
 * A future is one part: whoever claims it makes the call, a helper, or its owner at the join. So a
 * recursion splits as far as there are helpers to take its parts, from the top, and what is below the size that pays
 * (History.h) runs in the plain version, without a test. An exception of the call is kept, and thrown at the join. */
#include "AlignedBlock.h"
#include "History.h"
#include "Local.h"
#include "Session.h"
#include "Trace.h"

#include "../task/Layout.h"
#include "../task/Memory.h"
#include "Values.h"

#include <exception>
#include <new>
#include <stdlib.h>

namespace cleave::local {

namespace {

enum : uint32_t { kOpen, kDone, kThrown };

struct Future : CallWork {
  /* The owner's, but for what was thrown. */
  void *result;
  uint64_t bytes;
  uint8_t bucket;
  bool isProbe;
  std::exception_ptr thrown;
  trace::Span span;
};
static_assert(sizeof(Future) == 384); /* three pairs of lines */

thread_local std::exception_ptr pending;

/* Of each thread; there are at most as many as were open at a time. */
union Place {
  Place *next;
  alignas(128) char future[sizeof(Future)];
};
thread_local Place *freePlaces;

Place *takePlace() {
  Place *place = freePlaces;
  if (!place)
    return static_cast<Place *>(newAligned(alignof(Place), sizeof(Place)));
  freePlaces = place->next;
  return place;
}

/* The owner counts, so that helpers need not touch what is the owner's. */
void dispose(Future *future) {
  cleave_site &site = *future->call.site;
  if (future->isProbe)
    endProbe(site, future->bucket);
  if (future->state.value() != kOpen) {
    countPart(site, 1, future->ns);
    learn(site, future->bucket, future->ns, 1, future->bytes);
  }
  unlink(future);
  prefetchToWrite(&future->state); /* who did it has that line, and the next one will be written to it */
  future->~Future();
  auto *place = reinterpret_cast<Place *>(future);
  place->next = freePlaces;
  freePlaces = place;
}

void abandon(OpenWork *work) {
  auto *future = static_cast<Future *>(work);
  if (!takeBack(future))
    waitWhile(future->state, kOpen);
  const cleave_type *type = future->call.site->kind->result;
  if (future->state.value() == kDone && type)
    destroy(*type, future->result);
  dispose(future);
}

} // namespace

void makeCall(CallWork &work, const Call &call) {
  auto &future = static_cast<Future &>(work);
  uint64_t depthHere = cleave_depth;
  cleave_depth = call.depth;
  Part part(*call.site);
  if (call.place) /* while the call is made, it comes */
    prefetchToWrite(call.place);
  uint64_t carried = 0;
  uint32_t end = kDone;
  try {
    call.site->local(const_cast<void *const *>(call.args), call.place ? call.place : &carried);
    prefetchToWrite(&work.state); /* the owner looks at it */
  } catch (...) {
    future.thrown = std::current_exception();
    end = kThrown;
  }
  work.ns = part.stop(1, trace::isOn() ? future.span.number : 0);
  work.carried = carried;
  cleave_depth = depthHere;
  work.state.set(end);
}

void keepThrown(std::exception_ptr thrown) { pending = std::move(thrown); }

void *spawn(cleave_site *site, const void *const *args, void *result) {
  FutureWorth worth = judgeFuture(*site, args, cleave_depth, kWorthNs, false);
  if (worth.worth == Worth::Plain)
    return CLEAVE_PLAIN_TOKEN;
  void *place = worth.worth == Worth::InPlace ? nullptr : takePlace();
  if (!place)
    return nullptr;
  expectOffer();
  auto *future = new (place) Future{};
  future->parts = 1;
  const cleave_type *type = site->kind->result;
  bool isCarried = type && type->size_bytes <= sizeof future->carried && isTrivial(*type);
  future->call = {site, args, isCarried ? nullptr : result, cleave_depth};
  future->result = result;
  future->bytes = worth.bytes;
  future->bucket = worth.bucket;
  future->isProbe = worth.worth == Worth::Probe;
  if (future->isProbe)
    beginProbe(*site, worth.bucket);
  link(future, abandon);
  future->span.offer(0);
  offer(future, 1, future->isProbe ? 0 : worth.ns);
  return tokenOf(future);
}

int join(void *token) {
  auto *future = static_cast<Future *>(workOf(token));
  if (!self) { /* the child of a fork: nobody is at it */
    if (future->state.value() == kOpen)
      return 0;
  } else {
    future->span.want();
    if (future->state.value() == kOpen && takeBack(future)) {
      makeCall(*future, future->call);
    } else {
      ++openStack.helped;
      waitWhile(future->state, kOpen);
      __builtin_prefetch(future->call.place);
    }
    future->span.end(*future->call.site, workerNumber());
  }
  bool hasThrown = future->state.value() == kThrown;
  if (hasThrown)
    keepThrown(std::move(future->thrown));
  else if (const cleave_type *type = future->call.site->kind->result; type && !future->call.place)
    __builtin_memcpy(future->result, &future->carried, type->size_bytes);
  if (self)
    dispose(future);
  return hasThrown ? 4 : 1;
}

} // namespace cleave::local

extern "C" void cleave_rethrow() {
  std::exception_ptr thrown = std::move(cleave::local::pending);
  std::rethrow_exception(std::move(thrown));
}
