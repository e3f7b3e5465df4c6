// Heat spreads over a plate: each step works out every cell from the four around it, into a second plate.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 1600 1200 700
// DOMAIN: simulation
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

int main(int argc, char **argv) {
  const int width = argc > 1 ? std::atoi(argv[1]) : 400, height = argc > 2 ? std::atoi(argv[2]) : 300;
  const int steps = argc > 3 ? std::atoi(argv[3]) : 300;
  std::vector<double> plate(width * height, 20.0), next = plate;
  for (int x = 0; x < width; ++x)
    plate[x] = next[x] = 100.0;
  for (int step = 0; step < steps; ++step) {
    for (int y = 1; y < height - 1; ++y)
      for (int x = 1; x < width - 1; ++x) {
        const int i = y * width + x;
        next[i] = plate[i] + 0.2 * (plate[i - 1] + plate[i + 1] + plate[i - width] + plate[i + width] - 4 * plate[i]);
      }
    std::swap(plate, next);
  }
  for (int y = 0; y < height; y += 50)
    std::printf("row %d: %.6f\n", y, plate[y * width + width / 2]);
}
