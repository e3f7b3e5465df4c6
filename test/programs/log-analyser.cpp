// Lines of a web server's log taken apart in blocks: hits and bytes by hour, in each of some time zones, and the status
// codes seen.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 10000 200
// DOMAIN: parsing
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

struct Usage {
  std::array<long, 24> hits{}, bytes{};
  std::unordered_map<int, int> statuses;
  int broken = 0;
};

int number(const std::string &line, std::size_t &at) {
  int value = 0;
  while (at < line.size() && line[at] >= '0' && line[at] <= '9')
    value = value * 10 + (line[at++] - '0');
  return value;
}

Usage usage(const std::vector<std::string> &lines, int zone) {
  Usage result;
  for (const std::string &line : lines) {
    const std::size_t bracket = line.find('['), quote = line.find("\" ");
    if (bracket == std::string::npos || quote == std::string::npos) {
      ++result.broken;
      continue;
    }
    std::size_t at = bracket + 1;
    const int hour = (number(line, at) + zone) % 24;
    at = quote + 2;
    const int status = number(line, at);
    ++at;
    ++result.hits[hour];
    result.bytes[hour] += number(line, at);
    ++result.statuses[status];
  }
  return result;
}

int main(int argc, char **argv) {
  const int lines = argc > 1 ? std::atoi(argv[1]) : 6000, zones = argc > 2 ? std::atoi(argv[2]) : 1;
  std::vector<std::vector<std::string>> blocks(32);
  unsigned seed = 15;
  for (auto &block : blocks)
    for (int i = 0; i < lines; ++i) {
      seed = seed * 1664525u + 1013904223u;
      std::string line = "10.0." + std::to_string(seed >> 24) + ".7 [" + std::to_string(seed % 24) + ":" +
                         std::to_string(seed / 64 % 60) + "] \"GET /page/" + std::to_string(seed % 911) + "\" ";
      line += std::to_string(seed >> 29 ? 200 : 404) + " " + std::to_string(seed >> 16);
      block.push_back(seed % 1009 ? line : "garbage");
    }
  for (int zone = 0; zone < zones; ++zone) {
    Usage total;
    std::map<int, int> statuses;
    for (const auto &block : blocks) {
      const Usage part = usage(block, zone);
      for (int hour = 0; hour < 24; ++hour) {
        total.hits[hour] += part.hits[hour];
        total.bytes[hour] += part.bytes[hour];
      }
      for (const auto &[status, count] : part.statuses)
        statuses[status] += count;
      total.broken += part.broken;
    }
    for (int hour = 0; hour < 24; ++hour)
      std::printf("%2d: %ld hits, %ld bytes\n", hour, total.hits[hour], total.bytes[hour]);
    for (const auto &[status, count] : statuses)
      std::printf("%d: %d\n", status, count);
    std::printf("%d broken\n", total.broken);
  }
}
