/* Slots.h - local state of the slots, and their life: asking for workers, noticing that they run or died. */
#ifndef CLEAVE_ROOT_SLOTS_H
#define CLEAVE_ROOT_SLOTS_H

#include "Batch.h"
#include "Session.h"

namespace cleave {

inline constexpr uint32_t kSharedPlaces = CLEAVE_RING + 1;

struct Slot {
  uint32_t index, state, kind;
  uint32_t submitted, completed; /* messages; entries in between are in flight */
  bool isReserved;
  Batch *entries[CLEAVE_RING];          /* until their results are taken or detached */
  uint64_t sharedSerial[kSharedPlaces]; /* serial + 1; 0: nothing there */
  uint8_t sharedPlace[CLEAVE_RING];
  uint32_t nextPlace;
  uint64_t lastUseNs;
};

extern Slot *slots;
extern uint32_t slotCount;

inline uint8_t *partition(const Slot &slot) { return session.exchange + slot.index * session.control->partition_bytes; }
inline cleave_inbox *inbox(const Slot &slot) {
  return reinterpret_cast<cleave_inbox *>(partition(slot) + CLEAVE_INBOX_OFFSET);
}
inline cleave_outbox *outbox(const Slot &slot) {
  return reinterpret_cast<cleave_outbox *>(partition(slot) + CLEAVE_OUTBOX_OFFSET);
}
/* Half of the input area holds shared images, the other half items. */
inline uint64_t sharedPlaceBytes() { return (session.control->input_bytes / 2 / kSharedPlaces) & ~uint64_t{4095}; }

/* Asks the node for one more worker: in a free slot, else in one that has been idle longest. */
void requestWorker(uint32_t kind);
/* Reads the states that the node may have changed. Cheap when the bell has not rung. */
void refreshSlots();
void buryMessages(Slot &slot);
void clearEntries(Slot &slot);

} // namespace cleave
#endif
