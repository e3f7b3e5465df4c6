// k-means clustering (Lloyd's algorithm).
//
//   kmeans [points] [dimensions] [clusters] [rounds] [file]
//
// Without a file the points come from a generator of our own, so that every machine clusters the same ones; a file
// holds numbers separated by white space, `dimensions` to a point. Prints the inertia of each round and a sum over
// each of the first centroids, with all the digits that a double has.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <limits>
#include <utility>
#include <vector>

// Points lie one after another: point i is values[i * dimensions] and what follows it.
struct Points {
  std::size_t dimensions = 0;
  std::vector<double> values;

  std::size_t size() const { return values.size() / dimensions; }
};

struct Assignment {
  std::vector<double> sums;
  std::vector<long> counts;
  double inertia = 0;
};

constexpr std::size_t pointsPerBlock = 4096;

std::size_t nearest(const Points &points, std::size_t point, const Points &centroids, double &distance) {
  std::size_t best = 0;
  distance = std::numeric_limits<double>::infinity();
  const std::size_t dimensions = points.dimensions;
  for (std::size_t c = 0; c < centroids.size(); ++c) {
    double sum = 0;
    for (std::size_t d = 0; d < dimensions; ++d) {
      const double difference = points.values[point * dimensions + d] - centroids.values[c * dimensions + d];
      sum += difference * difference;
    }
    if (sum < distance) {
      distance = sum;
      best = c;
    }
  }
  return best;
}

Assignment assign(const Points &block, const Points &centroids) {
  Assignment result;
  result.sums.resize(centroids.values.size());
  result.counts.resize(centroids.size());
  for (std::size_t i = 0; i < block.size(); ++i) {
    double distance = 0;
    const std::size_t best = nearest(block, i, centroids, distance);
    result.inertia += distance;
    ++result.counts[best];
    for (std::size_t d = 0; d < block.dimensions; ++d)
      result.sums[best * block.dimensions + d] += block.values[i * block.dimensions + d];
  }
  return result;
}

Assignment merged(Assignment total, const Assignment &part) {
  for (std::size_t i = 0; i < total.sums.size(); ++i)
    total.sums[i] += part.sums[i];
  for (std::size_t i = 0; i < total.counts.size(); ++i)
    total.counts[i] += part.counts[i];
  total.inertia += part.inertia;
  return total;
}

// A cluster that lost all its points stays where it was.
Points moved(Points centroids, const Assignment &total) {
  for (std::size_t c = 0; c < centroids.size(); ++c)
    for (std::size_t d = 0; d < centroids.dimensions; ++d)
      if (total.counts[c] > 0)
        centroids.values[c * centroids.dimensions + d] =
            total.sums[c * centroids.dimensions + d] / static_cast<double>(total.counts[c]);
  return centroids;
}

// Knuth's MMIX generator, the upper 53 bits as a fraction.
double fraction(std::uint64_t &state) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return static_cast<double>(state >> 11) / 9007199254740992.0;
}

std::vector<Points> generated(std::size_t count, std::size_t dimensions) {
  std::vector<Points> blocks;
  std::uint64_t state = 2012;
  for (std::size_t first = 0; first < count; first += pointsPerBlock) {
    const std::size_t size = std::min(pointsPerBlock, count - first);
    Points block{dimensions, std::vector<double>(size * dimensions)};
    for (std::size_t i = 0; i < size; ++i) {
      const double offset = static_cast<double>(state >> 60); // sixteen loose groups
      for (std::size_t d = 0; d < dimensions; ++d)
        block.values[i * dimensions + d] = offset + fraction(state);
    }
    blocks.push_back(std::move(block));
  }
  return blocks;
}

std::vector<Points> readFrom(std::istream &in, std::size_t count, std::size_t dimensions) {
  std::vector<Points> blocks;
  double value = 0;
  for (std::size_t i = 0; i < count * dimensions && in >> value; ++i) {
    if (i % (pointsPerBlock * dimensions) == 0)
      blocks.push_back(Points{dimensions, {}});
    blocks.back().values.push_back(value);
  }
  return blocks;
}

int main(int argc, char **argv) {
  const auto number = [&](int index, std::size_t otherwise) {
    return argc > index ? std::strtoul(argv[index], nullptr, 10) : otherwise;
  };
  const std::size_t count = number(1, 20000), dimensions = number(2, 100), clusters = number(3, 20);
  const std::size_t rounds = number(4, 5);

  std::vector<Points> blocks;
  if (argc > 5) {
    std::ifstream file(argv[5]);
    blocks = readFrom(file, count, dimensions);
  } else if (dimensions > 0) {
    blocks = generated(count, dimensions);
  }
  if (blocks.empty() || blocks.front().size() < clusters || clusters == 0 ||
      blocks.back().values.size() % dimensions != 0) {
    std::cerr << "kmeans: not as many whole points as clusters\n";
    return 1;
  }

  const std::vector<double> &first = blocks.front().values;
  Points centroids{dimensions, {first.begin(), first.begin() + static_cast<std::ptrdiff_t>(clusters * dimensions)}};
  for (std::size_t round = 1; round <= rounds; ++round) {
    Assignment total{std::vector<double>(clusters * dimensions), std::vector<long>(clusters), 0};
    for (const Points &block : blocks)
      total = merged(std::move(total), assign(block, centroids));
    centroids = moved(std::move(centroids), total);
    std::printf("round %zu: inertia %.17g\n", round, total.inertia);
  }

  for (std::size_t c = 0; c < std::min<std::size_t>(clusters, 5); ++c) {
    double sum = 0;
    for (std::size_t d = 0; d < dimensions; ++d)
      sum += centroids.values[c * dimensions + d];
    std::printf("centroid %zu: sum %.17g\n", c, sum);
  }
}
