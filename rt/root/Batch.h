/* Batch.h - what was handed to a worker in one message, from the first item that is added to the last that is taken. */
#ifndef CLEAVE_ROOT_BATCH_H
#define CLEAVE_ROOT_BATCH_H

#include "../store/Hash.h"
#include "Message.h"
#include "Trace.h"
#include "cleave/program.h"

namespace cleave {

enum class BatchState : uint8_t {
  InFlight, /* submitted */
  Done,     /* the output is there: in the worker's partition, or detached */
  Thrown,   /* its items are to be done in place */
  InPlace,  /* likewise, and it was never sent */
  Dead      /* the task crashed, panicked, or its output is malformed */
};

/* What all items of a loop share, encoded once. Kept as long as a message that refers to it is in flight: its blocks
 * are pinned. */
struct SharedImage {
  OutgoingImage image;
  uint8_t *memory;
  uint64_t bytes;
  uint64_t serial; /* 0: without parameters, the same for all */
  cleave_name name;
  uint32_t users;
  /* With a store (Memo.h). */
  bool isNamed;
  Hash128 digests[32];
};

namespace memo {
struct Record;
}

struct Batch {
  cleave_site *site;
  Batch *next; /* in its loop, in program order */
  SharedImage *shared;
  BatchState state;
  bool isAbandoned;
  bool wasIdle;   /* its worker had nothing else to do when it was sent */
  uint8_t bucket; /* where in the site's history it counts */
  uint32_t slot, entry;
  uint64_t count, taken;
  uint64_t inputBytes; /* images and what they show; */
  uint64_t sharedBytes; /* of these, what the loop's items share */
  uint64_t submittedNs;
  trace::Span span;
  Shown *shown;
  uint32_t shownCount;
  const uint8_t *output; /* the body */
  uint64_t outputBodyBytes, outputBytes;
  uint8_t *detached; /* owns the body, once it had to make room in the worker's partition */
  uint32_t cause, causeDetail;
  uint64_t causeBytes;
  memo::Record *record; /* held: what it is to fill, or where it was found */
  uint32_t recordIndex;
  bool isFound; /* one item, of no worker */
  char *text; /* log of a task that panicked */
  uint64_t textBytes;
};

} // namespace cleave
#endif
