// Says how the memory is mapped in which a large block lies; then works on it, in a child as well.
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

void tellMapping(const void *block) {
  const auto wanted = reinterpret_cast<std::uintptr_t>(block);
  std::FILE *maps = std::fopen("/proc/self/maps", "r");
  char line[512], rights[5];
  unsigned long begin, end;
  while (maps && std::fgets(line, sizeof line, maps))
    if (std::sscanf(line, "%lx-%lx %4s", &begin, &end, rights) == 3 && begin <= wanted && wanted < end)
      std::printf("large block: %s\n", rights);
  if (maps)
    std::fclose(maps);
}

unsigned long worked(const std::vector<long> &table, long row) {
  unsigned long sum = 0;
  for (int round = 0; round != 20; ++round)
    for (long i = 0; i != 16384; ++i)
      sum = sum * 5 + static_cast<unsigned long>(table[row * 16384 + i] + round);
  return sum;
}

unsigned long total(const std::vector<long> &table, const std::vector<long> &rows) {
  unsigned long sum = 0;
  for (const long row : rows) {
    sum += worked(table, row);
#ifdef THROWS // a loop that may be left so is not for local workers
    if (sum == 0)
      throw std::runtime_error("nothing yet");
#endif
  }
  return sum;
}

int main() {
  std::vector<long> table(16384 * 256, 8), squares(table.size());
  std::vector<long> rows;
  for (long row = 0; row != 256; ++row)
    rows.push_back(row * 7 % 256);
  tellMapping(table.data());
  const unsigned long sum = total(table, rows);
  for (std::size_t i = 0; i != squares.size(); ++i) // touched for the first time by whoever does it
    squares[i] = table[i] * table[i] / 8;
  long all = 0;
  for (long square : squares)
    all += square;
  std::printf("%lu %ld\n", sum, all);
  std::fflush(stdout);
  if (const pid_t child = fork(); child == 0) {
    std::printf("child: %lu\n", total(table, rows));
    std::fflush(stdout);
    _exit(0);
  } else {
    int status = 0;
    waitpid(child, &status, 0);
    return status;
  }
}
