// The points of examples/kmeans.cpp as 64-bit floats on standard output, for programs that cannot make them fast.
//
//   points COUNT DIMENSIONS

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

double fraction(std::uint64_t &state) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return static_cast<double>(state >> 11) / 9007199254740992.0;
}

int main(int argc, char **argv) {
  if (argc != 3)
    return 1;
  const std::size_t count = std::strtoul(argv[1], nullptr, 10), dimensions = std::strtoul(argv[2], nullptr, 10);
  std::uint64_t state = 2012;
  std::vector<double> point(dimensions);
  for (std::size_t i = 0; i < count; ++i) {
    const double offset = static_cast<double>(state >> 60);
    for (double &value : point)
      value = offset + fraction(state);
    if (std::fwrite(point.data(), sizeof(double), dimensions, stdout) != dimensions)
      return 1;
  }
}
