/* ImageReader.h - builds a live value from a task's output image, with blocks that the program's own destructors may
 * delete one by one.
 *
 * A task loads an image by adding an address to each slot; the program cannot, because its vectors and strings will
 * be deleted separately. So the reader walks the image with the descriptor and gives each block an operator new of its
 * own: same capacity, same shape of trees, same bucket order.
 *
 * The image was written by a jailed process that may be hostile. Every offset is checked against the body, links of
 * trees are checked to be a tree, and each block needs 16 bytes of body, which bounds what a forged cycle can make us
 * allocate. A value that cannot be built is told, never guessed; what was built until then is leaked, because either
 * the run ends or memory is gone.
 */
#ifndef CLEAVE_ROOT_IMAGEREADER_H
#define CLEAVE_ROOT_IMAGEREADER_H

#include "../task/Layout.h"

namespace cleave {

enum class ReadError : uint32_t { None, Malformed, NoMemory };

class ImageReader {
public:
  ImageReader(const uint8_t *body, uint64_t bytes, Symbols symbols)
      : body(body), bytes(bytes), blocksLeft(bytes / kBlockAlign + 1), symbols(symbols) {}

  /* Constructs at `destination` the value at a body offset. The error is sticky. */
  ReadError read(const cleave_type &type, uint64_t offset, void *destination);

private:
  struct Deferred {
    const cleave_type *type;
    uint64_t offset, count;
    char *destination;
  };

  bool fail(ReadError why);
  bool holds(uint64_t offset, uint64_t size) { return offset <= bytes && size <= bytes - offset; }
  bool check(bool isSound) { return isSound || fail(ReadError::Malformed); }
  uint64_t word(uint64_t offset);
  char *allocate(uint64_t size, uint64_t alignment);
  bool value(const cleave_type &type, uint64_t offset, char *to);
  bool elements(const cleave_type &type, uint64_t offset, char *to, uint64_t count);
  bool vector(const cleave_type &type, uint64_t offset, char *to);
  bool bitVector(uint64_t offset, char *to);
  bool string(const cleave_type &type, uint64_t offset, char *to);
  bool slice(const cleave_type &type, uint64_t offset, char *to);
  bool updateAll(const cleave_type &type, uint64_t offset, char *to, uint64_t count);
  bool update(const cleave_type &type, uint64_t offset, char *to);
  bool unique(const cleave_type &type, uint64_t offset, char *to);
  bool pointee(const cleave_type &type, uint64_t target, char *to);
  bool variant(const cleave_type &type, uint64_t offset, char *to);
  bool symbol(const cleave_type &type, uint64_t offset, char *to);
  bool function(const cleave_type &type, uint64_t offset, char *to);
  bool list(const cleave_type &type, uint64_t offset, char *to);
  bool forwardList(const cleave_type &type, uint64_t offset, char *to);
  bool tree(const cleave_type &type, uint64_t offset, char *to);
  bool hashTable(const cleave_type &type, uint64_t offset, char *to);
  bool deque(const cleave_type &type, uint64_t offset, char *to);

  const uint8_t *body;
  uint64_t bytes;
  uint64_t blocksLeft;
  Symbols symbols; /* the kind's: what the program itself has there, never what the image says */
  ReadError error = ReadError::None;
  uint32_t depth = 0;
  Deferred *deferred = nullptr;
  uint64_t deferredCount = 0, deferredCapacity = 0;
};

} // namespace cleave
#endif
