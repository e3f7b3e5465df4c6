// Every game of tic-tac-toe on a board with one row more, by recursion: how the game ends with best play, for each
// first move.
// RUN: %run-program %s
// PARALLEL
// DOMAIN: search
// EXPECT-NO-TASK: loop
#include <algorithm>
#include <array>
#include <cstdio>

struct Board {
  std::array<char, 12> cells{};
  bool wins(char player) const {
    for (int row = 0; row < 4; ++row)
      if (cells[row * 3] == player && cells[row * 3 + 1] == player && cells[row * 3 + 2] == player)
        return true;
    for (int top = 0; top < 2; ++top) {
      for (int column = 0; column < 3; ++column)
        if (cells[top * 3 + column] == player && cells[top * 3 + 3 + column] == player &&
            cells[top * 3 + 6 + column] == player)
          return true;
      if (cells[top * 3 + 4] == player && ((cells[top * 3] == player && cells[top * 3 + 8] == player) ||
                                           (cells[top * 3 + 2] == player && cells[top * 3 + 6] == player)))
        return true;
    }
    return false;
  }
};

int outcome(Board board, char player, int empty) {
  const char other = player == 'x' ? 'o' : 'x';
  if (board.wins(other))
    return -empty - 1;
  if (empty == 0)
    return 0;
  int best = -100;
  for (char &cell : board.cells)
    if (cell == 0) {
      cell = player;
      best = std::max(best, -outcome(board, other, empty - 1));
      cell = 0;
    }
  return best;
}

int main() {
  for (int first = 0; first < 6; ++first) {
    Board board;
    board.cells[first] = 'x';
    board.cells[(first + 5) % 12] = 'o';
    std::printf("first move %d: %d\n", first, outcome(board, 'x', 10));
  }
}
