/* Futures.cpp - single calls that were moved: spawn and join.
 *
 * A future is a batch of one item. Whether it is sent is decided here and now (History.h); a call that is not gets
 * either null (make it in place, cut further inside) or the token `plain` (too small: the plain version, so that the
 * whole recursion below costs nothing more). */
#include "Check.h"
#include "History.h"
#include "Local.h"
#include "Memo.h"
#include "Open.h"
#include "Session.h"
#include "Watch.h"
#include "Workers.h"

#include "../task/Layout.h"
#include "../task/Memory.h"

namespace cleave {

namespace {

struct Future : OpenWork {
  Batch *batch;
  bool isProbe;
};

void remove(Future *future) {
  if (future->isProbe)
    endProbe(*future->batch->site, future->batch->bucket);
  unlink(future);
}

void endFuture(OpenWork *work) {
  auto *future = static_cast<Future *>(work);
  remove(future);
  abandon(future->batch);
  free(future);
}

Future *begin(cleave_site *site, FutureWorth worth, memo::Record *record) {
  auto *future = static_cast<Future *>(growBlock(nullptr, sizeof(Future)));
  future->batch = static_cast<Batch *>(growBlock(nullptr, sizeof(Batch)));
  memset(future->batch, 0, sizeof(Batch));
  future->batch->site = site;
  future->batch->bucket = worth.bucket;
  future->batch->record = record;
  future->isProbe = worth.worth == Worth::Probe;
  if (future->isProbe)
    beginProbe(*site, worth.bucket);
  link(future, endFuture);
  return future;
}

Future *send(cleave_site *site, const void *const *args, FutureWorth worth) {
  const cleave_kind &kind = *site->kind;
  uint32_t workers = session.control->worker_count, place;
  memo::ItemName item;
  bool isNamed = memo::remembers(*site) && memo::nameItem(*site, nullptr, allParameters(kind), args, item);
  if (memo::Record *record = isNamed ? memo::find(kind, item, place) : nullptr) {
    Future *future = begin(site, worth, record);
    future->batch->isFound = true;
    future->batch->recordIndex = place;
    future->batch->count = 1;
    settle(*future->batch);
    return future;
  }
  poll();
  if (isBroken(kind.id) || !waitForWorker(kind.id))
    return nullptr;
  /* More than one in a row behind another would only be waited for. */
  int slot = reserve(kind.id, 2, workers);
  if (slot < 0)
    return nullptr;
  Area area = itemsArea(slot);
  OutgoingImage items;
  items.begin(area.memory, area.bytes, kind, allParameters(kind), 1, nextEpoch(), CLEAVE_GRANTS_MAX);
  uint64_t bytes = items.add(args) ? items.finish() : 0;
  if (!bytes) {
    items.dispose();
    unreserve(slot);
    return nullptr;
  }
  memo::Record *record = isNamed ? memo::begin() : nullptr;
  if (record)
    memo::add(record, item.name);
  Future *future = begin(site, worth, record);
  future->batch->shared = emptyShared();
  submit(slot, future->batch, items, bytes);
  items.dispose();
  return future;
}

} // namespace

} // namespace cleave

using namespace cleave;

extern "C" void *cleave_spawn(cleave_site *site, const void *const *args, void *result) {
  watch::siteAsks(*site);
  /* With a store, what is worth remembering goes to a named task first. */
  bool isLocal = local::mayDo(*site), isRemembered = memo::remembers(*site) && isSplitting() && mayIsolate();
  if (isLocal && !isRemembered)
    return local::spawn(site, args, result);
  if (!isSplitting() || !mayIsolate(*site))
    return nullptr;
  if (session.isChecking)
    return check::spawn(site, args);
  /* Isolated: each site sends at least its first call, however small. */
  FutureWorth worth = judgeFuture(*site, args, cleave_depth, worthNs(), isIsolatedMode());
  if (worth.worth == Worth::Plain)
    return CLEAVE_PLAIN_TOKEN;
  Future *sent = worth.worth == Worth::InPlace ? nullptr : send(site, args, worth);
  return sent || !isLocal ? sent : local::spawn(site, args, result);
}

extern "C" int cleave_join(cleave_site *, void *token, void *result) {
  if (local::owns(token))
    return local::join(token);
  if (!token || token == CLEAVE_PLAIN_TOKEN || !isSplitting()) {
    if (isSplitting())
      ++counters().done_in_place;
    return token == CLEAVE_PLAIN_TOKEN ? 2 : 0;
  }
  if (session.isChecking)
    return check::join(token);
  auto *future = static_cast<Future *>(token);
  future->batch->span.want();
  auto isWaiting = [&] {
    poll();
    settle(*future->batch);
    return future->batch->state == BatchState::InFlight;
  };
  while (isWaiting())
    waitForChange(0);
  future->batch->span.end(*future->batch->site, 0);
  Taken taken = take(*future->batch, result);
  remove(future);
  retire(future->batch);
  free(future);
  return taken == Taken::Result ? 1 : 0;
}
