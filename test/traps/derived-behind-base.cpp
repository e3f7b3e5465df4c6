// The callee gets a reference to a base class and casts it down, as the curiously recurring template does: the object
// is larger than its parameter's type says, and a copy of the base part would miss the vector.
// RUN: %run-program %s
// CHECK-REMARK: may refer to an object of a derived class
#include <cstdio>
#include <vector>

template <typename Derived> struct Series {
  unsigned offset = 0;
  const Derived &self() const { return static_cast<const Derived &>(*this); }
};

struct Samples : Series<Samples> {
  std::vector<unsigned> values;
  unsigned at(std::size_t i) const { return values[i % values.size()]; }
};

template <typename Derived> unsigned total(const Series<Derived> &series, unsigned rounds) {
  unsigned sum = series.offset;
  for (unsigned i = 0; i < rounds; ++i)
    sum = sum * 31 + series.self().at(i);
  return sum;
}

int main() {
  Samples samples;
  samples.offset = 5;
  for (unsigned i = 0; i < 1000; ++i)
    samples.values.push_back(i * i);
  std::vector<unsigned> sums;
  for (unsigned i = 0; i < 30; ++i)
    sums.push_back(total(samples, 200000 + i));
  for (const unsigned sum : sums)
    std::printf("%u\n", sum);
}
