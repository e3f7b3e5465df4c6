// random-test.cpp - what a task draws: ChaCha20's key stream, as libsodium has it, under the message's seed and the item's
// number, whoever asks for it and in whatever pieces.
#include "rt/task/Task.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <sodium/crypto_stream_chacha20.h>
#include <vector>

extern "C" {
intptr_t taskGetrandom(void *, size_t, unsigned);
int taskGetentropy(void *, size_t);
uint32_t taskArc4random();
void taskArc4randomBuf(void *, size_t);
uint32_t taskArc4randomUniform(uint32_t);
}
// The task's own, which the program has under the same name.
extern "C" unsigned taskDeviceValue(void *);

void cleave::panic(const char *why) {
  std::printf("panic: %s\n", why);
  std::exit(1);
}

namespace {

int failures;
void expect(bool isTrue, const char *what) {
  if (!isTrue && ++failures < 20)
    std::printf("FAIL: %s\n", what);
}

struct alignas(64) Message {
  cleave_image header;
  uint8_t body[64];
  alignas(8) uint8_t seed[CLEAVE_SEED_BYTES];
};

void setUp(Message &message, std::mt19937 &random) {
  message = {};
  message.header.seed = offsetof(Message, seed) / 8;
  for (uint8_t &byte : message.seed)
    byte = static_cast<uint8_t>(random());
}

void drawSome(std::mt19937 &random, std::vector<uint8_t> &to) {
  size_t bytes = random() % 300, at = to.size();
  uint32_t word;
  switch (random() % 4) {
  case 0:
    to.resize(at + bytes);
    expect(taskGetrandom(to.data() + at, bytes, 0) == static_cast<intptr_t>(bytes), "getrandom's answer");
    return;
  case 1:
    bytes %= 257;
    to.resize(at + bytes);
    expect(taskGetentropy(to.data() + at, bytes) == 0, "getentropy's answer");
    return;
  case 2:
    to.resize(at + bytes);
    taskArc4randomBuf(to.data() + at, bytes);
    return;
  default:
    word = random() % 2 ? taskArc4random() : taskDeviceValue(nullptr);
    to.resize(at + sizeof word);
    std::memcpy(to.data() + at, &word, sizeof word);
  }
}

void streams(std::mt19937 &random) {
  Message message;
  for (int round = 0; round != 200; ++round) {
    setUp(message, random);
    uint64_t item = round % 2 ? random() % 5 : uint64_t{random()} << 32 | random();
    cleave::beginDraws(&message.header, item);
    std::vector<uint8_t> drawn, wanted;
    while (drawn.size() < 2000)
      drawSome(random, drawn);
    wanted.resize(drawn.size());
    crypto_stream_chacha20(wanted.data(), wanted.size(), reinterpret_cast<const uint8_t *>(&item), message.seed);
    expect(drawn == wanted, "the stream");
  }
}

void bounds(std::mt19937 &random) {
  Message message;
  setUp(message, random);
  cleave::beginDraws(&message.header, 1);
  for (uint32_t bound : {1u, 2u, 3u, 7u, 1000u, 0x80000001u, 0xffffffffu}) {
    std::vector<int> counts(8);
    for (int i = 0; i != 4000; ++i) {
      uint32_t number = taskArc4randomUniform(bound);
      expect(number < bound, "within the bound");
      ++counts[static_cast<size_t>(uint64_t{number} * (bound < 8 ? bound : 8) / bound)];
    }
    for (uint32_t k = 0; k < (bound < 8 ? bound : 8); ++k)
      expect(counts[k] > 4000 / static_cast<int>(bound < 8 ? bound : 8) / 2, "every part of the range");
  }
  expect(taskArc4randomUniform(0) == 0, "no bound");
  uint8_t many[257];
  expect(taskGetentropy(many, sizeof many) == -1, "getentropy gives 256 bytes at most");
}

} // namespace

int main(int argc, char **argv) {
  const unsigned seed = argc > 1 ? static_cast<unsigned>(std::strtoul(argv[1], nullptr, 10)) : std::random_device()();
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  streams(random);
  bounds(random);
  std::printf(failures ? "" : "drawn as libsodium does\n");
  return failures != 0;
}
