// What a function is always called with is known in its loops, and so in their tasks.
// RUN: %cleavexx -std=c++20 -O2 -cleave-print=prepared %s | FileCheck %s
// CHECK-LABEL: define {{.*}}blurred
// CHECK: sub nsw i32 {{%.*}}, 3
#include <cstdio>
#include <vector>

std::vector<float> blurred(const std::vector<float> &in, int radius) {
  const int size = static_cast<int>(in.size());
  std::vector<float> out(in.size());
  for (int i = 0; i < size; ++i)
    for (int k = i - radius; k <= i + radius; ++k)
      out[i] += k < 0 || k >= size ? 0 : in[k];
  return out;
}

int main(int count, char **) {
  std::printf("%f\n", static_cast<double>(blurred(std::vector<float>(1000, static_cast<float>(count)), 3)[7]));
}
