// Sums over rows of which none is known to be touched by an iteration before it runs.
#include <cstdio>
#include <vector>

int main() {
  const int rows = 2000, columns = 1024;
  std::vector<std::vector<double>> table(rows, std::vector<double>(columns, 0.5));
  std::vector<double> sums(rows);
  for (int i = 0; i < rows; ++i)
    for (int k = 0; k < 16; ++k)
      for (int j = 0; j < columns; ++j)
        sums[i] += table[(i * 7 + k * 31) % rows][j];
  double total = 0;
  for (double sum : sums)
    total += sum;
  std::printf("%.0f\n", total);
}
