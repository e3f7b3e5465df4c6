// examples/kmeans.cpp with MPI: arrays, one rank a core, as in Table 1 of the paper.
//
//   mpirun -n 2 kmeans [points] [dimensions] [clusters] [rounds]
//
// Each rank makes its own share of the same points (it skips the generator ahead), assigns them by the same arithmetic,
// and the sums of all are added up by MPI_Allreduce. Only the order of that last addition differs from the plain
// program's, so what is printed agrees to within rounding. The seconds between MPI_Init and MPI_Finalize go to stderr.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <mpi.h>
#include <vector>

#ifndef NUMBER
#define NUMBER double
#endif
using Number = NUMBER;

constexpr std::size_t pointsPerBlock = 4096;
constexpr std::uint64_t factor = 6364136223846793005u, increment = 1442695040888963407u;

// What `steps` steps of the generator make of its state.
std::uint64_t ahead(std::uint64_t state, std::uint64_t steps) {
  std::uint64_t power = factor, sum = increment;
  for (; steps != 0; steps >>= 1) {
    if (steps & 1)
      state = state * power + sum;
    sum += sum * power;
    power *= power;
  }
  return state;
}

Number fraction(std::uint64_t &state) {
  state = state * factor + increment;
  return static_cast<Number>(state >> 11) / 9007199254740992.0;
}

std::vector<Number> generated(std::size_t first, std::size_t last, std::size_t dimensions) {
  std::vector<Number> values;
  values.reserve((last - first) * dimensions);
  std::uint64_t state = ahead(2012, first * dimensions);
  for (std::size_t i = first; i < last; ++i) {
    const Number offset = static_cast<Number>(state >> 60);
    for (std::size_t d = 0; d < dimensions; ++d)
      values.push_back(offset + fraction(state));
  }
  return values;
}

struct Assignment {
  std::vector<Number> sums;
  std::vector<long> counts;
  Number inertia = 0;
};

void assign(const Number *points, std::size_t count, const std::vector<Number> &centroids, std::size_t dimensions,
            Assignment &total) {
  for (std::size_t i = 0; i < count; ++i) {
    const Number *point = points + i * dimensions;
    std::size_t best = 0;
    Number distance = std::numeric_limits<Number>::infinity();
    for (std::size_t c = 0; c < total.counts.size(); ++c) {
      Number sum = 0;
      for (std::size_t d = 0; d < dimensions; ++d) {
        const Number difference = point[d] - centroids[c * dimensions + d];
        sum += difference * difference;
      }
      if (sum < distance) {
        distance = sum;
        best = c;
      }
    }
    total.inertia += distance;
    ++total.counts[best];
    for (std::size_t d = 0; d < dimensions; ++d)
      total.sums[best * dimensions + d] += point[d];
  }
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  const double began = MPI_Wtime();
  int rank = 0, ranks = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  const MPI_Datatype type = sizeof(Number) == sizeof(double) ? MPI_DOUBLE : MPI_FLOAT;
  const auto number = [&](int index, std::size_t otherwise) {
    return argc > index ? std::strtoul(argv[index], nullptr, 10) : otherwise;
  };
  const std::size_t count = number(1, 20000), dimensions = number(2, 100), clusters = number(3, 20);
  const std::size_t rounds = number(4, 5), blocks = (count + pointsPerBlock - 1) / pointsPerBlock;
  const auto shareOf = [&](int of) { return std::min(blocks * of / ranks * pointsPerBlock, count); };
  const std::vector<Number> points = generated(shareOf(rank), shareOf(rank + 1), dimensions);

  std::vector<Number> centroids = generated(0, clusters, dimensions);
  for (std::size_t round = 1; round <= rounds; ++round) {
    Assignment total{std::vector<Number>(clusters * dimensions), std::vector<long>(clusters), 0};
    const std::size_t mine = points.size() / dimensions;
    for (std::size_t first = 0; first < mine; first += pointsPerBlock) {
      Assignment part{std::vector<Number>(clusters * dimensions), std::vector<long>(clusters), 0};
      assign(points.data() + first * dimensions, std::min(pointsPerBlock, mine - first), centroids, dimensions, part);
      for (std::size_t i = 0; i < part.sums.size(); ++i)
        total.sums[i] += part.sums[i];
      for (std::size_t i = 0; i < clusters; ++i)
        total.counts[i] += part.counts[i];
      total.inertia += part.inertia;
    }
    MPI_Allreduce(MPI_IN_PLACE, total.sums.data(), static_cast<int>(total.sums.size()), type, MPI_SUM, MPI_COMM_WORLD);
    MPI_Allreduce(MPI_IN_PLACE, total.counts.data(), static_cast<int>(clusters), MPI_LONG, MPI_SUM, MPI_COMM_WORLD);
    MPI_Allreduce(MPI_IN_PLACE, &total.inertia, 1, type, MPI_SUM, MPI_COMM_WORLD);
    for (std::size_t c = 0; c < clusters; ++c)
      for (std::size_t d = 0; d < dimensions; ++d)
        if (total.counts[c] > 0)
          centroids[c * dimensions + d] = total.sums[c * dimensions + d] / static_cast<Number>(total.counts[c]);
    if (rank == 0)
      std::printf("round %zu: inertia %.17g\n", round, static_cast<double>(total.inertia));
  }
  for (std::size_t c = 0; rank == 0 && c < std::min<std::size_t>(clusters, 5); ++c) {
    Number sum = 0;
    for (std::size_t d = 0; d < dimensions; ++d)
      sum += centroids[c * dimensions + d];
    std::printf("centroid %zu: sum %.17g\n", c, static_cast<double>(sum));
  }
  if (rank == 0)
    std::fprintf(stderr, "inner_s=%.6f\n", MPI_Wtime() - began);
  MPI_Finalize();
}
