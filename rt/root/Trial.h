/* Trial.h - a task that mode check runs twice (Check.h): its image, its two runs, and what is compared.
 *
 * A trial's image is built in memory of its own, because it is sent twice and perhaps late. Trials are sent in the order
 * in which they were made, as far as rings have room, whenever the program comes by (`pump`). Their results are copied
 * out of the workers' partitions at once: a result that waits for the program must not keep a ring from others.
 */
#ifndef CLEAVE_ROOT_TRIAL_H
#define CLEAVE_ROOT_TRIAL_H

#include "Batch.h"

namespace cleave::check {

/* Of a run. Waiting: to be sent. */
enum class Ending : uint8_t { Waiting, InFlight, Done, Thrown, Died };

struct Run {
  Batch *batch; /* in flight */
  Ending ending;
  uint8_t *output; /* the body of its image */
  uint64_t outputBytes;
  uint32_t cause, detail; /* Died */
  char *text;
  uint64_t textBytes;
};

struct Trial {
  Trial *next;                     /* in its loop, in program order */
  Trial *queueNext, *queuePrevious; /* among those with runs that are not over */
  cleave_site *site;
  SharedImage *shared;
  uint8_t *memory; /* of the image */
  uint64_t memoryBytes, imageBytes;
  OutgoingImage items; /* keeps what it shows pinned */
  uint64_t *shownHashes;
  uint64_t count, judged;
  bool isQueued;
  bool isUnsent;    /* it could not be: the program does it, and there is nothing to compare */
  bool isExplained; /* an item threw in place: so may its task */
  Run runs[2];
};

/* Null: no memory. Holds `shared`. */
Trial *makeTrial(cleave_site *site, SharedImage *shared, uint32_t mask, uint64_t items, uint64_t epoch);
/* A placeholder for `count` items that cannot be sent. */
Trial *makeUnsent(cleave_site *site, uint64_t count);
/* The image is complete: to be sent from here on. */
void sealTrial(Trial *trial);
/* Frees it. Runs in flight are abandoned. */
void dropTrial(Trial *trial);

/* Takes note of runs that are over, and sends others. */
void pump();
/* Waits for both runs. It may turn out that they cannot be sent. */
void await(Trial &trial);
bool isDone(const Trial &trial);

/* Compares the runs with each other and with `result`, and says what differs. */
void judge(Trial &trial, uint64_t index, const void *result);
/* In place, this item threw (or left its loop). */
void judgeThrown(Trial &trial);
/* All items were judged. */
void judgeEnd(const Trial &trial);
/* Did what the tasks read stay as it was when the trial was sealed? */
void checkShown(const Trial &trial);

/* An image of `args` as it would be now, against one that was made before from the same. */
bool isStillSame(const cleave_kind &kind, uint32_t mask, const void *const *args, uint64_t epoch, const uint8_t *image,
                 uint64_t imageBytes);
uint64_t hashOf(const void *data, uint64_t bytes);
uint64_t *hashShown(const OutgoingImage &image);
bool isShownSame(const OutgoingImage &image, const uint64_t *hashes);

/* Each kind of finding is told once for a site. */
enum class Finding : uint8_t { RunsDiffer, EndsDiffer, ResultDiffers, ReductionDiffers, TaskThrew, TaskDied, ProgramThrew, InputChanged };
void report(const cleave_site &site, Finding finding, const char *place);

} // namespace cleave::check
#endif
