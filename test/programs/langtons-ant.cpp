// Langton's ant on a torus: where it turns depends on what it painted before.
// RUN: %run-program %s
// SEQUENTIAL
// STATUS-ARGS: 150000000
// DOMAIN: simulation
#include <cstdio>
#include <cstdlib>
#include <vector>

int main(int argc, char **argv) {
  const int steps = argc > 1 ? std::atoi(argv[1]) : 20000000;
  const int size = 512;
  std::vector<bool> isBlack(size * size);
  int x = size / 2, y = size / 2, direction = 0;
  for (int step = 0; step < steps; ++step) {
    const int cell = y * size + x;
    direction = (direction + (isBlack[cell] ? 3 : 1)) % 4;
    isBlack[cell] = !isBlack[cell];
    switch (direction) {
    case 0:
      y = (y + size - 1) % size;
      break;
    case 1:
      x = (x + 1) % size;
      break;
    case 2:
      y = (y + 1) % size;
      break;
    default:
      x = (x + size - 1) % size;
    }
  }
  int black = 0;
  for (const bool cell : isBlack)
    black += cell;
  std::printf("%d black, the ant at %d, %d\n", black, x, y);
}
