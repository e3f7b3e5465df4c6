// Digest.cpp - SHA-256 at the speed of the CPU's own instructions, else libsodium's.
//
// A bundle is verified at every start of its program, so this is time that a person waits: 5 MB take libsodium 1.0.18
// (plain C) 14 ms and the SHA extensions 3 ms, on the machine where it was measured. Every x86-64 of the last years has
// them. Rejected: checking a task's digest only when the task is first sent out (a damaged bundle would then fail in
// the middle of a run, and most of the bytes are the root program, which is needed at once anyway); threads (they would
// take cores from the program).
//
// The message schedule of four rounds fits one register: with X0..X3 the last four groups of four words,
//     next = msg2(msg1(X0, X1) + words 1 to 4 of (X2, X3), X3)
// and sha256rnds2 does two rounds on the state, held as (A,B,E,F) and (C,D,G,H).
#include "Digest.h"
#include <cpuid.h>
#include <cstring>
#include <immintrin.h>
#include <sodium.h>

namespace cleave {

namespace {

constexpr size_t blockBytes = 64;

alignas(16) constexpr uint32_t roundConstants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

bool hasShaInstructions() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3) || !(c & bit_SSE4_1))
    return false;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

__attribute__((target("sha,ssse3,sse4.1"))) void hashBlocks(__m128i state[2], const uint8_t *data, size_t count) {
  const __m128i toBigEndian = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  for (; count; --count, data += blockBytes) {
    __m128i abef = state[0], cdgh = state[1], words[4];
#pragma clang loop unroll(full)
    for (int group = 0; group < 16; ++group) {
      __m128i &current = words[group & 3];
      if (group < 4) {
        current = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i *>(data) + group), toBigEndian);
      } else {
        const __m128i &second = words[(group + 1) & 3], &third = words[(group + 2) & 3], &last = words[(group + 3) & 3];
        __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(current, second), _mm_alignr_epi8(last, third, 4));
        current = _mm_sha256msg2_epu32(sum, last);
      }
      const __m128i *constants = reinterpret_cast<const __m128i *>(roundConstants) + group;
      __m128i input = _mm_add_epi32(current, _mm_load_si128(constants));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, input);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(input, 0x0e));
    }
    state[0] = _mm_add_epi32(state[0], abef);
    state[1] = _mm_add_epi32(state[1], cdgh);
  }
}

Digest shaInstructionsSha256(std::string_view content) {
  // The initial A to H, in the order that the instructions want (lowest word first: F, E, B, A and H, G, D, C).
  alignas(16) uint32_t words[8] = {0x9b05688c, 0x510e527f, 0xbb67ae85, 0x6a09e667,
                                   0x5be0cd19, 0x1f83d9ab, 0xa54ff53a, 0x3c6ef372};
  __m128i state[2];
  std::memcpy(state, words, sizeof state);
  const auto *data = reinterpret_cast<const uint8_t *>(content.data());
  size_t whole = content.size() / blockBytes, rest = content.size() % blockBytes;
  hashBlocks(state, data, whole);

  uint8_t tail[2 * blockBytes] = {};
  if (rest)
    std::memcpy(tail, data + whole * blockBytes, rest);
  tail[rest] = 0x80;
  size_t tailBlocks = rest + 1 + sizeof(uint64_t) > blockBytes ? 2 : 1;
  uint64_t bits = __builtin_bswap64(uint64_t(content.size()) * 8);
  std::memcpy(tail + tailBlocks * blockBytes - sizeof bits, &bits, sizeof bits);
  hashBlocks(state, tail, tailBlocks);

  std::memcpy(words, state, sizeof words);
  constexpr int order[8] = {3, 2, 7, 6, 1, 0, 5, 4};
  Digest digest;
  for (int i = 0; i < 8; ++i) {
    uint32_t word = __builtin_bswap32(words[order[i]]);
    std::memcpy(digest.data() + 4 * i, &word, sizeof word);
  }
  return digest;
}

} // namespace

Digest portableSha256(std::string_view content) {
  Digest digest;
  static_assert(crypto_hash_sha256_BYTES == sizeof digest);
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char *>(content.data()), content.size());
  return digest;
}

Digest sha256(std::string_view content) {
  static const bool isFast = hasShaInstructions();
  return isFast ? shaInstructionsSha256(content) : portableSha256(content);
}

std::string hexOf(const Digest &digest) {
  char text[2 * sizeof digest + 1];
  sodium_bin2hex(text, sizeof text, digest.data(), digest.size());
  return text;
}

} // namespace cleave
