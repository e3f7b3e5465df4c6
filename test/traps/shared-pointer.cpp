// Two holders share one object: shared_ptr does not own alone. A change through one is seen through the other, and
// use_count is printed.
// RUN: %run-program %s
// EXPECT-NO-TASK: advanced
// CHECK-REMARK: parameter 'holder' of 'advanced' cannot travel: 'std::shared_ptr<std::vector<unsigned int>>' is of a library type
#include <cstdio>
#include <memory>
#include <vector>

using Shared = std::shared_ptr<std::vector<unsigned>>;

unsigned advanced(Shared holder, unsigned index) {
  std::vector<unsigned> &values = *holder;
  for (int i = 0; i < 100000; ++i)
    values[index] = values[index] * 1664525u + values[(index + 1) % values.size()];
  return values[index] + static_cast<unsigned>(holder.use_count());
}

int main() {
  const Shared one = std::make_shared<std::vector<unsigned>>(8, 1u);
  const Shared two = one;
  std::vector<unsigned> results;
  for (unsigned i = 0; i < 24; ++i)
    results.push_back(advanced(i % 2 == 0 ? one : two, i % 8));
  for (const unsigned result : results)
    std::printf("%u\n", result);
}
