// error.what() is known where no class of the program has one of its own.
// RUN: %cleavexx -std=c++20 -O2 -cleave-print=effects %s -o %t.cleave 2>&1 | FileCheck %s --check-prefix=LIBRARY
// RUN: %cleavexx -std=c++20 -O2 -DOWN -cleave-print=effects %s -o %t.cleave 2>&1 | FileCheck %s --check-prefix=OWN
#include <cstdio>
#include <stdexcept>

struct Derived : std::runtime_error {
  using std::runtime_error::runtime_error;
#ifdef OWN
  const char *what() const noexcept override { return count++ ? "again" : "first"; }
  static int count;
#endif
};
#ifdef OWN
int Derived::count;
#endif

// LIBRARY: effects of _Z7letters{{[A-Za-z0-9]*}}:
// LIBRARY-NOT: unknown-call
// LIBRARY: effects of main
// OWN: effects of _Z7letters{{[A-Za-z0-9]*}}: {{.*}}unknown-call
[[gnu::noinline]] int letters(const std::exception &error) {
  int count = 0;
  for (const char *text = error.what(); *text; ++text)
    ++count;
  return count;
}

int main(int count, char **words) {
  try {
    if (count > 1)
      throw Derived(words[1]);
    throw std::out_of_range(words[0]);
  } catch (const std::exception &error) {
    return letters(error);
  }
}
