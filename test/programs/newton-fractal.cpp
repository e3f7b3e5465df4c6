// Newton's method from many starting points: which root of z^5 = 1 does each reach, and after how many steps?
// RUN: %run-program %s
// EXPECT-TASK: line
// PARALLEL
// STATUS-ARGS: 2200 1700
// DOMAIN: numeric
#include <complex>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <vector>

using Complex = std::complex<double>;

struct Arrival {
  int root = 0, steps = 0;
};

std::optional<Arrival> arrival(Complex z, const std::vector<Complex> &roots) {
  for (int step = 0; step < 60; ++step) {
    for (std::size_t i = 0; i < roots.size(); ++i)
      if (std::norm(z - roots[i]) < 1e-18)
        return Arrival{static_cast<int>(i), step};
    const Complex z2 = z * z, z4 = z2 * z2;
    if (std::norm(z4) < 1e-30)
      return std::nullopt;
    z -= (z4 * z - 1.0) / (5.0 * z4);
  }
  return std::nullopt;
}

std::vector<std::optional<Arrival>> line(double imaginary, int width, const std::vector<Complex> &roots) {
  std::vector<std::optional<Arrival>> all;
  for (int i = 0; i < width; ++i)
    all.push_back(arrival({-1.5 + 3.0 * i / width, imaginary}, roots));
  return all;
}

int main(int argc, char **argv) {
  const int width = argc > 1 ? std::atoi(argv[1]) : 240, height = argc > 2 ? std::atoi(argv[2]) : 160;
  std::vector<Complex> roots;
  for (int i = 0; i < 5; ++i)
    roots.push_back(std::polar(1.0, 2 * 3.14159265358979323846 * i / 5));
  std::map<int, std::pair<int, long>> byRoot;
  int lost = 0;
  for (int j = 0; j < height; ++j)
    for (const auto &one : line(-1.0 + 2.0 * j / height, width, roots)) {
      if (!one) {
        ++lost;
        continue;
      }
      auto &[count, steps] = byRoot[one->root];
      ++count;
      steps += one->steps;
    }
  for (const auto &[root, sums] : byRoot)
    std::printf("root %d: %d points, %ld steps\n", root, sums.first, sums.second);
  std::printf("%d lost\n", lost);
}
