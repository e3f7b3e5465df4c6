/* ImageWriterDynamic.cpp - the walk over values that say only themselves what they are: a variant by its index, an object
 * of a class with virtual functions by its pointer to the virtual table, a std::function by its manager.
 *
 *     struct Shape { virtual double area() const = 0; };      unique_ptr<Shape> ---> { vptr, radius }
 *     struct Circle : Shape { double radius; };                                      { vptr, side, name }
 *     struct Square : Shape { double side; std::string name; };
 *
 * The descriptor lists all that the program has (the compiler knows: it has the whole program), and the address that
 * tells one from another. An address means nothing elsewhere, so the image names it by its index among the kind's
 * symbols, as a relocation like any other. A value that is none of those listed was made by code that the compiler did
 * not see: it counts as one that does not fit, and the work is done where it is. */
#include "ImageWriter.h"

#include "Memory.h"

namespace cleave {

/* An index of all ones, in its own width, says that an assignment threw. */
void ImageWriter::variant(const cleave_type &type, uint64_t offset, const char *source) {
  uint64_t width = type.elem->size_bytes, index = 0, valueless = (uint64_t{1} << width * 8) - 1;
  memcpy(&index, source + type.count, width);
  zero(offset, type.size_bytes);
  if (index != valueless) {
    if (!isSane(index < type.field_count))
      return;
    value(*type.fields[index].type, offset, source);
  }
  copy(offset + type.count, &index, width);
}

void ImageWriter::symbol(uint64_t offset, const void *address) {
  uint32_t index = symbols.indexOf(address);
  if (index == Symbols::kNone)
    panic("image: a type refers to what its kind does not list");
  pointer(offset, symbolSlot(index));
}

/* Which of the classes the object behind `source` belongs to, or null. */
static const cleave_field *dynamicClass(const cleave_type &type, const char *source) {
  const void *table = loadPointer(source);
  for (uint32_t i = 0; i != type.field_count; ++i)
    if (type.symbols[i] == table)
      return &type.fields[i];
  return nullptr;
}

/* In place, where the largest of the classes would fit. */
void ImageWriter::polymorphic(const cleave_type &type, uint64_t offset, const char *source) {
  zero(offset, type.size_bytes);
  const cleave_field *found = dynamicClass(type, source);
  if (isSane(found && found->offset == 0))
    value(*found->type, offset, source);
}

/* The one object behind a pointer at slotAt: owned alone, or borrowed. */
void ImageWriter::pointee(const cleave_type &elem, uint64_t slotAt, const char *target) {
  if (!target)
    return store(slotAt, 0);
  const cleave_type *whole = &elem;
  uint64_t inside = 0, slot = 0;
  if (elem.kind == CLEAVE_T_POLYMORPHIC) {
    const cleave_field *found = dynamicClass(elem, target);
    if (!isSane(found))
      return;
    whole = found->type;
    inside = found->offset;
  }
  uint64_t bytes = whole->size_bytes;
  if (externs && bytes >= CLEAVE_EXTERN_MIN && isTrivial(*whole) && externs->refer(target, bytes, bytes, slot))
    return pointer(slotAt, slot);
  /* The slot first: the target's own slots then follow it, whether it is walked now or later. */
  slot = reserve(bytes, whole->align_bytes);
  pointer(slotAt, slot + inside);
  elements(*whole, slot, target - inside, 1);
}

void ImageWriter::function(const cleave_type &type, uint64_t offset, const char *source) {
  const void *manager = loadPointer(source + at::kFunctionManager), *invoker = loadPointer(source + at::kFunctionInvoker);
  zero(offset, type.size_bytes);
  if (!manager)
    return;
  uint32_t which = 0;
  while (which != type.field_count && !(type.symbols[2 * which] == manager && type.symbols[2 * which + 1] == invoker))
    ++which;
  if (!isSane(which != type.field_count))
    return;
  const cleave_field &held = type.fields[which];
  if (held.offset)
    value(*held.type, offset, source);
  else
    pointee(*held.type, offset, loadPointer(source));
  symbol(offset + at::kFunctionManager, manager);
  symbol(offset + at::kFunctionInvoker, invoker);
}

} // namespace cleave
