/* History.h - what a site has cost so far, and whether handing its work over pays.
 *
 * A site keeps its memory in cleave_site::learnt, so it costs no look-up. Times are the workers' own, measured around
 * the work; the price on the program's side is measured too, because it decides whether fine-grained loops pay:
 *
 *     an item is worth sending if a worker needs longer for it than the program needs to send it and take it back.
 *
 * A worker may also need longer than the program itself would: its caches are cold, and pages that are mapped afresh for
 * each step fault one by one. So ranges are measured in place, too, a few of them, and a loop must be faster split than
 * whole: the program's part of an item, or the work that falls to each core, whatever is more.
 *
 * What the items of a loop share is paid for once a loop, whatever their number: it counts by the items that a loop of this
 * site had on average. A stencil that sends its whole grid for each step is given up after a few steps.
 *
 * LOOPS. ns per item and per byte of input (moving averages), the program's own ns per item, items per loop. Batches
 * aim at a millisecond: long against a hand-off (tens of microseconds), short against the end of a loop where workers
 * wait for the last one.
 *
 * FUTURES. One call, so what differs is its size: ns per byte by the logarithm of the bytes, or, where all parameters
 * are scalars, ns by the depth of frames (a recursion's calls get smaller with depth). An unknown class of a known site
 * borrows from its nearest neighbour.
 */
#ifndef CLEAVE_ROOT_HISTORY_H
#define CLEAVE_ROOT_HISTORY_H

#include "cleave/program.h"

namespace cleave {

inline constexpr uint8_t kLoopBucket = 0xff;
inline constexpr double kBatchNs = 1e6;

/* A batch of `count` items took a worker `ns`. `bucket`: kLoopBucket, or the future's class. */
void learn(cleave_site &site, uint8_t bucket, uint64_t ns, uint64_t count, uint64_t bytes);
/* A batch of a loop's items came back undone: one of them threw. */
void learnThrown(cleave_site &site);
/* From submitting to starting, with an idle worker. */
void learnHandOff(uint64_t ns);
/* Below this a single call is not sent. */
double worthNs();
/* Whether workers begin about when they are told to: none of them waits for a processor. */
bool startsAtOnce();
/* What a batch of `count` items (or one future's call of `bucket`), with `bytes` of input, is thought to take a worker, in
 * ns; 0: nothing is known yet. */
double thoughtNs(const cleave_site &site, uint8_t bucket, uint64_t count, uint64_t bytes);

struct LoopHistory {
  double nsPerItem, nsPerByte;
  double rootNsPerItem; /* sending and taking back, with the item's part of what all share */
  double itemsPerLoop;
  uint64_t batches;
  uint64_t lastItems; /* of the last loop that local workers did to its end; 0: none */
};
/* The site as it is known at `depth` cut frames: a recursion runs the same loop over a thousand times as much above as it
 * does below. */
cleave_site &siteAtDepth(cleave_site &site, uint64_t depth);
/* What was said of the next loops at one depth holds for the site's loops (cleave_site::skips), if at no depth is there one
 * whose items take `tinyItemNs` or more. */
void skipLikeDeeper(cleave_site &site, cleave_site &atDepth, double tinyItemNs);
LoopHistory loopHistory(const cleave_site &site);
/* Items have become longer than they were: the next batches tell how long. */
void forgetItems(cleave_site &site);
/* The program spent `ns` on pushing and taking `items` of this site. */
void learnRoot(cleave_site &site, uint64_t ns, uint64_t items);
/* A loop of `items` is over; the program spent `sharingNs` on what they have in common. */
void learnLoopEnd(cleave_site &site, uint64_t items, uint64_t sharingNs);
/* A loop of local workers is over, and had `items`. */
void learnItems(cleave_site &site, uint64_t items);
/* Whether it is not yet known what an item takes in place; and what one took, of the program's own processor time, together with
 * what the program does with the result, which took `restNs`. */
bool wantsInPlaceSample(const cleave_site &site);
void learnInPlace(cleave_site &site, uint64_t ns, uint64_t restNs);
/* Known not to pay: true. Now and then it answers false all the same, because programs change; the less there is to gain
 * beside what a try costs, the more rarely. */
bool isLoopTooFine(cleave_site &site);

/* A loop's blocks were not what they must be: the next loops of the site are not looked at, more of them each time. */
void turnDown(cleave_site &site);
bool isTurnedDown(cleave_site &site);
/* Once in `patience` questions, of which the site's code need not ask all (cleave_site::skips). */
bool isLoopsTurn(cleave_site &site, uint64_t patience);
/* The code alone says that a call takes less than that: it is no loop's turn, ever. Of a site that was not measured. */
bool isTinyByCode(cleave_site &site, double tinyItemNs);

enum class Worth : uint8_t { Send, Probe, InPlace, Plain };
struct FutureWorth {
  Worth worth;
  uint8_t bucket;
  uint64_t bytes; /* of the inputs */
  double ns;      /* what the call is thought to take; 0 with Probe */
};
/* depth: of frames. Calls that take less than `leastNs` are not worth it. Probe: the cost is unknown; send it if no other
 * probe of this bucket is out. sendsFirst: whatever the analysis says of one that was never measured. */
FutureWorth judgeFuture(cleave_site &site, const void *const *args, uint64_t depth, double leastNs, bool sendsFirst);
void beginProbe(cleave_site &site, uint8_t bucket);
void endProbe(cleave_site &site, uint8_t bucket);

/* About how many bytes the parameters in `mask` have, without looking at elements. */
uint64_t roughBytes(const cleave_kind &kind, uint32_t mask, const void *const *args);

} // namespace cleave
#endif
