/* Check.cpp - a task's part in mode check (rt/root/Check.h): it runs in memory that is filled with a byte of the
 * checker's choice, and when its work is done it looks at what it had no leave to write.
 *
 *     heap      filled when it is granted, and again when a block is freed    what was never written shows
 *     stack     filled below each item's call                                 so does what the last item left there
 *     inputs    those that are only read must be as they were loaded
 *     globals   the program's variables that code could write to; the compiler put them into one section
 *               (linker/Optimise.cpp). A task starts with them as the binary has them and must end so.
 *
 * A task that wrote gives up: its results are no use, and the program says where it was. */
#include "Task.h"

#include "cleave/program.h"

/* The linker's own names: they are there because the section is, in each task. */
extern "C" uint8_t __start_cleave_globals[], __stop_cleave_globals[];
[[gnu::section("cleave_globals"), gnu::used, gnu::retain]] static uint8_t oneOfOurs = 1;

namespace cleave {

namespace {

constexpr uint64_t kStackBytes = 128 << 10;
uint8_t stackFilling;
uint8_t *globalsBefore;

uint64_t globalBytes() { return static_cast<uint64_t>(__stop_cleave_globals - __start_cleave_globals); }

bool isSame(const uint8_t *one, const uint8_t *other, uint64_t bytes) {
  for (uint64_t i = 0; i != bytes; ++i)
    if (one[i] != other[i])
      return false;
  return true;
}

/* Are the parameters that the callee may only read as they were loaded? Where it may write to others, what these own is
 * not told apart from what those do: only their own bytes are looked at then. */
bool isUnwritten(const LoadedImage &loaded, const TupleLayout &layout) {
  const cleave_kind &kind = cleave_task_kind;
  const cleave_image *image = loaded.image;
  if (loaded.body == loaded.pristine) /* in place, where it cannot be written */
    return true;
  auto *fresh = static_cast<uint8_t *>(malloc(image->body_bytes + 1));
  if (!fresh)
    return true;
  memcpy(fresh, loaded.pristine, image->body_bytes);
  relocate(loaded, fresh, symbolsOf(kind));
  uint32_t values = 0;
  for (uint32_t i = 0; i != kind.param_count; ++i)
    values |= uint32_t{kind.params[i].passing == CLEAVE_PARAM_VALUE} << i;
  if (!(values & image->param_mask))
    return isSame(fresh, loaded.body, image->body_bytes);
  for (uint64_t i = 0; i != image->count; ++i)
    for (uint32_t mask = image->param_mask & ~values; mask; mask &= mask - 1) {
      unsigned number = static_cast<unsigned>(__builtin_ctz(mask));
      uint64_t at = i * layout.stride + layout.offsets[number];
      if (!isSame(fresh + at, loaded.body + at, kind.params[number].type->size_bytes))
        return false;
    }
  return true;
}

} // namespace

void beginCheck(uint32_t check) {
  stackFilling = check & CLEAVE_CHECK_FILL;
  heapFilling = stackFilling;
}

/* Not inlined: the bytes are those below the frame of whoever calls this, and then the work. */
[[gnu::noinline]] void fillStack() {
  if (!globalsBefore) {
    globalsBefore = static_cast<uint8_t *>(malloc(globalBytes()));
    if (globalsBefore)
      memcpy(globalsBefore, __start_cleave_globals, globalBytes());
  }
  uint8_t room[kStackBytes];
  memset(room, stackFilling, sizeof room);
  asm volatile("" : : "r"(room) : "memory"); /* somebody may read it */
}

void endCheck(const LoadedImage &shared, const TupleLayout &sharedLayout, const LoadedImage &items,
              const TupleLayout &itemLayout) {
  if (globalsBefore && !isSame(globalsBefore, __start_cleave_globals, globalBytes()))
    panic("wrote to a variable of the program that is not its own");
  if (!isUnwritten(shared, sharedLayout) || !isUnwritten(items, itemLayout))
    panic("wrote to an input that it may only read");
}

} // namespace cleave
