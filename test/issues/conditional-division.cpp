// A store in a branch, of the same value to the same place, which a division finds: seed 970558 of the fuzzer, whose task was
// killed by a segmentation fault. LLVM 22's loop vectoriser makes one store of all lanes' and takes the address from the
// first lane, where the division was not done if that lane does not store. clang++-22 -O2 of this file writes anywhere, too;
// in the seed its inliner had made another loop of it. Such loops are not vectorised (linker/VectorizerGuard.h).
// RUN: %run-program %s
#include <cstdio>
#include <string>
#include <vector>

[[gnu::noinline]] static void mark(char *text, unsigned size, const unsigned *numbers, unsigned count, unsigned limit) {
  for (unsigned i = 0; i < count; ++i)
    if (numbers[i] > limit)
      text[541u % size] = 'a';
}

[[gnu::noinline]] static void markLast(std::string &text, const std::vector<int> &numbers, int parts) {
  for (const int number : numbers)
    if (number % 8 == 5)
      text[static_cast<std::size_t>(700 / parts)] = 'b';
}

int main(int argc, char **) {
  std::string text(100 + argc, 'z');
  std::vector<unsigned> numbers(64);
  std::vector<int> others(64);
  for (unsigned i = 0; i < 64; ++i) {
    numbers[i] = i % 8 == 5 ? 10 : 0;
    others[i] = static_cast<int>(i);
  }
  mark(text.data(), static_cast<unsigned>(text.size()), numbers.data(), 64, static_cast<unsigned>(argc));
  markLast(text, others, 10 + argc);
  std::puts(text.c_str());
}
