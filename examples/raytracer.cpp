// Renders mirror balls over a chequered floor.
//
//   raytracer [width] [height] [balls] > picture.ppm
//
// Writes binary PPM to standard output and a checksum of the picture to standard error.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <vector>

struct Vector {
  double x = 0, y = 0, z = 0;
};

Vector operator+(Vector a, Vector b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
Vector operator-(Vector a, Vector b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
Vector operator*(Vector a, double s) { return {a.x * s, a.y * s, a.z * s}; }
double dot(Vector a, Vector b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
Vector normalised(Vector a) { return a * (1 / std::sqrt(dot(a, a))); }

struct Sphere {
  Vector centre;
  double radius = 1;
  Vector colour;
  double mirror = 0; // share of the light that is reflected, 0 to 1
};

struct Scene {
  std::vector<Sphere> spheres;
  Vector light;
};

struct Ray {
  Vector origin, direction;
};

struct Hit {
  double distance = 0;
  Vector normal, colour;
  double mirror = 0;
};

struct Pixel {
  std::uint8_t red, green, blue;
};

using Row = std::vector<Pixel>;

constexpr double nearest = 1e-6;
constexpr int mostReflections = 5;

std::optional<double> distanceTo(const Sphere &sphere, const Ray &ray) {
  const Vector offset = ray.origin - sphere.centre;
  const double half = dot(offset, ray.direction);
  const double discriminant = half * half - dot(offset, offset) + sphere.radius * sphere.radius;
  if (discriminant < 0)
    return std::nullopt;
  const double root = std::sqrt(discriminant);
  for (const double distance : {-half - root, -half + root})
    if (distance > nearest)
      return distance;
  return std::nullopt;
}

std::optional<Hit> closest(const Scene &scene, const Ray &ray) {
  std::optional<Hit> best;
  for (const Sphere &sphere : scene.spheres) {
    const auto distance = distanceTo(sphere, ray);
    if (distance && (!best || *distance < best->distance)) {
      const Vector point = ray.origin + ray.direction * *distance;
      best = Hit{*distance, normalised(point - sphere.centre), sphere.colour, sphere.mirror};
    }
  }
  const double toFloor = -ray.origin.y / ray.direction.y;
  if (toFloor > nearest && (!best || toFloor < best->distance)) {
    const Vector point = ray.origin + ray.direction * toFloor;
    const bool isDark = (static_cast<long>(std::floor(point.x)) + static_cast<long>(std::floor(point.z))) & 1;
    best = Hit{toFloor, {0, 1, 0}, isDark ? Vector{0.2, 0.2, 0.25} : Vector{0.8, 0.8, 0.75}, 0.15};
  }
  return best;
}

Vector colourOf(const Scene &scene, const Ray &ray, int reflections) {
  const auto hit = closest(scene, ray);
  if (!hit)
    return Vector{0.35, 0.5, 0.8} * (0.5 + 0.5 * ray.direction.y);
  const Vector point = ray.origin + ray.direction * hit->distance;
  const Vector toLight = normalised(scene.light - point);
  const bool isShaded = closest(scene, {point, toLight}).has_value();
  const double brightness = 0.15 + (isShaded ? 0 : 0.85 * std::max(0.0, dot(hit->normal, toLight)));
  const Vector own = hit->colour * brightness;
  if (hit->mirror == 0 || reflections == 0)
    return own;
  const Vector bounced = ray.direction - hit->normal * (2 * dot(ray.direction, hit->normal));
  return own * (1 - hit->mirror) + colourOf(scene, {point, bounced}, reflections - 1) * hit->mirror;
}

std::uint8_t channel(double value) { return static_cast<std::uint8_t>(std::clamp(std::sqrt(value), 0.0, 1.0) * 255); }

Row renderRow(const Scene &scene, int y, int width, int height) {
  Row row;
  for (int x = 0; x < width; ++x) {
    const Vector direction{(x - width / 2.0) / height, (height / 2.0 - y) / height, 1};
    const Vector colour = colourOf(scene, {{0, 2.5, -6}, normalised(direction)}, mostReflections);
    row.push_back({channel(colour.x), channel(colour.y), channel(colour.z)});
  }
  return row;
}

Scene sceneOf(int balls) {
  Scene scene{{}, {-8, 12, -10}};
  std::uint64_t state = 2012;
  const auto fraction = [&state] {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<double>(state >> 11) / 9007199254740992.0;
  };
  for (int i = 0; i < balls; ++i) {
    Sphere ball;
    ball.radius = 0.2 + 0.6 * fraction();
    ball.centre = {8 * fraction() - 4, ball.radius + 2 * fraction(), 8 * fraction()};
    ball.colour = {0.3 + 0.7 * fraction(), 0.3 + 0.7 * fraction(), 0.3 + 0.7 * fraction()};
    ball.mirror = 0.6 * fraction();
    scene.spheres.push_back(ball);
  }
  return scene;
}

int main(int argc, char **argv) {
  const int width = argc > 1 ? std::atoi(argv[1]) : 960;
  const int height = argc > 2 ? std::atoi(argv[2]) : 720;
  const int balls = argc > 3 ? std::atoi(argv[3]) : 40;
  if (width < 1 || height < 1 || balls < 0) {
    std::cerr << "raytracer: a picture needs a width and a height\n";
    return 1;
  }

  const Scene scene = sceneOf(balls);
  std::vector<Row> image;
  for (int y = 0; y < height; ++y)
    image.push_back(renderRow(scene, y, width, height));

  std::uint64_t checksum = 0;
  std::cout << "P6\n" << width << ' ' << height << "\n255\n";
  for (const Row &row : image)
    for (const Pixel &pixel : row) {
      std::cout.put(static_cast<char>(pixel.red)).put(static_cast<char>(pixel.green)).put(static_cast<char>(pixel.blue));
      checksum = checksum * 31 + pixel.red * 65536u + pixel.green * 256u + pixel.blue;
    }
  std::fprintf(stderr, "checksum %llu\n", static_cast<unsigned long long>(checksum));
}
