// dynamic-test.cpp - values that say only themselves what they are: variants, objects behind a pointer to a base,
// std::function. Real ones, through an image and back (RoundTrip.h), and with every byte of their images changed: what
// the reader makes of those may be another value, but its virtual table and its code are always the program's own.
#include "DynamicTypes.h"
#include "RoundTrip.h"

namespace {

auto nothing = [](auto &) {};

void variants() {
  using Choice = std::variant<int, std::string, std::vector<std::string>, std::monostate, double>;
  auto turn = [](Choice &to) { to = "another text that is rather too long for the object"; };
  for (const Choice &choice : {Choice(7), Choice("short"), Choice(kLong), Choice(std::vector<std::string>{"a", kLong}),
                               Choice(std::monostate()), Choice(2.5)})
    roundTrip("variant", choice, turn);
  std::vector<std::variant<char, double>> mixed{'c', 1.5, 'd'};
  roundTrip("vector of variants", mixed, [](auto &to) { to.push_back(3.5); });
  forged(Choice(std::vector<std::string>{"a", kLong}));
  forged(mixed);
  // An index of all ones. (libstdc++ never lets a variant of std classes alone become so.)
  using Fragile = std::variant<int, Looks>;
  unsigned char bytes[sizeof(Fragile)] = {};
  bytes[describe<Fragile>().count] = 0xff;
  Image image = encode(describe<Fragile>(), bytes, false, 0xaa);
  Built<Fragile> built;
  ImageReader reader(image.body(), image.header()->body_bytes, {});
  expect(reader.read(describe<Fragile>(), 0, built.storage) == ReadError::None && built.value().valueless_by_exception(),
         "valueless", "not kept");
}

void objects() {
  auto family = std::make_unique<Group>();
  family->name = kLong;
  family->parts.push_back(std::make_unique<Circle>(2));
  family->parts.push_back(std::make_unique<Group>());
  family->parts.push_back(nullptr);
  family->parts.pop_back();
  roundTrip("no object", Owner(), nothing);
  roundTrip("object", Owner(std::make_unique<Circle>(3)), nothing);
  Owner nested(std::move(family));
  roundTrip("object with its base inside", nested, [](Owner &to) { to.shape = std::make_unique<Circle>(4); });
  roundTrip("vector of objects", std::vector<Owner>{nested, Owner(), nested}, [](auto &to) { to.pop_back(); });
  forged(nested);

  ImageWriter writer;
  std::vector<uint8_t> memory(4096);
  std::vector<const void *> symbols = symbolsIn(describe<Owner>());
  writer.symbols = {symbols.data(), static_cast<uint32_t>(symbols.size())};
  writer.body = memory.data();
  writer.capacity = memory.size();
  writer.beginTuples(16);
  Owner stranger(std::make_unique<Stranger>());
  writer.write(describe<Owner>(), 0, &stranger);
  expect(writer.overflowed, "stranger", "an object of a class that is not listed was written");
  std::free(writer.relocs);

  // No address of the program's is in an image.
  Image image = encode(describe<Owner>(), &nested, false, 0);
  for (uint64_t at = 0; at + 8 <= image.header()->body_bytes; at += 8)
    for (const void *symbol : symbols)
      expect(std::memcmp(image.body() + at, &symbol, 8) != 0, "object", "an address is in the image");
}

void functions() {
  roundTrip("no function", Call(), nothing);
  roundTrip("function in place", Call{Adds{5}}, [](Call &to) { to.function = Adds{6}; });
  roundTrip("function with memory", Call{Looks{kLong, {1, 2, 3}}}, [](Call &to) { to.function = Adds{6}; });
  forged(Call{Adds{5}});
  forged(Call{Looks{kLong, {1, 2, 3}}});
  ImageWriter writer;
  std::vector<uint8_t> memory(4096);
  writer.body = memory.data();
  writer.capacity = memory.size();
  writer.beginTuples(32);
  Call unknown{Unknown()};
  writer.write(describe<Call>(), 0, &unknown);
  expect(writer.overflowed, "unknown function", "was written");
}

// What a borrowed parameter may be: an object in place of its base, and records that refer to others.
void borrowedObjects() {
  cleave_type inPlace = describe<Shape>();
  cleave_field only{0, &describe<Circle>()};
  inPlace.fields = &only;
  inPlace.field_count = 1;
  inPlace.size_bytes = sizeof(Circle);
  Circle one(8);
  const Shape &shape = one;
  Image image = encode(inPlace, &shape, false, 0xaa);
  std::vector<const void *> list = symbolsIn(inPlace);
  Symbols symbols{list.data(), static_cast<uint32_t>(list.size())};
  auto load = [&](const Image &from, const cleave_type &type) {
    cleave_param parameter{&type, CLEAVE_PARAM_BORROWED, 0};
    cleave_kind kind{};
    kind.param_count = 1;
    kind.params = &parameter;
    std::unique_ptr<uint8_t, Freer> memory(
        static_cast<uint8_t *>(std::aligned_alloc(64, alignUp(loadBytes(from.header(), kind), 64))));
    uint8_t *body = loadImage(from.header(), memory.get(), symbols).body;
    return std::pair(std::move(memory), body);
  };
  auto [memory, body] = load(image, inPlace);
  expect(reinterpret_cast<const Shape *>(body)->isSame(one), "object in place", "loaded value differs");

  struct Refers {
    const std::vector<std::string> &texts;
    int number;
  };
  std::vector<std::string> texts{"a", kLong};
  cleave_type reference{CLEAVE_T_REFERENCE, 0, 8, 8, 0, &describe<std::vector<std::string>>(), nullptr, nullptr};
  cleave_field fields[] = {{0, &reference}, {8, &describe<int>()}};
  cleave_type record{CLEAVE_T_RECORD, 2, 16, 8, 0, nullptr, fields, nullptr};
  Refers refers{texts, 3};
  Image referring = encode(record, &refers, false, 0xaa);
  auto [itsMemory, itsBody] = load(referring, record);
  auto &seen = *reinterpret_cast<const Refers *>(itsBody);
  expect(seen.texts == texts && seen.number == 3 && &seen.texts != &texts, "reference", "loaded value differs");
  ImageReader reader(referring.body(), referring.header()->body_bytes, {});
  unsigned char built[16];
  expect(reader.read(record, 0, built) == ReadError::Malformed, "reference", "a result may not refer to others");
}

} // namespace

int main() {
  variants();
  objects();
  functions();
  borrowedObjects();
  std::printf(failures ? "%d failures\n" : "all values hold\n", failures);
  return failures != 0;
}
