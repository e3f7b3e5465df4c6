// Sudokus solved by backtracking; one has no solution.
// RUN: %run-program %s
// PARALLEL
// DOMAIN: search
// EXPECT-ITEMS: 28 solved
#include <array>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

using Board = std::array<int, 81>;

bool fits(const Board &board, int cell, int digit) {
  const int row = cell / 9, column = cell % 9, corner = row / 3 * 27 + column / 3 * 3;
  for (int i = 0; i < 9; ++i)
    if (board[row * 9 + i] == digit || board[i * 9 + column] == digit || board[corner + i / 3 * 9 + i % 3] == digit)
      return false;
  return true;
}

bool fill(Board &board, int cell) {
  while (cell < 81 && board[cell] != 0)
    ++cell;
  if (cell == 81)
    return true;
  for (int digit = 1; digit <= 9; ++digit)
    if (fits(board, cell, digit)) {
      board[cell] = digit;
      if (fill(board, cell + 1))
        return true;
      board[cell] = 0;
    }
  return false;
}

std::optional<Board> solved(const std::string &puzzle) {
  Board board{};
  for (int i = 0; i < 81; ++i)
    board[i] = puzzle[i] == '.' ? 0 : puzzle[i] - '0';
  if (fill(board, 0))
    return board;
  return std::nullopt;
}

int main() {
  const std::vector<std::string> known{
      "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79",
      "..............3.85..1.2.......5.7.....4...1...9.......5......73..2.1........4...9",
      "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..",
      "....7..2.8.......6.1.2.5...9.54....8.........3....85.1...3.2.8.4.......9.7..6....",
      "1....7.9..3..2...8..96..5....53..9...1..8...26....4...3......1..4......7..7...3.."};
  std::vector<std::string> puzzles;
  for (int turn = 1; turn <= 9; ++turn) // the same puzzles with the digits renamed
    for (std::size_t k = 2; k < known.size(); ++k) {
      std::string puzzle = known[k];
      for (char &c : puzzle)
        if (c != '.')
          c = static_cast<char>('1' + (c - '1' + turn) % 9);
      puzzles.push_back(puzzle);
    }
  puzzles.push_back("55" + known[0].substr(2));
  for (const std::string &puzzle : puzzles) {
    const std::optional<Board> board = solved(puzzle);
    if (!board) {
      std::puts("no solution");
      continue;
    }
    std::string line;
    for (const int digit : *board)
      line += static_cast<char>('0' + digit);
    std::puts(line.c_str());
  }
}
