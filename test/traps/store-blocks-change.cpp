// Large blocks that tasks are given round after round, and that change in between in every way that there is: one element
// by a store, bytes that a system call puts there, a block that is freed and another at its place, a swap, a sort, a write
// by another thread. With a store (mode store) a block's digest is kept as long as nobody wrote to it; if one of these ways
// were missed, an older round's result would be printed.
// RUN: %run-program %s
// EXPECT-RAN: mixed
// NOT-IN-KERNEL: threads and pipes
// FLAGS: -pthread
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

using Block = std::vector<std::uint64_t>;

std::uint64_t digest(const Block &block) {
  std::uint64_t sum = 14695981039346656037u;
  for (const std::uint64_t value : block)
    sum = (sum ^ value) * 1099511628211u;
  return sum;
}

// One large block that all items read, and a number of each item's own.
std::uint64_t mixed(const Block &block, std::uint64_t which) {
  std::uint64_t sum = which;
  for (std::size_t i = 0; i != block.size(); ++i)
    sum = sum * 31 + (block[i] ^ which);
  return sum;
}

std::uint64_t allDigests(const std::vector<Block> &blocks) {
  std::uint64_t sum = 0;
  for (const Block &block : blocks)
    sum = sum * 1000003 + digest(block);
  return sum;
}

std::uint64_t allMixed(const Block &block) {
  std::uint64_t sum = 0;
  for (std::uint64_t which = 0; which != 4; ++which)
    sum = sum * 1000003 + mixed(block, which);
  return sum;
}

void report(const char *what, const std::vector<Block> &blocks) {
  const std::uint64_t first = allDigests(blocks), second = allMixed(blocks[1]);
  std::printf("%-24s %016llx %016llx\n", what, static_cast<unsigned long long>(first),
              static_cast<unsigned long long>(second));
}

void readInto(void *to, std::uint64_t value) {
  int ends[2];
  if (pipe(ends) || write(ends[1], &value, sizeof value) != sizeof value || read(ends[0], to, sizeof value) != sizeof value)
    std::puts("the pipe failed");
  close(ends[0]);
  close(ends[1]);
}

int main() {
  constexpr std::size_t count = 150000; // 1.2 MB
  std::vector<Block> blocks(6, Block(count));
  for (std::size_t b = 0; b != blocks.size(); ++b)
    for (std::size_t i = 0; i != count; ++i)
      blocks[b][i] = b * 1000000 + i * i;
  report("begin", blocks);
  report("unchanged", blocks);
  report("unchanged again", blocks);
  blocks[3][count / 2] += 1;
  report("one element", blocks);
  blocks[3][count / 2] -= 1;
  report("and back", blocks);
  readInto(&blocks[1][100], 42);
  report("a system call", blocks);
  report("unchanged", blocks);
  std::thread([&] { blocks[1][count - 1] = 7; }).join();
  report("another thread", blocks);
  blocks[1][0] = blocks[1][1];
  report("one of its own", blocks);
  std::swap(blocks[0], blocks[1]);
  report("swapped", blocks);
  blocks[1] = Block(count, 5);
  report("a new block", blocks);
  {
    Block gone(count, 9);
    readInto(&gone[0], digest(gone));
    blocks[2] = gone;
  }
  report("a copy", blocks);
  blocks[1][0] = 1;
  std::reverse(blocks[1].begin(), blocks[1].end());
  report("reversed", blocks);
  std::memset(blocks[1].data() + 1000, 3, 8);
  report("memset", blocks);
  for (std::size_t round = 0; round != 6; ++round) {
    blocks[round].resize(count - 1000 * (round % 2));
    blocks[1][5] = round;
    report("shorter", blocks);
  }
  blocks[4].push_back(1);
  report("longer", blocks);
  for (std::size_t round = 0; round != 4; ++round) {
    blocks.erase(blocks.begin());
    blocks.push_back(Block(count, round));
    report("moved up", blocks);
  }
}
