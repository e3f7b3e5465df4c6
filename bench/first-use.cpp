// Percolation: from which share of open cells on does water get from the top of a square to its bottom? Thirty squares for
// each share. This is the program of one's own in docs/first-use.md, written as anybody would write it.
#include <cstdio>
#include <random>
#include <vector>

struct Square {
  int size;
  std::vector<char> open;
  bool isOpen(int row, int column) const { return open[row * size + column]; }
};

Square randomSquare(int size, double share, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> chance(0, 1);
  Square square{size, std::vector<char>(size * size)};
  for (char &cell : square.open)
    cell = chance(random) < share;
  return square;
}

bool percolates(const Square &square) {
  const int size = square.size;
  std::vector<char> wet(size * size);
  std::vector<int> next;
  for (int column = 0; column < size; ++column)
    if (square.isOpen(0, column)) {
      wet[column] = 1;
      next.push_back(column);
    }
  while (!next.empty()) {
    const int cell = next.back(), row = cell / size, column = cell % size;
    next.pop_back();
    if (row == size - 1)
      return true;
    const int rows[] = {row - 1, row + 1, row, row}, columns[] = {column, column, column - 1, column + 1};
    for (int i = 0; i < 4; ++i) {
      if (rows[i] < 0 || columns[i] < 0 || columns[i] >= size || !square.isOpen(rows[i], columns[i]))
        continue;
      const int there = rows[i] * size + columns[i];
      if (!wet[there]) {
        wet[there] = 1;
        next.push_back(there);
      }
    }
  }
  return false;
}

int percolating(double share, int squares, int size) {
  int count = 0;
  for (int seed = 0; seed < squares; ++seed)
    count += percolates(randomSquare(size, share, seed));
  return count;
}

int main() {
  for (double share = 0.50; share < 0.70; share += 0.01)
    std::printf("%.2f  %2d of 30\n", share, percolating(share, 30, 700));
}
