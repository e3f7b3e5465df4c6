// Page rank on a random web: in each round every page gathers from the pages that link to it.
// RUN: %run-program %s
// KERNEL-ARGS: 3000
// PARALLEL
// STATUS-ARGS: 300000 300
// DOMAIN: graph
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

int main(int argc, char **argv) {
  const int pages = argc > 1 ? std::atoi(argv[1]) : 30000, most = argc > 2 ? std::atoi(argv[2]) : 60;
  std::vector<std::vector<int>> linksTo(pages);
  std::vector<int> outgoing(pages);
  unsigned seed = 77;
  for (int page = 0; page < pages; ++page)
    for (int k = 0; k < 12; ++k) {
      seed = seed * 1664525u + 1013904223u;
      const long any = static_cast<long>((seed >> 3) % pages);
      const int from = static_cast<int>(seed >> 31 ? any : any * page / pages);
      linksTo[page].push_back(from);
      ++outgoing[from];
    }
  std::vector<double> rank(pages, 1.0 / pages), next(pages);
  int rounds = 0;
  double change = 1;
  while (change > (most > 60 ? 0 : 1e-9) && rounds < most) {
    for (int page = 0; page < pages; ++page) {
      double sum = 0;
      for (const int from : linksTo[page])
        sum += rank[from] / outgoing[from];
      next[page] = 0.15 / pages + 0.85 * sum;
    }
    change = 0;
    for (int page = 0; page < pages; ++page)
      change += std::fabs(next[page] - rank[page]);
    rank.swap(next);
    ++rounds;
  }
  std::printf("%d rounds, %.9g %.9g %.9g\n", rounds, rank[0], rank[pages / 2], rank[pages - 1]);
}
