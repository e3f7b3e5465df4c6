// More memory than the machine has was given where the plain program is refused it: the arena and jemalloc map what nobody may
// ever touch, so `new char[3 TiB]` was answered with memory instead of std::bad_alloc, in all modes, and whoever used it was
// killed. Requests of 1 GiB and more are put to the kernel first (rt/root/Heap.h).
// RUN: %run-program %s
// EXPECT-TASK: loop
#include <cstdio>
#include <cstdlib>
#include <new>
#include <vector>

void *volatile kept; // else nobody would notice if no memory were asked for

void ask(const char *how, std::size_t size) {
  if (how[0] == 'n') {
    try {
      kept = new char[size];
      std::printf("new: given\n");
      delete[] static_cast<char *>(kept);
    } catch (const std::bad_alloc &) {
      std::printf("new: refused\n");
    }
    return;
  }
  void *block = how[0] == 'm'   ? std::malloc(size)
                : how[0] == 'c' ? std::calloc(size / 16, 16)
                : how[0] == 'a' ? std::aligned_alloc(64, size)
                                : std::realloc(std::malloc(100), size);
  kept = block;
  std::printf("%s: %s\n", how, block ? "given" : "refused");
  std::free(block);
}

int main() {
  for (std::size_t size : {std::size_t(3) << 40, std::size_t(1) << 46, std::size_t(1) << 20})
    for (const char *how : {"new", "malloc", "calloc", "aligned", "realloc"})
      ask(how, size);
  std::vector<double> values(200000, 1.5);
  for (int round = 0; round != 20; ++round)
    for (double &value : values)
      value = value * 0.99 + 0.25;
  double sum = 0;
  for (double value : values)
    sum += value;
  std::printf("%.6f\n", sum);
}
