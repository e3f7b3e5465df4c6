// Arrays that are set to zero: fresh ones, full ones, those in memory that was used before, those that are read before they are
// written, and in a child.
#include <algorithm>
#include <cstdio>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

constexpr std::size_t count = 16 << 20; // 128 MiB

long residentPages() {
  long all = 0, resident = 0;
  if (std::FILE *file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%ld %ld", &all, &resident) != 2)
      resident = -1;
    std::fclose(file);
  }
  return resident;
}

void fill(std::vector<double> &field) {
  for (std::size_t i = 0; i != field.size(); ++i)
    field[i] = static_cast<double>(i) * 0.5;
}

void addTo(std::vector<double> &field) {
  for (std::size_t i = 0; i != field.size(); ++i)
    field[i] += static_cast<double>(i) * 0.5;
}

long faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

bool isZero(const std::vector<double> &field, std::size_t from, std::size_t to) {
  bool isSo = true;
  for (std::size_t i = from; i != to; ++i)
    isSo = isSo && field[i] == 0;
  return isSo;
}

int main() {
  const long before = residentPages();
  std::vector<double> field(count);
  std::printf("fresh: %s\n", residentPages() - before < 8192 ? "not touched" : "touched");
  fill(field);
  double sum = 0;
  for (const double value : field)
    sum += value;
  std::printf("filled: %.0f\n", sum);

  std::fill(field.begin() + 1001, field.end() - 1001, 0.0);
  std::printf("zero again: %d, ends kept: %d\n", isZero(field, 1001, count - 1001),
              field[1000] == 500 && field[count - 1000] == static_cast<double>(count - 1000) * 0.5);

  std::vector<double> sums(count);
  const long faultsBefore = faults(), pages = static_cast<long>(count * sizeof(double) / 4096);
  addTo(sums);
  std::printf("brought in: %s\n", faults() - faultsBefore < pages + pages / 4 ? "once at most" : "more than once");
  std::printf("added to: %d\n", sums[1] == 0.5 && sums[count - 1] == static_cast<double>(count - 1) * 0.5);

  std::vector<double>().swap(field);
  std::vector<double> second(count / 2 + 5);
  std::printf("used again: %d\n", isZero(second, 0, second.size()));

  std::vector<double> partly(3 * count);
  for (std::size_t i = 7; i < partly.size(); i += 100000)
    partly[i] = 1;
  std::fill(partly.begin() + 3, partly.end(), 0.0);
  std::printf("partly touched: %d\n", isZero(partly, 0, partly.size()));
  std::fflush(stdout);

  std::vector<double> late(2 * count);
  if (const pid_t child = fork(); child == 0) {
    fill(late);
    std::fill(late.begin(), late.end(), 0.0);
    std::printf("in a child: %d\n", isZero(late, 0, late.size()));
    std::fflush(stdout);
    _exit(0);
  } else {
    int status = 0;
    waitpid(child, &status, 0);
    return status;
  }
}
