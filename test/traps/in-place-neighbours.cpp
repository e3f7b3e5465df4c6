// Each element needs the one before it, which this same loop has just changed. The loop that writes to a second array, and
// swaps the two, may be split: only the run time can tell that the buffers differ.
// RUN: %run-program %s
// EXPECT-RAN: loop
// CHECK-REMARK: an iteration uses a part of {{.*}} that another one changes
#include <cmath>
#include <cstdio>
#include <vector>

int main() {
  std::vector<double> wave(20000);
  for (std::size_t i = 0; i < wave.size(); ++i)
    wave[i] = static_cast<double>(i % 97) / 97;
  for (int round = 0; round < 30; ++round)
    for (std::size_t i = 1; i < wave.size(); ++i)
      wave[i] = std::sin(wave[i] + wave[i - 1]);
  std::vector<double> next(wave.size());
  for (int round = 0; round < 30; ++round) {
    for (std::size_t i = 1; i + 1 < wave.size(); ++i)
      next[i] = std::sin(wave[i - 1] + wave[i] + wave[i + 1]);
    std::swap(wave, next);
  }
  double sum = 0;
  for (double value : wave)
    sum += value;
  std::printf("%.17g %.17g\n", sum, wave[12345]);
}
