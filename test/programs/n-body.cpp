// Bodies that pull at one another: the accelerations of all, then one step for all, again and again.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 2000 80
// DOMAIN: simulation
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

struct Vector {
  double x = 0, y = 0, z = 0;
};

Vector operator+(Vector a, Vector b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
Vector operator-(Vector a, Vector b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
Vector operator*(Vector a, double s) { return {a.x * s, a.y * s, a.z * s}; }
double dot(Vector a, Vector b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

struct Body {
  Vector position, velocity;
  double mass = 1;
};

Vector pull(const Body &body, const std::vector<Body> &all) {
  Vector sum;
  for (const Body &other : all) {
    const Vector apart = other.position - body.position;
    const double distance2 = dot(apart, apart) + 0.01;
    sum = sum + apart * (other.mass / (distance2 * std::sqrt(distance2)));
  }
  return sum;
}

int main(int argc, char **argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 900, steps = argc > 2 ? std::atoi(argv[2]) : 12;
  std::vector<Body> bodies;
  unsigned seed = 7;
  const auto random = [&seed] { return (seed = seed * 1664525u + 1013904223u) / 4294967296.0 - 0.5; };
  for (int i = 0; i < count; ++i) {
    const double x = random(), y = random(), z = random();
    bodies.push_back({{x, y, z}, {y * 0.3, -x * 0.3, 0}, 1.0 / count});
  }
  const double dt = 0.01;
  for (int step = 0; step < steps; ++step) {
    std::vector<Vector> pulls;
    for (const Body &body : bodies)
      pulls.push_back(pull(body, bodies));
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      bodies[i].velocity = bodies[i].velocity + pulls[i] * dt;
      bodies[i].position = bodies[i].position + bodies[i].velocity * dt;
    }
  }
  double energy = 0;
  for (const Body &body : bodies)
    energy += 0.5 * body.mass * dot(body.velocity, body.velocity);
  std::printf("kinetic energy %.12g, first at %.9f %.9f %.9f\n", energy, bodies[0].position.x, bodies[0].position.y,
              bodies[0].position.z);
}
