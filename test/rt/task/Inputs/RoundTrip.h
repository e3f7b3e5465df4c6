// RoundTrip.h - a real value through an image and back, and the reader on images with every byte changed in turn.
//
// For each value: measure and write must agree; the loaded image must compare equal (as a task sees its inputs); the
// value that the reader builds must compare equal, to the checker (Compare.h) as to the program, must survive being changed and destroyed (under ASan: each block
// is deleted once, with its own size), and must give the very same image again, which compares capacities, shapes,
// bucket order and padding at once.
//
// One tool includes this in one file: it brings what the image code needs from around it.
#ifndef CLEAVE_TEST_ROUNDTRIP_H
#define CLEAVE_TEST_ROUNDTRIP_H

#include "Describe.h"

#include "rt/root/Compare.h"
#include "rt/root/ImageReader.h"
#include "rt/task/ImageWriter.h"
#include "rt/task/Task.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace cleave {
void panic(const char *why) {
  std::fprintf(stderr, "panic: %s\n", why);
  std::abort();
}
const cleave_node *node;
} // namespace cleave

using namespace cleave;

inline int failures;
inline void expect(bool isTrue, const char *name, const char *what) {
  if (isTrue)
    return;
  ++failures;
  std::printf("FAIL %s: %s\n", name, what);
}

struct Freer {
  void operator()(void *block) const { std::free(block); }
};
struct Image {
  std::unique_ptr<uint8_t, Freer> bytes;
  uint64_t size = 0;
  const cleave_image *header() const { return reinterpret_cast<const cleave_image *>(bytes.get()); }
  const uint8_t *body() const { return bytes.get() + kBodyOffset; }
  bool operator==(const Image &other) const {
    return size == other.size && !std::memcmp(bytes.get(), other.bytes.get(), size);
  }
};

// Filled with rubbish first: what is not written shows.
inline Image encode(const cleave_type &type, const void *value, bool hasRoom, uint8_t rubbish) {
  uint64_t stride = alignUp(type.size_bytes, 16);
  std::vector<const void *> list = symbolsIn(type);
  auto walk = [&](ImageWriter &writer) {
    writer.symbols = {list.data(), static_cast<uint32_t>(list.size())};
    writer.hasRoomToGrow = hasRoom;
    writer.beginTuples(stride);
    writer.write(type, 0, value);
    writer.zero(type.size_bytes, stride - type.size_bytes);
  };
  ImageWriter measure;
  walk(measure);
  Image image;
  image.size = imageBytes(measure.used, 0, measure.relocCount);
  image.bytes.reset(static_cast<uint8_t *>(std::aligned_alloc(64, alignUp(image.size, 64))));
  std::memset(image.bytes.get(), rubbish, image.size);
  ImageWriter writer;
  writer.body = image.bytes.get() + kBodyOffset;
  writer.capacity = measure.used;
  writer.relocCapacity = measure.relocCount;
  writer.relocs = reinterpret_cast<cleave_reloc *>(writer.body + alignUp(measure.used, 16));
  walk(writer);
  if (writer.overflowed || writer.used != measure.used || writer.relocCount != measure.relocCount)
    std::printf("FAIL: measured %lu/%lu, wrote %lu/%lu\n", measure.used, measure.relocCount, writer.used,
                writer.relocCount),
        ++failures;
  std::memset(writer.body + writer.used, 0, alignUp(writer.used, 16) - writer.used);
  writer.writeHeader(reinterpret_cast<cleave_image *>(image.bytes.get()), 1, 1, stride, 0);
  writer.dispose();
  measure.dispose();
  return image;
}

template <class T> struct Built {
  alignas(T) unsigned char storage[sizeof(T)];
  T &value() { return *reinterpret_cast<T *>(storage); }
};

template <class T, class Change> void roundTrip(const char *name, const T &original, Change change) {
  const cleave_type &type = describe<T>();
  Image image = encode(type, &original, false, 0xaa);
  std::vector<const void *> list = symbolsIn(type);

  cleave_param parameter{&type, CLEAVE_PARAM_VALUE, 0};
  cleave_kind kind{};
  kind.param_count = 1;
  kind.params = &parameter;
  kind.symbols = list.data();
  kind.symbol_count = static_cast<uint32_t>(list.size());
  uint64_t bytes = loadBytes(image.header(), kind);
  std::unique_ptr<uint8_t, Freer> memory(static_cast<uint8_t *>(std::aligned_alloc(64, alignUp(bytes, 64))));
  LoadedImage loaded = loadImage(image.header(), memory.get(), symbolsOf(kind));
  expect(*reinterpret_cast<const T *>(loaded.body) == original, name, "loaded value differs");

  Built<T> built;
  ImageReader reader(image.body(), image.header()->body_bytes, symbolsOf(kind));
  ReadError error = reader.read(type, 0, built.storage);
  expect(error == ReadError::None, name, "not read");
  if (error != ReadError::None)
    return;
  expect(built.value() == original, name, "read value differs");
  expect(encode(type, built.storage, false, 0x55) == image, name, "image of the read value differs");
  expect(encode(type, built.storage, true, 0x55) == encode(type, &original, true, 0xaa), name, "room differs");
  CompareSide live{}, flat{reinterpret_cast<const char *>(image.body()), image.header()->body_bytes, symbolsOf(kind)};
  auto *there = reinterpret_cast<const char *>(&original), *here = reinterpret_cast<const char *>(built.storage);
  expect(Comparison(flat, live).isEqual(type, flat.body, there), name, "the checker sees a difference in the image");
  expect(Comparison(live, live).isEqual(type, there, here), name, "the checker sees a difference in the read value");
  T copy = original;
  change(copy);
  auto *changed = reinterpret_cast<const char *>(&copy);
  expect(Comparison(flat, live).isEqual(type, flat.body, changed) == (copy == original), name,
         "the checker does not see a change");
  expect(Comparison(live, flat).isEqual(type, changed, flat.body) == (copy == original), name,
         "the checker does not see a change from the other side");
  change(built.value());
  expect(built.value() == copy, name, "differs after the same change");
  built.value().~T();
}

// Every single flipped byte of an image must end in a value or an error, never outside the body (ASan watches).
template <class T> void forged(const T &original) {
  const cleave_type &type = describe<T>();
  Image image = encode(type, &original, false, 0);
  std::vector<const void *> list = symbolsIn(type);
  for (uint64_t at = 0; at < image.header()->body_bytes; ++at)
    for (uint8_t flip : {0x01, 0x10, 0x80, 0xff}) {
      uint8_t &byte = image.bytes.get()[kBodyOffset + at];
      byte ^= flip;
      Built<T> built;
      ImageReader reader(image.body(), image.header()->body_bytes, {list.data(), uint32_t(list.size())});
      if (reader.read(type, 0, built.storage) == ReadError::None)
        built.value().~T();
      byte ^= flip;
    }
}

#endif
