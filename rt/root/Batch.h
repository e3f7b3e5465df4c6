/* Batch.h - calls of one kind on their way to a worker: encoded arguments, and later the encoded results. */
#ifndef CLEAVE_ROOT_BATCH_H
#define CLEAVE_ROOT_BATCH_H

#include "../task/ImageWriter.h"
#include "../task/Memory.h"
#include "cleave/exchange.h"
#include "cleave/program.h"

namespace cleave {

/* A list of plain values; the runtime uses no container whose operator new would be the program's own. */
template <class T> struct List {
  T *items = nullptr;
  uint64_t count = 0, capacity = 0;
  void push(const T &value) {
    if (count == capacity)
      items = static_cast<T *>(growBlock(items, (capacity = capacity ? capacity * 2 : 16) * sizeof(T)));
    items[count++] = value;
  }
  void clear() {
    free(items);
    *this = List();
  }
};

/* Arena blocks that an image refers to. One table serves the images of a whole loop: each block is published once. */
struct Published {
  List<cleave_grant> grants;
  const cleave_grant *find(uint64_t arenaOffset, uint64_t bytes) const;
};

/* An image under construction or ready to be sent. */
class Image final : public ExternSource {
public:
  /* `tuples`: how many at most. */
  void begin(const cleave_kind &kind, uint32_t mask, uint64_t tuples, Published *published);
  /* False: the value is too large to be sent. */
  bool append(const cleave_kind &kind, const void *const *args);
  uint64_t bytes() const { return imageBytes(writer.used, externs.count, writer.relocCount); }
  void copyTo(char *destination) const;
  void dispose();
  bool refer(const void *block, uint64_t bytes, uint64_t &slot) override;

  uint32_t mask = 0;
  uint64_t count = 0, limit = 0;
  TupleLayout layout{};
  ImageWriter writer;
  List<cleave_grant> externs;
  Published *published = nullptr;
};

enum class BatchState : uint32_t { Building, Ready, Sent, Done, Thrown, Failed, Unsendable };

struct Batch {
  cleave_site *site;
  Image *shared; /* of the loop, or null: an empty one is sent */
  uint64_t sharedSerial;
  Image items;
  BatchState state;
  uint32_t slot, entry;
  uint64_t taken;      /* results handed out */
  char *output;        /* results, detached from the worker's memory */
  uint64_t outputBytes, bytesIn, sentNs, busyNs;
  cleave_failure failure;
  bool isAbandoned;
  Batch *next; /* in the loop's queue */
};

} // namespace cleave
#endif
