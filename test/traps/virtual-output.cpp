// One of the classes behind the base prints in the function that is called through it, another counts.
// RUN: %run-program %s
// EXPECT-NO-TASK:
#include <cstdio>
#include <memory>
#include <vector>

static unsigned counter;
struct Step {
  virtual ~Step() = default;
  virtual unsigned run(unsigned seed) const {
    for (int i = 0; i < 100000; ++i)
      seed = (seed ^ 1013904223u) * 1664525u;
    return seed;
  }
};
struct Loud final : Step {
  unsigned run(unsigned seed) const override {
    std::printf("run %u\n", seed);
    return Step::run(seed);
  }
};
struct Counting final : Step {
  unsigned run(unsigned seed) const override { return Step::run(seed + ++counter); }
};

int main() {
  std::vector<std::unique_ptr<Step>> steps;
  for (int i = 0; i < 10; ++i) {
    steps.push_back(std::make_unique<Step>());
    if (i % 3 == 0)
      steps.push_back(std::make_unique<Loud>());
    if (i % 4 == 0)
      steps.push_back(std::make_unique<Counting>());
  }
  std::vector<unsigned> results;
  for (unsigned i = 0; i < steps.size(); ++i)
    results.push_back(steps[i]->run(i));
  for (unsigned result : results)
    std::printf("%u\n", result);
}
