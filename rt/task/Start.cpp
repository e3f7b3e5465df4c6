/* Start.cpp - a task from entry to finish: open the two inputs, do the work for each item, lay the results out, end.
 *
 *     input 0 (SHARED, one tuple)  --+
 *                                    +--> args[] --> cleave_task_call --> result i      for each item i
 *     input 1 (ITEMS, n tuples)    --+
 *     output 0: an image with n tuples of one result each
 *
 * The results are measured first and written once, straight into the buffer that becomes the object: a buffer is
 * granted with its size, and the second walk finds everything in the cache. Growing a buffer instead would copy large
 * results twice. */
#include "ImageWriter.h"
#include "Layout.h"
#include "Task.h"

#include "cleave/program.h"

namespace cleave {

const cleave_node *node;

void endThrown() {
  node->finish(CLEAVE_THROWN, nullptr, 0);
  __builtin_unreachable();
}

void panic(const char *why) {
  uint64_t length = 0;
  while (why[length])
    ++length;
  node->log(why, length);
  node->finish(CLEAVE_PANIC, nullptr, 0);
  __builtin_unreachable();
}

namespace {

const cleave_image *openInput(const cleave_name &name) {
  cleave_view view;
  if (node->open(&name, CLEAVE_OPEN_RELAXED, &view) != CLEAVE_OK)
    panic("an input is not there");
  auto *image = static_cast<const cleave_image *>(view.address);
  if (view.size_bytes < kBodyOffset || image->magic != CLEAVE_IMAGE_MAGIC)
    panic("an input is not an image");
  return image;
}

void setArguments(void **args, const LoadedImage &loaded, const TupleLayout &layout, uint64_t index) {
  for (uint32_t mask = loaded.image->param_mask; mask; mask &= mask - 1) {
    unsigned i = static_cast<unsigned>(__builtin_ctz(mask));
    args[i] = loaded.body + index * layout.stride + layout.offsets[i];
  }
}

/* What a callee may have done to a by-value parameter that all items share is undone before the next item. It owns no
 * blocks: the program shares only those that do not. */
void renew(const LoadedImage &shared, const TupleLayout &layout) {
  const cleave_kind &kind = cleave_task_kind;
  for (uint32_t mask = shared.image->param_mask; mask; mask &= mask - 1) {
    unsigned i = static_cast<unsigned>(__builtin_ctz(mask));
    if (kind.params[i].passing == CLEAVE_PARAM_VALUE)
      memcpy(shared.body + layout.offsets[i], shared.pristine + layout.offsets[i], kind.params[i].type->size_bytes);
  }
}

uint8_t *callAll(const LoadedImage &shared, const LoadedImage &items) {
  const uint32_t check = items.image->check;
  const cleave_kind &kind = cleave_task_kind;
  TupleLayout sharedLayout = tupleLayout(kind, shared.image->param_mask);
  TupleLayout itemLayout = tupleLayout(kind, items.image->param_mask);
  uint64_t count = items.image->count, stride = resultStride(kind);
  /* Results keep a cache line's alignment, which is all that a portable type may ask for. */
  auto *raw = static_cast<uint8_t *>(malloc(count * stride + 64));
  if (!raw)
    endThrown();
  auto *results = reinterpret_cast<uint8_t *>(alignUp(reinterpret_cast<uint64_t>(raw), 64));
  void *args[32];
  setArguments(args, shared, sharedLayout, 0);
  if (beginEnvironment)
    beginEnvironment(items.image);
  for (uint64_t n = 0; n != count; ++n) {
    uint64_t i = check & CLEAVE_CHECK_REVERSED ? count - 1 - n : n;
    if (n)
      renew(shared, sharedLayout);
    setArguments(args, items, itemLayout, i);
    if (check)
      fillStack();
    if (beginDraws)
      beginDraws(items.image, i);
    cleave_task_call(args, results + i * stride);
  }
  if (check)
    endCheck(shared, sharedLayout, items, itemLayout);
  return results;
}

void layOut(ImageWriter &writer, const uint8_t *results, uint64_t count) {
  const cleave_kind &kind = cleave_task_kind;
  uint64_t stride = resultStride(kind);
  writer.beginTuples(count * stride);
  if (!kind.result || (!writer.body && isTrivial(*kind.result)))
    return;
  for (uint64_t i = 0; i != count; ++i) {
    writer.write(*kind.result, i * stride, results + i * stride);
    writer.zero(i * stride + kind.result->size_bytes, stride - kind.result->size_bytes);
  }
}

cleave_name commitResults(const uint8_t *results, uint64_t count) {
  ImageWriter measure;
  measure.symbols = symbolsOf(cleave_task_kind);
  layOut(measure, results, count);
  uint64_t bytes = imageBytes(measure.used, 0, measure.relocCount);
  cleave_buffer buffer;
  if (node->request(bytes, CLEAVE_BUFFER_OUTPUT, &buffer) != CLEAVE_OK)
    endThrown(); /* too large to hand over, not wrong: the program makes them in place */
  auto *image = static_cast<cleave_image *>(buffer.address);
  ImageWriter writer;
  writer.symbols = measure.symbols;
  writer.body = static_cast<uint8_t *>(buffer.address) + kBodyOffset;
  writer.capacity = measure.used;
  writer.relocCapacity = measure.relocCount;
  /* No externs lie between the body and the relocations. */
  writer.relocs = reinterpret_cast<cleave_reloc *>(writer.body + alignUp(measure.used, kBlockAlign));
  layOut(writer, results, count);
  if (writer.overflowed || writer.used != measure.used || writer.relocCount != measure.relocCount)
    panic("the results changed while they were laid out");
  writer.writeHeader(image, 0, count, resultStride(cleave_task_kind), 0);
  cleave_name name;
  if (node->commit(&buffer, bytes, &name) != CLEAVE_OK)
    panic("the output could not be committed");
  return name;
}

} // namespace
} // namespace cleave

using namespace cleave;

extern "C" void _start(const cleave_start *start) {
  node = start->node;
  if (node->version != CLEAVE_NODE_VERSION || start->input_count != 2)
    panic("the node speaks another version of the interface");
  const cleave_image *shared = openInput(start->inputs[0]), *items = openInput(start->inputs[1]);
  if (items->check)
    beginCheck(items->check);
  uint64_t sharedBytes = loadBytes(shared, cleave_task_kind), itemsBytes = loadBytes(items, cleave_task_kind);
  auto *memory = static_cast<uint8_t *>(startHeap(sharedBytes + itemsBytes));
  if (!memory)
    endThrown();
  Symbols symbols = symbolsOf(cleave_task_kind);
  LoadedImage loadedShared = loadImage(shared, sharedBytes ? memory : nullptr, symbols);
  LoadedImage loadedItems = loadImage(items, itemsBytes ? memory + sharedBytes : nullptr, symbols);
  cleave_name output = commitResults(callAll(loadedShared, loadedItems), items->count);
  node->finish(CLEAVE_DONE, &output, 1);
  __builtin_unreachable();
}
