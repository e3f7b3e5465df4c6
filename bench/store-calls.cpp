// store-calls.cpp - what naming an item and finding it in memory cost, by the run time's own calls (bench/store.py builds it).
//
// Prints one line for each: what, nanoseconds (the least of several rounds' means).
#include "rt/root/Memo.h"
#include "rt/root/Session.h"
#include "rt/store/Hash.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <vector>

using namespace cleave;

namespace {

double now() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return double(time.tv_sec) * 1e9 + double(time.tv_nsec);
}

template <class Step> void measure(const char *what, Step step) {
  constexpr int rounds = 20, steps = 20000;
  double least = 1e18;
  for (int round = 0; round != rounds; ++round) {
    double begin = now();
    for (int i = 0; i != steps; ++i)
      step(i);
    double each = (now() - begin) / steps;
    least = each < least ? each : least;
  }
  std::printf("%-48s %8.1f\n", what, least);
}

void *mapped(uint64_t bytes) {
  void *at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return at == MAP_FAILED ? std::abort(), nullptr : at;
}

const cleave_type number = {CLEAVE_T_POD, 0, 8, 8, 0, nullptr, nullptr, nullptr};
const cleave_type numbers = {CLEAVE_T_VECTOR, 0, 24, 8, 0, &number, nullptr, nullptr};
const cleave_param parameters[] = {{&numbers, CLEAVE_PARAM_BORROWED, 0}, {&number, CLEAVE_PARAM_VALUE, 0}};
const cleave_kind kind = {"f", "f.cpp", 1, 0, 2, 0, parameters, &number, nullptr};
cleave_site site = {&kind, "f.cpp", 1, 0, -1, 0, nullptr, 0, {}};

} // namespace

int main() {
  auto *control = static_cast<cleave_control *>(mapped(1 << 20));
  control->magic = CLEAVE_CONTROL_MAGIC;
  control->version = CLEAVE_EXCHANGE_VERSION;
  control->mode = CLEAVE_MODE_ISOLATED;
  control->worker_count = 1;
  control->slot_count = 2;
  control->kind_count = 1;
  control->arena_bytes = uint64_t{1} << 30;
  control->kinds_offset = 65536;
  control->slots_offset = 131072;
  control->store.kind = CLEAVE_STORE_MEMORY;
  control->store.memory_bytes = uint64_t{1} << 30;
  if (!attachSession(control, mapped(1 << 20), mapped(control->arena_bytes), eventfd(0, 0)))
    return 1;

  std::vector<uint64_t> small(127, 7); /* with the vector's own words and the number, 1 KiB */
  uint64_t item = 0;
  const void *args[] = {&small, &item};
  memo::ItemName name;
  measure("naming an item with 1 KiB of inputs, ns", [&](int i) {
    item = static_cast<uint64_t>(i);
    if (!memo::nameItem(site, nullptr, 3, args, name))
      std::abort();
  });

  constexpr uint32_t items = 100000;
  std::vector<memo::ItemName> known(items);
  for (uint32_t i = 0; i != items; ++i) {
    item = i;
    memo::nameItem(site, nullptr, 3, args, known[i]);
    memo::Record *record = memo::begin();
    memo::add(record, known[i].name);
    Batch batch = {};
    batch.site = &site;
    batch.count = 1;
    batch.output = reinterpret_cast<const uint8_t *>(&item);
    batch.outputBodyBytes = sizeof item;
    memo::fill(record, batch, 1000);
    memo::drop(record);
  }
  measure("finding one of 100,000 in memory, ns", [&](int i) {
    uint32_t place;
    memo::Record *record = memo::find(kind, known[static_cast<uint32_t>(i) * 7919u % items], place);
    if (!record)
      std::abort();
    memo::drop(record);
  });
  measure("asking for one that is not there, ns", [&](int i) {
    uint32_t place;
    memo::ItemName other = known[static_cast<uint32_t>(i) % items];
    other.name.bytes[15] ^= 1;
    if (memo::find(kind, other, place))
      std::abort();
  });

  std::vector<uint64_t> block((4 << 20) / 8, 7);
  const HashKey key = {{1, 2, 3, 4}};
  double begin = now();
  for (int i = 0; i != 50; ++i)
    block[0] += keyedHash(key, block.data(), block.size() * 8).words[0];
  std::printf("%-48s %8.1f\n", "hashing 1 MiB, ns", (now() - begin) / 50 / 4);
  begin = now();
  for (int i = 0; i != 5; ++i)
    block[0] += hashPortably(key, block.data(), block.size() * 8).words[0];
  std::printf("%-48s %8.1f\n", "hashing 1 MiB on a CPU without AVX2, ns", (now() - begin) / 5 / 4);

  const void *large[] = {&block, &item};
  auto nameLarge = [&](int i) {
    item = static_cast<uint64_t>(i);
    memo::nameItem(site, nullptr, 3, large, name);
  };
  begin = now();
  nameLarge(0);
  std::printf("%-48s %8.1f\n", "naming an item with a block of 4 MiB, ns", now() - begin);
  begin = now();
  for (int i = 0; i != 1000; ++i)
    nameLarge(i);
  std::printf("%-48s %8.1f\n", "again, nobody having written to it, ns", (now() - begin) / 1000);
}
