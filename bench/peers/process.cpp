// A process that does nothing, started and waited for, again and again: what a task would cost if it were a process of
// its own (posix_spawn, which is a vfork). Nanoseconds of the first and the median one go to standard error.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <spawn.h>
#include <sys/wait.h>
#include <vector>

using Clock = std::chrono::steady_clock;

int main() {
  char path[] = "/bin/true";
  char *arguments[] = {path, nullptr}, *environment[] = {nullptr};
  std::vector<double> times;
  for (int round = 0; round < 300; ++round) {
    const Clock::time_point began = Clock::now();
    pid_t child = 0;
    int status = 0;
    if (posix_spawn(&child, path, nullptr, nullptr, arguments, environment) != 0 || waitpid(child, &status, 0) != child)
      return 1;
    times.push_back(std::chrono::duration<double, std::nano>(Clock::now() - began).count());
  }
  const double first = times.front();
  std::sort(times.begin(), times.end());
  std::fprintf(stderr, "first_ns=%.1f\nmedian_ns=%.1f\n", first, times[times.size() / 2]);
}
