// Reduces a picture to a palette of a few colours that suit it best (k-means in colour space).
//
//   quantise [colours] [rounds] < picture.ppm > reduced.ppm
//
// Reads and writes binary PPM (P6, 8 bits a channel). The palette found goes to standard error.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

struct Colour {
  std::uint8_t red, green, blue;
};

using Band = std::vector<Colour>; // some rows of the picture
using Palette = std::vector<Colour>;

struct Picture {
  int width = 0;
  int height = 0;
  std::vector<Band> bands;
};

struct Share {
  std::array<long, 3> sum{};
  long count = 0;
};

constexpr int rowsPerBand = 16;

std::size_t nearest(const Palette &palette, Colour colour) {
  std::size_t best = 0;
  int bestDistance = 3 * 256 * 256;
  for (std::size_t i = 0; i < palette.size(); ++i) {
    const int red = colour.red - palette[i].red;
    const int green = colour.green - palette[i].green;
    const int blue = colour.blue - palette[i].blue;
    const int distance = red * red + green * green + blue * blue;
    if (distance < bestDistance) {
      bestDistance = distance;
      best = i;
    }
  }
  return best;
}

std::vector<Share> shares(const Band &band, const Palette &palette) {
  std::vector<Share> result(palette.size());
  for (const Colour &colour : band) {
    Share &share = result[nearest(palette, colour)];
    share.sum[0] += colour.red;
    share.sum[1] += colour.green;
    share.sum[2] += colour.blue;
    ++share.count;
  }
  return result;
}

std::vector<Share> merged(std::vector<Share> total, const std::vector<Share> &part) {
  for (std::size_t i = 0; i < total.size(); ++i) {
    for (std::size_t channel = 0; channel < 3; ++channel)
      total[i].sum[channel] += part[i].sum[channel];
    total[i].count += part[i].count;
  }
  return total;
}

Palette averaged(const std::vector<Share> &total, Palette palette) {
  for (std::size_t i = 0; i < palette.size(); ++i) {
    const Share &share = total[i];
    if (share.count > 0)
      palette[i] = {static_cast<std::uint8_t>(share.sum[0] / share.count),
                    static_cast<std::uint8_t>(share.sum[1] / share.count),
                    static_cast<std::uint8_t>(share.sum[2] / share.count)};
  }
  return palette;
}

Band recoloured(const Band &band, const Palette &palette) {
  Band result;
  result.reserve(band.size());
  for (const Colour &colour : band)
    result.push_back(palette[nearest(palette, colour)]);
  return result;
}

// The colours that most pixels are near to: the means of the fullest cells of a coarse grid.
Palette firstPalette(const Picture &picture, std::size_t colours) {
  std::map<int, Share> cells;
  for (const Band &band : picture.bands)
    for (const Colour &colour : band) {
      Share &cell = cells[(colour.red >> 4) << 8 | (colour.green >> 4) << 4 | colour.blue >> 4];
      cell.sum[0] += colour.red;
      cell.sum[1] += colour.green;
      cell.sum[2] += colour.blue;
      ++cell.count;
    }
  std::multimap<long, Share, std::greater<long>> byCount; // equal counts stay in the grid's order
  for (const auto &[index, cell] : cells)
    byCount.emplace(cell.count, cell);
  std::vector<Share> fullest;
  for (const auto &[count, cell] : byCount)
    if (fullest.size() < colours)
      fullest.push_back(cell);
  return averaged(fullest, Palette(fullest.size()));
}

bool read(std::istream &in, Picture &picture) {
  std::string magic;
  int maximum = 0;
  if (!(in >> magic >> picture.width >> picture.height >> maximum) || magic != "P6" || maximum != 255)
    return false;
  if (picture.width <= 0 || picture.height <= 0)
    return false;
  in.get();
  for (int row = 0; row < picture.height; row += rowsPerBand) {
    const int rows = std::min(rowsPerBand, picture.height - row);
    Band band;
    for (int i = 0; i < rows * picture.width; ++i) {
      std::array<char, 3> bytes{};
      if (!in.read(bytes.data(), 3))
        return false;
      band.push_back({static_cast<std::uint8_t>(bytes[0]), static_cast<std::uint8_t>(bytes[1]),
                      static_cast<std::uint8_t>(bytes[2])});
    }
    picture.bands.push_back(std::move(band));
  }
  return true;
}

void write(std::ostream &out, const Picture &picture) {
  out << "P6\n" << picture.width << ' ' << picture.height << "\n255\n";
  for (const Band &band : picture.bands)
    for (const Colour &colour : band)
      out.put(static_cast<char>(colour.red)).put(static_cast<char>(colour.green)).put(static_cast<char>(colour.blue));
}

int main(int argc, char **argv) {
  const std::size_t colours = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 32;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 8;
  std::ios::sync_with_stdio(false);

  Picture picture;
  if (colours == 0 || !read(std::cin, picture)) {
    std::cerr << "quantise: standard input is not a binary PPM picture (P6, 255)\n";
    return 1;
  }

  Palette palette = firstPalette(picture, colours);
  for (int round = 0; round < rounds; ++round) {
    std::vector<Share> total(palette.size());
    for (const Band &band : picture.bands)
      total = merged(std::move(total), shares(band, palette));
    palette = averaged(total, std::move(palette));
  }

  Picture reduced{picture.width, picture.height, {}};
  for (const Band &band : picture.bands)
    reduced.bands.push_back(recoloured(band, palette));

  for (const Colour &colour : palette)
    std::fprintf(stderr, "#%02x%02x%02x ", colour.red, colour.green, colour.blue);
  std::fputc('\n', stderr);
  write(std::cout, reduced);
}
