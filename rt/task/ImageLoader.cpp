/* ImageLoader.cpp - makes an input image a live value: copy the body, add addresses to the slots. No element is
 * visited and no constructor runs. The copy is what a callee may write to; when no pointer in the image is left to be
 * settled and nobody may write, the object is used where the node mapped it. */
#include "Task.h"

#include "Layout.h"

namespace cleave {

namespace {

bool hasValueParameter(const cleave_kind &kind, uint32_t mask) {
  for (uint32_t i = 0; i != kind.param_count; ++i)
    if ((mask >> i & 1) && kind.params[i].passing == CLEAVE_PARAM_VALUE)
      return true;
  return false;
}

uint64_t externTableBytes(const cleave_image *image) { return alignUp(image->extern_count * 8, 64); }

} // namespace

void relocate(const LoadedImage &loaded, uint8_t *body, Symbols symbols) {
  const cleave_image *image = loaded.image;
  auto *addresses = reinterpret_cast<const uint64_t *>(loaded.body - externTableBytes(image));
  const cleave_reloc *relocs = relocsOf(image);
  uint64_t base = reinterpret_cast<uint64_t>(loaded.body);
  for (uint32_t i = 0; i != image->reloc_count; ++i) {
    uint64_t slot = loadWord(loaded.pristine + relocs[i]), which = slot >> kExternShift;
    if (which == CLEAVE_SLOT_SYMBOL)
      slot = reinterpret_cast<uint64_t>(symbols.behind(slot));
    else
      slot = (slot & kOffsetMask) + (which ? addresses[which - 1] : base);
    memcpy(body + relocs[i], &slot, 8);
  }
}

uint64_t loadBytes(const cleave_image *image, const cleave_kind &kind) {
  if (!image->reloc_count && !hasValueParameter(kind, image->param_mask))
    return 0;
  return externTableBytes(image) + alignUp(image->body_bytes, 64);
}

LoadedImage loadImage(const cleave_image *image, uint8_t *memory, Symbols symbols) {
  auto *pristine = reinterpret_cast<const uint8_t *>(image) + image->body_offset;
  LoadedImage loaded{image, pristine, memory ? memory + externTableBytes(image) : const_cast<uint8_t *>(pristine)};
  auto *addresses = reinterpret_cast<uint64_t *>(memory);
  for (uint32_t i = 0; i != image->extern_count; ++i) {
    const cleave_extern &object = externsOf(image)[i];
    cleave_view view;
    if (node->open(&object.name, object.how, &view) != CLEAVE_OK || view.size_bytes < object.bytes)
      panic("an input object is not there");
    if (addresses)
      addresses[i] = reinterpret_cast<uint64_t>(view.address);
  }
  if (!memory)
    return loaded;
  memcpy(loaded.body, pristine, image->body_bytes);
  relocate(loaded, loaded.body, symbols);
  return loaded;
}

} // namespace cleave
