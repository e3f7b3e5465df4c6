/* LocalFutures.cpp - calls that were moved, as work for local workers.
 *
 * A future is one part: whoever claims it makes the call, a helper, or its owner at the join. So a
 * recursion splits as far as there are helpers to take its parts, from the top, and what is below the size that pays
 * (History.h) runs in the plain version, without a test. An exception of the call is kept, and thrown at the join. */
#include "History.h"
#include "Local.h"
#include "Session.h"
#include "Trace.h"

#include "../task/Memory.h"
#include "Values.h"

#include <exception>
#include <new>
#include <stdlib.h>

namespace cleave::local {

namespace {

enum : uint32_t { kOpen, kDone };

struct Future : Work {
  Latch state;
  /* With what is in Work, the line that a helper reads. */
  cleave_site *site;
  const void *const *args;
  void *result;
  uint64_t depth;
  uint64_t ns; /* that the call took; 0: it was never made */
  uint64_t bytes;
  uint8_t bucket;
  bool isProbe;
  trace::Span span;
  std::exception_ptr thrown;
};

thread_local std::exception_ptr pending;

void run(Future &future) {
  uint64_t depthHere = cleave_depth;
  cleave_depth = future.depth;
  Part part(*future.site);
  try {
    future.site->local(const_cast<void *const *>(future.args), future.result);
  } catch (...) {
    future.thrown = std::current_exception();
  }
  uint64_t ns = part.stop(1, future.span.number);
  cleave_depth = depthHere;
  future.ns = ns ? ns : 1;
  future.state.set(kDone);
}

bool takePart(Work *work) {
  auto &future = *static_cast<Future *>(work);
  /* Arguments mostly lie where their list does; and while the call is made, the lines come that its end is written to. */
  __builtin_prefetch(future.args);
  __builtin_prefetch(future.args + 8);
  __builtin_prefetch(future.result, 1);
  __builtin_prefetch(&future.ns, 1);
  run(future);
  return true;
}

/* Of each thread; there are at most as many as were open at a time. */
union Place {
  Place *next;
  alignas(128) char future[sizeof(Future)];
};
thread_local Place *freePlaces;

Place *takePlace() {
  Place *place = freePlaces;
  if (!place)
    return static_cast<Place *>(aligned_alloc(alignof(Place), sizeof(Place)));
  freePlaces = place->next;
  return place;
}

/* The owner counts, so that helpers need not touch what is the owner's. */
void dispose(Future *future) {
  if (future->isProbe)
    endProbe(*future->site, future->bucket);
  if (future->ns) {
    countPart(*future->site, 1, future->ns);
    learn(*future->site, future->bucket, future->ns, 1, future->bytes);
  }
  unlink(future);
  future->~Future();
  auto *place = reinterpret_cast<Place *>(future);
  place->next = freePlaces;
  freePlaces = place;
}

void abandon(OpenWork *work) {
  auto *future = static_cast<Future *>(work);
  bool isNever = claimPart(*future);
  if (!isNever)
    waitWhile(future->state, kOpen);
  withdraw(future);
  if (!isNever && !future->thrown && future->site->kind->result)
    destroy(*future->site->kind->result, future->result);
  dispose(future);
}

} // namespace

void keepThrown(std::exception_ptr thrown) { pending = std::move(thrown); }

void *spawn(cleave_site *site, const void *const *args, void *result) {
  FutureWorth worth = judgeFuture(*site, args, cleave_depth, kWorthNs, false);
  if (worth.worth == Worth::Plain)
    return CLEAVE_PLAIN_TOKEN;
  void *place = worth.worth == Worth::InPlace ? nullptr : takePlace();
  if (!place)
    return nullptr;
  auto *future = new (place) Future{};
  future->takePart = takePart;
  future->isOnePart = true;
  future->parts = 1;
  future->site = site;
  future->args = args;
  future->result = result;
  future->depth = cleave_depth;
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
    if (claimPart(*future)) {
      run(*future);
    } else {
      ++openStack.helped;
      waitWhile(future->state, kOpen);
      __builtin_prefetch(future->result);
    }
    withdraw(future);
    future->span.end(*future->site, workerNumber());
  }
  bool hasThrown = bool(future->thrown);
  keepThrown(std::move(future->thrown));
  if (self)
    dispose(future);
  return hasThrown ? 4 : 1;
}

} // namespace cleave::local

extern "C" void cleave_rethrow() {
  std::exception_ptr thrown = std::move(cleave::local::pending);
  std::rethrow_exception(std::move(thrown));
}
