// Every round's calls share an input that changes between the rounds (as k-means' centroids do): each must see its
// own round's.
// RUN: %run-program %s
// EXPECT-RAN: misfit
#include <cstdio>
#include <vector>

double misfit(const std::vector<double> &block, const std::vector<double> &model) {
  double sum = 0;
  for (int round = 0; round < 30; ++round)
    for (std::size_t i = 0; i < block.size(); ++i) {
      const double error = block[i] - model[i % model.size()];
      sum += error * error;
    }
  return sum;
}

int main() {
  std::vector<std::vector<double>> blocks(16, std::vector<double>(5000));
  for (std::size_t b = 0; b < blocks.size(); ++b)
    for (std::size_t i = 0; i < blocks[b].size(); ++i)
      blocks[b][i] = static_cast<double>((b * 31 + i * 17) % 97);
  std::vector<double> model(8, 1.0);
  for (std::size_t round = 0; round < 8; ++round) {
    double total = 0;
    for (const auto &block : blocks)
      total += misfit(block, model);
    model[round] += total * 1e-9;
    std::printf("%.17g\n", total);
  }
}
