// image-test.cpp - round trips of real containers through an image.
// What is checked of each value: RoundTrip.h.
#include "RoundTrip.h"

#include <numeric>
#include <random>

using namespace cleave;

namespace {

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
  ImageReader reader(image.body(), image.header()->body_bytes, {});
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
  auto &seen = *reinterpret_cast<std::span<const std::string> *>(loadImage(image.header(), memory.get(), {}).body);
  expect(std::equal(seen.begin(), seen.end(), texts.begin(), texts.end()), "span", "loaded value differs");
  roundTrip("a view's image is no result", 0, nothing);
  ImageReader reader(image.body(), image.header()->body_bytes, {});
  Built<std::span<const std::string>> built;
  expect(reader.read(*parameter.type, 0, built.storage) == ReadError::Malformed, "span", "a result may not be a view");
}

void hostile() {
  forged(std::map<int, std::string>{{1, "a"}, {2, kLong}, {3, "c"}, {4, "d"}});
  forged(std::unordered_map<int, std::string>{{1, "a"}, {2, kLong}, {3, "c"}});
  forged(std::list<std::string>{"a", kLong});
  forged(std::forward_list<int>{1, 2, 3});
  forged(std::deque<std::string>{"a", kLong});
  forged(std::vector<std::vector<int>>{{1}, {2, 3}});
  forged(std::vector<bool>(70, true));
  Tree tree{1, std::make_unique<Tree>(Tree{3, nullptr, {}}), {}};
  forged(tree);
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
