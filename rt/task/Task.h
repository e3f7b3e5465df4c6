/* Task.h - what the files of the task runtime share: the node's table, the heap, and the ways to end. */
#ifndef CLEAVE_TASK_TASK_H
#define CLEAVE_TASK_TASK_H

#include "Layout.h"
#include "Memory.h"

namespace cleave {

extern const cleave_node *node;

/* Ends the task as one that threw: the program does the work again, in place and in program order. */
[[noreturn]] void endThrown();

/* First call of the heap: asks the node for `frontBytes` that are not part of the heap (the loaded images: deleting
 * a block in there does nothing) and a first chunk behind them. Null: the quota is spent. */
void *startHeap(uint64_t frontBytes);

/* Mode check (Check.cpp): what the heap is filled with, where nothing was written. 0: as it comes. */
extern uint8_t heapFilling;

/* One image, as the work sees it. */
struct LoadedImage {
  const cleave_image *image;
  const uint8_t *pristine; /* the body as it came */
  uint8_t *body;           /* relocated; the same as pristine where nothing needs to change */
};

/* Bytes that loadImage needs at its `memory`, for the copy of the body and the externs' addresses. 0: use in place. */
uint64_t loadBytes(const cleave_image *image, const cleave_kind &kind);
LoadedImage loadImage(const cleave_image *image, uint8_t *memory, Symbols symbols);
/* The last step of that, on a copy of the body at `body` that is to become what loaded.body is. */
void relocate(const LoadedImage &loaded, uint8_t *body, Symbols symbols);

/* Random.cpp, which only tasks have that draw: what is drawn from now on is item `item`'s. */
[[gnu::weak]] void beginDraws(const cleave_image *items, uint64_t item);

/* Environment.cpp, which only tasks have that read it. */
[[gnu::weak]] void beginEnvironment(const cleave_image *items);

/* Mode check. Before the heap starts; before each item; when all is done: ends the task if it wrote what it may not. */
void beginCheck(uint32_t check);
void fillStack();
void endCheck(const LoadedImage &shared, const TupleLayout &sharedLayout, const LoadedImage &items,
              const TupleLayout &itemLayout);

} // namespace cleave
#endif
