/* Compare.h - are two values of one type equal? For the checker, which holds what a task made against what the program
 * made (docs/checking.md).
 *
 * A value lies in memory, or in an output image: the layout is the same (image.h), only what leads from one part to the
 * next differs, an address or an offset. So there is one walk over two sides, and a side knows how to follow.
 *
 * Equal means what a program can see: elements, in their order. Not compared are padding, capacities, where blocks lie,
 * the shape of a tree, and the order in which an unordered container holds its elements.
 */
#ifndef CLEAVE_ROOT_COMPARE_H
#define CLEAVE_ROOT_COMPARE_H

#include "../task/Layout.h"

namespace cleave {

/* Where the words of a value lead. */
struct CompareSide {
  const char *body; /* of the image; null: live memory */
  uint64_t bytes;
  Symbols symbols;

  /* Null: a null pointer, or one that leads out of the image. */
  const char *follow(uint64_t word) const { return body ? word && word < bytes ? body + word : nullptr : pointerOf(word); }
  const void *symbol(uint64_t word) const { return body ? symbols.behind(word) : pointerOf(word); }
  bool holds(const char *from, uint64_t size) const {
    return !body || (from >= body && size <= bytes && static_cast<uint64_t>(from - body) <= bytes - size);
  }

private:
  static const char *pointerOf(uint64_t word) { return reinterpret_cast<const char *>(word); }
};

class Comparison {
public:
  Comparison(CompareSide left, CompareSide right) : sides{left, right} {}

  /* Bytes that are `left` on the left side and `right` on the right were never written: the filling of two runs. */
  void ignoreFill(uint8_t left, uint8_t right) {
    fill[0] = left;
    fill[1] = right;
    ignores = Ignores::Both;
  }
  /* Bytes that are `left` on the left side were never written there. */
  void ignoreFill(uint8_t left) {
    fill[0] = left;
    ignores = Ignores::Left;
  }

  bool isEqual(const cleave_type &type, const char *left, const char *right);

  /* Whether something was ignored. */
  bool hasIgnored() const { return ignored; }
  /* Where they differ, from the inside out: "byte 4 of element 17 of field at 8". */
  const char *place() const { return text; }

private:
  using Pair = const char *const (&)[2];
  enum class Ignores : uint8_t { Nothing, Left, Both };

  bool value(const cleave_type &type, Pair at);
  bool elements(const cleave_type &type, Pair at, uint64_t count);
  bool fields(const cleave_type &type, Pair at);
  bool bytesAgree(Pair at, uint64_t count);
  bool vector(const cleave_type &type, Pair at);
  bool bitVector(Pair at);
  bool string(const cleave_type &type, Pair at);
  bool slice(const cleave_type &type, Pair at);
  bool variant(const cleave_type &type, Pair at);
  bool pointee(const cleave_type &type, uint64_t left, uint64_t right);
  bool polymorphic(const cleave_type &type, Pair at);
  bool function(const cleave_type &type, Pair at);
  bool list(const cleave_type &type, Pair at);
  bool forwardList(const cleave_type &type, Pair at);
  bool tree(const cleave_type &type, Pair at);
  bool hashTable(const cleave_type &type, Pair at);
  bool unordered(const cleave_type &type, const char *left, const char *right, uint64_t count);
  bool deque(const cleave_type &type, Pair at);
  bool agree(uint64_t left, uint64_t right, const char *what);
  /* Says no, and why; `inside` adds to what an inner part said. */
  bool differ(const char *what);
  bool inside(const char *what, uint64_t number);
  void append(const char *what);
  void append(uint64_t number);

  CompareSide sides[2];
  uint8_t fill[2] = {};
  Ignores ignores = Ignores::Nothing;
  bool ignored = false;
  bool isBitwise = false; /* bit-fields: some bits of a byte may have been written, and others not */
  uint32_t depth = 0;
  uint32_t length = 0;
  char text[160] = {};
};

} // namespace cleave
#endif
