// A drum: waves on a square membrane, three planes of numbers that take turns.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 2000 300
// DOMAIN: simulation
#include <array>
#include <cstdio>
#include <cstdlib>
#include <vector>

struct Membrane {
  int size;
  std::array<std::vector<float>, 3> planes;
};

void advance(Membrane &drum, int step) {
  const int n = drum.size;
  const std::vector<float> &before = drum.planes[step % 3], &now = drum.planes[(step + 1) % 3];
  std::vector<float> &next = drum.planes[(step + 2) % 3];
  for (int y = 1; y + 1 < n; ++y)
    for (int x = 1; x + 1 < n; ++x) {
      const int i = y * n + x;
      const float bend = now[i - 1] + now[i + 1] + now[i - n] + now[i + n] - 4 * now[i];
      next[i] = 2 * now[i] - before[i] + 0.2f * bend;
    }
}

int main(int argc, char **argv) {
  const int size = argc > 1 ? std::atoi(argv[1]) : 500, steps = argc > 2 ? std::atoi(argv[2]) : 300;
  Membrane drum{size, {}};
  for (auto &plane : drum.planes)
    plane.assign(size * size, 0.0f);
  for (int k = 0; k < 20; ++k)
    drum.planes[0][size / 2 * (size + 1) + k] = drum.planes[1][size / 2 * (size + 1) + k] = 1.0f;
  for (int step = 0; step < steps; ++step)
    advance(drum, step);
  for (int x = 0; x < size; x += size / 20)
    std::printf("%.6f\n", static_cast<double>(drum.planes[1][size / 2 * size + x]));
}
