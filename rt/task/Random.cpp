/* Random.cpp - random numbers in a task. A task can ask nobody for any, and stays a function of its inputs: its message
 * holds a seed, which the program made for that message alone. What the work draws is ChaCha20's key stream under that
 * seed (RFC 8439, section 2.3, with Bernstein's 64 bits each for counter and nonce), the item's number being the nonce:
 * equal for an item in whatever order a message's items are done, and different for any two.
 *
 * The definitions stand for libstdc++'s std::random_device, whose object holds nothing here, and for the C library's
 * calls.
 *
 * Rejected: a call of the node interface (what a task did could not be told from its message any more, and each kind of
 * node would need a source); RDRAND (the linker proves that a task cannot read it); libsodium's ChaCha20 (it chooses
 * among its variants by CPUID, which a task may not ask either). */
#include "Task.h"

#include <stddef.h>

namespace cleave {

namespace {

constexpr unsigned kBlockBytes = 64;

uint32_t input[16]; /* constants, key, counter, nonce */
uint8_t block[kBlockBytes];
unsigned used = kBlockBytes;

uint32_t rotated(uint32_t word, unsigned bits) { return word << bits | word >> (32 - bits); }

void quarterRound(uint32_t *x, unsigned a, unsigned b, unsigned c, unsigned d) {
  x[a] += x[b], x[d] = rotated(x[d] ^ x[a], 16);
  x[c] += x[d], x[b] = rotated(x[b] ^ x[c], 12);
  x[a] += x[b], x[d] = rotated(x[d] ^ x[a], 8);
  x[c] += x[d], x[b] = rotated(x[b] ^ x[c], 7);
}

void nextBlock() {
  uint32_t x[16];
  memcpy(x, input, sizeof x);
  for (int round = 0; round != 10; ++round) {
    for (unsigned i = 0; i != 4; ++i)
      quarterRound(x, i, 4 + i, 8 + i, 12 + i);
    for (unsigned i = 0; i != 4; ++i)
      quarterRound(x, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
  }
  for (unsigned i = 0; i != 16; ++i)
    x[i] += input[i];
  memcpy(block, x, sizeof block);
  input[13] += ++input[12] == 0;
  used = 0;
}

void draw(void *to, size_t bytes) {
  auto *next = static_cast<uint8_t *>(to);
  for (; bytes; --bytes) {
    if (used == kBlockBytes)
      nextBlock();
    *next++ = block[used];
    block[used++] = 0; /* what was drawn is nobody else's */
  }
}

uint32_t drawWord() {
  uint32_t word;
  draw(&word, sizeof word);
  return word;
}

} // namespace

void beginDraws(const cleave_image *items, uint64_t item) {
  static const char kConstants[] = "expand 32-byte k";
  if (!items->seed)
    panic("random numbers are asked for, and the message has no seed");
  memcpy(input, kConstants, 16);
  memcpy(input + 4, reinterpret_cast<const uint8_t *>(items) + items->seed * uint64_t{8},
         CLEAVE_SEED_BYTES);
  input[12] = input[13] = 0;
  memcpy(input + 14, &item, sizeof item);
  used = kBlockBytes;
}

} // namespace cleave

using namespace cleave;

extern "C" {
/* std::random_device's; of a token only where it is the default (passes/Models.cpp). */
void _ZNSt13random_device7_M_initERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE(void *, const void *) {}
void _ZNSt13random_device7_M_finiEv(void *) {}
unsigned _ZNSt13random_device9_M_getvalEv(void *) { return drawWord(); }
double _ZNKSt13random_device13_M_getentropyEv(const void *) noexcept { return 32; }

intptr_t getrandom(void *to, size_t bytes, unsigned) {
  draw(to, bytes);
  return static_cast<intptr_t>(bytes);
}
int getentropy(void *to, size_t bytes) {
  if (bytes > 256)
    return -1;
  draw(to, bytes);
  return 0;
}
uint32_t arc4random() { return drawWord(); }
void arc4random_buf(void *to, size_t bytes) { draw(to, bytes); }
/* Those that would favour the first numbers are drawn again. */
uint32_t arc4random_uniform(uint32_t bound) {
  if (bound < 2)
    return 0;
  uint32_t least = -bound % bound, word;
  do
    word = drawWord();
  while (word < least);
  return word % bound;
}
}
