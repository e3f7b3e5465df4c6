/* ImageWriter.h - lays a live value out flat (image.h says how an image looks).
 *
 * One walk serves two purposes. With a body it writes; without one it only measures, and a task does both because
 * its output buffer is granted once and cannot grow. The root cannot measure first (arguments are pushed one by
 * one), it writes straight into the memory that a worker reads, and a value that does not fit is told by
 * `overflowed`: nothing has been lost, the caller rewinds to where it was (`mark`, `rewind`).
 *
 * What a value owns lies in blocks. The walk recurses into them up to a fixed depth and defers deeper ones to a
 * work list, so that a list of a million unique_ptrs needs memory for the list and no stack. A tree, a list or a
 * hash table is walked by its links, never by recursion, and its nodes become one array: node i of the walk at
 * i * node size. The reader (rt/root/ImageReader.h) leans on that to turn a link into an index.
 *
 * THE ROOT MAY BE GIVEN RUBBISH. A generator that runs ahead passes arguments of iterations that never come. Reading
 * them may fault, which its caller survives; what must hold here is that sizes and links that contradict each other
 * never make the writer write outside its memory, and never keep it busy for ever. Such a value counts as one that does
 * not fit.
 *
 * Rejected: copying nodes where the walk meets them, between what they own; the reader then needs a map from
 * offset to node for a hash table's buckets.
 */
#ifndef CLEAVE_TASK_IMAGEWRITER_H
#define CLEAVE_TASK_IMAGEWRITER_H

#include "Layout.h"

namespace cleave {

/* Says whether a block can be sent as an object of its own instead of being copied. The root has one. */
class ExternSource {
public:
  /* Fills in the slot's value and answers true, or answers false: copy it. The first `used` bytes of the block hold
   * values. */
  virtual bool refer(const void *block, uint64_t bytes, uint64_t used, uint64_t &slot) = 0;

protected:
  ~ExternSource() = default;
};

class ImageWriter {
public:
  struct Mark {
    uint64_t used, relocCount;
  };

  uint8_t *body = nullptr; /* null: measure */
  uint64_t capacity = 0;   /* of the body */
  uint64_t used = 0;
  cleave_reloc *relocs = nullptr; /* grown with realloc when relocCapacity is reached */
  uint64_t relocCount = 0;
  uint64_t relocCapacity = 0;
#ifdef CLEAVE_TASK_BINARY /* where there is none: not even the question */
  static constexpr ExternSource *externs = nullptr;
#else
  ExternSource *externs = nullptr;
#endif
  Symbols symbols; /* the kind's */
  bool overflowed = false;
  /* What padding and spare room are filled with. */
  uint8_t filling = 0;
  /* Spare capacity becomes real memory: the callee owns the value and may grow it in place. */
  bool hasRoomToGrow = false;

  /* Bytes for `count` tuples at the front. Call first. */
  void beginTuples(uint64_t bytes) { reserve(bytes, 1); }
  /* Lays `value` out at body offset `offset`, and what it owns behind all that is there. */
  void write(const cleave_type &type, uint64_t offset, const void *value);
  /* Writes the header; true size of the image, with externs and relocations, is imageBytes(). */
  void writeHeader(cleave_image *header, uint32_t mask, uint64_t count, uint64_t stride, uint32_t externCount) const;

  Mark mark() const { return {used, relocCount}; }
  void rewind(const Mark &mark, uint8_t *itsBody);
  void zero(uint64_t offset, uint64_t bytes);
  /* Fills what no value has: the same in each image, and nothing that a reader may look at. */
  void leaveOut(uint64_t offset, uint64_t bytes);
  /* Frees what the writer itself allocated (not the body, and not the relocations). */
  void dispose();

private:
  struct Deferred {
    const cleave_type *type;
    uint64_t offset, count;
    const char *source;
  };

  bool isSane(bool isTrue);
  uint64_t reserve(uint64_t bytes, uint64_t alignment);
  uint64_t load(uint64_t offset) const;
  void copy(uint64_t offset, const void *source, uint64_t bytes);
  void store(uint64_t offset, uint64_t word);
  void pointer(uint64_t offset, uint64_t slot);
  void defer(const cleave_type &type, uint64_t offset, const char *source, uint64_t count);
  void value(const cleave_type &type, uint64_t offset, const char *source);
  void elements(const cleave_type &type, uint64_t offset, const char *source, uint64_t count);
  uint64_t block(const cleave_type &elem, const char *source, uint64_t count, uint64_t room);
  void fields(const cleave_type &type, uint64_t offset, const char *source);
  void optional(const cleave_type &type, uint64_t offset, const char *source);
  void vector(const cleave_type &type, uint64_t offset, const char *source);
  void bitVector(uint64_t offset, const char *source);
  void string(const cleave_type &type, uint64_t offset, const char *source);
  void borrowed(const cleave_type &elem, uint64_t slotAt, const char *data, uint64_t count);
  void pointee(const cleave_type &elem, uint64_t slotAt, const char *target);
  void variant(const cleave_type &type, uint64_t offset, const char *source);
  void symbol(uint64_t offset, const void *address);
  void polymorphic(const cleave_type &type, uint64_t offset, const char *source);
  void function(const cleave_type &type, uint64_t offset, const char *source);
  void tree(const cleave_type &type, uint64_t offset, const char *source);
  void list(const cleave_type &type, uint64_t offset, const char *source);
  void forwardList(const cleave_type &type, uint64_t offset, const char *source);
  void hashTable(const cleave_type &type, uint64_t offset, const char *source);
  void hashBuckets(uint64_t offset, const char *source, uint64_t nodes, uint64_t nodeBytes);
  void deque(const cleave_type &type, uint64_t offset, const char *source);
  void dequeIterator(uint64_t offset, const char *source, uint64_t map, const char *sourceMap);

  Deferred *deferred = nullptr;
  uint64_t deferredCount = 0, deferredCapacity = 0;
  uint32_t depth = 0;
};

} // namespace cleave
#endif
