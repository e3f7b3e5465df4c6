// test/programs/collatz-longest.cpp, made parallel by hand with OpenMP.
#include <cstdio>
#include <cstdlib>

int main(int argc, char **argv) {
  const int bound = argc > 1 ? std::atoi(argv[1]) : 1000000;
  int longest = 0, start = 0;
#pragma omp parallel
  {
    int longestHere = 0, startHere = 0;
#pragma omp for schedule(dynamic, 1000)
    for (int n = 1; n < bound; ++n) {
      long value = n;
      int steps = 0;
      while (value != 1) {
        value = value % 2 ? 3 * value + 1 : value / 2;
        ++steps;
      }
      if (steps > longestHere) {
        longestHere = steps;
        startHere = n;
      }
    }
#pragma omp critical
    if (longestHere > longest || (longestHere == longest && startHere < start)) {
      longest = longestHere;
      start = startHere;
    }
  }
  std::printf("%d steps from %d\n", longest, start);
}
