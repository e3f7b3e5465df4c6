// Flowers told apart by their nearest known neighbours: a vote among the seven that are most alike.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 90000
// DOMAIN: statistics
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

struct Flower {
  std::array<double, 4> measures{};
  int kind = 0;
};

int guessed(const Flower &flower, const std::vector<Flower> &known) {
  std::vector<std::pair<double, int>> distances;
  for (const Flower &other : known) {
    double sum = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const double d = flower.measures[i] - other.measures[i];
      sum += d * d;
    }
    distances.emplace_back(sum, other.kind);
  }
  std::partial_sort(distances.begin(), distances.begin() + 7, distances.end());
  std::array<int, 3> votes{};
  for (int i = 0; i < 7; ++i)
    ++votes[distances[i].second];
  return static_cast<int>(std::max_element(votes.begin(), votes.end()) - votes.begin());
}

std::vector<Flower> grown(int count, unsigned seed) {
  std::vector<Flower> flowers(count);
  for (Flower &flower : flowers) {
    seed = seed * 1664525u + 1013904223u;
    flower.kind = static_cast<int>(seed >> 8) % 3;
    for (std::size_t i = 0; i < 4; ++i) {
      seed = seed * 1664525u + 1013904223u;
      flower.measures[i] = flower.kind * 0.8 * static_cast<double>(i % 2 + 1) + seed / 4294967296.0 * 2.2;
    }
  }
  return flowers;
}

int main(int argc, char **argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 5000;
  const std::vector<Flower> known = grown(count, 1), unknown = grown(800, 2);
  std::array<std::array<int, 3>, 3> confusion{};
  for (const Flower &flower : unknown)
    ++confusion[flower.kind][guessed(flower, known)];
  for (const auto &row : confusion)
    std::printf("%d %d %d\n", row[0], row[1], row[2]);
}
