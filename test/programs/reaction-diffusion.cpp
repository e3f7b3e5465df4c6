// Two chemicals that react and spread, in a class that keeps them as rows and hands them on by reference.
// RUN: %run-program %s
// PARALLEL
// ARGS: 90 12
// STATUS-ARGS: 700 1200
// DOMAIN: simulation
// EXPECT-RAN: loop
// EXPECT-LOCAL: loop
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

using Plate = std::vector<std::vector<double>>;

class Reaction {
public:
  explicit Reaction(int size) : feed(size, std::vector<double>(size, 1)), kill(size, std::vector<double>(size)), nextFeed(feed), nextKill(kill) {
    for (int y = size / 3; y < size / 2; ++y)
      for (int x = size / 3; x < size / 2; ++x)
        kill[y][x] = 0.25 + 0.01 * ((x * 7 + y * 3) % 11);
  }
  void advance() {
    react(feed, kill, nextFeed, nextKill);
    feed.swap(nextFeed);
    kill.swap(nextKill);
  }
  double total() const { return sum(feed) + 3 * sum(kill); }

private:
  static double around(const Plate &plate, std::size_t y, std::size_t x) {
    return plate[y - 1][x] + plate[y + 1][x] + plate[y][x - 1] + plate[y][x + 1] - 4 * plate[y][x];
  }
  static void react(const Plate &a, const Plate &b, Plate &nextA, Plate &nextB) {
    for (std::size_t y = 1; y + 1 < a.size(); ++y)
      for (std::size_t x = 1; x + 1 < a[y].size(); ++x) {
        const double both = a[y][x] * b[y][x] * b[y][x];
        nextA[y][x] = a[y][x] + 0.2 * around(a, y, x) - both + 0.03 * (1 - a[y][x]);
        nextB[y][x] = b[y][x] + 0.1 * around(b, y, x) + both - 0.09 * b[y][x];
      }
  }
  static double sum(const Plate &plate) {
    double result = 0;
    for (const std::vector<double> &row : plate)
      for (const double value : row)
        result += value;
    return result;
  }

  Plate feed, kill, nextFeed, nextKill;
};

int main(int argc, char **argv) {
  Reaction reaction(argc > 1 ? std::atoi(argv[1]) : 90);
  const int steps = argc > 2 ? std::atoi(argv[2]) : 12;
  for (int step = 0; step < steps; ++step)
    reaction.advance();
  std::printf("%.12g\n", reaction.total());
}
