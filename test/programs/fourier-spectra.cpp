// The loudest frequency of each of many signals, by a recursive fast Fourier transform.
// RUN: %run-program %s
// EXPECT-TASK: loudest
// PARALLEL
// STATUS-ARGS: 900
// DOMAIN: numeric
#include <complex>
#include <cstdio>
#include <cstdlib>
#include <vector>

using Signal = std::vector<std::complex<double>>;

Signal transformed(const Signal &signal) {
  const std::size_t n = signal.size();
  if (n == 1)
    return signal;
  Signal even, odd;
  for (std::size_t i = 0; i < n; i += 2) {
    even.push_back(signal[i]);
    odd.push_back(signal[i + 1]);
  }
  even = transformed(even);
  odd = transformed(odd);
  Signal result(n);
  for (std::size_t k = 0; k < n / 2; ++k) {
    const double angle = -2 * 3.14159265358979323846 * static_cast<double>(k) / static_cast<double>(n);
    const auto turned = std::polar(1.0, angle) * odd[k];
    result[k] = even[k] + turned;
    result[k + n / 2] = even[k] - turned;
  }
  return result;
}

std::size_t loudest(const std::vector<double> &samples) {
  const Signal spectrum = transformed(Signal(samples.begin(), samples.end()));
  std::size_t best = 1;
  for (std::size_t k = 2; k < spectrum.size() / 2; ++k)
    if (std::norm(spectrum[k]) > std::norm(spectrum[best]))
      best = k;
  return best;
}

int main(int argc, char **argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 40;
  std::vector<std::vector<double>> recordings;
  for (int r = 0; r < count; ++r) {
    std::vector<double> samples(4096);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const double t = static_cast<double>(i) / 4096;
      const double phase = t * (17 + r * 29) - static_cast<long>(t * (17 + r * 29));
      samples[i] = (phase < 0.5 ? 1 : -1) + static_cast<double>(i * 7919 % 101) / 400;
    }
    recordings.push_back(samples);
  }
  for (const auto &samples : recordings)
    std::printf("%zu\n", loudest(samples));
}
