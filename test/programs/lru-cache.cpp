// A cache that forgets what was used least lately: a list and an index into it by iterators.
// RUN: %run-program %s
// SEQUENTIAL
// STATUS-ARGS: 20000000
// DOMAIN: simulation
// EXPECT-NO-TASK: get
#include <cstdio>
#include <cstdlib>
#include <list>
#include <unordered_map>
#include <utility>

class Cache {
public:
  explicit Cache(std::size_t capacity) : capacity(capacity) {}
  long get(int key) {
    if (const auto found = index.find(key); found != index.end()) {
      ++hits;
      entries.splice(entries.begin(), entries, found->second);
      return found->second->second;
    }
    if (entries.size() == capacity) {
      index.erase(entries.back().first);
      entries.pop_back();
    }
    entries.emplace_front(key, static_cast<long>(key) * key % 1009);
    index[key] = entries.begin();
    return entries.front().second;
  }
  long hitCount() const { return hits; }

private:
  std::size_t capacity;
  long hits = 0;
  std::list<std::pair<int, long>> entries;
  std::unordered_map<int, std::list<std::pair<int, long>>::iterator> index;
};

int main(int argc, char **argv) {
  const int questions = argc > 1 ? std::atoi(argv[1]) : 1000000;
  Cache cache(1000);
  unsigned seed = 10;
  long sum = 0;
  for (int i = 0; i < questions; ++i) {
    seed = seed * 1664525u + 1013904223u;
    sum += cache.get(static_cast<int>((seed >> 20) * (seed >> 26) / 40));
  }
  std::printf("%ld hits, sum %ld\n", cache.hitCount(), sum);
}
