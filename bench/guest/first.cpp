// first.cpp - says so as soon as its first task has answered.
#include <cstdio>
#include <cstdlib>
#include <vector>

double work(double from) {
  double sum = from;
  for (int i = 0; i < 1000; ++i)
    sum = sum * 0.999 + 1;
  return sum;
}

int main(int argc, char **) {
  std::vector<double> sums;
  for (int i = 0; i < 2; ++i)
    sums.push_back(work(argc + i));
  std::printf("%.6f\n", sums[0]);
  std::fflush(stdout);
  return 0;
}
