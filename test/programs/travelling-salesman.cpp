// Tours through towns, improved by 2-opt from many random beginnings; the shortest is kept.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 4000
// DOMAIN: search
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <vector>

struct Town {
  double x, y;
};

struct Tour {
  std::vector<int> order;
  double length = 0;
};

double between(const Town &a, const Town &b) { return std::sqrt((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)); }

Tour improved(const std::vector<Town> &towns, unsigned seed) {
  const int n = static_cast<int>(towns.size());
  Tour tour;
  tour.order.resize(n);
  std::iota(tour.order.begin(), tour.order.end(), 0);
  for (int i = n - 1; i > 0; --i) {
    seed = seed * 1664525u + 1013904223u;
    std::swap(tour.order[i], tour.order[(seed >> 8) % (i + 1)]);
  }
  bool isBetter = true;
  while (isBetter) {
    isBetter = false;
    for (int i = 0; i + 1 < n; ++i)
      for (int j = i + 2; j < n; ++j) {
        const Town &a = towns[tour.order[i]], &b = towns[tour.order[i + 1]];
        const Town &c = towns[tour.order[j]], &d = towns[tour.order[(j + 1) % n]];
        if (between(a, c) + between(b, d) + 1e-9 < between(a, b) + between(c, d)) {
          std::reverse(tour.order.begin() + i + 1, tour.order.begin() + j + 1);
          isBetter = true;
        }
      }
  }
  for (int i = 0; i < n; ++i)
    tour.length += between(towns[tour.order[i]], towns[tour.order[(i + 1) % n]]);
  return tour;
}

int main(int argc, char **argv) {
  const unsigned tries = argc > 1 ? std::atoi(argv[1]) : 40;
  std::vector<Town> towns;
  for (int i = 0; i < 110; ++i)
    towns.push_back({i * 7919 % 1009 / 10.0, i * 104729 % 997 / 10.0});
  Tour best;
  for (unsigned seed = 1; seed <= tries; ++seed) {
    Tour tour = improved(towns, seed);
    if (best.order.empty() || tour.length < best.length)
      best = std::move(tour);
  }
  std::printf("length %.6f, begins %d %d %d\n", best.length, best.order[0], best.order[1], best.order[2]);
}
