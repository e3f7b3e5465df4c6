// Each instantiation of the template has a counter of its own, in a comdat: a mutable global all the same.
// RUN: %run-program %s
// EXPECT-NO-TASK: Tagger<int>::next
// EXPECT-NO-TASK: tagged
// CHECK-REMARK: 'tagged<int>' changes global 'Tagger<int>::issued'
#include <cstdio>
#include <vector>

template <typename T> struct Tagger {
  static inline T issued{};
  static T next() { return issued += 1; }
};

template <typename T> double tagged(double seed) {
  for (int i = 0; i < 100000; ++i)
    seed = seed * 0.75 + 1.0;
  return seed + static_cast<double>(Tagger<T>::next());
}

int main() {
  std::vector<double> values;
  for (int i = 0; i < 30; ++i)
    values.push_back(i % 2 == 0 ? tagged<int>(i) : tagged<double>(i));
  for (const double value : values)
    std::printf("%.17g\n", value);
  std::printf("%d %g\n", Tagger<int>::issued, Tagger<double>::issued);
}
