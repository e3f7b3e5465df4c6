// A virtual call of a class that the library owns, derived from by the program and by the library itself: what it reaches
// is not all here. (A guess at the targets sent the first version of dispatchers into the void.)
// RUN: %run-program %s
#include <cstdio>
#include <iostream>
#include <locale>
#include <sstream>
#include <stdexcept>
#include <vector>

struct Failure : std::exception {
  const char *what() const noexcept override { return "mine"; }
};

unsigned measured(const std::exception &error, unsigned seed) {
  for (int i = 0; i < 100000; ++i)
    seed = seed * 1664525u + 1013904223u;
  return seed + static_cast<unsigned>(error.what()[0]);
}

int main() {
  const std::runtime_error theirs("theirs");
  const Failure mine;
  std::vector<unsigned> results;
  for (unsigned i = 0; i < 20; ++i)
    results.push_back(i % 2 ? measured(theirs, i) : measured(mine, i));
  for (unsigned result : results)
    std::cout << result << std::endl;
  std::ostringstream text;
  text << std::hex << 255 << ' ' << std::use_facet<std::ctype<char>>(text.getloc()).toupper('x') << std::endl;
  std::printf("%s", text.str().c_str());
}
