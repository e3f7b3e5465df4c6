// heap-test.cpp - a task's heap under a long random run: no block overlaps another, each is aligned, contents stay,
// freed memory is used again, a quota is kept, and what is not the heap's may be freed without harm.
#include "rt/task/Task.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

extern "C" {
void *taskMalloc(size_t) noexcept;
void taskFree(void *) noexcept;
void *taskCalloc(size_t, size_t) noexcept;
void *taskRealloc(void *, size_t) noexcept;
void *taskAlignedAlloc(size_t, size_t) noexcept;
}

namespace {

constexpr uint64_t kQuota = 256u << 20;
uint64_t granted;

cleave_status request(uint64_t bytes, uint32_t, cleave_buffer *buffer) {
  bytes = (bytes + 4095) & ~uint64_t{4095};
  if (bytes > kQuota - granted)
    return CLEAVE_E_MEMORY;
  granted += bytes;
  *buffer = {std::aligned_alloc(4096, bytes), bytes};
  std::memset(buffer->address, 0, bytes);
  return CLEAVE_OK;
}

cleave_node table{};
int failures;
void expect(bool isTrue, const char *what) {
  if (!isTrue && ++failures < 20)
    std::printf("FAIL: %s\n", what);
}

struct Block {
  unsigned char *at;
  size_t bytes;
  unsigned char fill;
};

bool isWhole(const Block &block) {
  for (size_t i = 0; i != block.bytes; ++i)
    if (block.at[i] != block.fill)
      return false;
  return true;
}

Block make(std::mt19937 &random) {
  size_t bytes = size_t{1} << random() % 18;
  bytes = bytes / 2 + random() % bytes;
  size_t alignment = random() % 8 ? 16 : size_t{32} << random() % 8;
  void *at = alignment > 16 ? taskAlignedAlloc(alignment, bytes) : taskMalloc(bytes);
  expect(at && reinterpret_cast<uintptr_t>(at) % alignment == 0, "alignment");
  Block block{static_cast<unsigned char *>(at), bytes, static_cast<unsigned char>(random())};
  std::memset(at, block.fill, bytes);
  return block;
}

void change(Block &block, std::mt19937 &random) {
  size_t bytes = random() % 100000;
  auto *at = static_cast<unsigned char *>(taskRealloc(block.at, bytes));
  Block kept{at, bytes < block.bytes ? bytes : block.bytes, block.fill};
  expect(isWhole(kept), "realloc keeps the contents");
  block = {at, bytes, block.fill};
  std::memset(at, block.fill, bytes);
}

} // namespace

namespace cleave {
const cleave_node *node = &table;
}
extern "C" int *__errno_location() noexcept;

int main() {
  table.request = request;
  auto *front = static_cast<unsigned char *>(cleave::startHeap(4096));
  std::mt19937 random(1);
  std::vector<Block> blocks;
  for (int i = 0; i != 50000; ++i) {
    if (blocks.size() < 200 && random() % 2) {
      blocks.push_back(make(random));
    } else if (!blocks.empty()) {
      Block &block = blocks[random() % blocks.size()];
      expect(isWhole(block), "contents");
      if (random() % 8 == 0) {
        change(block, random);
        continue;
      }
      taskFree(block.at);
      block = blocks.back();
      blocks.pop_back();
    }
  }
  expect(granted < (100u << 20), "freed memory is used again");
  front[100] = 7;
  taskFree(front + 16);
  taskFree(nullptr);
  int local;
  taskFree(&local);
  expect(taskMalloc(64) != front + 16 && front[100] == 7, "what is not the heap's is left alone");
  auto *zeros = static_cast<unsigned char *>(taskCalloc(100, 10));
  expect(isWhole({zeros, 1000, 0}), "calloc");
  expect(!taskMalloc(kQuota) && !taskMalloc(SIZE_MAX) && !taskCalloc(SIZE_MAX, 2), "beyond the quota");
  expect(taskMalloc(1000), "a refusal changes nothing");
  std::printf(failures ? "%d failures\n" : "the heap holds\n", failures);
  return failures != 0;
}
