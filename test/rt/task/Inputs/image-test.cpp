// image-test.cpp - round trips of real containers through an image.
//
// For each value: measure and write must agree; the loaded image must compare equal (as a task sees its inputs); the
// value that the reader builds must compare equal, must survive being changed and destroyed (under ASan: each block
// is deleted once, with its own size), and must give the very same image again, which compares capacities, shapes,
// bucket order and padding at once.
#include "Describe.h"

#include "rt/root/ImageReader.h"
#include "rt/task/ImageWriter.h"
#include "rt/task/Task.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <random>

namespace cleave {
void panic(const char *why) {
  std::fprintf(stderr, "panic: %s\n", why);
  std::abort();
}
const cleave_node *node;
} // namespace cleave

using namespace cleave;

namespace {

int failures;
void expect(bool isTrue, const char *name, const char *what) {
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
Image encode(const cleave_type &type, const void *value, bool hasRoom, uint8_t rubbish) {
  uint64_t stride = alignUp(type.size_bytes, 16);
  auto walk = [&](ImageWriter &writer) {
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

  cleave_param parameter{&type, CLEAVE_PARAM_VALUE, 0};
  cleave_kind kind{};
  kind.param_count = 1;
  kind.params = &parameter;
  uint64_t bytes = loadBytes(image.header(), kind);
  std::unique_ptr<uint8_t, Freer> memory(static_cast<uint8_t *>(std::aligned_alloc(64, alignUp(bytes, 64))));
  LoadedImage loaded = loadImage(image.header(), memory.get());
  expect(*reinterpret_cast<const T *>(loaded.body) == original, name, "loaded value differs");

  Built<T> built;
  ImageReader reader(image.body(), image.header()->body_bytes);
  ReadError error = reader.read(type, 0, built.storage);
  expect(error == ReadError::None, name, "not read");
  if (error != ReadError::None)
    return;
  expect(built.value() == original, name, "read value differs");
  expect(encode(type, built.storage, false, 0x55) == image, name, "image of the read value differs");
  expect(encode(type, built.storage, true, 0x55) == encode(type, &original, true, 0xaa), name, "room differs");
  T copy = original;
  change(copy);
  change(built.value());
  expect(built.value() == copy, name, "differs after the same change");
  built.value().~T();
}

struct Padded {
  char letter;
  double number;
  short small;
  bool operator==(const Padded &) const = default;
};
struct Person {
  std::string name;
  char grade;
  std::vector<int> marks;
  bool operator==(const Person &) const = default;
};
struct Tree { // recursive through unique_ptr and through vector
  int value = 0;
  std::unique_ptr<Tree> next;
  std::vector<Tree> children;
  bool operator==(const Tree &other) const {
    const Tree *a = this, *b = &other;
    for (; a && b; a = a->next.get(), b = b->next.get())
      if (a->value != b->value || a->children != b->children)
        return false;
    return a == b;
  }
  Tree copy() const { return {value, next ? std::make_unique<Tree>(next->copy()) : nullptr, copyAll(children)}; }
  static std::vector<Tree> copyAll(const std::vector<Tree> &from) {
    std::vector<Tree> all;
    for (const Tree &tree : from)
      all.push_back(tree.copy());
    return all;
  }
  Tree() = default;
  Tree(int value, std::unique_ptr<Tree> next, std::vector<Tree> children)
      : value(value), next(std::move(next)), children(std::move(children)) {}
  Tree(const Tree &other) : Tree(other.copy()) {}
  Tree(Tree &&) = default;
  ~Tree() { // not by recursion: a long chain
    while (next)
      next = std::move(next->next);
  }
};
struct alignas(32) Wide {
  double lanes[4];
  bool operator==(const Wide &) const = default;
};

} // namespace

template <> struct Members<Padded> {
  static constexpr bool isTrivial = true;
  static std::vector<cleave_field> fields() {
    return {{offsetof(Padded, letter), &describe<char>()},
            {offsetof(Padded, number), &describe<double>()},
            {offsetof(Padded, small), &describe<short>()}};
  }
};
template <> struct Members<Person> {
  static constexpr bool isTrivial = false;
  static std::vector<cleave_field> fields() {
    return {{offsetof(Person, name), &describe<std::string>()},
            {offsetof(Person, grade), &describe<char>()},
            {offsetof(Person, marks), &describe<std::vector<int>>()}};
  }
};
template <> struct Members<Tree> {
  static constexpr bool isTrivial = false;
  static std::vector<cleave_field> fields() {
    return {{offsetof(Tree, value), &describe<int>()},
            {offsetof(Tree, next), &describe<std::unique_ptr<Tree>>()},
            {offsetof(Tree, children), &describe<std::vector<Tree>>()}};
  }
};
template <> struct Members<Wide> {
  static constexpr bool isTrivial = true;
  static std::vector<cleave_field> fields() { return {{0, &describe<std::array<double, 4>>()}}; }
};

namespace {

auto nothing = [](auto &) {};
auto append = [](auto value) { return [value](auto &to) { to.push_back(value); }; };
const std::string kLong = "a text that does not fit into the object itself";

void scalars() {
  roundTrip("int", 42, [](int &value) { ++value; });
  roundTrip("padded", Padded{'x', 1.5, 7}, nothing);
  roundTrip("array", std::array<Padded, 3>{{{'a', 1, 2}, {'b', 3, 4}, {'c', 5, 6}}}, nothing);
  roundTrip("pair", std::pair<char, std::string>{'c', kLong}, nothing);
  roundTrip("optional, empty", std::optional<std::string>(), [](auto &value) { value = kLong; });
  roundTrip("optional, full", std::optional<std::string>(kLong), [](auto &value) { value.reset(); });
}

void strings() {
  for (size_t length : {0, 1, 15, 16, 100, 300000})
    roundTrip("string", std::string(length, 'q'), [](std::string &text) { text += kLong; });
  std::string roomy = "short";
  roomy.reserve(500);
  roundTrip("string with capacity", roomy, [](std::string &text) { text.append(490, 'x'); });
  for (size_t length : {0, 3, 4, 9})
    roundTrip("u32string", std::u32string(length, U'q'), [](std::u32string &text) { text += U"abcdef"; });
}

void vectors() {
  roundTrip("vector, empty", std::vector<int>(), append(1));
  std::vector<int> roomy;
  roomy.reserve(10);
  roundTrip("vector, reserved", roomy, append(1));
  for (size_t size : {1, 5, 100000})
    roundTrip("vector<double>", std::vector<double>(size, 1.25), append(2.5));
  roundTrip("vector<Padded>", std::vector<Padded>(9, Padded{'p', 2, 3}), append(Padded{}));
  roundTrip("vector<Wide>", std::vector<Wide>(3, Wide{{1, 2, 3, 4}}), append(Wide{}));
  roundTrip("vector<string>", std::vector<std::string>{"", "short", kLong, kLong}, append(kLong));
  std::vector<Person> people{{"A", 'a', {}}, {kLong, 'b', {1, 2, 3}}};
  roundTrip("vector<Person>", people, append(Person{"C", 'c', {4}}));
  roundTrip("nested", std::vector<std::vector<std::vector<int>>>{{}, {{1}, {2, 3}}, {{}}},
            [](auto &value) { value[1][0].push_back(9); });
  for (size_t size : {0, 1, 63, 64, 65, 1000}) {
    std::vector<bool> bits(size);
    for (size_t i = 0; i < size; i += 3)
      bits[i] = true;
    roundTrip("vector<bool>", bits, append(true));
  }
}

template <class Map> void maps(const char *name, auto key) {
  std::mt19937 random(1);
  for (size_t size : {0, 1, 2, 3, 10, 1000}) {
    Map map;
    for (size_t i = 0; i < size; ++i)
      map.insert(key(random()));
    for (size_t i = map.size() / 3; i; --i)
      map.erase(map.begin());
    roundTrip(name, map, [&](Map &to) {
      for (unsigned i = 0; i < 20; ++i)
        to.insert(key(i * 7919));
      to.erase(to.begin());
    });
  }
}

void nodes() {
  auto number = [](unsigned n) { return n % 5000; };
  auto text = [](unsigned n) { return std::to_string(n) + (n % 2 ? kLong : ""); };
  maps<std::set<unsigned>>("set", number);
  maps<std::multiset<unsigned>>("multiset", [](unsigned n) { return n % 10; });
  maps<std::map<std::string, long>>("map", [&](unsigned n) { return std::pair(text(n), long(n)); });
  maps<std::map<int, std::map<int, std::string>>>(
      "map of maps", [&](unsigned n) { return std::pair(int(n), std::map<int, std::string>{{1, text(n)}, {2, ""}}); });
  maps<std::unordered_set<unsigned>>("unordered_set", number);
  maps<std::unordered_set<short>>("unordered_set<short>", [](unsigned n) { return short(n); });
  maps<std::unordered_map<std::string, int>>("unordered_map<string>",
                                             [&](unsigned n) { return std::pair(text(n), int(n)); });
  maps<std::unordered_map<int, std::vector<int>>>(
      "unordered_map<int>", [&](unsigned n) { return std::pair(int(n), std::vector<int>(n % 5)); });
  maps<std::unordered_map<char, std::string>>("unordered_map<char>",
                                              [&](unsigned n) { return std::pair(char(n), text(n)); });
}

void lists() {
  for (size_t size : {0, 1, 3, 500}) {
    std::list<std::string> list(size, kLong);
    roundTrip("list", list, append(std::string("more")));
    roundTrip("list<char>", std::list<char>(size, 'c'), append('d'));
    std::forward_list<std::string> chain(size, kLong);
    roundTrip("forward_list", chain, [](auto &to) { to.push_front("more"); });
    roundTrip("forward_list<char>", std::forward_list<char>(size, 'c'), [](auto &to) { to.push_front('x'); });
  }
  for (size_t size : {0, 1, 63, 64, 65, 128, 5000}) {
    std::deque<double> queue;
    for (size_t i = 0; i < size; ++i)
      i % 3 ? queue.push_back(double(i)) : queue.push_front(double(i));
    for (size_t i = 0; i < size / 4; ++i)
      queue.pop_front();
    roundTrip("deque", queue, [](auto &to) { to.push_back(1), to.push_front(2); });
    roundTrip("deque<string>", std::deque<std::string>(size, kLong), append(kLong));
  }
  roundTrip("deque of large", std::deque<std::array<int, 200>>(5), [](auto &to) { to.pop_back(); });
}

void recursive() {
  Tree tree{1, nullptr, {}};
  tree.children.push_back(Tree{2, std::make_unique<Tree>(Tree{3, nullptr, {}}), {}});
  tree.children.push_back(Tree{4, nullptr, {}});
  roundTrip("tree", tree, [](Tree &to) { to.children[0].value = 9; });
}

// A million links: a walk that recursed would overflow the stack (ulimit -s is 8 MiB).
void deep() {
  Tree head;
  for (int i = 0; i < 1000000; ++i) {
    auto link = std::make_unique<Tree>();
    link->value = i;
    link->next = std::move(head.next);
    head.next = std::move(link);
  }
  const cleave_type &type = describe<Tree>();
  Image image = encode(type, &head, false, 0xaa);
  Built<Tree> built;
  ImageReader reader(image.body(), image.header()->body_bytes);
  expect(reader.read(type, 0, built.storage) == ReadError::None, "deep", "not read");
  expect(built.value() == head, "deep", "differs");
  built.value().~Tree();
}

void views() {
  std::vector<std::string> texts{"a", kLong, "b"};
  std::span<const std::string> span(texts);
  Image image = encode(describe<std::span<const std::string>>(), &span, false, 0xaa);
  cleave_param parameter{&describe<std::span<const std::string>>(), CLEAVE_PARAM_BORROWED, 0};
  cleave_kind kind{};
  kind.param_count = 1;
  kind.params = &parameter;
  std::unique_ptr<uint8_t, Freer> memory(
      static_cast<uint8_t *>(std::aligned_alloc(64, alignUp(loadBytes(image.header(), kind), 64))));
  auto &seen = *reinterpret_cast<std::span<const std::string> *>(loadImage(image.header(), memory.get()).body);
  expect(std::equal(seen.begin(), seen.end(), texts.begin(), texts.end()), "span", "loaded value differs");
  roundTrip("a view's image is no result", 0, nothing);
  ImageReader reader(image.body(), image.header()->body_bytes);
  Built<std::span<const std::string>> built;
  expect(reader.read(*parameter.type, 0, built.storage) == ReadError::Malformed, "span", "a result may not be a view");
}

// Every single flipped byte of an image must end in a value or an error, never outside the body (ASan watches).
template <class T> void forged(const char *name, const T &original) {
  const cleave_type &type = describe<T>();
  Image image = encode(type, &original, false, 0);
  for (uint64_t at = 0; at < image.header()->body_bytes; ++at)
    for (uint8_t flip : {0x01, 0x10, 0x80, 0xff}) {
      uint8_t &byte = image.bytes.get()[kBodyOffset + at];
      byte ^= flip;
      Built<T> built;
      ImageReader reader(image.body(), image.header()->body_bytes);
      if (reader.read(type, 0, built.storage) == ReadError::None)
        built.value().~T();
      byte ^= flip;
    }
  expect(true, name, "");
}

void hostile() {
  forged("forged map", std::map<int, std::string>{{1, "a"}, {2, kLong}, {3, "c"}, {4, "d"}});
  forged("forged hash", std::unordered_map<int, std::string>{{1, "a"}, {2, kLong}, {3, "c"}});
  forged("forged list", std::list<std::string>{"a", kLong});
  forged("forged chain", std::forward_list<int>{1, 2, 3});
  forged("forged deque", std::deque<std::string>{"a", kLong});
  forged("forged vector", std::vector<std::vector<int>>{{1}, {2, 3}});
  forged("forged bits", std::vector<bool>(70, true));
  Tree tree{1, std::make_unique<Tree>(Tree{3, nullptr, {}}), {}};
  forged("forged tree", tree);
}

} // namespace

int main() {
  scalars();
  strings();
  vectors();
  nodes();
  lists();
  recursive();
  deep();
  views();
  hostile();
  std::printf(failures ? "%d failures\n" : "all images hold\n", failures);
  return failures != 0;
}
