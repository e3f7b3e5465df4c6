// A program may bring a malloc of its own (jemalloc, linked statically, say) whose blocks begin anywhere, such as in the
// first bytes of a mapping. The program's operator delete looked for its header in the 16 bytes before any block: signal 11,
// where no page is there. A header now lies in the page in which its block begins, and nobody looks elsewhere. Here small
// blocks of malloc begin their page, behind one that cannot be read.
// RUN: %run-program %s
// EXPECT-RAN: mixed
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/mman.h>
#include <vector>

namespace {

constexpr std::size_t page = 4096, slot = 2 * page; // the second one of each is readable
constexpr std::size_t small = 2048;
char *pool;
std::size_t next, freed[1 << 16], freedCount;
volatile int lock;

void *large(std::size_t size, std::size_t alignment) {
  std::size_t room = (size + alignment + page - 1) / page * page + page;
  auto *raw = static_cast<char *>(mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (raw == MAP_FAILED)
    return nullptr;
  auto *block = raw + page / 2 + (alignment > page / 2 ? alignment - page / 2 : 0); // never in the pool's range
  reinterpret_cast<std::size_t *>(block)[-1] = room;
  reinterpret_cast<std::size_t *>(block)[-2] = static_cast<std::size_t>(block - raw);
  reinterpret_cast<std::size_t *>(block)[-3] = size;
  return block;
}

constexpr std::size_t poolBytes = slot << 16;
bool isPooled(const void *block) { return pool && block >= pool && block < pool + poolBytes; }

void *get(std::size_t size, std::size_t alignment) {
  if (size > small || alignment > page)
    return large(size, alignment);
  while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE))
    ;
  if (!pool) {
    pool = static_cast<char *>(mmap(nullptr, poolBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    if (pool == MAP_FAILED)
      std::abort();
  }
  std::size_t index = freedCount ? freed[--freedCount] : next < 16000 ? next++ : ~std::size_t{0};
  __atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
  if (index == ~std::size_t{0})
    return large(size, alignment);
  char *block = pool + index * slot + page;
  if (mprotect(block, page, PROT_READ | PROT_WRITE))
    return nullptr;
  reinterpret_cast<std::size_t *>(block + page)[-1] = size;
  return block;
}

std::size_t sizeOf(void *block) {
  return isPooled(block) ? reinterpret_cast<std::size_t *>(static_cast<char *>(block) + page)[-1]
                         : reinterpret_cast<std::size_t *>(block)[-3];
}

} // namespace

extern "C" {
void *malloc(std::size_t size) { return get(size, 16); }
void *aligned_alloc(std::size_t alignment, std::size_t size) { return get(size, alignment); }
void *memalign(std::size_t alignment, std::size_t size) { return get(size, alignment); }
int posix_memalign(void **result, std::size_t alignment, std::size_t size) {
  *result = get(size, alignment);
  return *result ? 0 : ENOMEM;
}
void free(void *block) {
  if (!block)
    return;
  if (!isPooled(block)) {
    auto *words = reinterpret_cast<std::size_t *>(block);
    munmap(static_cast<char *>(block) - words[-2], words[-1]);
    return;
  }
  while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE))
    ;
  freed[freedCount++] = static_cast<std::size_t>(static_cast<char *>(block) - pool) / slot;
  __atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
}
void *calloc(std::size_t count, std::size_t size) {
  void *block = get(count * size, 16);
  return block ? std::memset(block, 0, count * size) : nullptr;
}
void *realloc(void *old, std::size_t size) {
  if (!old)
    return malloc(size);
  void *block = get(size, 16);
  if (block) {
    std::size_t oldSize = sizeOf(old);
    std::memcpy(block, old, oldSize < size ? oldSize : size);
    free(old);
  }
  return block;
}
}

std::vector<std::string> mixed(const std::vector<std::string> &words, unsigned seed) {
  std::vector<std::string> result;
  for (int round = 0; round < 300; ++round)
    for (const std::string &word : words) {
      seed = seed * 1664525u + 1013904223u + static_cast<unsigned char>(word[seed % word.size()]);
      if (seed % 101 == 0 && result.size() < 40)
        result.push_back(word + std::to_string(seed) + std::string(seed % 300, 'x'));
    }
  result.push_back(std::to_string(seed));
  return result;
}

int main() {
  std::vector<std::string> words;
  for (int k = 0; k < 50; ++k)
    words.push_back("a word that is too long for its own place " + std::to_string(k * k));
  unsigned long hash = 0;
  for (unsigned k = 0; k < 200; ++k)
    for (const std::string &word : mixed(words, k))
      for (const char letter : word)
        hash = hash * 31 + static_cast<unsigned char>(letter);
  std::vector<long> numbers(100000);
  for (std::size_t k = 0; k < numbers.size(); ++k)
    numbers[k] = static_cast<long>(k * k % 1009);
  for (const long number : numbers)
    hash = hash * 31 + static_cast<unsigned long>(number);
  std::printf("%lx\n", hash);
}
