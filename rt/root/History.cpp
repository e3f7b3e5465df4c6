#include "History.h"

#include <initializer_list>
#include <stddef.h>
#include <stdlib.h>

#include "../task/Layout.h"
#include "../task/Memory.h"
#include "Session.h"

namespace cleave {

namespace {

/* learnt[] of a loop's site. */
enum LoopWord { NsPerItem, NsPerByte, RootNsPerItem, ItemsPerLoop, Batches, Loops, FineSkips, FinePatience,
                SharingNs, InPlaceNs, RestNs, Samples, DownPatience, DownSkips, ThrownBatches, LastItems, Deeper };
static_assert(int{Deeper} < int{CLEAVE_LEARNT_WORDS});

/* learnt[] of a future's site: one word a bucket. */
struct Bucket {
  float ns;          /* per byte, or per call where all parameters are scalars */
  uint16_t measured; /* saturates */
  uint16_t isProbing : 1, refusals : 15;
};
static_assert(sizeof(Bucket) == sizeof(uint64_t));
constexpr int kBuckets = 16;

constexpr double kLeastWorthNs = 20000;
constexpr double kLeastHandOffNs = 1000;
/* A worker that slept takes some 25,000 to begin, one behind somebody else's time slice a million and more. */
constexpr double kPromptNs = 60000;
constexpr uint64_t kSmallestBucketBits = 6;
constexpr uint16_t kRefusalsUntilProbe = 20000;
constexpr uint64_t kFirstPatience = 256;
/* Until so many batches were measured, cold caches and fresh pages count too much to give a loop up as too fine. */
constexpr uint64_t kSettledBatches = 8;
constexpr double kWorkPerTry = 50;
constexpr uint64_t kMostDown = 4096;
constexpr uint64_t kSamples = 3; /* of items in place */
constexpr uint64_t kDepths = 16;
/* So many loops are let past without being asked about. */
constexpr uint64_t kSkipsAhead = 63;

double handOffNs = 10000;

/* Local workers learn of one site at the same time: one of them has the last word. */
uint64_t word(const cleave_site &site, int index) { return __atomic_load_n(&site.learnt[index], __ATOMIC_RELAXED); }
void setWord(cleave_site &site, int index, uint64_t value) {
  __atomic_store_n(&site.learnt[index], value, __ATOMIC_RELAXED);
}
void increment(cleave_site &site, int index) { setWord(site, index, word(site, index) + 1); }
double figure(const cleave_site &site, int index) { return __builtin_bit_cast(double, word(site, index)); }

void average(cleave_site &site, int index, double sample, uint64_t samplesBefore) {
  double weight = samplesBefore < 3 ? 1.0 / static_cast<double>(samplesBefore + 1) : 0.25;
  double mean = samplesBefore ? figure(site, index) * (1 - weight) + sample * weight : sample;
  setWord(site, index, __builtin_bit_cast(uint64_t, mean));
}

Bucket bucketOf(const cleave_site &site, int index) {
  return __builtin_bit_cast(Bucket, word(site, index));
}
void store(cleave_site &site, int index, Bucket bucket) {
  setWord(site, index, __builtin_bit_cast(uint64_t, bucket));
}

bool isScalarKind(const cleave_kind &kind) {
  for (uint32_t i = 0; i != kind.param_count; ++i)
    if (!isTrivial(*kind.params[i].type))
      return false;
  return true;
}

uint64_t rough(const cleave_type &type, const char *value) {
  uint64_t elem = type.elem ? type.elem->size_bytes : 0;
  switch (type.kind) {
  case CLEAVE_T_RECORD: {
    uint64_t sum = 0;
    for (uint32_t i = 0; i != type.field_count; ++i)
      sum += rough(*type.fields[i].type, value + type.fields[i].offset);
    return sum;
  }
  case CLEAVE_T_VECTOR:
    return 24 + static_cast<uint64_t>(loadPointer(value + at::kVectorEnd) - loadPointer(value));
  case CLEAVE_T_STRING:
    return 32 + loadWord(value + at::kStringLength) * elem;
  case CLEAVE_T_SPAN:
    return 16 + loadWord(value + 8) * elem;
  case CLEAVE_T_STRING_VIEW:
    return 16 + loadWord(value) * elem;
  case CLEAVE_T_RBTREE:
    return 48 + loadWord(value + at::kTreeCount) * nodeLayout(type).sizeBytes;
  case CLEAVE_T_HASHTABLE:
    return 56 + loadWord(value + at::kHashCount) * nodeLayout(type).sizeBytes;
  case CLEAVE_T_LIST:
    return 24 + loadWord(value + at::kListCount) * nodeLayout(type).sizeBytes;
  case CLEAVE_T_DEQUE:
    return 80 + loadWord(value + at::kDequeMapSize) * dequeBufferElements(*type.elem) * elem;
  case CLEAVE_T_BIT_VECTOR:
    return 40 + static_cast<uint64_t>(loadPointer(value + at::kBitsEnd) - loadPointer(value));
  case CLEAVE_T_VARIANT: {
    uint64_t index = 0;
    memcpy(&index, value + type.count, elem);
    return type.size_bytes + (index < type.field_count ? rough(*type.fields[index].type, value) : 0);
  }
  case CLEAVE_T_REFERENCE:
    return 8 + rough(*type.elem, loadPointer(value));
  default:
    return type.size_bytes;
  }
}

void learnFuture(cleave_site &site, uint8_t index, uint64_t ns, uint64_t bytes) {
  Bucket bucket = bucketOf(site, index);
  float sample = static_cast<float>(isScalarKind(*site.kind) ? double(ns) : double(ns) / double(larger(bytes, 1)));
  bucket.ns = bucket.measured ? bucket.ns * 0.75f + sample * 0.25f : sample;
  bucket.measured += bucket.measured != UINT16_MAX;
  bucket.refusals = 0;
  bucket.isProbing = 0;
  store(site, index, bucket);
}

/* The nearest bucket that was measured, or -1. Sizes may borrow from either side; depths from neither, since the next
 * depth may be half or a thousandth. */
int nearestMeasured(const cleave_site &site, int index, bool isScalar) {
  for (int distance = 0; distance != (isScalar ? 1 : kBuckets); ++distance)
    for (int other : {index - distance, index + distance})
      if (other >= 0 && other < kBuckets && bucketOf(site, other).measured)
        return other;
  return -1;
}

} // namespace

void learn(cleave_site &site, uint8_t bucket, uint64_t ns, uint64_t count, uint64_t bytes) {
  if (bucket != kLoopBucket)
    return learnFuture(site, bucket, ns, bytes);
  if (!count)
    return;
  average(site, NsPerItem, double(ns) / double(count), word(site, Batches));
  average(site, NsPerByte, double(ns) / double(larger(bytes, 1)), word(site, Batches));
  increment(site, Batches);
}

static void setSkips(cleave_site &site, uint64_t skips) { __atomic_store_n(&site.skips, skips, __ATOMIC_RELAXED); }

void skipLikeDeeper(cleave_site &site, cleave_site &atDepth, double tinyItemNs) {
  uint64_t skips = __atomic_load_n(&atDepth.skips, __ATOMIC_RELAXED);
  if (&site == &atDepth || !skips)
    return;
  setSkips(atDepth, 0);
  auto isHeavy = [&](const cleave_site &other) {
    LoopHistory history = loopHistory(other);
    return history.batches && history.nsPerItem >= tinyItemNs;
  };
  auto *deeper = reinterpret_cast<const cleave_site *>(__atomic_load_n(&site.learnt[Deeper], __ATOMIC_ACQUIRE));
  bool isAnyHeavy = isHeavy(site);
  for (uint64_t i = 0; i != kDepths; ++i)
    isAnyHeavy |= isHeavy(deeper[i]);
  if (!isAnyHeavy)
    setSkips(site, skips);
}

cleave_site &siteAtDepth(cleave_site &site, uint64_t depth) {
  if (depth < 2)
    return site;
  auto *deeper = reinterpret_cast<cleave_site *>(__atomic_load_n(&site.learnt[Deeper], __ATOMIC_ACQUIRE));
  if (!deeper) {
    auto *made = static_cast<cleave_site *>(calloc(kDepths, sizeof(cleave_site)));
    if (!made)
      return site;
    for (uint64_t i = 0; i != kDepths; ++i)
      memcpy(&made[i], &site, offsetof(cleave_site, learnt));
    uint64_t none = 0;
    if (__atomic_compare_exchange_n(&site.learnt[Deeper], &none, reinterpret_cast<uint64_t>(made), false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE)) {
      deeper = made;
    } else {
      free(made);
      deeper = reinterpret_cast<cleave_site *>(none);
    }
  }
  return deeper[depth - 2 < kDepths ? depth - 2 : kDepths - 1];
}

void learnThrown(cleave_site &site) { increment(site, ThrownBatches); }

/* One that was long counts for four times the usual at most: a worker that begins cold, or a machine that was away for a
 * moment, is no price. If it is the rule, the price grows by a fifth each time. */
void learnHandOff(uint64_t ns) {
  double sample = double(ns) < 4 * handOffNs + kLeastHandOffNs ? double(ns) : 4 * handOffNs + kLeastHandOffNs;
  handOffNs += (sample - handOffNs) / 16;
}

bool startsAtOnce() { return handOffNs < kPromptNs; }

double thoughtNs(const cleave_site &site, uint8_t index, uint64_t count, uint64_t bytes) {
  if (index == kLoopBucket)
    return figure(site, NsPerItem) * double(count);
  return bucketOf(site, index).ns * (isScalarKind(*site.kind) ? 1 : double(larger(bytes, 1)));
}

double worthNs() { return handOffNs * 2 > kLeastWorthNs ? handOffNs * 2 : kLeastWorthNs; }

LoopHistory loopHistory(const cleave_site &site) {
  double itemsPerLoop = figure(site, ItemsPerLoop);
  double sharing = itemsPerLoop >= 1 ? figure(site, SharingNs) / itemsPerLoop : 0;
  return {figure(site, NsPerItem), figure(site, NsPerByte),
          figure(site, RootNsPerItem) + sharing, itemsPerLoop, word(site, Batches), word(site, LastItems)};
}

void forgetItems(cleave_site &site) { setWord(site, Batches, 0); }

void learnRoot(cleave_site &site, uint64_t ns, uint64_t items) {
  if (items)
    average(site, RootNsPerItem, double(ns) / double(items), word(site, Batches));
}

void learnLoopEnd(cleave_site &site, uint64_t items, uint64_t sharingNs) {
  if (sharingNs) /* else it was done in place from beginning to end */
    average(site, SharingNs, double(sharingNs), word(site, SharingNs) ? word(site, Loops) : 0);
  average(site, ItemsPerLoop, double(items), word(site, Loops));
  increment(site, Loops);
}

void learnItems(cleave_site &site, uint64_t items) { setWord(site, LastItems, items); }

bool wantsInPlaceSample(const cleave_site &site) { return word(site, Samples) < kSamples; }

void learnInPlace(cleave_site &site, uint64_t ns, uint64_t restNs) {
  average(site, InPlaceNs, double(ns), word(site, Samples));
  average(site, RestNs, double(restNs), word(site, Samples));
  increment(site, Samples);
}

/* Known to be no faster than in place? */
static bool isSlowerSplit(const cleave_site &site, const LoopHistory &history) {
  double inPlace = figure(site, InPlaceNs), cores = session.control->worker_count;
  double ofProgram = history.rootNsPerItem + figure(site, RestNs), onEachCore = (history.nsPerItem + ofProgram) / cores;
  return inPlace > 0 && (onEachCore > inPlace || ofProgram > inPlace);
}

bool isLoopTooFine(cleave_site &site) {
  LoopHistory history = loopHistory(site);
  double sharing = figure(site, SharingNs), work = history.nsPerItem * history.itemsPerLoop;
  /* What is shared alone costs more than all the work: one loop is enough to know. */
  bool isHopeless = history.batches && work > 0 && sharing > work;
  /* Most of what is sent is done again in place. */
  bool isThrowing = word(site, ThrownBatches) >= kSettledBatches / 2 && word(site, ThrownBatches) > history.batches;
  bool isBad = history.nsPerItem <= history.rootNsPerItem * 1.5 || isSlowerSplit(site, history);
  if (!isHopeless && !isThrowing && (history.batches < kSettledBatches || !isBad))
    return false;
  uint64_t patience = word(site, FinePatience);
  if (!patience) {
    patience = kFirstPatience;
    /* Another try is to cost little beside what is done until then. */
    if (double loops = isHopeless ? sharing / work * kWorkPerTry : 0; loops > static_cast<double>(patience))
      patience = loops < 1e9 ? static_cast<uint64_t>(loops) : 1000000000;
    setWord(site, FinePatience, patience);
  }
  if (!isLoopsTurn(site, patience + 1))
    return true;
  setWord(site, ThrownBatches, 0);
  setWord(site, FinePatience, patience * 2);
  setWord(site, Batches, kSettledBatches - 2); /* two more batches will tell */
  return false;
}

uint64_t roughBytes(const cleave_kind &kind, uint32_t mask, const void *const *args) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i != kind.param_count; ++i)
    if (mask >> i & 1)
      sum += rough(*kind.params[i].type, static_cast<const char *>(args[i]));
  return sum;
}

void turnDown(cleave_site &site) {
  uint64_t patience = word(site, DownPatience);
  patience = patience ? patience * 2 : 1;
  if (patience > kMostDown)
    patience = kMostDown;
  setWord(site, DownPatience, patience);
  setWord(site, DownSkips, patience);
}

bool isTurnedDown(cleave_site &site) {
  uint64_t skips = word(site, DownSkips);
  if (skips)
    setWord(site, DownSkips, skips - 1);
  return skips;
}

bool isLoopsTurn(cleave_site &site, uint64_t patience) {
  uint64_t skips = word(site, FineSkips) + 1;
  if (skips >= patience) {
    setWord(site, FineSkips, 0);
    return true;
  }
  uint64_t ahead = 0;
  if (site.flags & CLEAVE_SITE_SKIPS) {
    ahead = patience - skips - 1 < kSkipsAhead ? patience - skips - 1 : kSkipsAhead;
    setSkips(site, ahead);
  }
  setWord(site, FineSkips, skips + ahead);
  return false;
}

bool isTinyByCode(cleave_site &site, double tinyItemNs) {
  return site.static_base_ns >= 0 && site.static_base_ns < tinyItemNs && site.static_per_byte_ns <= 0 &&
         !isLoopsTurn(site, UINT64_MAX);
}

FutureWorth judgeFuture(cleave_site &site, const void *const *args, uint64_t depth, double leastNs, bool sendsFirst) {
  const cleave_kind &kind = *site.kind;
  bool isScalar = isScalarKind(kind);
  uint64_t bytes = roughBytes(kind, UINT32_MAX, args) | 1;
  uint64_t bits = 63 - static_cast<uint64_t>(__builtin_clzll(bytes));
  uint64_t position = isScalar ? depth : bits > kSmallestBucketBits ? bits - kSmallestBucketBits : 0;
  int index = static_cast<int>(position < kBuckets ? position : kBuckets - 1);
  double estimate = 0;
  auto answer = [&](Worth worth) { return FutureWorth{worth, static_cast<uint8_t>(index), bytes, estimate}; };
  int known = nearestMeasured(site, index, isScalar);
  Bucket bucket = bucketOf(site, index);
  if (known >= 0)
    estimate = double(bucketOf(site, known).ns) * (isScalar ? 1 : double(bytes));
  else if (sendsFirst || site.static_base_ns < 0)
    return answer(bucket.isProbing ? Worth::InPlace : Worth::Probe);
  else
    estimate = site.static_base_ns + site.static_per_byte_ns * double(bytes);
  if (estimate >= leastNs)
    return answer(Worth::Send);
  if (known >= 0 && ++bucket.refusals == kRefusalsUntilProbe) {
    bucket.refusals = 0;
    store(site, index, bucket);
    return answer(Worth::Probe);
  }
  store(site, index, bucket);
  return answer(Worth::Plain);
}

void beginProbe(cleave_site &site, uint8_t index) {
  Bucket bucket = bucketOf(site, index);
  bucket.isProbing = 1;
  store(site, index, bucket);
}

void endProbe(cleave_site &site, uint8_t index) {
  Bucket bucket = bucketOf(site, index);
  bucket.isProbing = 0;
  store(site, index, bucket);
}

} // namespace cleave
