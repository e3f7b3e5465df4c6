/* ImageReaderDynamic.cpp - values that say themselves what they are: variants, objects behind a pointer to a base,
 * std::function. What they say comes from a worker that may be hostile, and it decides which destructor will run: so an
 * index is checked against the descriptor's list before it is used, and no address is ever taken from the image. What
 * the program stores is its own symbol, found by the image's index, and only where the descriptor allows it. */
#include "ImageReader.h"

#include "../task/Memory.h"

namespace cleave {

namespace {
void storePointer(char *to, const void *pointer) { memcpy(to, &pointer, sizeof pointer); }
} // namespace

/* The index is read once: the writer may still be there. */
bool ImageReader::variant(const cleave_type &type, uint64_t offset, char *to) {
  uint64_t width = type.elem->size_bytes, index = 0, valueless = (uint64_t{1} << width * 8) - 1;
  memcpy(&index, body + offset + type.count, width);
  memcpy(to + type.count, &index, width);
  if (index == valueless)
    return true;
  return check(index < type.field_count) && value(*type.fields[index].type, offset, to);
}

bool ImageReader::symbol(const cleave_type &type, uint64_t offset, char *to) {
  storePointer(to, type.symbols[0]);
  return check(symbols.behind(word(offset)) == type.symbols[0]);
}

/* Stores at `to` the address of a new object, made from the one at body offset `target`. */
bool ImageReader::pointee(const cleave_type &elem, uint64_t target, char *to) {
  const cleave_type *whole = &elem;
  uint64_t inside = 0;
  if (elem.kind == CLEAVE_T_POLYMORPHIC) {
    const void *table = check(holds(target, 8)) ? symbols.behind(word(target)) : nullptr;
    uint32_t which = 0;
    while (which != elem.field_count && !(table && elem.symbols[which] == table))
      ++which;
    if (!check(which != elem.field_count && target >= elem.fields[which].offset))
      return false;
    whole = elem.fields[which].type;
    inside = elem.fields[which].offset;
  }
  if (!check(holds(target - inside, whole->size_bytes)))
    return false;
  char *block = allocate(whole->size_bytes, whole->align_bytes);
  if (!block)
    return false;
  storePointer(to, block + inside);
  return elements(*whole, target - inside, block, 1);
}

bool ImageReader::function(const cleave_type &type, uint64_t offset, char *to) {
  memset(to, 0, type.size_bytes);
  uint64_t managerSlot = word(offset + at::kFunctionManager);
  if (!managerSlot)
    return true;
  const void *manager = symbols.behind(managerSlot), *invoker = symbols.behind(word(offset + at::kFunctionInvoker));
  uint32_t which = 0;
  while (which != type.field_count &&
         !(manager && type.symbols[2 * which] == manager && type.symbols[2 * which + 1] == invoker))
    ++which;
  if (!check(which != type.field_count))
    return false;
  storePointer(to + at::kFunctionManager, manager);
  storePointer(to + at::kFunctionInvoker, invoker);
  const cleave_field &held = type.fields[which];
  return held.offset ? value(*held.type, offset, to) : pointee(*held.type, word(offset), to);
}

} // namespace cleave
