// One template, several instantiations, each a task kind of its own; the function to apply is a template parameter.
// RUN: %run-program %s
// EXPECT-TASK: reduced
#include <cstdio>
#include <vector>

struct Add {
  template <typename T> T operator()(T left, T right) const { return left + right; }
};

struct Blend {
  template <typename T> T operator()(T left, T right) const { return left / 2 + right; }
};

template <typename Step, typename T> T reduced(const std::vector<T> &values, int rounds) {
  T result{};
  for (int round = 0; round < rounds; ++round)
    for (const T value : values)
      result = Step()(result, value);
  return result;
}

int main() {
  std::vector<std::vector<double>> reals;
  std::vector<std::vector<unsigned>> naturals;
  for (unsigned i = 0; i < 16; ++i) {
    reals.emplace_back(5000, 1.0 / (i + 1));
    naturals.emplace_back(5000, i * 2654435761u);
  }
  for (const auto &values : reals)
    std::printf("%.17g %.17g\n", reduced<Add>(values, 20), reduced<Blend>(values, 20));
  for (const auto &values : naturals)
    std::printf("%u %u\n", reduced<Add>(values, 20), reduced<Blend>(values, 20));
}
