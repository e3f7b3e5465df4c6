/* Message.h - builds the images that a worker is to read, and the list of arena blocks that go with them.
 *
 * An OutgoingImage is written into memory that is there already (a worker's input area, or a buffer of the loop's for
 * what all its items share). Items are added one by one; one that does not fit is taken back and told.
 */
#ifndef CLEAVE_ROOT_MESSAGE_H
#define CLEAVE_ROOT_MESSAGE_H

#include "../task/ImageWriter.h"
#include "Environment.h"
#include "cleave/exchange.h"

namespace cleave {

/* A block of the arena that an image refers to, pinned for as long as the grant is kept. */
struct Shown {
  void *block;
  const void *data;
  cleave_grant grant;
  uint32_t how; /* CLEAVE_OPEN_PRIVATE: the callee may write to its copy */
  uint64_t used; /* bytes of values, from `data` */
};

class OutgoingImage : public ExternSource {
public:
  /* `memory` is 64-aligned. `epoch`: blocks shown in one epoch keep their names (a loop's items all refer to the same
   * vector). `tuples` is how many items there will be at most. */
  void begin(uint8_t *memory, uint64_t bytes, const cleave_kind &kind, uint32_t mask, uint64_t tuples, uint64_t epoch,
             uint32_t shownLimit);
  /* The image is for nobody to read but to be hashed: what it shows gets no names. After begin(). */
  void showPrivately() { isPrivate = true; }
  /* False: it does not fit; the image is as before. */
  bool add(const void *const *args);
  /* Takes back the item at which `add` was left by a jump, if there is one. */
  void takeBack();
  /* Writes header, externs and relocations. The image's size, or 0: it does not fit. */
  uint64_t finish();
  /* Unpins what it shows and frees its own memory. */
  void dispose();

  uint64_t count() const { return tupleCount; }
  uint32_t shownCount() const { return shownUsed; }
  const Shown *shown() const { return shownBlocks; }
  uint64_t shownBytes() const { return bytesShown; }
  uint64_t bodyBytes() const { return writer.used; }
  /* Gives away the pins: the caller unpins and frees the list. */
  Shown *takeShown();
  /* What it shows, pinned once more, to be submitted a second time. The copy has no memory of its own but the list. */
  OutgoingImage copyOfPins() const;

  bool refer(const void *block, uint64_t bytes, uint64_t used, uint64_t &slot) override;

private:
  /* What lies behind all else: the work's environment, and the seed of what it draws. */
  uint64_t environmentBytes() const { return kind->flags & CLEAVE_KIND_READS_ENVIRONMENT ? environment::bytes() : 0; }
  uint64_t seedBytes() const { return kind->flags & CLEAVE_KIND_DRAWS ? CLEAVE_SEED_BYTES : 0; }
  uint64_t outsideBytes() const { return environmentBytes() + seedBytes(); }
  void writeOutside(uint64_t at);
  void addParameters(const void *const *args, uint64_t at);

  ImageWriter writer;
  uint8_t *memory = nullptr;
  uint64_t memoryBytes = 0;
  const cleave_kind *kind = nullptr;
  uint32_t mask = 0;
  uint32_t how = 0; /* of the parameter that is being laid out */
  TupleLayout layout{};
  uint64_t tupleCount = 0, tupleLimit = 0, epoch = 0;
  Shown *shownBlocks = nullptr;
  uint32_t shownUsed = 0, shownCapacity = 0, shownLimit = 0;
  uint64_t bytesShown = 0;
  /* Where the item that is being added began. */
  bool isAdding = false, isPrivate = false;
  ImageWriter::Mark itemMark{};
  uint32_t itemShown = 0;
  uint64_t itemBytesShown = 0;
};

void unpinAll(Shown *shown, uint32_t count);

} // namespace cleave
#endif
