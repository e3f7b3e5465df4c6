// Plain structs in and out, nested, with padding between their members: equal values must have equal images.
// RUN: %run-program %s
// EXPECT-RAN: flown
#include <cstdio>
#include <vector>

struct Position {
  double x, y;
};

struct Particle {
  char kind;
  Position at;
  short charge;
  Position speed;
};

struct Flight {
  Particle end;
  float highest;
  int bounces;
};

Flight flown(const Particle &particle, int steps) {
  Flight flight{particle, 0, 0};
  Particle &now = flight.end;
  for (int i = 0; i < steps; ++i) {
    now.speed.y -= 0.0001 * now.charge;
    now.at.x += now.speed.x * 0.01;
    now.at.y += now.speed.y * 0.01;
    if (now.at.y < 0) {
      now.at.y = -now.at.y;
      now.speed.y = -now.speed.y * (now.kind == 'b' ? 0.9 : 0.5);
      ++flight.bounces;
    }
    if (static_cast<float>(now.at.y) > flight.highest)
      flight.highest = static_cast<float>(now.at.y);
  }
  return flight;
}

int main() {
  std::vector<Particle> particles;
  for (short i = 0; i < 40; ++i)
    particles.push_back({i % 2 ? 'a' : 'b', {0.0, 1.0 + i}, static_cast<short>(i + 1), {1.0 + i * 0.1, 0.5}});
  std::vector<Flight> flights;
  for (const Particle &particle : particles)
    flights.push_back(flown(particle, 100000));
  for (const Flight &flight : flights)
    std::printf("%c %.17g %.17g %.9g %d\n", flight.end.kind, flight.end.at.x, flight.end.at.y,
                static_cast<double>(flight.highest), flight.bounces);
}
