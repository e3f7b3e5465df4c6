// Containers whose buffers plain loops read and write: strings, arrays of arrays, vectors of structs, members of members,
// views, iterators and range-for over references, standard algorithms with lambdas.
// RUN: %run-program %s
// EXPECT-RAN: loop
#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <numeric>
#include <span>
#include <string>
#include <vector>

struct Body {
  std::array<double, 3> position, speed, force;
  double mass;
};

struct World {
  std::vector<Body> bodies;
  double softening = 0.01;
};

static void computeForces(World &world) {
  for (std::size_t i = 0; i < world.bodies.size(); ++i) {
    std::array<double, 3> force{};
    for (std::size_t j = 0; j < world.bodies.size(); ++j) {
      std::array<double, 3> d;
      double distance = world.softening;
      for (int k = 0; k < 3; ++k) {
        d[k] = world.bodies[j].position[k] - world.bodies[i].position[k];
        distance += d[k] * d[k];
      }
      double scale = world.bodies[j].mass / (distance * std::sqrt(distance));
      for (int k = 0; k < 3; ++k)
        force[k] += d[k] * scale;
    }
    world.bodies[i].force = force;
  }
}

static void blur(std::span<const float> from, std::span<float> to, int width, int height) {
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      float sum = 0;
      int count = 0;
      for (int dy = -2; dy <= 2; ++dy)
        for (int dx = -2; dx <= 2; ++dx) {
          int u = x + dx, v = y + dy;
          if (u < 0 || v < 0 || u >= width || v >= height)
            continue;
          sum += from[v * width + u];
          ++count;
        }
      to[y * width + x] = sum / count;
    }
}

int main() {
  World world;
  for (int i = 0; i < 400; ++i) {
    Body body{};
    for (int k = 0; k < 3; ++k)
      body.position[k] = std::sin(i * 3 + k) * 10;
    body.mass = 1 + i % 5;
    world.bodies.push_back(body);
  }
  for (int step = 0; step < 4; ++step) {
    computeForces(world);
    for (Body &body : world.bodies)
      for (int k = 0; k < 3; ++k) {
        body.speed[k] += body.force[k] * 0.01;
        body.position[k] += body.speed[k] * 0.01;
      }
  }
  double energy = 0;
  for (const Body &body : world.bodies)
    for (double v : body.speed)
      energy += v * v;
  std::cout.precision(17);
  std::cout << energy << '\n';

  const int width = 320, height = 200;
  std::vector<float> image(width * height), blurred(width * height);
  for (int i = 0; i < width * height; ++i)
    image[i] = static_cast<float>((i * 7919) % 256);
  for (int round = 0; round < 3; ++round) {
    blur(image, blurred, width, height);
    image.swap(blurred);
  }
  std::cout << std::accumulate(image.begin(), image.end(), 0.0) << '\n';

  std::vector<double> values(60000);
  std::iota(values.begin(), values.end(), 0);
  std::vector<double> mapped(values.size());
  std::transform(values.begin(), values.end(), mapped.begin(), [](double x) {
    for (int k = 0; k < 20; ++k)
      x = std::sin(x) + 1;
    return x;
  });
  std::for_each(values.begin(), values.end(), [](double &x) { x = std::exp(std::cos(x)); });
  auto many = std::count_if(mapped.begin(), mapped.end(), [](double x) { return std::fmod(x * 1000, 3) < 1; });
  std::cout << many << ' ' << mapped[777] << ' ' << values[4242] << '\n';

  std::string text(50000, ' ');
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned state = static_cast<unsigned>(i);
    for (int k = 0; k < 40; ++k)
      state = state * 1664525u + 1013904223u;
    text[i] = static_cast<char>('a' + (state >> 24) % 26);
  }
  std::cout << text.substr(1000, 60) << '\n';
}
