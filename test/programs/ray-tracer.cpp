// Spheres over a floor, by rays, as most people write their first ray tracer: shapes behind shared pointers, virtual functions,
// vectors by value, and a recursion for what is reflected.
// RUN: %run-program %s
// PARALLEL
// ARGS: 60 40
// STATUS-ARGS: 1900 1300
// DOMAIN: image
// EXPECT-TASK: loop
// EXPECT-LOCAL: loop
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <vector>

struct Vec {
  double x = 0, y = 0, z = 0;
};
static Vec operator+(Vec a, Vec b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
static Vec operator-(Vec a, Vec b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
static Vec operator*(Vec a, double k) { return {a.x * k, a.y * k, a.z * k}; }
static double dot(Vec a, Vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static Vec unit(Vec a) { return a * (1 / std::sqrt(dot(a, a))); }

struct Ray {
  Vec from, way;
};
struct Hit {
  double distance = std::numeric_limits<double>::infinity(), mirror = 0;
  Vec point, normal, colour;
};

class Shape {
public:
  virtual ~Shape() = default;
  virtual bool meets(const Ray &ray, Hit &hit) const = 0;
};

class Sphere : public Shape {
public:
  Sphere(Vec centre, double radius, Vec colour, double mirror) : centre(centre), radius(radius), colour(colour), mirror(mirror) {}
  bool meets(const Ray &ray, Hit &hit) const override {
    const Vec away = ray.from - centre;
    const double half = dot(away, ray.way), rest = half * half - dot(away, away) + radius * radius;
    if (rest < 0)
      return false;
    const double distance = -half - std::sqrt(rest);
    if (distance < 1e-4 || distance >= hit.distance)
      return false;
    hit.distance = distance;
    hit.point = ray.from + ray.way * distance;
    hit.normal = unit(hit.point - centre);
    hit.colour = colour;
    hit.mirror = mirror;
    return true;
  }

private:
  Vec centre;
  double radius;
  Vec colour;
  double mirror;
};

class Floor : public Shape {
public:
  explicit Floor(double height) : height(height) {}
  bool meets(const Ray &ray, Hit &hit) const override {
    if (std::fabs(ray.way.y) < 1e-9)
      return false;
    const double distance = (height - ray.from.y) / ray.way.y;
    if (distance < 1e-4 || distance >= hit.distance)
      return false;
    hit.distance = distance;
    hit.point = ray.from + ray.way * distance;
    hit.normal = {0, 1, 0};
    const bool isDark = (static_cast<long>(std::floor(hit.point.x)) + static_cast<long>(std::floor(hit.point.z))) & 1;
    hit.colour = isDark ? Vec{0.1, 0.1, 0.1} : Vec{0.9, 0.9, 0.9};
    hit.mirror = 0.2;
    return true;
  }

private:
  double height;
};

class Scene {
public:
  void add(const std::shared_ptr<Shape> &shape) { shapes.push_back(shape); }
  [[nodiscard]] Vec colourOf(const Ray &ray, int depth) const {
    Hit hit;
    if (depth > 4 || !meets(ray, hit))
      return Vec{0.6, 0.7, 0.9} * (0.5 + 0.5 * ray.way.y);
    const Vec light = unit({1, 2, -1});
    Hit between;
    const double lit = meets({hit.point, light}, between) ? 0 : std::fmax(0.0, dot(hit.normal, light));
    const Vec mirrored = colourOf({hit.point, ray.way - hit.normal * (2 * dot(ray.way, hit.normal))}, depth + 1);
    return hit.colour * (0.1 + 0.9 * lit) * (1 - hit.mirror) + mirrored * hit.mirror;
  }

private:
  bool meets(const Ray &ray, Hit &hit) const {
    bool isAny = false;
    for (const auto &shape : shapes)
      if (shape->meets(ray, hit))
        isAny = true;
    return isAny;
  }
  std::vector<std::shared_ptr<Shape>> shapes;
};

int main(int argc, char **argv) {
  const int width = argc > 1 ? std::atoi(argv[1]) : 60, height = argc > 2 ? std::atoi(argv[2]) : 40;
  Scene scene;
  scene.add(std::make_shared<Floor>(-1));
  for (int k = 0; k < 20; ++k)
    scene.add(std::make_shared<Sphere>(Vec{k % 5 * 2.0 - 4, k / 10 * 1.5, 5.0 + k / 5 * 2}, 0.8, Vec{0.2 + k % 3 * 0.3, 0.5, 0.8}, k % 4 * 0.2));
  std::vector<Vec> image(static_cast<std::size_t>(width) * height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const Vec way = unit({(x - width / 2.0) / height, (height / 2.0 - y) / height, 1});
      image[y * width + x] = scene.colourOf({{0, 1, -3}, way}, 0);
    }
  Vec sum;
  for (const Vec &pixel : image)
    sum = sum + pixel;
  std::printf("%d x %d, mean %.9f %.9f %.9f\n", width, height, sum.x / image.size(), sum.y / image.size(), sum.z / image.size());
}
