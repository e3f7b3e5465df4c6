/* Attach.h - the root program's view of the node: shared memory mapped before main, and nothing in a serial run. */
#ifndef CLEAVE_ROOT_ATTACH_H
#define CLEAVE_ROOT_ATTACH_H

#include "cleave/exchange.h"

namespace cleave {

struct NodeLink {
  cleave_control *control = nullptr;
  char *exchange = nullptr;
  char *arena = nullptr;
  int event = -1;
  int process = 0; /* who attached: a forked child is on its own, and serial */
};

extern NodeLink nodeLink;

inline cleave_inbox *inboxOf(uint32_t slot) {
  return reinterpret_cast<cleave_inbox *>(nodeLink.exchange + slot * nodeLink.control->partition_bytes + CLEAVE_INBOX_OFFSET);
}
inline cleave_outbox *outboxOf(uint32_t slot) {
  return reinterpret_cast<cleave_outbox *>(nodeLink.exchange + slot * nodeLink.control->partition_bytes +
                                           CLEAVE_OUTBOX_OFFSET);
}
inline char *partitionOf(uint32_t slot) { return nodeLink.exchange + slot * nodeLink.control->partition_bytes; }

/* Wakes the node to look at the slots and at `failure`. */
void ringNode();

/* Arena (Arena.cpp). */
bool isInArena(const void *block);
void startArena();

} // namespace cleave
#endif
