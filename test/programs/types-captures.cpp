// A local lambda that captures everything by reference, and a member function's that captures `this`: what they refer to
// is read, and travels.
// RUN: %run-program %s
// EXPECT-RAN: main::(lambda)::operator()(int) const
// EXPECT-RAN: Model::apply::(lambda)::operator()(int) const
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

class Model {
  std::vector<double> weights;
  double bias;

public:
  explicit Model(double bias) : weights(500, 0.5), bias(bias) {}
  std::vector<double> apply(int count) const {
    auto one = [this](int index) {
      double sum = bias;
      for (int round = 0; round < 200; ++round)
        for (double weight : weights)
          sum += std::sqrt(weight * index + round);
      return sum;
    };
    std::vector<double> results;
    for (int i = 0; i < count; ++i)
      results.push_back(one(i));
    return results;
  }
};

int main() {
  std::vector<double> data(1000, 1.5);
  std::string name = "a name that is longer than sixteen characters";
  double factor = 0.75;
  auto smooth = [&](int radius) {
    double sum = static_cast<double>(name.size());
    for (int round = 0; round < 100; ++round)
      for (double value : data)
        sum += value * factor / (radius + round + 1);
    return sum;
  };
  std::vector<double> results;
  for (int i = 0; i < 40; ++i)
    results.push_back(smooth(i));
  for (double result : results)
    std::printf("%.17g\n", result);
  for (double result : Model(2).apply(30))
    std::printf("%.17g\n", result);
}
