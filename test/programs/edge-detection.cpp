// Sobel's edges of a grey picture, computed in one pass over rows and columns.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 500
// DOMAIN: image
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

using Grey = std::vector<std::vector<std::uint8_t>>;

Grey edges(const Grey &picture) {
  const std::size_t height = picture.size(), width = picture[0].size();
  Grey result(height, std::vector<std::uint8_t>(width));
  for (std::size_t y = 1; y + 1 < height; ++y)
    for (std::size_t x = 1; x + 1 < width; ++x) {
      const int across = picture[y - 1][x + 1] + 2 * picture[y][x + 1] + picture[y + 1][x + 1] - picture[y - 1][x - 1] -
                         2 * picture[y][x - 1] - picture[y + 1][x - 1];
      const int down = picture[y + 1][x - 1] + 2 * picture[y + 1][x] + picture[y + 1][x + 1] - picture[y - 1][x - 1] -
                       2 * picture[y - 1][x] - picture[y - 1][x + 1];
      const double size = std::sqrt(across * across + down * down);
      result[y][x] = static_cast<std::uint8_t>(size > 255 ? 255 : size);
    }
  return result;
}

int main(int argc, char **argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 8;
  Grey picture(700, std::vector<std::uint8_t>(900));
  for (std::size_t y = 0; y < picture.size(); ++y)
    for (std::size_t x = 0; x < picture[y].size(); ++x)
      picture[y][x] = static_cast<std::uint8_t>((x / 40 + y / 30) % 2 * 200 + x * y % 17);
  for (int round = 0; round < rounds; ++round)
    picture = edges(picture);
  unsigned long sum = 0;
  for (const auto &row : picture)
    for (const std::uint8_t value : row)
      sum = sum * 31 + value;
  std::printf("%lu\n", sum);
}
