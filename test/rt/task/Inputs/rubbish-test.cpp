// rubbish-test.cpp - the encoder on objects that are none: fixed parts of containers with every byte changed in turn,
// and random words. It may read what is not there (its caller survives that), but it must never write outside its
// memory, and it must come to an end.
//
// The image's memory ends at a page that cannot be written, and begins behind one: a fault with an address in there is
// a failure, any other is a wild read.
#include "DynamicTypes.h"

#include "rt/task/ImageWriter.h"

#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <sys/mman.h>

namespace cleave {
void panic(const char *why) {
  std::fprintf(stderr, "panic: %s\n", why);
  std::abort();
}
} // namespace cleave

using namespace cleave;

namespace {

constexpr uint64_t kGuard = 64 << 20, kBody = 1 << 20;
uint8_t *memory; // guard, body, guard
sigjmp_buf escape;
int failures, wildReads, refused, written;

void onFault(int, siginfo_t *info, void *) {
  auto *at = static_cast<uint8_t *>(info->si_addr);
  if (at >= memory && at < memory + 2 * kGuard + kBody)
    ++failures;
  siglongjmp(escape, 1);
}

void encode(const cleave_type &type, const void *value) {
  static ImageWriter writer;
  writer = ImageWriter();
  writer.body = memory + kGuard;
  writer.capacity = kBody;
  static std::vector<const void *> symbols;
  symbols = symbolsIn(type);
  writer.symbols = {symbols.data(), static_cast<uint32_t>(symbols.size())};
  if (sigsetjmp(escape, 1)) {
    ++wildReads;
  } else {
    writer.beginTuples(type.size_bytes);
    writer.write(type, 0, value);
    ++(writer.overflowed ? refused : written);
  }
  std::free(writer.relocs);
  writer.dispose();
}

template <class T> void spoil(const char *name, const T &value) {
  const cleave_type &type = describe<T>();
  alignas(T) unsigned char copy[sizeof(T)];
  int before = failures;
  for (size_t at = 0; at != sizeof(T); ++at)
    for (int flip : {0x01, 0x08, 0x40, 0x80, 0xff}) {
      std::memcpy(copy, &value, sizeof(T));
      copy[at] ^= static_cast<unsigned char>(flip);
      encode(type, copy);
    }
  std::mt19937_64 random(1);
  const auto *words = reinterpret_cast<const uint64_t *>(&value);
  for (int i = 0; i != 2000; ++i) {
    std::memcpy(copy, &value, sizeof(T));
    for (size_t w = 0; w != sizeof(T) / 8; ++w) {
      uint64_t choices[] = {words[w],       words[random() % (sizeof(T) / 8)], random(), random() % 64,
                            uint64_t(copy), words[w] + random() % 256 - 128};
      uint64_t word = choices[random() % 6];
      std::memcpy(copy + w * 8, &word, 8);
    }
    encode(type, copy);
  }
  if (failures != before)
    std::printf("FAIL: %s wrote outside\n", name);
}

} // namespace

int main() {
  memory = static_cast<uint8_t *>(
      mmap(nullptr, 2 * kGuard + kBody, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  if (mprotect(memory + kGuard, kBody, PROT_READ | PROT_WRITE))
    return 2;
  struct sigaction action{};
  action.sa_sigaction = onFault;
  action.sa_flags = SA_SIGINFO;
  for (int number : {SIGSEGV, SIGBUS})
    sigaction(number, &action, nullptr);
  const std::string text = "a text that does not fit into the object itself";
  spoil("vector", std::vector<int>{1, 2, 3});
  spoil("vector of strings", std::vector<std::string>{"a", text});
  spoil("string", text);
  spoil("short string", std::string("abc"));
  spoil("bits", std::vector<bool>(70, true));
  spoil("deque", std::deque<std::string>{"a", text});
  spoil("list", std::list<std::string>{"a", text});
  spoil("chain", std::forward_list<int>{1, 2, 3});
  spoil("map", std::map<int, std::string>{{1, "a"}, {2, text}, {3, "c"}});
  spoil("hash", std::unordered_map<int, std::string>{{1, "a"}, {2, text}, {3, "c"}});
  spoil("hash of one bucket", std::unordered_map<int, std::string>());
  spoil("variant", std::variant<int, std::string, std::vector<std::string>>(text));
  auto family = std::make_unique<Group>();
  family->parts.push_back(std::make_unique<Circle>(2));
  spoil("object behind its base", Owner(std::move(family)));
  spoil("function", Call{Looks{text, {1, 2, 3}}});
  std::printf(failures ? "%d writes outside\n" : "nothing outside\n", failures);
  return failures != 0 || !wildReads || !refused || !written;
}
